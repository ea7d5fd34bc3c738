"""Asks jedi what an installed library says about one of its names. Only a process of its own may do that.

jedi reads the files of the library and runs none of them. It takes long to load, it is slow now and then, and it may
fail on anything; so each question is small, and what is not certain is no answer.
"""

import ast
import os
import sysconfig
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from hexguard.index.libraries import NOTHING, Ancestor, Inferred

MAX_CLASSES = 12
"""The lineage of a class is followed no further."""

MAX_CHOICES = 3
"""So many classes a base may be, where a condition decides."""

Read = Callable[[Path], str | None]
"""Gives the text of a file; `None` if it cannot be read, or is too long to be worth it."""


class _Name(Protocol):
    """What is used of a name of jedi, which has no type information."""

    type: str
    full_name: str | None
    module_path: Path | None
    line: int | None

    def execute(self) -> Sequence["_Name"]: ...


class _Script(Protocol):
    def infer(self, line: int, column: int) -> Sequence[_Name]: ...


class Inference:
    """Answers questions about the libraries in `folders`; jedi may keep trees of files in the folder `cache`."""

    def __init__(self, folders: Sequence[str], cache: str, read: Read) -> None:
        # jedi is loaded where it is asked: the processes that people wait for import this module as well.
        import jedi  # type: ignore[import-untyped]  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]
        import jedi.api.environment  # type: ignore[import-untyped]  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]

        jedi.settings.cache_directory = cache
        # What calls a function, somewhere, says nothing about the function itself.
        jedi.settings.dynamic_params = False
        own = [sysconfig.get_path("stdlib"), os.path.join(sysconfig.get_path("platstdlib"), "lib-dynload")]
        environment = jedi.api.environment.InterpreterEnvironment()
        # Compiled modules are only loaded from these folders of our own Python, never from those of a project.
        environment.get_sys_path = lambda: own
        project = jedi.Project(folders[0], sys_path=[*folders, *own], smart_sys_path=False)
        self._script: Callable[..., _Script] = lambda *code, **path: jedi.Script(
            *code, **path, project=project, environment=environment
        )
        self._read = read

    def ask(self, name: str) -> Inferred:
        """What there is to say about a dotted name; nothing where that is not certain."""
        try:
            return self._answer(self._found(name))
        # It is asked about code of all kinds, and fails in as many ways.
        except Exception:  # noqa: BLE001
            return NOTHING

    def _found(self, name: str) -> Sequence[_Name]:
        parts = name.split(".")
        for end in range(len(parts) - 1, 0, -1):
            path = ".".join(parts[end:])
            code = f"from {'.'.join(parts[:end])} import {parts[end]}\n{path}"
            if found := self._script(code).infer(2, len(path)):
                return found
        return ()

    def _answer(self, found: Sequence[_Name]) -> Inferred:
        if len({(name.type, name.full_name) for name in found}) != 1 or not found[0].full_name:
            return NOTHING
        match found[0].type:
            case "class":
                return Inferred(lineage=tuple(self._lineage(found[0])))
            case "function":
                return Inferred(function=found[0].full_name, returns=_returned(found[0]))
            case _:
                return NOTHING

    def _lineage(self, name: _Name) -> Iterator[Ancestor]:
        """The class and those that it derives from, in depth, up to the first one that cannot be found."""
        pending: list[_Name] = [name]
        found: list[_Definition] = []
        while pending and len(found) < MAX_CLASSES:
            current = pending.pop(0)
            if current.full_name is None or any(one.name == current.full_name for one in found):
                continue
            node = self._definition(current)
            found.append(_Definition(current.full_name, node))
            bases = list(self._bases(current, node)) if node else []
            if not all(bases):
                break
            pending[:0] = [base for choices in bases for base in choices]
        for position, definition in enumerate(found):
            yield Ancestor(definition.name, _own(definition, found[position + 1 :]))

    def _definition(self, name: _Name) -> ast.ClassDef | None:
        """The statement that makes a class; `None` if it is not found, or if any class may derive from that one."""
        text = self._read(name.module_path) if name.module_path else None
        if text is None or (name.full_name or "").partition(".")[0] in ("builtins", "typing", "abc"):
            return None
        classes = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ClassDef))
        return next((node for node in classes if node.lineno == name.line), None)

    def _bases(self, name: _Name, node: ast.ClassDef) -> Iterator[Sequence[_Name]]:
        """What each base may be; nothing for one that cannot be found."""
        text = (self._read(name.module_path) if name.module_path else None) or ""
        lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        for base in node.bases:
            written = base.value if isinstance(base, ast.Subscript) else base
            end = written.end_col_offset or 0
            # ast counts bytes, jedi characters.
            column = len(lines[(written.end_lineno or 1) - 1].encode()[:end].decode())
            choices = self._script(path=name.module_path).infer(written.end_lineno or 1, column)
            are_classes = 0 < len(choices) <= MAX_CHOICES and all(choice.type == "class" for choice in choices)
            # jedi puts them in the order of their paths, which are others on each machine.
            yield sorted(choices, key=lambda choice: choice.full_name or "") if are_classes else ()


