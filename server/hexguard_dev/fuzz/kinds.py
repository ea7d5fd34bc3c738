"""All kinds of edits, by name, with how often they come."""

from hexguard_dev.fuzz import keys, lines, names, project
from hexguard_dev.fuzz.desk import Kind

KINDS: dict[str, tuple[int, Kind]] = {
    "typed": (6, keys.typed),
    "typed line": (2, keys.typed_line),
    "deleted": (12, keys.deleted),
    "pasted": (12, keys.pasted),
    "undone": (10, keys.undone),
    "odd characters": (14, keys.odd),
    "replaced": (2, keys.replaced),
    "moved": (8, lines.moved),
    "duplicated": (6, lines.duplicated),
    "indented": (8, lines.indented),
    "commented": (8, lines.commented),
    "suppressed": (8, lines.suppressed),
    "renamed": (6, names.renamed),
    "imported": (6, names.imported),
    "unimported": (4, names.unimported),
    "called": (8, names.called),
    "blocking": (8, names.blocking),
    "colored": (6, names.colored),
    "annotated": (6, names.annotated),
    "written": (6, project.written),
    "created": (3, project.created),
    "removed": (3, project.removed),
    "file renamed": (3, project.renamed_file),
    "opened": (4, project.opened),
    "closed": (3, project.closed),
    "configured": (3, project.configured),
}
