"""Why Hexguard differs from a suite, group by group, so that a new difference stands out."""

import re

import msgspec

from hexguard_dev.oracles.peers import HISTORY
from hexguard_dev.oracles.score import Place


class Reason(msgspec.Struct, frozen=True):
    """Why some places of some codes are `missed` or `extra`: those of which file, line and text match `where`."""

    suite: str
    codes: tuple[str, ...]
    what: str
    where: str
    why: str

    def explains(self, suite: str, code: str, what: str, place: Place) -> bool:
        """Whether it is about a place, where `what` came of a code."""
        if (self.suite, self.what) != (suite, what) or code not in self.codes:
            return False
        return re.search(self.where, f"{place.file}:{place.line}\n{place.text}", re.DOTALL) is not None


_LEAVES_IT_ALONE = r"^(?!.*(\.(append|add|extend|insert|setdefault|update)\(|\breturn [a-z]|\byield\b|self\.\w+ = ))"
"""A function in which nothing is done that a default would remember."""

REASONS = (
    Reason(
        "bump-pydantic",
        ("add_default_none",),
        "missed",
        r"^(?!.*(class Config|validator))",
        "nothing in the model tells that it was written for Pydantic 1, and in version 2 a field without a default is "
        "what it says; with a class `Config` in it, all are found.",
    ),
    Reason(
        "bump-pydantic",
        ("replace_config", "validator"),
        "extra",
        r"TODO\[pydantic\]",
        "the peer leaves alone what carries its comment that a person has to change it; it is still to be changed.",
    ),
    Reason(
        "bump-pydantic",
        ("validator",),
        "extra",
        r"validator\(.*\)\(parse_expression\)",
        "the peer cannot rewrite `validator(...)(function)` and leaves it alone; it is deprecated all the same, and is "
        "reported without a fix.",
    ),
    Reason(
        "bump-pydantic",
        ("replace_imports",),
        "missed",
        r"import (Color|PaymentCard)",
        "`Color` and the types of payment cards went to another package than `BaseSettings`; the rule is about "
        "`BaseSettings` alone, and no other rule is about what moved.",
    ),
    Reason(
        "flake8-bugbear",
        ("B006",),
        "missed",
        _LEAVES_IT_ALONE,
        "the body of the function is `...` or `pass`, so no call finds what another one left in the default; with a "
        "body that changes, keeps or gives back the default, all are found.",
    ),
    Reason(
        "pyupgrade",
        ("typing_pep604",),
        "missed",
        r":1\nx: typing\.",
        "the snippet does not import `typing`, and a name that nobody binds means nothing; with the import, all are "
        "found.",
    ),
    Reason(
        "pyupgrade",
        ("typing_pep604",),
        "extra",
        r"noop_\d+\.py:\d+\nfrom typing import \w+\s+x: ",
        "the peer is told that the code has to run on Python 3.9; here a rule runs whatever it requires.",
    ),
    Reason(
        "pyupgrade",
        ("typing_pep604",),
        "extra",
        r"\[[^]]*\"str\"\]",
        "the peer does not rewrite unions with quoted members; ours are rewritten by a fix that quotes the whole, as "
        "an unsafe fix.",
    ),
    Reason(
        "ruff",
        ("ASYNC212",),
        "missed",
        r"\.close\(\)",
        "`close()` of a client of httpx waits for no answer.",
    ),
    Reason(
        "ruff",
        ("ASYNC220", "ASYNC221"),
        "missed",
        r"^[^\n]*\n\s*(subprocess\.Popen|os\.posix_spawnp?)\(",
        "`Popen()` and `os.posix_spawn()` start a process and do not wait for it; this takes a few milliseconds, and "
        "waiting for it later is reported.",
    ),
    Reason(
        "ruff",
        ("ASYNC220",),
        "missed",
        r"^[^\n]*\n\s*os\.spawnl\((mode=)?((os\.)?P_NOWAIT|1|foo\(\))\)",
        "the mode says not to wait, or is not known.",
    ),
    Reason(
        "ruff",
        ("ASYNC221", "ASYNC222"),
        "missed",
        r"^[^\n]*\n\s*os\.(spawn\w+\(\)|wait(3|4|id|pid)\((10)?\))",
        "the calls lack arguments, so they raise `TypeError`; those arguments say whether the call waits, and with "
        "them, all are found.",
    ),
    Reason(
        "ruff",
        ("B006",),
        "missed",
        _LEAVES_IT_ALONE,
        "the function does nothing with the default or prints it, so no call finds what another one left in it; with a "
        "body that gives back the default, all but one in an `__init__` are found.",
    ),
    Reason(
        "ruff",
        ("DTZ003", "DTZ004"),
        "missed",
        r"DTZ00[34]\.py",
        "the module binds `datetime` twice, to the module and to the class, so the name is not followed; with either "
        "import alone, all are found.",
    ),
    Reason(
        "ruff",
        ("RUF006",),
        "extra",
        r"^[^\n]*\n\s*task = unused = ",
        "the task is kept in two names that nobody reads; the suite itself calls its silence there a mistake.",
    ),
    Reason(
        "ruff",
        ("S113",),
        "missed",
        r"^[^\n]*\n\s*httpx\.\w+\([^\n]*timeout=None",
        "`timeout=None` for one request of httpx is a decision for that request, since httpx has a timeout by itself; "
        "for a client, it is reported.",
    ),
    Reason(
        "ruff",
        ("UP007", "UP045"),
        "missed",
        r"^[^\n]*\n[^\n]*(: \"|\[\(\)\]|\w : \w)",
        "the annotation is quoted, which facts do not look into, or its member is a slice or an empty tuple, which is "
        "no type.",
    ),
    Reason(
        "ruff",
        ("UP007", "UP045"),
        "missed",
        r"^[^\n]*\n\s*\w+(: TypeAlias)? = (Union|Optional)\[",
        "the union is the value of a name, and not an annotation: such a value may be used in ways that `|` does not "
        "serve.",
    ),
    Reason(
        "ruff",
        ("UP045",),
        "missed",
        r"is not True",
        "the annotation is a comparison with a union in it, which is no type.",
    ),
    Reason(
        HISTORY,
        ("bare-except",),
        "missed",
        r"\braise\b|created - it's currently in sending",
        "the handler raises the exception again, so it hides nothing.",
    ),
    Reason(
        HISTORY,
        ("blocking-offloaded",),
        "missed",
        "",
        "what was moved to a thread is a method of the project or of another library of which no table of ours says "
        "that it blocks.",
    ),
    Reason(
        HISTORY,
        ("expire-on-commit",),
        "missed",
        "",
        "the session maker stands in a test, where the rule reports nothing.",
    ),
    Reason(
        HISTORY,
        ("mutable-default",),
        "missed",
        r"=\s*(\[|\{|list\(|dict\()",
        "the function reads the default or hands it on, so that nobody saw a defect; the rule asks for a function that "
        "changes, keeps or gives back its default, while these maintainers changed all of theirs.",
    ),
    Reason(
        HISTORY,
        ("on-event",),
        "missed",
        r"app\.on_event",
        "the application is a parameter without an annotation.",
    ),
    Reason(
        HISTORY,
        ("optional-union",),
        "missed",
        r"(=\s*|else |\()Optional\[",
        "the union is an argument or the value of a name, and no annotation.",
    ),
    Reason(
        HISTORY,
        ("optional-union",),
        "extra",
        r"Union\[str, int\]\] \| None",
        "the change wrote the outer union anew and left the inner one as it was.",
    ),
    Reason(
        HISTORY,
        ("pyd-config",),
        "missed",
        r"base_controllers\.py",
        "the class around it is no model, so nobody ever read its `Config`.",
    ),
    Reason(
        HISTORY,
        ("pyd-method",),
        "missed",
        r"/(conda_store_server|conda-store-server)/.*Specification\.parse_obj",
        "the class has a method of its own by that name.",
    ),
    Reason(
        HISTORY,
        ("pyd-dict", "pyd-method"),
        "missed",
        r"\bsuper\(\)\.",
        "what `super()` gives is not followed.",
    ),
    Reason(
        HISTORY,
        ("pyd-dict", "pyd-method"),
        "missed",
        r"full-stack-fastapi-template",
        "the model is one of SQLModel, which has methods of its own by these names.",
    ),
    Reason(
        HISTORY,
        ("pyd-dict", "pyd-json", "pyd-method"),
        "missed",
        "",
        "what stands before the dot is not certain: it is of one of several types, or comes out of a loop, a fixture "
        "or a function without an annotation.",
    ),
    Reason(
        HISTORY,
        ("requests-to-async-http",),
        "extra",
        r"httpx\.get",
        "the request was moved from one library that blocks to another.",
    ),
    Reason(
        HISTORY,
        ("sa-column",),
        "missed",
        r"dev\+fief|/rom\.py",
        "the columns have annotations without `Mapped`; SQLAlchemy 2 refuses them itself when the class is made.",
    ),
    Reason(
        HISTORY,
        ("sa-column",),
        "missed",
        r"class \w*(Mixin|Generic)\b|_model_base\.py",
        "the class is mixed in, or is the base class of all models itself.",
    ),
    Reason(
        HISTORY,
        ("sa-column",),
        "missed",
        r"\(_DECL_BASE\)",
        "the base class is annotated as `Any`.",
    ),
    Reason(
        HISTORY,
        ("sa-legacy-query",),
        "missed",
        r"db\.session\.query|/versions/",
        "the session is the one of Flask-SQLAlchemy, or the code is a migration; both are left alone.",
    ),
    Reason(
        HISTORY,
        ("sa-legacy-query",),
        "missed",
        "",
        "where the session comes from is not certain: a context manager without an annotation that says so, a "
        "parameter or an attribute without one, or a module in a source folder that would have to be set.",
    ),
)
"""In the order of the page."""
