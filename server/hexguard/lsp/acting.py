"""Shows what is offered as code actions that the client can take, and makes the edit of one that was chosen.

Runs in the worker's thread.
"""

from collections.abc import Sequence

import msgspec
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from hexguard.app.sweep import Swept
from hexguard.engine.excusing import Reach
from hexguard.engine.fix_all import Fixed, Wanted
from hexguard.engine.report import Report
from hexguard.lsp import convert
from hexguard.lsp.asked import Asked
from hexguard.lsp.checking import Checking
from hexguard.lsp.client import Client
from hexguard.lsp.convert import Change, Confirmation
from hexguard.lsp.difference import line_edits
from hexguard.lsp.menu import Choice, menu
from hexguard.lsp.protocol import content_modified, refused
from hexguard.lsp.roots import Home, Roots
from hexguard.lsp.target import APPLY, SHOW_DOCUMENTATION, EverywhereFixes, ManyFixes, OneFix, Silence, Target
from hexguard.rule.fix import BULK, Applicability
from hexguard.settings.writing import UnwritableError, ignoring, settings_file
from hexguard.text.document import Document
from hexguard.text.edit import Edit
from hexguard.text.span import Span

UNSAFE = Confirmation("Hexguard: unsafe fix", "This fix may change what the code does.")
EVERYWHERE = Confirmation("Hexguard: fixes in the project", "Look at the changes before they are made.")


class Done(msgspec.Struct, frozen=True):
    """The edit for a target, and what to tell the person who asked, if there is anything.

    With a `question`, a person should say yes before the edit is made, unless the client asks by itself.
    """

    edit: lsp.WorkspaceEdit
    message: str = ""
    question: str = ""


