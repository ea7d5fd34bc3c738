"""What comes out of configuration files and editors: settings as declared, and problems exactly where they are."""

import textwrap
from collections.abc import Mapping

import pytest

from hexguard.settings import Contract, Layer, Settings, Severity
from hexguard.settings.load import EDITOR, load, merge
from support.declared import SELECTORS, check, compare

FULL = """
    select = ["async", "AP-09"]
    ignore = ['bare-except']
    extend-select = ["all"]
    preset = "hexagonal"
    exclude = ["migrations/"]
    src = ["lib"]
    python = "3.12"
    preview = true
    unsafe-fixes = true
    per-file-ignores = { "tests/**" = ["all"], 'a b.py' = ["async"] }

    [severity]
    bare-except = "nit"

    [switches]
    "pooling.pre_ping" = "off"
    async.gather = "report"

    [layers]
    domain = ["app.domain", "*.domain"]
    web = "app.web"

    [[contracts]]
    name = "inward"
    kind = "forbidden"
    source = ["domain"]
    forbidden = ["web"]
    allow-indirect = true
    ignore-imports = ["app.domain.a -> app.web.b"]

    [[contracts]]
    kind = "layers"
    layers = ["web | cli", ["left", "right"], "(domain)"]
    containers = ["app"]

    [options.deep-nesting]
    depth = 4
"""
FULL_SETTINGS = Settings(
    select=("async", "AP-09"),
    ignore=("bare-except",),
    extend_select=("all",),
    preset="hexagonal",
    exclude=("migrations/",),
    src=("lib",),
    python=(3, 12),
    preview=True,
    unsafe_fixes=True,
    per_file_ignores={"tests/**": ("all",), "a b.py": ("async",)},
    severity={"bare-except": Severity.NIT},
    switches={"pooling.pre_ping": "off", "async.gather": "report"},
    layers=(Layer("domain", ("app.domain", "*.domain")), Layer("web", ("app.web",))),
    contracts=(
        Contract(
            name="inward",
            kind="forbidden",
            source=("domain",),
            forbidden=("web",),
            allow_indirect=True,
            ignore_imports=(("app.domain.a", "app.web.b"),),
        ),
        Contract(
            name="contract 2",
            kind="layers",
            layers=(("web", "cli"), ("left", "right"), ("domain",)),
            containers=("app",),
        ),
        Contract(name="contract 2", kind="independence", source=("web", "cli"), containers=("app",)),
    ),
    options={"deep-nesting": {"depth": 4}},
)


def check_editor(
    editor: Mapping[str, object], expected: Settings, *problems: str, before: Settings | None = None
) -> None:
    """Merge what an editor sends; a problem is written without a place."""
    compare(merge(before or Settings(), editor, SELECTORS), {EDITOR: ""}, expected, *problems)


def as_pyproject(own: str) -> str:
    lines = textwrap.dedent(own).replace("[[", "[[tool.hexguard.").splitlines()
    headers = [f"[tool.hexguard.{line[1:]}" if line.startswith("[") and line[1] != "[" else line for line in lines]
    return "\n".join(["[project]", 'name = "x"', "[tool.hexguard]", *headers])


@pytest.mark.parametrize(
    "files",
    [
        {"hexguard.toml": FULL},
        {".hexguard.toml": FULL},
        {"pyproject.toml": as_pyproject(FULL)},
        {"hexguard.toml": textwrap.dedent(FULL).replace("\n", "\r\n")},
        {"hexguard.toml": "\ufeff" + textwrap.dedent(FULL)},
        {
            "hexguard.toml": FULL.replace("-select", "_select")
            .replace("-ignores", "_ignores")
            .replace("allow-", "allow_")
        },
        {"hexguard.toml": FULL, "notes.toml": "select = 3", "pyproject.toml": "[project]\nname = 'x'"},
    ],
    ids=["own", "hidden", "pyproject", "crlf", "bom", "snake", "others"],
)
def test_everything_can_be_declared(files: dict[str, str]) -> None:
    check(files, FULL_SETTINGS)


@pytest.mark.parametrize("files", [{}, {"pyproject.toml": ""}, {"hexguard.toml": ""}, {"pyproject.toml": "[tool.x]"}])
def test_nothing_declared_gives_the_defaults(files: dict[str, str]) -> None:
    check(files, Settings())


