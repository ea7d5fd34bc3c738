"""Puts the page of a rule where an editor can open it, so that documentation needs no network."""

from pathlib import Path

from hexguard.files.store import cache_folder


def put_page(name: str, text: str) -> Path:
    """The file with the page `name`, which says `text` afterwards. Raises `OSError` if it cannot be written."""
    path = cache_folder() / "pages" / f"{name}.md"
    if not path.is_file() or path.read_text("utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
    return path
