"""Startup and shutdown handlers registered with `on_event`.

## What it does
Reports `@app.on_event(...)`, `app.add_event_handler(...)` and the arguments `on_startup=` and `on_shutdown=` of FastAPI applications and routers.

## Why it matters
FastAPI deprecates them in favour of one `lifespan` function, and ignores them without a word once an application has a `lifespan`.
A lifespan keeps what starts and what stops a resource together, and shares local variables between the two.

## Fix safety
A refactoring of the module: all handlers of the application become plain functions, called in the same order from one new lifespan.
It is offered where the application is made in the same module and every handler is a decorated function of that module.

## Known limits
The application is recognised by the call that makes it or by its annotation.
Handlers that another module registers on the same application are not seen, and would stop running.
Those of a router that the application includes run with it or not, by the version of FastAPI; if the module has such a router, nothing is offered.
"""

from collections.abc import Iterator

import msgspec

from hexguard.facts.expressions import Attribute, Call, Constant, Context, Expr, Name
from hexguard.facts.model import Assignment, Function, Reference
from hexguard.rule import Applicability, Bad, Edits, Finding, Fix, Good, Refusal, Rule, Severity, View
from hexguard.rule.source import Part
from hexguard.text.edit import Edit
from hexguard.text.span import Span

TITLE = "Move all handlers into a `lifespan`"

RULE = Rule(
    name="on-event-deprecated",
    message="`{culprit}` is deprecated, and ignored once the application has a `lifespan`",
    doc=__doc__,
    severity=Severity.IMPORTANT,
    requires=("fastapi>=0.93",),
    examples=(
        Bad(
            """
            from fastapi import FastAPI

            app = FastAPI(title="Orders")

            @app.on_event("startup")
            #|^^^^^^^^^^^
            async def open_pool() -> None:
                app.state.pool = await make_pool()  # ten connections

            @app.on_event("shutdown")
            #|^^^^^^^^^^^
            def close_pool() -> None:
                app.state.pool.close()
            """,
            fixed="""
            from collections.abc import AsyncIterator
            from contextlib import asynccontextmanager

            from fastapi import FastAPI


            @asynccontextmanager
            async def lifespan(app: FastAPI) -> AsyncIterator[None]:
                await open_pool()
                try:
                    yield
                finally:
                    close_pool()


            app = FastAPI(title="Orders", lifespan=lifespan)

            async def open_pool() -> None:
                app.state.pool = await make_pool()  # ten connections

            def close_pool() -> None:
                app.state.pool.close()
            """,
        ),
        Bad(
            """
            from contextlib import asynccontextmanager

            import fastapi

            service = fastapi.FastAPI()

            @service.on_event("startup")
            #|^^^^^^^^^^^^^^^
            def warm_cache() -> None:
                load_rates()
            """,
            fixed="""
            from collections.abc import AsyncIterator
            from contextlib import asynccontextmanager

            import fastapi


            @asynccontextmanager
            async def lifespan(app: fastapi.FastAPI) -> AsyncIterator[None]:
                warm_cache()
                yield


            service = fastapi.FastAPI(lifespan=lifespan)

            def warm_cache() -> None:
                load_rates()
            """,
        ),
        Bad(
            """
            from fastapi import APIRouter, FastAPI

            def build(app: FastAPI) -> None:
                app.add_event_handler("startup", connect)
            #   ^^^^^^^^^^^^^^^^^^^^^

            router = APIRouter(on_startup=[connect])
            #                  ^^^^^^^^^^^^^^^^^^^^
            """,
            why="the handlers or the application come from elsewhere, so a person has to put them together",
        ),
        Bad(
            """
            from fastapi import FastAPI

            app = FastAPI()

            @app.on_event("startup")
            #|^^^^^^^^^^^
            def start() -> None:
                print("first")

            @app.on_event("startup")
            #|^^^^^^^^^^^
            def start() -> None:
                print("second")
            """,
            why="both functions run, but only the second can be called by its name",
        ),
        Good(
            """
            from contextlib import asynccontextmanager

            from fastapi import FastAPI

            @asynccontextmanager
            async def lifespan(app: FastAPI):
                yield

            app = FastAPI(lifespan=lifespan)
            """,
            why="this is the replacement",
        ),
        Good(
            """
            from aiogram import Dispatcher

            app = Dispatcher()

            @app.on_event("startup")
            async def connect() -> None: ...
            """,
            why="another library may have a method of that name",
        ),
    ),
)

