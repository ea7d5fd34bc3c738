"""Tells a client what it may show besides findings: the page of a rule, and what holds for a project."""

import platform
import sys

import hexguard
from hexguard.lsp.service import Service

EXPLAIN = "hexguard/explain"
PROJECT = "hexguard/project"
"""The names of our own requests: the first takes the `name` of a rule, the second the `uri` of a document."""


async def explain(ls: Service, params: object) -> dict[str, object] | None:
    """The page of a rule, in Markdown; `None` if no rule has that name."""
    name = str(getattr(params, "name", ""))
    text = await ls.ask(lambda: ls.background.page_text(name))
    return None if text is None else {"name": name, "text": text}


async def project(ls: Service, params: object) -> dict[str, object]:
    """Which server this is, and what holds for the project of a document; that is `None` for one that is not open."""
    uri = str(getattr(params, "uri", ""))
    told = await ls.ask(lambda: ls.background.told_project(uri))
    python = {"version": platform.python_version(), "path": sys.executable}
    return {"version": hexguard.__version__, "python": python, "project": told}
