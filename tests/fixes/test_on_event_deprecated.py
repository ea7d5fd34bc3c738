"""A lifespan runs the same handlers in the same order, in a real application that starts, answers and stops."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import Imported, examples, laid_out, ways_to_import
from support.mended import refactored
from support.observed import outcome

RULE = "on-event-deprecated"

BODIES = (
    "    log.append('{name}')\n",
    '    """Says so."""\n    log.append(\'{name}\')\n    app.state.{name} = 1\n',
    "    log.append(('{name}', sorted(app.state._state)))\n",
    "    global n_calls\n    n_calls += 1\n    log.append(n_calls)\n",
    "    log.append('{name}')\n    raise KeyError('{name}')\n",
    "    log.append('{name}')\n    return log\n",
)
ARGUMENTS = (
    "",
    "title='Orders'",
    "title='Orders',",
    "\n    title='Orders',  # the name\n    version='2',\n",
    "debug=True, title='Orders'",
)
RUN = """
from support.client import answers

log: list[object] = []
n_calls = 0

@app.get("/orders")
async def orders() -> list[str]:
    return [str(said) for said in log]

def run():
    try:
        answer = answers(app, "/orders", "/openapi.json")
    except KeyError as error:
        answer = repr(error)
    return answer, log
"""


@st.composite
def programs(draw: st.DrawFn) -> str:
    application: Imported = draw(ways_to_import("fastapi.FastAPI"))
    parts = [f"{application.statement}\n\napp = {application.text}({draw(st.sampled_from(ARGUMENTS))})\n"]
    for number in range(draw(st.integers(1, 4))):
        event = draw(st.sampled_from(("'startup'", '"shutdown"', '"startup"', "event_type='startup'")))
        word = draw(st.sampled_from(("def", "async def")))
        name = draw(st.sampled_from((f"handler_{number}", f"handler_{number}", "handler_0")))
        body = draw(st.sampled_from(BODIES)).replace("{name}", f"said_{number}")
        comment = draw(st.sampled_from(("", "# About the next one.\n")))
        parts.append(f"{comment}@app.on_event({event})\n{word} {name}():\n{body}")
    parts.append(
        draw(st.sampled_from(("", "class Kept:\n    size = 1\n", "if log:\n    pass\n"))).replace("log", "app")
    )
    return draw(laid_out("\n".join([*parts, RUN])))


@examples(30)
@given(programs())
def test_starts_and_stops_the_same(code: str) -> None:
    after = refactored(code, RULE)
    if after is None:
        return
    assert "on_event" not in after
    assert outcome(after) == outcome(code), after


def application(handlers: str) -> str:
    return f"from fastapi import APIRouter, FastAPI\n\napp = FastAPI()\n{handlers}\n{RUN}"


REFUSED = {
    "one name twice": '@app.on_event("startup")\ndef start(): ...\n\n@app.on_event("startup")\ndef start(): ...\n',
    "under a condition": 'if __debug__:\n    @app.on_event("startup")\n    def start(): ...\n',
    "in the list of the router": 'app.router.on_startup.append(print)\n\n@app.on_event("startup")\ndef start(): ...\n',
    "on a router": (
        'router = APIRouter()\n\n@router.on_event("startup")\ndef warm(): ...\n\n'
        '@app.on_event("startup")\ndef start(): ...\n'
    ),
    "another decorator": '@app.on_event("startup")\n@app.on_event("shutdown")\ndef start(): ...\n',
    "by a call": '@app.on_event("startup")\ndef start(): ...\n\napp.add_event_handler("shutdown", start)\n',
    "parameters": '@app.on_event("startup")\ndef start(size=1): ...\n',
    "a name that is taken": 'lifespan = None\n\n@app.on_event("startup")\ndef start(): ...\n',
}


@pytest.mark.parametrize("handlers", REFUSED.values(), ids=REFUSED)
def test_no_rewrite_where_handlers_could_be_lost(handlers: str) -> None:
    assert refactored(application(handlers), RULE) is None