_OWNERS = ("fastapi.FastAPI", "fastapi.APIRouter")
_METHODS = frozenset(f"{owner}.{method}" for owner in _OWNERS for method in ("on_event", "add_event_handler"))


@RULE.check(Call, callees={*_METHODS, *_OWNERS})
def check(call: Call, view: View) -> Iterator[Finding[Call]]:
    if view.callee(call) in _METHODS:
        yield RULE.at(call, call.func.node, culprit=call.method)
    else:
        for name in ("on_startup", "on_shutdown"):
            if keyword := call.keyword(name):
                yield RULE.at(call, keyword.node, culprit=name)


@RULE.fix(Applicability.REFACTOR)
def make_lifespan(finding: Finding[Call], edits: Edits) -> Fix | Refusal:
    func = finding.fact.func
    if not (isinstance(func, Attribute) and isinstance(func.value, Name) and func.attr == "on_event"):
        return Refusal(TITLE, "the application has no name of its own here")
    module = _Module(func.value.id, edits)
    made, handlers = module.application(), module.handlers()
    names = [handler.name for handler in handlers]
    if made is None:
        return Refusal(TITLE, "the application is not made in this module, or it has a lifespan")
    if not handlers or any(handler.event == "" for handler in handlers):
        return Refusal(TITLE, "some handler is not one that a lifespan can call")
    if any(module.n_bindings(name) != 1 for name in names) or module.is_registered_elsewhere():
        return Refusal(TITLE, "some handler, or its registration, is not the only one of its name")
    start, call, part = made
    spelled = edits.spell_all(_NEEDED, Context())
    if spelled is None or module.binds("lifespan"):
        return Refusal(TITLE, "a name that it needs is taken")
    (iterator, manager), imports = spelled
    lifespan = _lifespan(handlers, manager, iterator, edits.slice(part.span(call.func.node)))
    newline = edits.newline
    definition = newline + newline.join(lifespan) + newline * 3
    return Fix(
        TITLE,
        (
            Edit(Span(start, start), definition),
            _argument(call, part, edits),
            *(Edit(handler.decorator, "") for handler in handlers),
            *imports,
        ),
    )


_NEEDED = ("collections.abc.AsyncIterator", "contextlib.asynccontextmanager")


class _Handler(msgspec.Struct, frozen=True):
    """A decorated function: for which event, and the lines of the decorator."""

    event: str
    name: str
    is_async: bool
    decorator: Span


