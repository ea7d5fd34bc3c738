"""Has a person decide about each fix on a terminal: what is found, what would change, and a question."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TypeAlias

from hexguard.app.baseline import Key
from hexguard.app.change import Change, difference
from hexguard.app.draft import Draft, Proposal, open_project
from hexguard.app.printed import Trouble, printed_problem
from hexguard.app.root import Root
from hexguard.app.worker import Task
from hexguard.cli.render import TAB, Style, full, plain, shown_path
from hexguard.files.read import read
from hexguard.rule.fix import Applicability, Fix
from hexguard.settings.model import Problem

Prompt: TypeAlias = Callable[[str], str]
"""Asks a question and gives the line that was typed. Raises `EOFError` at the end of all input."""

LEAVING = ("n", "s", "f", "q")
LETTERS = ("y", "a", *LEAVING)
HELP = """\
y  make this fix
n  leave this finding
a  make this fix, and those of the same kind for all further findings of this rule
s  leave this and all further findings of this rule
f  leave all further findings in this file
q  end; what was accepted so far is written
A file is written when it is done. Ctrl-C ends at once and leaves the current file as it was.
"""
_TRUST = {
    Applicability.SAFE: "safe",
    Applicability.UNSAFE: "unsafe: it may change what the code does",
    Applicability.REFACTOR: "refactoring: it rewrites more than the finding",
}


class Interview:
    """Questions about file after file; what is said about a rule holds for the files that follow.

    `changes` are those that were written, `troubles` what went wrong. Only `rules` are asked about, if there are any.
    """

    def __init__(self, style: Style, prompt: Prompt, rules: frozenset[str] | None = None) -> None:
        self.changes: list[Change] = []
        self.troubles: list[Trouble] = []
        self.is_over = False
        self._style = style
        self._rules = rules
        self._prompt = prompt
        self._accepted: dict[str, Applicability] = {}
        self._left: set[str] = set()
        self._is_file_over = False

    def hold(self, task: Task, files: Iterable[str], paths: Iterable[str]) -> None:
        """Ask about the fixes in the files at `paths`, which are some of the `files` that a batch has checked."""
        paths = () if self.is_over else tuple(paths)
        if not paths:
            return
        root = open_project(task, files)
        try:
            for path in paths:
                if not self.is_over:
                    self._file(root, path)
        finally:
            root.close_store()

    def _file(self, root: Root, path: str) -> None:
        source = read(Path(path))
        if isinstance(source, Problem):
            self.troubles.append(printed_problem(source, path, ""))
            return
        with closing(Draft(root, source)) as draft:
            change = draft.change(list(self._fixed_rules(draft)))
            self.troubles += draft.troubles
            trouble = change.write() if change else None
        if trouble:
            self.troubles.append(trouble)
        elif change:
            self.changes.append(change)

    def _fixed_rules(self, draft: Draft) -> Iterator[str]:
        """Ask until there is nothing left to ask about; gives the rule of each finding that was fixed."""
        passed: Counter[Key] = Counter()
        n_fixed = 0
        self._is_file_over = False
        while not self._is_file_over and (proposal := draft.next(passed, self._is_wanted)):
            if n_fixed >= draft.limit:
                print(f"{plain(shown_path(draft.path))}: these fixes bring back what they fix, so the file is left now")
                return
            fix = self._known(proposal) or self._asked(proposal, draft)
            if fix is None:
                passed[proposal.key] = proposal.nth
                continue
            draft.apply(fix)
            n_fixed += 1
            yield proposal.printed.rule

    def _is_wanted(self, rule: str) -> bool:
        return rule not in self._left and (self._rules is None or rule in self._rules)

    def _known(self, proposal: Proposal) -> Fix | None:
        """The fix that was accepted for all findings of this rule, if there is one of that kind here."""
        rule = proposal.printed.rule
        fix = next((fix for trust, fix in proposal.fixes if trust is self._accepted.get(rule)), None)
        if fix:
            place = proposal.printed.place
            print(f"{plain(shown_path(place.path))}:{place.line}:{place.column}: {rule}: {plain(fix.title)}")
        return fix

    def _asked(self, proposal: Proposal, draft: Draft) -> Fix | None:
        """The fix that a person chooses; `None` if the finding is left."""
        print(full([proposal.printed], self._style, with_hints=False), end="")
        for number, (trust, fix) in enumerate(proposal.fixes, start=1):
            label = f"{number}. " if len(proposal.fixes) > 1 else ""
            print(f"{label}{self._style.bold(plain(fix.title))} ({_TRUST[trust]})")
            print(self._colored(difference(draft.text, draft.after(fix))), end="")
        answer = self._answer(len(proposal.fixes))
        trust, fix = proposal.fixes[int(answer) - 1 if answer.isdecimal() else 0]
        rule = proposal.printed.rule
        if answer == "a":
            self._accepted[rule] = trust
        elif answer == "s":
            self._left.add(rule)
        self._is_file_over = answer in ("f", "q")
        self.is_over = answer == "q"
        return None if answer in LEAVING else fix

    def _answer(self, n_fixes: int) -> str:
        """One of the letters, or the number of a fix."""
        numbers = [str(number) for number in range(1, n_fixes + 1)] if n_fixes > 1 else []
        yes = f"1-{n_fixes}, [y]es to the first" if numbers else "[y]es"
        question = f"{yes}, [n]o, [a]ll of this rule, [s]kip this rule, [f]ile: skip the rest of it, [q]uit, [?]: "
        while True:
            try:
                answer = self._prompt(question).strip().lower()
            except EOFError:
                print()
                return "q"
            if answer in numbers or answer in LETTERS:
                return answer
            print(HELP, end="")

    def _colored(self, text: str) -> str:
        """A difference without its head, each line in the color of what happens to it."""
        colors = {"+": "32", "-": "31", "@": "36"}
        lines = (plain(line.rstrip("\r").replace("\t", TAB)) for line in text.removesuffix("\n").split("\n"))
        return "".join(f"{self._style.colored(line, colors.get(line[:1], ''))}\n" for line in lines)
