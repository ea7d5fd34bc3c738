"""What is written into a settings file: one name more, where a person would put it, and not a character else."""

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexguard.settings.load import load
from hexguard.settings.report import is_array, is_table
from hexguard.settings.writing import UnwritableError, ignoring, settings_file

PYPROJECT, OWN = "pyproject.toml", "hexguard.toml"


def check(name: str, before: str, after: str, rule: str = "new-rule") -> None:
    """`before` becomes `after`, also with Windows line ends and a byte order mark, and `after` stays as it is."""
    for ends in ("\n", "\r\n"):
        for bom in ("", "\ufeff"):
            old, new = (bom + text.replace("\n", ends) for text in (before, after))
            # A text without any line end says nothing about those to come.
            if ends in old or ends == "\n":
                assert ignoring(name, old, rule) == new
            assert ignoring(name, new, rule) == new
    assert rule in load({name: after}).settings.ignore


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('ignore = ["a", "b"] # why\n', 'ignore = ["a", "b", "new-rule"] # why\n'),
        ('ignore = ["a","b"]\n', 'ignore = ["a","b","new-rule"]\n'),
        ("ignore = [ 'a' ]\n", "ignore = [ 'a', 'new-rule' ]\n"),
        ('ignore = ["b", "a", ]\n', 'ignore = ["b", "a", "new-rule", ]\n'),
        ("ignore = []\n", 'ignore = ["new-rule"]\n'),
        ("ignore = [ ]\n", 'ignore = [ "new-rule" ]\n'),
        # Sorted lists stay sorted, others grow at their end.
        ('ignore = ["a", "z"]\n', 'ignore = ["a", "new-rule", "z"]\n'),
        ('ignore = ["z"]\n', 'ignore = ["new-rule", "z"]\n'),
        ('ignore = ["z", "a"]\n', 'ignore = ["z", "a", "new-rule"]\n'),
        # A member has its own line where the others have one, and comments stay with what they are about.
        ('ignore = [\n  "a", # one\n  "b", # two\n]\n', 'ignore = [\n  "a", # one\n  "b", # two\n  "new-rule",\n]\n'),
        ('ignore = [\n\t"a",\n\t"b" # two\n]\n', 'ignore = [\n\t"a",\n\t"b", # two\n\t"new-rule"\n]\n'),
        ('ignore = [\n  # why z\n  "z",\n]\n', 'ignore = [\n  "new-rule",\n  # why z\n  "z",\n]\n'),
        ('ignore = [ # all\n  "a",\n  # z\n  "z",\n]\n', 'ignore = [ # all\n  "a",\n  "new-rule",\n  # z\n  "z",\n]\n'),
        ('ignore = ["a",\n  "b"]\n', 'ignore = ["a",\n  "b", "new-rule"]\n'),
        ("ignore = [\n    # none yet\n]\n", 'ignore = [\n    # none yet\n    "new-rule",\n]\n'),
        ("ignore = [\n]\n", 'ignore = [\n    "new-rule",\n]\n'),
        ('ignore = [\n  "a"\n  , "b"\n]\n', 'ignore = [\n  "a"\n  , "b",\n  "new-rule"\n]\n'),
        # Without a list there is one after the last key, or above what begins with a header.
        ("", 'ignore = ["new-rule"]\n'),
        ("# ours\n", '# ours\nignore = ["new-rule"]\n'),
        ("preview = true # yes\n\n[severity]\n", 'preview = true # yes\nignore = ["new-rule"]\n\n[severity]\n'),
        ("# ours\n\n# how bad\n[severity]\n", '# ours\n\nignore = ["new-rule"]\n\n# how bad\n[severity]\n'),
        ('severity.a = "nit"\n', 'ignore = ["new-rule"]\n\nseverity.a = "nit"\n'),
        ('IGNORE = ["a"]\n', 'IGNORE = ["a", "new-rule"]\n'),
        ('ignore = ["new-rule"]\n', 'ignore = ["new-rule"]\n'),
    ],
)
def test_a_name_is_added_to_a_file_of_our_own(before: str, after: str) -> None:
    check(OWN, before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[tool.hexguard]\nignore = ["new-rule"]\n'),
        ('[project]\nname = "x"\n', '[project]\nname = "x"\n\n[tool.hexguard]\nignore = ["new-rule"]\n'),
        ('[project]\nname = "x"', '[project]\nname = "x"\n\n[tool.hexguard]\nignore = ["new-rule"]\n'),
        ("[tool.hexguard] # ours\n\n[a]\n", '[tool.hexguard] # ours\nignore = ["new-rule"]\n\n[a]\n'),
        (
            '[tool.hexguard]\nselect = [\n  "all",\n]\n\n# other\n[a]\n',
            '[tool.hexguard]\nselect = [\n  "all",\n]\nignore = ["new-rule"]\n\n# other\n[a]\n',
        ),
        (
            '[tool.hexguard.severity]\na = "nit"\n',
            '[tool.hexguard]\nignore = ["new-rule"]\n\n[tool.hexguard.severity]\na = "nit"\n',
        ),
        (
            "[tool.hexguard.severity]\n[a]\n[tool.hexguard]\n[b]\n",
            '[tool.hexguard.severity]\n[a]\n[tool.hexguard]\nignore = ["new-rule"]\n[b]\n',
        ),
        ("[tool]\nhexguard.preview = true\n", '[tool]\nhexguard.preview = true\nhexguard.ignore = ["new-rule"]\n'),
        ("tool.hexguard.preview = true\n", 'tool.hexguard.preview = true\ntool.hexguard.ignore = ["new-rule"]\n'),
        ("[tool]\nhexguard.ignore = ['a']\n", "[tool]\nhexguard.ignore = ['a', 'new-rule']\n"),
        ("tool = { hexguard = {} }\n", 'tool = { hexguard = {ignore = ["new-rule"]} }\n'),
    ],
)
def test_a_name_is_added_to_the_file_of_the_project(before: str, after: str) -> None:
    check(PYPROJECT, before, after)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (OWN, "ignore = [", "no valid TOML"),
        (OWN, 'ignore = "a"\n', "`ignore` in `hexguard.toml` is no list of strings"),
        (OWN, "ignore = [1]\n", "no list of strings"),
        (PYPROJECT, "[tool]\nhexguard = 1\n", "`tool.hexguard` in `pyproject.toml` is no table"),
        (PYPROJECT, "[[tool.hexguard]]\n", "is no table"),
        (PYPROJECT, "tool = 1\n", "is no table"),
        (PYPROJECT, "tool = {}\n", "only a person can change: add `new-rule` to `ignore`"),
    ],
)
def test_what_cannot_be_changed_is_said(name: str, text: str, message: str) -> None:
    with pytest.raises(UnwritableError, match=message):
        ignoring(name, text, "new-rule")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((OWN, ".hexguard.toml", PYPROJECT), OWN),
        ((PYPROJECT, ".hexguard.toml"), ".hexguard.toml"),
        ((PYPROJECT, "setup.cfg"), PYPROJECT),
        (("setup.cfg",), OWN),
        ((), OWN),
    ],
)
def test_a_setting_belongs_into_the_file_that_counts(names: tuple[str, ...], expected: str) -> None:
    assert settings_file(dict.fromkeys(names, "")) == expected