def test_own_file_wins_whole() -> None:
    check(
        {"hexguard.toml": "preview = true", "pyproject.toml": "[tool.hexguard]\nselect = 3\nunsafe-fixes = true"},
        Settings(preview=True),
        "warning pyproject.toml <[tool.hexguard]>: `[tool.hexguard]` is not read, because there is `hexguard.toml`",
    )


@pytest.mark.parametrize(
    "text",
    [
        "[switches]\npooling.pre_ping = 'off'",
        "[switches.pooling]\npre-ping = 'off'",
        "switches = { 'pooling.pre_ping' = 'off' }",
        "switches = { pooling = { prePing = 'off' } }",
        "switches.'pooling.pre-ping' = 'off'",
    ],
)
def test_switches_may_be_written_whole_or_in_tables(text: str) -> None:
    check({"hexguard.toml": text}, Settings(switches={"pooling.pre_ping": "off"}))


def test_layers_may_be_an_array_of_tables() -> None:
    check(
        {"hexguard.toml": "[[layers]]\nname = 'b'\nmodules = 'x.b'\n[[layers]]\nname = 'a'\nmodules = ['x.a']\n"},
        Settings(layers=(Layer("b", ("x.b",)), Layer("a", ("x.a",)))),
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("select = 3", "error <3>: `select` must be a list of strings, not an integer"),
        ("ignore = ['async', 3.5]", "error <3.5>: member 2 of `ignore` must be a string, not a number"),
        ("preview = 'yes'", "error <'yes'>: `preview` must be true or false, not a string"),
        ("python = 3.11", 'error <3.11>: `python` must be a string such as "3.11"'),
        ("python = '2.7'", "error <'2.7'>: `python` must be a string such as \"3.11\""),
        (
            "preset = 'hexagon'",
            "error <'hexagon'>: `preset` must be one of simple, layered, hexagonal, django, "
            "not `hexagon`; did you mean `hexagonal`?",
        ),
        ("exclude = { a = 1 }", "error <{ a = 1 }>: `exclude` must be a list of strings, not a table"),
        ("src = 1979-05-27 # c", "error <1979-05-27>: `src` must be a list of strings, not a date or time"),
        ("severity = []", "error <[]>: `severity` must be a table, not a list"),
        ("options.async = 1", "error <1>: `options.async` must be a table, not an integer"),
        ("switches = ['async.gather']", "error <['async.gather']>: `switches` must be a table, not a list"),
        (
            "switches.pooling.pre_ping = 'of'",
            "error <'of'>: `switches.pooling.pre_ping` must be one of on, off, not `of`; did you mean `off`?",
        ),
        (
            "switches = { 'pooling.pre_ping' = false }",
            "error <false>: `switches.pooling.pre_ping` must be a string, not a boolean",
        ),
        (
            "switches.pooling.pre_pin = 'off'",
            "warning <switches.pooling.pre_pin>: there is no switch `pooling.pre_pin`; "
            "did you mean `pooling.pre_ping`?",
        ),
        (
            "[switches]\n'async.gathr' = 'report'",
            "warning <'async.gathr'>: there is no switch `async.gathr`; did you mean `async.gather`?",
        ),
        ("switches.unknown = 'x'", "warning <switches.unknown>: there is no switch `unknown`"),
        (
            "switches.async.gather.x = 'x'",
            "error <switches.async.gather.x>: `switches.async.gather` must be a string, not a table",
        ),
        ("layers = 1", "error <1>: `layers` must be a table, not an integer"),
        ("layers.web = [1]", "error <1>: member 1 of `layers.web` must be a string, not an integer"),
        ("layers = [{name = 'a'}]", "error <{name = 'a'}>: a layer needs `name` and `modules`"),
        ("contracts = 'x'", "error <'x'>: `contracts` must be a list, not a string"),
        ("contracts = [{}]", "error <{}>: a contract needs `kind`: one of layers, forbidden, independence"),
        ("[[contracts]]\nkind = 'layers'", "error <[[contracts]]>: a contract of this kind needs `layers`"),
        (
            "contracts = [{kind = 'layers', layers = ['a | b : c']}]",
            "error <'a | b : c'>: "
            "member 1 of `contracts.layers` must separate siblings by `|` or by `:`, not by both",
        ),
        (
            "contracts = [{kind = 'independence', source = ['a'], ignore-imports = ['a']}]",
            "error <'a'>: member 1 of `contracts.ignore-imports` must be written `importer -> imported`",
        ),
        (
            'select = """\nmany\nlines"""',
            'error <"""\nmany\nlines""">: `select` must be a list of strings, not a string',
        ),
        ("\"sel\\u0065ct\" = 1", "error <1>: `select` must be a list of strings, not an integer"),
        ("slect = []", "warning <slect>: there is no setting `slect`; did you mean `select`?"),
        ("[zzzzz]\na = 1", "warning <[zzzzz]>: there is no setting `zzzzz`"),
        (
            "severity.bare-exept = 'oops'",
            "error <'oops'>: `severity.bare-exept` must be one of blocking, important, nit, suggestion, not `oops`",
        ),
    ],
)  # fmt: skip
def test_a_bad_value_costs_only_itself(line: str, problem: str) -> None:
    check({"hexguard.toml": f'unsafe-fixes = true # "é😀"\n{line}\n'}, Settings(unsafe_fixes=True), problem)


