"""Finds the symbol of the project behind a dotted name, which needs no meaning of any expression."""

from hexguard.facts.expressions import Constant, ConstantKind
from hexguard.facts.summary import ClassSymbol, ImportSymbol, Symbol, VariableSymbol
from hexguard.index.reads import Reader
from hexguard.index.values import Located, LocatedFunction

MAX_IMPORTS = 30
"""Longer chains of imports are not followed; this also ends cycles."""
MAX_STARS = 3
"""So many `import *` are followed one behind the other."""


class Locator:
    """Looks names up in the modules of the project, through a reader that records what was asked."""

    __slots__ = ("_reader", "_stars")

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._stars = MAX_STARS

    def absolute(self, module: str, level: int, importer: str) -> str:
        """The absolute name of a possibly relative import written in the module `importer`."""
        if not level:
            return module
        package = self._reader.package(importer).split(".")
        base = package[: len(package) - level + 1]
        return ".".join([*base, module] if module else base)

    def locate(self, name: str) -> Located | None:
        """The symbol of the project behind an absolute dotted name; `None` for modules, libraries and doubt."""
        parts = name.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:end])
            if self._reader.has_module(module):
                return self.inside(module, parts[end:])
        return None

    def inside(self, module: str, path: list[str]) -> Located | None:
        """The one symbol at the end of a path of names, of which a module binds the first and classes the others."""
        bound = self._reader.symbol(module, path[0])
        if not bound and (stars := self._reader.symbol(module, "*")):
            return self._behind_stars(module, path, stars)
        symbols = [found for found in bound if not is_none(found)]
        if len(symbols) != 1:
            return None
        symbol = symbols[0]
        for part in path[1:]:
            if not isinstance(symbol, ClassSymbol):
                return None
            inner = symbol.members.get(part, ())
            if len(inner) != 1:
                return None
            symbol = inner[0]
        return Located(module, ".".join(path), symbol)

    def _behind_stars(self, module: str, path: list[str], stars: tuple[Symbol, ...]) -> Located | None:
        """What `from other import *` brings; `None` if a library may bring it, or if modules bring different things."""
        if path[0].startswith("_") or self._stars <= 0:
            return None
        imports = [symbol for symbol in stars if isinstance(symbol, ImportSymbol)]
        origins = [self.absolute(symbol.module, symbol.level, module) for symbol in imports]
        if not all(self._reader.has_module(origin) for origin in origins):
            return None
        self._stars -= 1
        try:
            found = {_key(one): one for origin in origins if (one := self._offered(origin, path))}
        finally:
            self._stars += 1
        doubt = any(self._reader.symbol(origin, path[0]) and not self.inside(origin, path) for origin in origins)
        return next(iter(found.values())) if len(found) == 1 and not doubt else None

    def _offered(self, module: str, path: list[str]) -> Located | None:
        """The symbol at the end of a path, behind imports inside the project."""
        located = self.inside(module, path)
        return self.followed(located) or located

    def class_of(self, name: str) -> tuple[str, ClassSymbol] | None:
        """The class of the project with this qualified name, with its module."""
        located = self.locate(name)
        return (located.module, located.symbol) if located and isinstance(located.symbol, ClassSymbol) else None

    def function_of(self, name: str) -> LocatedFunction | None:
        """The function or method of the project with this qualified name."""
        parts = name.split(".")
        for end in range(len(parts) - 1, 0, -1):
            module = ".".join(parts[:end])
            if self._reader.has_module(module):
                qualname = ".".join(parts[end:])
                found = self._reader.function(module, qualname)
                return LocatedFunction(module, qualname, found) if found else None
        return None

    def callable_of(self, name: str) -> LocatedFunction | None:
        """The function that calling `name` runs: the function or method itself, or the constructor of a class."""
        return self.function_of(name) or self.function_of(f"{name}.__init__")

    def followed(self, located: Located | None) -> Located | None:
        """The symbol behind a chain of imports."""
        for _ in range(MAX_IMPORTS):
            if located is None or not isinstance(located.symbol, ImportSymbol):
                return located
            target = self.absolute(located.symbol.module, located.symbol.level, located.module)
            located = self.locate(f"{target}.{located.symbol.name}") if located.symbol.name else None
        return None


def _key(located: Located) -> tuple[str, str]:
    """What tells whether two modules offer the same; what comes from a library is told by its name there."""
    match located.symbol:
        case ImportSymbol(module=module, name=str(name), level=0):
            return module, name
        case _:
            return located.module, located.qualname


def is_none(symbol: Symbol) -> bool:
    """Whether a symbol is `name = None`, which stands in for another one."""
    match symbol:
        case VariableSymbol(annotation=None, value=Constant(kind=ConstantKind.NONE)):
            return True
        case _:
            return False