BLANK = st.sampled_from(["", " ", "\n", "\n  ", " # note, ]\n  ", "\n\n# a\n\t"])
NAMES = st.lists(st.sampled_from(["a-b", "b-c", "x-y", "z-z", "AP-09", "it's"]), max_size=4, unique=True)


@st.composite
def lists(draw: st.DrawFn) -> str:
    """A list of names, spaced and commented in every way that TOML allows."""
    text = "["
    names = draw(NAMES)
    for number, name in enumerate(names, start=1):
        quote = "'" if draw(st.booleans()) and "'" not in name else '"'
        comma = "," if number < len(names) or draw(st.booleans()) else ""
        text += draw(BLANK) + quote + name + quote + draw(BLANK) + comma
    return text + draw(BLANK) + "]"


@st.composite
def files(draw: st.DrawFn) -> str:
    """The text of a project's file, with or without our table, which may have a list, in one of its forms."""
    list_, other = draw(lists()), draw(st.sampled_from(["", "preview = true # on\n", 'src = [\n"a"]\n', "\n# note\n"]))
    keys = draw(st.sampled_from([f"ignore = {list_} # why\n", ""]))
    ours = draw(
        st.sampled_from(
            [
                "",
                f"[tool.hexguard]\n{other}{keys}",
                f"[tool.hexguard]\n{keys}{other}[tool.hexguard.severity]\na = 'nit'\n",
                f"[ tool . 'hexguard' ] # ours\n{other}  {keys}",
                "[tool.hexguard.severity]\na = 'nit'\n",
                f"[tool]\nhexguard.preview = true\nhexguard.ignore = {list_}\n",
                "[tool]\nhexguard = { preview = true } # ours\n",
            ]
        )
    )
    before = draw(st.sampled_from(["", "a = nan\n", "# top\n[project]\nname = 'x'\n\n", "[[x]]\ny = 1\n[[x]]\n"]))
    behind = draw(st.sampled_from(["", "\n# next\n[other]\nx = [1, {}]\n", "[tool.other]\nignore = ['q']\n"]))
    # A header may not come twice, and keys in front of headers must come first.
    text = before + ours + ("" if "[tool]" in ours and "[tool.other]" in behind else behind)
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))


@given(text=files(), rule=st.sampled_from(["a-b", "m-n", "zz-z"]))
def test_nothing_but_the_list_says_something_else(text: str, rule: str) -> None:
    before, after = said(text), said(ignoring(PYPROJECT, text, rule))
    names, more = before.names, after.names
    assert after.rest == before.rest
    assert sorted(more) == sorted({*names, rule})
    assert [name for name in more if name != rule or rule in names] == names
    assert names != sorted(names) or more == sorted(more)


@given(text=files(), rule=st.sampled_from(["a-b", "m-n", "zz-z"]))
def test_every_line_that_was_there_is_still_there(text: str, rule: str) -> None:
    after = ignoring(PYPROJECT, text, rule)
    # What is put in may end in the middle of a line, so the characters are compared, in their order.
    remaining = iter(after)
    assert all(character in remaining for character in text)
    assert after.count("#") == text.count("#")
    assert ignoring(PYPROJECT, after, rule) == after
    assert ("\r\n" not in text) or after.count("\n") == after.count("\r\n")


class Said(msgspec.Struct, frozen=True):
    """What a file says: the names that are ignored, and everything else."""

    names: list[str]
    rest: dict[str, object]


def said(text: str) -> Said:
    """Read the text of a project's file; numbers stay text, because some do not equal themselves."""
    raw: dict[str, object] = tomllib.loads(text, parse_float=str)
    tool = raw.pop("tool", {})
    assert is_table(tool)
    ours = tool.get("hexguard", {})
    assert is_table(ours)
    names = ours.get("ignore", [])
    assert is_array(names)
    others = {key: value for key, value in tool.items() if key != "hexguard"}
    keys = {key: value for key, value in ours.items() if key != "ignore"}
    return Said([str(name) for name in names], {"file": raw, "tool": others, "hexguard": keys})
