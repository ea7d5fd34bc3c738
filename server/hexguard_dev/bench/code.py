"""Makes files of any length that read like a backend's, the same for the same seed, with places to type at."""

import random
from collections.abc import Iterator, Mapping
from itertools import cycle
from string import Template

import msgspec

from hexguard_dev.bench import templates

NOUNS = ("order", "customer", "invoice", "parcel", "payment", "refund", "voucher", "carrier", "address", "stock")
VERBS = ("collect", "settle", "review", "count", "reserve", "release", "check", "gather")
LINES_PER_FLAW = 200
CLASS_SHARE, MAX_CLASS_LINES = 0.2, 1500
FUNCTION_SHARE, MAX_FUNCTION_LINES = 0.1, 400
UNFINISHED, MISSING = "time.slee(", "p"
"""What the lines to type at begin with, and the letter that makes it a finding of every server."""

PASTED_FROM = 900_000
"""Numbers of pasted code begin here, so that it defines no name that is there already."""


class Code(msgspec.Struct, frozen=True):
    """A text in ASCII and the places in it, counted from 0, at which something can be done.

    In each of `spots`, a line and a column, one letter is missing; with it, every server has one finding more.
    `top` is the line of a statement of the module that is reported, and `gap` is a line between two definitions.
    """

    text: str
    spots: Mapping[str, tuple[int, int]]
    top: int
    gap: int

    @property
    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return self.text.split("\n")


def generate(n_lines: int, seed: int = 0) -> Code:
    """A file of `n_lines` lines, but of no fewer than some 120."""
    dice = random.Random(f"{n_lines} {seed}")
    maker = _Maker(dice)
    pieces = [templates.HEADER, templates.TOP, templates.BASE, maker.fill(templates.PLACE, name="start")]
    gap = 0
    budgets = _budgets(n_lines - sum(_n_lines(piece) for piece in pieces), n_lines)
    parts = (
        (maker.long_class, maker.fill(templates.PLACE, name="middle")),
        (maker.long_function, maker.fill(templates.PLACE, name="end")),
    )
    for (long_part, place), (n_units, n_long) in zip(parts, budgets, strict=True):
        pieces += [*long_part(n_long), *maker.units(n_units)]
        gap = gap or sum(_n_lines(piece) for piece in pieces)
        pieces.append(place)
    text = "".join(pieces)
    marked = [(row, line.find(UNFINISHED)) for row, line in enumerate(text.split("\n"))]
    spots = [(row, column + len(UNFINISHED) - 1) for row, column in marked if column >= 0]
    names = ("start", "class", "middle", "function", "end")
    return Code(text, dict(zip(names, spots, strict=True)), _n_lines(templates.HEADER) + 1, gap)


def paste(n_lines: int, seed: int = 0) -> str:
    """Some more definitions, with something to report among them."""
    maker = _Maker(random.Random(f"paste {seed}"), PASTED_FROM)
    return "".join((maker.fill(templates.FLAWS[0]), *maker.units(n_lines - _n_lines(templates.FLAWS[0]))))


def units(dice: random.Random, n_lines: int) -> Iterator[str]:
    """Definitions of so many lines in all, for modules that are put together elsewhere."""
    return iter(_Maker(dice).units(n_lines))


class _Maker:
    """Fills templates with words that the dice choose, and with numbers that never come twice."""

    def __init__(self, dice: random.Random, first: int = 1) -> None:
        self._dice = dice
        self._number = first
        self._n_until_flaw = dice.randrange(LINES_PER_FLAW)
        self._flaws = cycle(dice.sample(templates.FLAWS, len(templates.FLAWS)))

    def fill(self, template: str, **words: str) -> str:
        noun = self._dice.choice(NOUNS)
        values = {"noun": noun, "Noun": noun.capitalize(), "verb": self._dice.choice(VERBS), **words}
        self._number += 1
        return Template(template).substitute(values, number=self._number, step=self._dice.randint(2, 60))

    def units(self, n_lines: int) -> list[str]:
        """Definitions of all kinds; one in some two hundred lines has a flaw."""
        pieces: list[str] = []
        left = n_lines
        while left > 0:
            is_flawed = self._n_until_flaw <= 0
            piece = self.fill(next(self._flaws) if is_flawed else self._dice.choice(templates.UNITS))
            if _n_lines(piece) > left:
                pieces.append(self._rest(left))
                break
            self._n_until_flaw += LINES_PER_FLAW * is_flawed - _n_lines(piece)
            pieces.append(piece)
            left -= _n_lines(piece)
        return pieces

    def long_class(self, n_lines: int) -> list[str]:
        """A class with a place to type in its middle."""
        n_methods = max(n_lines - _n_lines(templates.CLASS), 2) // _n_lines(templates.METHOD)
        methods = [self.fill(templates.METHOD) for _ in range(n_methods)]
        methods.insert(len(methods) // 2, templates.METHOD_PLACE)
        return [templates.CLASS, *methods]

    def long_function(self, n_lines: int) -> list[str]:
        """A function with a place to type in its middle."""
        n_groups = max(n_lines - _n_lines(templates.LONG_FUNCTION), 2) // _n_lines(templates.STATEMENTS)
        groups = [self.fill(templates.STATEMENTS) for _ in range(n_groups)]
        groups.insert(len(groups) // 2, templates.STATEMENT_PLACE)
        return [templates.LONG_FUNCTION, *groups, templates.LONG_FUNCTION_END]

    def _rest(self, n_lines: int) -> str:
        """Constants, for the lines in which nothing else has room."""
        return "\n" + "".join(self.fill("LIMIT_${number} = $step\n") for _ in range(n_lines - 1))


def _budgets(n_left: int, n_lines: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """How many lines of single definitions, and of one long one, each half of a file has."""
    n_class = round(min(n_lines * CLASS_SHARE, MAX_CLASS_LINES))
    n_function = round(min(n_lines * FUNCTION_SHARE, MAX_FUNCTION_LINES))
    n_units = n_left - n_class - n_function - 2 * _n_lines(templates.PLACE)
    first = max(n_units + n_function - n_class, 0) // 2
    return (min(first, max(n_units, 0)), n_class), (max(n_units - first, 0), n_function)


def _n_lines(text: str) -> int:
    return text.count("\n")