def test_a_bad_entry_costs_only_itself() -> None:
    text = """
        [severity]
        bare-except = "nit"
        async = "fatal"
        [[contracts]]
        kind = "independence"
        source = ["a", "b"]
        sources = []
        [[contracts]]
        kind = "forbidden"
        source = ["a"]
    """
    check(
        {"hexguard.toml": text},
        Settings(
            severity={"bare-except": Severity.NIT},
            contracts=(Contract(name="contract 1", kind="independence", source=("a", "b")),),
        ),
        'error <"fatal">: `severity.async` must be one of blocking, important, nit, suggestion, not `fatal`',
        "warning <sources>: a contract has no `sources`; did you mean `source`?",
        "error <[[contracts]]>: a contract of this kind needs `forbidden`",
    )


def test_names_that_select_nothing_are_told() -> None:
    check(
        {"hexguard.toml": "select = ['all', 'bare-exept', 'AP-09']\n[per-file-ignores]\n'a.py' = ['zzz']"},
        Settings(select=("all", "bare-exept", "AP-09"), per_file_ignores={"a.py": ("zzz",)}),
        "warning <'bare-exept'>: no rule, family or alias is called `bare-exept`; did you mean `bare-except`?",
        "warning <'zzz'>: no rule, family or alias is called `zzz`",
    )


@pytest.mark.parametrize(
    ("text", "covered", "what"),
    [
        ("a = 1\nb = [1, 2\n", "", "unclosed array"),
        ("x = '😀'\r\nyy = = 3\r\nz = 1", "= 3", "invalid value"),
        ("a = 1\na = 2\n", "", "cannot overwrite a value"),
    ],
)
def test_broken_toml_is_one_problem(text: str, covered: str, what: str) -> None:
    check(
        {"hexguard.toml": text, "pyproject.toml": "[tool.hexguard]"},
        Settings(),
        f"error <{covered}>: this is no valid TOML, so nothing in it counts: {what}",
        "warning pyproject.toml <[tool.hexguard]>: `[tool.hexguard]` is not read, because there is `hexguard.toml`",
    )


def test_deep_nesting_is_no_crash() -> None:
    (problem,) = load({"hexguard.toml": "k = " + "[" * 100_000}).problems
    assert problem.message.startswith("this is no valid TOML")


@pytest.mark.parametrize(
    "editor",
    [
        {"extendSelect": ["async"], "severity": {"async": "nit"}, "unsafeFixes": None},
        {"hexguard": {"extend-select": ["async"], "severity": {"async": "nit"}}, "python": {"pythonPath": 3}},
        {"hexguard.extend_select": ["async"], "hexguard.severity": {"async": "nit"}, "trace": {"server": "off"}},
    ],
)
def test_an_editor_overrides_the_project(editor: dict[str, object]) -> None:
    before = Settings(select=("async",), extend_select=("all",), severity={"bare-except": Severity.BLOCKING})
    after = Settings(
        select=("async",),
        extend_select=("async",),
        severity={"bare-except": Severity.BLOCKING, "async": Severity.NIT},
    )
    check_editor(editor, after, before=before)


@pytest.mark.parametrize(
    ("editor", "problem"),
    [
        ({"preview": "yes"}, "error: `preview` must be true or false, not a string"),
        ({"hexguard": 3}, "error: `hexguard` must be a table, not an integer"),
        (
            {"extndSelect": []},
            "warning: there is no setting `extndSelect`; did you mean `extend-select`?",
        ),
        ({"select": [None]}, "error: member 1 of `select` must be a string, not null"),
    ],
)
def test_bad_editor_settings_are_told(editor: dict[str, object], problem: str) -> None:
    check_editor({"preset": "simple", **editor}, Settings(preset="simple"), problem)
