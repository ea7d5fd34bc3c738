"""Whatever stands in a file or comes from an editor, reading it gives settings and never an exception."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from hexguard.settings import Settings
from hexguard.settings.dependencies import packages, python_version
from hexguard.settings.load import load, merge
from hexguard.settings.locate import locate
from hexguard.settings.names import CONFIGURATION_FILES

KEYS = [
    "select", "severity", "layers", "contracts", "options", "per-file-ignores", "python", "hexguard", "tool",
    "importlinter", "kind", "type", "modules", "source", "project", "dependencies", "poetry", "group",
]  # fmt: skip
MARKS = [
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    '"',
    "'",
    '"""',
    "\n",
    "\r\n",
    "#",
    " ",
    "\\",
    "1",
    "é😀",
    "\ufeff",
]
TOML_LIKE = st.lists(st.sampled_from([*KEYS, *MARKS])).map("".join)
NAMES = st.sampled_from(KEYS) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | NAMES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(CONFIGURATION_FILES), TOML_LIKE))
def test_no_text_raises(texts: dict[str, str]) -> None:
    for problem in load(texts).problems:
        if problem.span is not None:
            assert 0 <= problem.span.start <= problem.span.end <= len(texts[problem.path])
    packages(texts)
    python_version(texts)


@given(TOML_LIKE)
def test_every_place_is_in_the_text(text: str) -> None:
    for place in locate(text).by_path.values():
        assert 0 <= place.key.start <= place.key.end <= len(text)
        assert 0 <= place.value.start <= place.value.end <= len(text)


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_editor_raises(editor: Mapping[str, object]) -> None:
    loaded = merge(Settings(), editor)
    assert merge(loaded.settings, {}).settings == loaded.settings
