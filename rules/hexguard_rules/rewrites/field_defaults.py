"""Makes the fields of a model validate their defaults, which validators of Pydantic 1 asked for with `always`."""

from collections.abc import Iterator, Sequence

from hexguard.facts.expressions import Call, Constant, ConstantKind, Expr, Name
from hexguard.facts.model import Assignment, Function
from hexguard.rule import Edits
from hexguard.rule.source import Part
from hexguard.text.edit import Edit
from hexguard.text.span import Span

FIELD = "pydantic.Field"
OPTION = "validate_default=True"


def defaults_to_validate(function: Function, names: Sequence[Expr], edits: Edits) -> list["Declared"] | None:
    """The fields with a default that a validator names; `None` if one is declared elsewhere or cannot be changed."""
    found: list[Declared] = []
    for name in names:
        written = name.text[1:-1] if isinstance(name, Constant) and name.kind is ConstantKind.STRING else ""
        declared = [one for one in _fields(function, edits) if one.name == written]
        if len(declared) != 1 or not declared[0].can_change():
            return None
        found += [one for one in declared if one.field.value is not None and not one.is_told()]
    return found


class Declared:
    """A field with where it is declared."""

    def __init__(self, field: Assignment, part: Part, edits: Edits) -> None:
        self.field = field
        self._part = part
        self._edits = edits

    @property
    def name(self) -> str:
        """What it is called; empty for anything but a plain name."""
        return self.field.target.id if isinstance(self.field.target, Name) else ""

    @property
    def has_function(self) -> bool:
        """Whether its default stands in a call of `Field`."""
        value = self.field.value
        return isinstance(value, Call) and self._edits.means(value.func, FIELD)

    def is_told(self) -> bool:
        """Whether it says already what happens to its default."""
        value = self.field.value
        return self.has_function and isinstance(value, Call) and value.keyword("validate_default") is not None

    def can_change(self) -> bool:
        """Whether its text is plain enough, and what it says is what the validators want."""
        text = self._edits.slice(self._part.span(self.field.node))
        if "#" in text or "\\" in text:
            return False
        value = self.field.value
        if not self.has_function or not isinstance(value, Call):
            return True
        told = value.keyword("validate_default")
        wants_it = told is None or (isinstance(told.value, Constant) and told.value.kind is ConstantKind.TRUE)
        return wants_it and not value.has_unpacking

    def edits(self, spelled: str) -> tuple[Edit, ...]:
        """Edits after which its default is validated; `spelled` is how `Field` is written."""
        span, value = self._part.span(self.field.node), self.field.value
        if self.has_function and isinstance(value, Call):
            end = self._part.span(value.node).end - 1
            before = self._edits.slice(Span(self._part.span(value.func.node).end, end)).rstrip()
            comma = "" if before.endswith("(") else " " if before.endswith(",") else ", "
            return (self._edits.insert_at(end - self._n_blank(end), f"{comma}{OPTION}"),)
        annotation = self.field.annotation
        start = self._part.span(annotation.node).end if annotation is not None else span.start
        text = self._edits.slice(Span(start, span.end))
        start += text.index("=") + 1
        start += len(text.partition("=")[2]) - len(text.partition("=")[2].lstrip())
        return (self._edits.insert_at(start, f"{spelled}("), self._edits.insert_at(span.end, f", {OPTION})"))

    def _n_blank(self, end: int) -> int:
        """How much white space stands before an offset."""
        text = self._edits.slice(Span(self._part.span(self.field.node).start, end))
        return len(text) - len(text.rstrip())


def _fields(function: Function, edits: Edits) -> Iterator[Declared]:
    """The annotated variables of the class in which a function stands."""
    parts = edits.parts()
    own = next(at for at, part in enumerate(parts) if part.facts.facts is edits.facts())
    first = last = own
    if not function.context.scope:
        while parts[first].facts.is_member:
            first -= 1
        while last + 1 < len(parts) and parts[last + 1].facts.is_member:
            last += 1
    for part in parts[first : last + 1]:
        is_head = part is not parts[own] and not part.facts.is_member
        for field in () if is_head else part.facts.of_type(Assignment):
            if field.annotation is not None and field.context.scope == function.context.scope:
                yield Declared(field, part, edits)
