"""Where keys and values of TOML stand: every scalar that the parser finds must be found again at its place."""

import tomllib
from collections.abc import Iterator

import pytest

from hexguard.settings.locate import KeyPath, locate
from hexguard.settings.report import is_array, is_table

TEXTS = [
    "a = 1\nb.c = 'x' # = 3\n[t]\nd = true\n",
    '"quoted key" = "a \\" # b"\n\'literal.key\' = \'\\\'\n"\\u0061\\U0001F600" = 1',
    'm = """\none "" two \\""" three""""\nl = \'\'\'\n\'x\'\'\'\'\nz = 1',
    'e = ""\nf = """"""\ng = \'\'\ny = []\nx = {}',
    "a = [\n  1, # one, ]\n  [2, 3], 'four',\n]\nb = { c = { d = [1, { e = 2 }] }, f.g = 3 }",
    "[[x]]\na = 1\n[x.y]\nb = 2\n[[x.z]]\nc = 3\n[[x.z]]\nc = 4\n[[x]]\na = 5\n[[x.z]]\nc = 6\n[x.z.w]\nd = 7",
    "[ a . b . 'c' ]\r\n  d . e = 1979-05-27T07:32:00Z  # date\r\nf = 1979-05-27 07:32:00\r\n[g]\r\n",
    "😀 = 1\n",
    "é = 1",
    "n = -1_000.5e+3\ni = inf\nh = 0xdead_beef\nt = 07:32:00.5",
    "# only a comment",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_every_scalar_is_found_at_its_place(text: str) -> None:
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert locate(text).by_path == {}
        return
    places = locate(text)
    for path, scalar in scalars(parsed, ()):
        span = places.by_path[path].value
        assert tomllib.loads(f"v = {text[span.start : span.end]}")["v"] == scalar, path


def scalars(value: object, path: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    if is_table(value):
        for key, member in value.items():
            yield from scalars(member, (*path, key))
    elif is_array(value):
        for index, member in enumerate(value):
            yield from scalars(member, (*path, index))
    else:
        yield path, value


@pytest.mark.parametrize(
    ("text", "path", "key", "value"),
    [
        ("[tool.x]\nab = [1, 22]", ("tool", "x", "ab"), "ab", "[1, 22]"),
        ("[tool.x]\nab = [1, 22]", ("tool", "x", "ab", 1), "22", "22"),
        ("[tool.x]\nab = [1, 22]", ("tool", "x", "missing"), "[tool.x]", "[tool.x]"),
        ("[tool.x]\nab = [1, 22]", ("tool",), "[tool.x]", "[tool.x]"),
        ("[[c]]\nk = 1\n[[c]]", ("c", 1, "k"), "[[c]]", "[[c]]"),
        ("a.b.c = 1", ("a", "b", "d"), "a.b.c", "a.b.c"),
        ("a = 1\nb = = 2\nc = 3", ("a",), "a", "1"),
        ("a = 1", ("b",), None, None),
    ],
)
def test_a_missing_key_stands_where_the_nearest_one_around_it_does(
    text: str, path: KeyPath, key: str | None, value: str | None
) -> None:
    places = locate(text)
    found = [None if span is None else text[span.start : span.end] for span in (places.key(path), places.value(path))]
    assert found == [key, value]
