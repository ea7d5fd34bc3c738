"""What resolving gives: values, the places of expressions, and symbols with their modules."""

import msgspec

from hexguard.facts.summary import FunctionSymbol, Symbol


class Value(msgspec.Struct, frozen=True, gc=False):
    """What an expression means: the object with this qualified name, or an instance of the class with this name."""

    name: str
    instance: bool = False


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an expression stands: its module, and the class that owns its block (empty if none)."""

    module: str
    owner: str = ""


class Located(msgspec.Struct, frozen=True, gc=False):
    """A symbol of the project with the module that defines it."""

    module: str
    qualname: str
    symbol: Symbol

    @property
    def name(self) -> str:
        return f"{self.module}.{self.qualname}" if self.qualname else self.module


class LocatedFunction(msgspec.Struct, frozen=True, gc=False):
    """A function of the project with the module that defines it; `qualname` includes its class."""

    module: str
    qualname: str
    symbol: FunctionSymbol

    @property
    def name(self) -> str:
        """The qualified name of the function."""
        return f"{self.module}.{self.qualname}"

    @property
    def place(self) -> Place:
        """Where the expressions of its signature stand."""
        owner = self.qualname.rpartition(".")[0] if "<locals>" not in self.qualname else ""
        return Place(self.module, owner)
