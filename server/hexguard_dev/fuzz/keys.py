"""Edits as fingers make them: typing, deleting, pasting, taking back, and characters that change how a text is read."""

from collections.abc import Iterator

from hexguard_dev.fuzz.desk import Desk
from hexguard_dev.fuzz.steps import Change, Edit, Replace

MAX_TYPED = 25
MAX_PASTED = 600
MAX_UNDONE = 12
ODD = (
    '"', "'", '"""', "'''", 'f"{', 'rb"', "(", ")", "[", "]", "{", "}", "\\", "\\\n", "\r", "\r\n", "\n\r", "\f", "\v",
    "\t", "\ufeff", "\0", "\x1a", "\x85", "\u2028", "\u00a0", "é", "e\u0301", "😀", "ﬁ", "𝔞", "\u202e", "\u200b", "#",
    ":", ";", "@", "=", "->", "...", "\n", "\n    ", "\n\n\n", "    ", "$", "?", "`", "!", "# coding: latin-1\n",
)  # fmt: skip
WORDS = (
    "async ", "await ", "def ", "class ", "return ", "yield ", "import ", "from ", "lambda: ", "if x:\n", "else:\n",
    "try:\n", "except:\n", "finally:\n", "with ", "match x:\n", "case _:\n", "global x\n", "nonlocal x\n", "del ",
    "pass\n", "not ", "self.", "super().", "int | None", "Optional[int]", "[]", "type X = ", "*", "**", "x := ",
)  # fmt: skip

Made = Iterator[tuple[Change, ...]]


def typed(desk: Desk) -> Made:
    """A few characters in the middle of a word, on a new line, or at the end, one after another."""
    path = desk.opened()
    text = desk.text(path)
    word = desk.word(text)
    middle = (word.start + word.end) // 2 if word else 0
    at = desk.chance.choice((middle, desk.line(text).end, len(text), desk.offset(text)))
    return _keys(path, at, desk.chance.choice((*WORDS, "x", "1", "_name", " ", "\n", ".", ", ")))


def typed_line(desk: Desk) -> Made:
    """A whole line, taken from anywhere, character by character."""
    path = desk.opened()
    source = desk.text(desk.chance.choice(desk.modules())) if desk.chance.random() < 0.5 else _snippet(desk)
    line = desk.line(source)
    return _keys(path, desk.line(desk.text(path)).start, source[line.start : line.end][:MAX_TYPED])


def deleted(desk: Desk) -> Made:
    """A character, some characters backwards, a word, a line, some lines, or any range."""
    path = desk.opened()
    text = desk.text(path)
    at = desk.offset(text)
    match desk.chance.randrange(6):
        case 0:
            yield (Edit(path, at, at + 1, ""),)
        case 1:
            for before in range(at, max(at - desk.chance.randrange(1, 8), 0), -1):
                yield (Edit(path, before - 1, before, ""),)
        case 2:
            if word := desk.word(text):
                yield (Edit(path, word.start, word.end, ""),)
        case 3:
            line = desk.line(text)
            yield (Edit(path, line.start, line.end, ""),)
        case 4:
            lines = desk.lines(text, 12)
            yield (Edit(path, lines.start, lines.end, ""),)
        case _:
            yield (Edit(path, at, at + desk.chance.randrange(300), ""),)


def pasted(desk: Desk) -> Made:
    """A part of some file or snippet, over a selection or between two characters."""
    path = desk.opened()
    text = desk.text(path)
    source = desk.text(desk.chance.choice(desk.modules())) if desk.chance.random() < 0.6 else _snippet(desk)
    taken = desk.lines(source, 20)
    part = source[taken.start : taken.end][:MAX_PASTED]
    if desk.chance.random() < 0.3:
        at = desk.offset(text)
        yield (Edit(path, at, at + desk.chance.randrange(40), part),)
    else:
        at = desk.line(text).start
        yield (Edit(path, at, at, part),)


def undone(desk: Desk) -> Made:
    """The last edits, taken back one by one or at once; what is taken back can be taken back again."""
    history = desk.live.history
    n_undone = min(desk.chance.randrange(1, MAX_UNDONE), len(history))
    taken = [history.pop() for _ in range(n_undone)]
    if desk.chance.random() < 0.5:
        for edit in taken:
            yield (edit,)
    elif taken:
        yield tuple(taken)


def odd(desk: Desk) -> Made:
    """Characters that open or close something, end lines in other ways, or are simply rare."""
    path = desk.opened()
    text = desk.text(path)
    at = desk.chance.choice((0, desk.line(text).start, desk.offset(text), desk.offset(text)))
    inserted = desk.chance.choice(ODD)
    yield (Edit(path, at, at, inserted),)
    if desk.chance.random() < 0.5:
        yield (Edit(path, at, at + len(inserted), ""),)


def replaced(desk: Desk) -> Made:
    """The whole document, as a formatter or another branch would: a similar text, another one, or other line ends."""
    path = desk.opened()
    text = desk.text(path)
    lines = desk.lines(text, 10)
    other = desk.chance.choice(
        (
            text,
            text[: lines.start] + text[lines.end :],
            text.replace("\n", "\r\n"),
            text.replace("\r\n", "\n"),
            desk.text(desk.chance.choice(desk.modules())),
            _snippet(desk),
            "",
        )
    )
    yield (Edit(path, 0, len(text), other) if desk.chance.random() < 0.5 else Replace(path, other),)


def _keys(path: str, at: int, text: str) -> Made:
    for offset, character in enumerate(text, start=at):
        yield (Edit(path, offset, offset, character),)


def _snippet(desk: Desk) -> str:
    return desk.chance.choice(desk.snippets)
