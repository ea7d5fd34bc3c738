"""Finds small edits of whole lines between two texts, so that a big fix leaves the cursor and the folds alone."""

from difflib import SequenceMatcher

from hexguard.text.edit import Edit
from hexguard.text.span import Span


def line_edits(before: str, after: str) -> tuple[Edit, ...]:
    """The edits that make `after` out of `before`, in order and disjoint."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    return tuple(
        Edit(Span(starts[first], starts[last]), "".join(new[new_first:new_last]))
        for kind, first, last, new_first, new_last in SequenceMatcher(None, old, new).get_opcodes()
        if kind != "equal"
    )
