"""The zone that the fix adds is the only difference."""

import warnings
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.generated import EXPRESSION_SITES, Imported, examples, indented, laid_out, ways_to_import
from support.mended import FIXES, fixed, loaded, mended
from support.observed import outcome

RULE = "utcnow-deprecated"

CALL = """
from datetime import datetime

def make():
    return datetime.utcfromtimestamp(1_700_000_000.5)
"""
NOW = """
import datetime as dt

def make():
    return dt.datetime.utcnow()
"""
REFERENCE = """
from datetime import datetime as clock

def make(now=clock.utcnow):
    return now()
"""
REFERENCE_WITH_ARGUMENT = """
import datetime

convert = None or datetime.datetime.utcfromtimestamp

def make():
    return convert(86_400)
"""


@pytest.mark.parametrize("code", [CALL, NOW, REFERENCE, REFERENCE_WITH_ARGUMENT])
def test_only_the_zone_differs(code: str) -> None:
    with warnings.catch_warnings():
        # Python 3.12 and later warn of what the fix replaces.
        warnings.simplefilter("ignore", DeprecationWarning)
        before: datetime = loaded(code).make()
    after: datetime = loaded(fixed(code, RULE)).make()
    assert before.tzinfo is None
    assert after.tzinfo is UTC
    assert after.replace(tzinfo=None) - before < timedelta(minutes=1)


# Each makes the same time in every run, and shows it without its zone.
SHAPES = (
    "{moment}.replace(tzinfo=None)",
    "{moment}.date()",
    "({moment} + dt.timedelta(days=1)).strftime('%Y %m %d %H %M %S')",
    "{moment} - {moment}",
    "{moment}.year, {moment}.timetuple()[:6]",
    "[{moment}.hour for _ in (1, 2)]",
    "list(map({convert}, [0, 86_400]))[1].day",
    "(lambda: {moment})().day",
    "dict(key={convert})['key'](5).second",
    "[{convert}][0](5).second",
    "(None or {convert})(5).second",
    "({convert} if log is not None else None)(5).second",
    "max({moment}, {moment}).minute",
    "{moment} == {moment}, {moment} <= {moment}",
    "abs(({now} - {now}).total_seconds()) < 60",
    "{now}.year > 2000",
    "(lambda make={nower}: make().year > 2000)()",
    "{{'make': {nower}}}['make']().year > 2000",
    "call({nower}).year > 2000",
)
ARGUMENTS = ("1_700_000_000.5", "0", "*[5]", "t=5", "5,", "given", "\n    5,  # seconds\n", "'5'", "", "int('5')", "-1")


@st.composite
def programs(draw: st.DrawFn) -> str:
    clock: Imported = draw(ways_to_import("datetime.datetime"))
    convert, nower = f"{clock.text}.utcfromtimestamp", f"{clock.text}.utcnow"
    shape = draw(st.sampled_from(SHAPES)).replace("{moment}", f"{convert}({draw(st.sampled_from(ARGUMENTS))})")
    shape = shape.replace("{convert}", convert).replace("{nower}", nower).replace("{now}", f"{nower}()")
    site = draw(st.sampled_from([site for site in EXPRESSION_SITES if "\n    {it}" not in site or "(" not in site]))
    body = site.replace("{it}", f"({shape})" if "," in shape or "lambda" in shape else shape)
    body = body.replace("{{", "{").replace("}}", "}")
    owner = draw(
        st.sampled_from(
            (
                "def run(log, given=5):\n{body}",
                "class Clock:\n    def run(self, log, given=5):\n{deeper}\n\nrun = Clock().run",
            )
        )
    )
    code = owner.replace("{body}", indented(body)).replace("{deeper}", indented(body, 2))
    header = (
        f"import datetime as dt\n{clock.statement}\nfrom contextlib import nullcontext\n\n"
        f"def call(make):\n    return make()\n\n"
    )
    return draw(laid_out(f"{header}{code}\n"))


@examples(100)
@given(programs())
def test_shows_the_same_without_the_zone(code: str) -> None:
    after = mended(code, RULE, FIXES)
    if after is not None:
        assert _hidden_names(outcome(after, [])) == _hidden_names(outcome(code, [])), after


def _hidden_names(found: object) -> str:
    """The error of a wrong argument names the function, which has another name."""
    return str(found).replace("utcfromtimestamp", "fromtimestamp")


FAILING_IF_AWARE = (
    "datetime.utcnow() - datetime(1970, 1, 1)",
    "datetime(1970, 1, 1) < datetime.utcnow()",
    "datetime.utcnow() == datetime(1970, 1, 1, 12)",
    'datetime.utcnow().isoformat() + "Z"',
    'f"{datetime.utcnow().isoformat()}Z"',
    "datetime.utcfromtimestamp(5).isoformat(timespec='seconds') + 'Z'",
)


@pytest.mark.parametrize("expression", FAILING_IF_AWARE)
def test_no_fix_where_a_naive_time_is_wanted(expression: str) -> None:
    code = f"from datetime import datetime\n\ndef run():\n    return {expression}\n"
    assert not outcome(code).error
    assert mended(code, RULE, FIXES) is None


def test_a_function_that_a_class_keeps_stays() -> None:
    code = (
        "from datetime import datetime\n\nclass Clock:\n    now = datetime.utcnow\n\n"
        "def run():\n    return Clock().now()\n"
    )
    assert not outcome(code).error
    assert mended(code, RULE, FIXES) is None