class Acting:
    """Code actions as `client` can take them."""

    def __init__(self, client: Client, roots: Roots, checking: Checking) -> None:
        self._client = client
        self._roots = roots
        self._checking = checking

    def actions(self, document: Document, asked: Asked) -> list[lsp.CodeAction | lsp.Command]:
        """What is offered for a document, as actions, or as commands for a client that knows no actions."""
        home = self._home(document)
        shown = (self._shown(home, choice, asked) for choice in menu(home, asked))
        return [action for action in shown if action]

    def edit(self, document: Document, target: Target) -> Done:
        """The edit of an action. Raises an error that the client understands if the document has changed meanwhile."""
        home = self._home(document)
        match target:
            case OneFix():
                return Done(self._one(home, target))
            case ManyFixes():
                return self._many(home, target)
            case Silence():
                return Done(self._silence(home, target))
            case _:
                raise content_modified()

    def everywhere(self, found: Sequence[Swept]) -> Done:
        """The edit of all that was found in a project; a person should look at it first."""
        changes = [Change(self._addressed(one), line_edits(one.document.text, one.fixed.text)) for one in found]
        edit = convert.to_workspace_edit(changes, self._client, EVERYWHERE)
        if not found:
            return Done(edit, "There is nothing to fix in the project")
        n_fixed = sum(len(one.fixed.fixed) for one in found)
        what = f"{_count(n_fixed, 'finding')} in {_count(len(found), 'file')}"
        return Done(edit, f"Fixed {what}", f"Fix {what}?")

    def _shown(self, home: Home, choice: Choice, asked: Asked) -> lsp.CodeAction | lsp.Command | None:
        if choice.refused:
            return self._disabled(home, choice) if self._client.disabled_actions else None
        if not self._is_possible(home, choice.target):
            return None
        if choice.page:
            command = lsp.Command(choice.title, SHOW_DOCUMENTATION, arguments=[choice.page])
            return self._with_command(home, choice, command) if self._client.shows_documents else None
        command = lsp.Command(choice.title, APPLY, arguments=[msgspec.to_builtins(choice.target)])
        if not self._client.action_literals and self._client.applies_edits:
            return command
        action = self._action(home, choice)
        # What is done in the whole project is asked about first, by annotations or by a question.
        must_ask = isinstance(choice.target, EverywhereFixes) and not self._client.change_annotations
        if self._client.resolves_edits and not must_ask:
            action.data = msgspec.to_builtins(choice.target)
            return action
        is_by_name = asked.only is not None and not isinstance(choice.target, EverywhereFixes)
        if choice.is_large and not is_by_name:
            action.command = command
            return action if self._client.applies_edits else None
        assert choice.target, "it is neither refused nor a page"
        try:
            action.edit = self.edit(home.document, choice.target).edit
        # What turns out not to be possible must not take the others with it.
        except JsonRpcException:
            return None
        return action if action.edit.changes or action.edit.document_changes else None

    def _is_possible(self, home: Home, target: Target | None) -> bool:
        """Whether there is a project for a target that needs one, and a file for settings or a client that makes it."""
        if isinstance(target, EverywhereFixes):
            return self._roots.is_project(home.root)
        if not isinstance(target, Silence) or target.reach != "project":
            return True
        return self._client.creates_files or settings_file(home.root.texts) in home.root.texts

    def _action(self, home: Home, choice: Choice) -> lsp.CodeAction:
        diagnostics = [self._checking.wire.diagnostic(choice.report, home, home.document)] if choice.report else None
        action = lsp.CodeAction(title=choice.title, kind=choice.kind, diagnostics=diagnostics)
        if self._client.preferred_actions and choice.report:
            action.is_preferred = choice.is_preferred
        return action

    def _disabled(self, home: Home, choice: Choice) -> lsp.CodeAction:
        action = self._action(home, choice)
        action.is_preferred = None
        action.disabled = lsp.CodeActionDisabled(choice.refused)
        return action

    def _with_command(self, home: Home, choice: Choice, command: lsp.Command) -> lsp.CodeAction | lsp.Command:
        if not self._client.action_literals:
            return command
        action = self._action(home, choice)
        action.command = command
        return action

    def _one(self, home: Home, target: OneFix) -> lsp.WorkspaceEdit:
        for report in _reports_at(home, target.rule, target.span):
            for applicability, fix in home.workspace.fixes(report):
                if fix.title == target.title:
                    confirm = UNSAFE if applicability is Applicability.UNSAFE else None
                    return self._of_document(home, fix.edits, confirm)
        raise content_modified()

    def _many(self, home: Home, target: ManyFixes) -> Done:
        within = Span(*target.span) if target.span else None
        fixed = _fixed(home, wanted(target.rule, unsafe=target.unsafe, within=within))
        edit = self._of_document(home, line_edits(home.document.text, fixed.text), UNSAFE if target.unsafe else None)
        return Done(edit, _left(fixed))

    def _silence(self, home: Home, target: Silence) -> lsp.WorkspaceEdit:
        if target.reach == "project":
            return self._in_settings(home, target.rule)
        for report in _reports_at(home, target.rule, target.span):
            if edits := home.workspace.excuse(report, Reach(target.reach)):
                return self._of_document(home, edits, None)
            raise refused("no comment can suppress this finding without changing something else")
        raise content_modified()

    def _in_settings(self, home: Home, rule: str) -> lsp.WorkspaceEdit:
        """The edit that has a rule ignored in a whole project, in the file with its settings as it is now."""
        self._roots.refresh(home.document.uri)
        texts = home.root.texts
        name = settings_file(texts)
        path = str(home.root.path / name)
        document = self._checking.settings_documents.get(path)
        document = document or Document.of(convert.to_uri(path), texts.get(name, ""))
        try:
            after = ignoring(name, document.text, rule)
        except UnwritableError as error:
            raise refused(str(error)) from error
        change = Change(document, line_edits(document.text, after), is_new=name not in texts)
        return convert.to_workspace_edit((change,), self._client)

    def _of_document(self, home: Home, edits: tuple[Edit, ...], confirm: Confirmation | None) -> lsp.WorkspaceEdit:
        changes = (Change(home.document, edits),) if edits else ()
        return convert.to_workspace_edit(changes, self._client, confirm)

    def _addressed(self, found: Swept) -> Document:
        """The document of a swept file under its uri: one that was only read has its path for a uri."""
        if found.document.uri != found.path:
            return found.document
        return msgspec.structs.replace(found.document, uri=convert.to_uri(found.path))

    def _home(self, document: Document) -> Home:
        """The home of a document. Raises an error that the client understands if the document has changed meanwhile."""
        home = self._roots.home(document.uri)
        if home is None or home.document is not document:
            raise content_modified()
        return home


def wanted(rule: str | None, *, unsafe: bool, within: Span | None = None) -> Wanted:
    """What is to be fixed: everything, or what a rule finds; with unsafe fixes or without."""
    allowed = BULK if unsafe else frozenset({Applicability.SAFE})
    return Wanted(lambda report: rule in (None, report.rule), allowed, within)


def _fixed(home: Home, what: Wanted) -> Fixed:
    file = home.workspace.file(home.path)
    assert file, "it has a home"
    return home.root.fix(file, what)


def _reports_at(home: Home, rule: str, place: tuple[int, int]) -> list[Report]:
    found = (*home.reports(), *home.workspace.on_request(home.path, Span(*place)))
    return [report for report in found if report.rule == rule and (report.span.start, report.span.end) == place]


def _left(fixed: Fixed) -> str:
    """What to say of that which could not be fixed."""
    if not fixed.left:
        return ""
    rules = ", ".join(dict.fromkeys(report.rule for report in fixed.left))
    return f"{_count(len(fixed.fixed), 'finding')} fixed, {len(fixed.left)} left: {rules}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