class _Module:
    """What the module of the finding does with one application."""

    def __init__(self, app: str, edits: Edits) -> None:
        self._app = app
        self._edits = edits

    def application(self) -> tuple[int, Call, Part] | None:
        """Where the one statement that makes the application starts, and the call in it."""
        found = [
            (part.span(fact.node).start, fact.value, part)
            for part in self._edits.parts()
            for fact in part.facts.of_type(Assignment)
            if isinstance(fact.target, Name) and fact.target.id == self._app and isinstance(fact.value, Call)
            if fact.context.scope == 0 and not part.facts.is_member and not fact.op
        ]
        if len(found) != 1:
            return None
        call = found[0][1]
        given = {"lifespan", "on_startup", "on_shutdown"} & {keyword.name for keyword in call.keywords}
        return None if given or call.has_unpacking or call.method != "FastAPI" else found[0]

    def handlers(self) -> list[_Handler]:
        """Every use of `on_event` and `add_event_handler`; one that is not a plain decorator has no event."""
        found: list[_Handler] = []
        for part in self._edits.parts():
            decorated = {
                decorator.node: function
                for function in part.facts.of_type(Function)
                for decorator in function.decorators
            }
            found.extend(
                self._handler(call, decorated.get(call.node), part)
                for call in part.facts.of_type(Call)
                if self._registers(call)
            )
        return found

    def binds(self, name: str) -> bool:
        """Whether the module has that name already."""
        return any(name in part.facts.scopes[0].bindings for part in self._edits.parts() if not part.facts.is_member)

    def n_bindings(self, name: str) -> int:
        """How often the module binds a name: of two functions with one name, a call finds the second only."""
        scopes = [part.facts.scopes[0] for part in self._edits.parts() if not part.facts.is_member]
        return sum(len(scope.bindings.get(name, ())) for scope in scopes)

    def is_registered_elsewhere(self) -> bool:
        """Whether handlers are put right into the lists of the application, or belong to a router of the module."""
        references = [fact.expr for part in self._edits.parts() for fact in part.facts.of_type(Reference)]
        return any(_reads_a_list(expr) or self._is_of_router(expr) for expr in references)

    def _is_of_router(self, expr: Expr) -> bool:
        match expr:
            case Attribute(value=Name(id=name), attr="on_event" | "add_event_handler"):
                return name != self._app
            case _:
                return False

    def _registers(self, call: Call) -> bool:
        match call.func:
            case Attribute(value=Name(id=name), attr="on_event" | "add_event_handler"):
                return name == self._app
            case _:
                return False

    def _handler(self, call: Call, function: Function | None, part: Part) -> _Handler:
        event = call.args[0].text.strip("\"'") if call.args and isinstance(call.args[0], Constant) else ""
        lines = self._edits.whole_lines(part.span(call.node))
        if function is None or "#" in self._edits.slice(lines):
            # The decorator goes with its lines, and a comment in them would be lost.
            return _Handler("", "", is_async=False, decorator=lines)
        is_plain = len(function.decorators) == 1 and not function.parameters
        # One that stands deeper hangs on a condition, which the lifespan does not know.
        is_top = function.context.scope == 0 and not self._edits.indent_at(part.span(call.node).start)
        if not is_plain or not is_top or part.facts.is_member or event not in ("startup", "shutdown"):
            return _Handler("", "", is_async=False, decorator=lines)
        return _Handler(event, function.name, function.is_async, lines)


def _reads_a_list(expr: Expr) -> bool:
    while isinstance(expr, Attribute):
        if expr.attr in ("on_startup", "on_shutdown"):
            return True
        expr = expr.value
    return False


def _lifespan(handlers: list[_Handler], manager: str, iterator: str, application: str) -> list[str]:
    """The lines of the new function. Handlers run in the order of the text, shutdown even if the application fails."""
    starting, stopping = (
        [f"{'await ' if handler.is_async else ''}{handler.name}()" for handler in handlers if handler.event == event]
        for event in ("startup", "shutdown")
    )
    body = [f"    {line}" for line in starting]
    if stopping:
        body += ["    try:", "        yield", "    finally:", *(f"        {line}" for line in stopping)]
    else:
        body.append("    yield")
    return [f"@{manager}", f"async def lifespan(app: {application}) -> {iterator}[None]:", *body]


def _argument(call: Call, part: Part, edits: Edits) -> Edit:
    """`lifespan=lifespan` after the last argument of the call that makes the application."""
    nodes = [*(argument.node for argument in call.args), *(keyword.node for keyword in call.keywords)]
    if not nodes:
        end = part.span(call.node).end - 1
        return Edit(Span(end, end), "lifespan=lifespan")
    last, first = part.span(nodes[-1]).end, part.span(nodes[0]).start
    own_line = edits.indent_at(first) != edits.indent_at(part.span(call.node).start)
    separator = f",{edits.newline}{edits.indent_at(first)}" if own_line else ", "
    return Edit(Span(last, last), f"{separator}lifespan=lifespan")