class _Definition(msgspec.Struct, frozen=True):
    """A class with the statement that makes it, if that was found."""

    name: str
    node: ast.ClassDef | None

    def methods(self) -> dict[str, ast.stmt]:
        """What the body of the class defines, by name."""
        found: dict[str, ast.stmt] = {}
        for statement in self.node.body if self.node else ():
            match statement:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    found[name] = statement
                case (
                    ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr())
                ):
                    found[name] = statement
                case _:
                    pass
        return found


def _returned(function: _Name) -> str:
    """The class that a call gives an instance of; `None` beside it does not count, and a coroutine is no answer."""
    results = {(found.type, found.full_name or "") for found in function.execute()}
    telling = results - {("instance", "builtins.NoneType")}
    kind, name = telling.pop() if len(telling) == 1 else ("", "")
    return name if kind == "instance" else ""


def _own(definition: _Definition, behind: Sequence[_Definition]) -> tuple[str, ...]:
    """The methods of a class that replace one of the classes `behind` it and do not hand the call on to them."""
    replaced: dict[str, ast.stmt] = {}
    for other in reversed(behind):
        replaced.update(other.methods())
    methods = definition.methods()
    handing = _handing(methods, replaced, {other.name.rpartition(".")[2] for other in behind})
    return tuple(sorted(name for name in methods if name in replaced and name not in handing))


def _handing(methods: dict[str, ast.stmt], replaced: dict[str, ast.stmt], classes: set[str]) -> set[str]:
    """Those of the `methods` of a class that call a method behind it then and there, if only by another one of these.

    One that is a coroutine in the place of one that is none is something else.
    """
    handing: set[str] = set()
    callers: dict[str, set[str]] = {}
    for name, method in methods.items():
        if not isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if name in replaced and type(replaced[name]) is not type(method):
            continue
        own = method.args.args[0].arg if method.args.args else ""
        for called in _called(method.body):
            if isinstance(called.value, ast.Name) and called.value.id == own and called.attr in methods:
                callers.setdefault(called.attr, set()).add(name)
            elif called.attr in replaced and _is_behind(called.value, own, classes):
                handing.add(name)
    pending = list(handing)
    while pending:
        new = callers.get(pending.pop(), set()) - handing
        handing |= new
        pending += new
    return handing


def _is_behind(receiver: ast.expr, own: str, classes: set[str]) -> bool:
    """Whether a method is called of `super()`, of an object itself (`own`), or by the name of one of `classes`."""
    match receiver:
        case ast.Call(func=ast.Name(id="super")):
            return True
        case ast.Name(id=name):
            return name == own or name in classes
        case ast.Attribute(attr=name):
            return name in classes
        case _:
            return False


def _called(body: Iterable[ast.AST]) -> Iterator[ast.Attribute]:
    """The methods that code calls itself; a function inside it may run at any time, in any thread."""
    pending = list(body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func
        pending.extend(ast.iter_child_nodes(node))
