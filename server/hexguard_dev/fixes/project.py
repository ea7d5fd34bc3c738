"""Tries the fixes of one project: each alone, then all together, file by file and with all files fixed."""

import os
from collections import Counter
from collections.abc import Iterable, Iterator

from hexguard.app.root import Root
from hexguard.engine.report import Report
from hexguard.files.discover import discover
from hexguard.files.read import Source, read
from hexguard.text.lines import LineIndex
from hexguard_dev.fixes.alone import SEVERITIES, try_each
from hexguard_dev.fixes.tally import ALSO_UNSAFE, MODES, Alone, Failure, Project, Tally, Together
from hexguard_dev.fixes.texts import Known, known
from hexguard_dev.fixes.together import counted, fix_together, look_at_all, opened
from hexguard_rules.catalogue import CATALOGUE


def try_project(project: Project) -> Tally:
    """Try all fixes on a project, of which no file is written."""
    return _Bench(project).tally()


class _Bench:
    """A project on the bench."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._folder = project.folder.resolve()
        self._root = Root(self._folder, editor={"preview": True})
        self._alone: dict[tuple[str, str], Alone] = {}
        self._together: dict[tuple[str, str], Together] = {}
        self._left: Counter[tuple[str, str]] = Counter()
        self._failures: list[Failure] = []

    def tally(self) -> Tally:
        """All figures."""
        for _ in self._root.index():
            pass
        texts = dict(self._texts())
        fixed = {mode: dict(texts) for mode in MODES}
        worst = dict.fromkeys(MODES, len(SEVERITIES))
        before: dict[str, Counter[tuple[str, str]]] = {}
        for path, text in texts.items():
            reports = opened(self._root, path, text)
            before[path] = counted(reports)
            if reports:
                whole = known(text)
                self._try_alone(path, whole)
                for mode in MODES:
                    fixed[mode][path], least = self._fix(path, whole, mode)
                    worst[mode] = min(worst[mode], least)
            self._root.workspace.close(path)
        n_again = sum(self._look_at_all(fixed[mode], before, mode, worst[mode]) for mode in MODES)
        findings = Counter(rule for counts in before.values() for rule, _ in counts.elements())
        n_lines = sum(len(text.splitlines()) for text in texts.values())
        figures = (self._alone, self._together, self._left, tuple(self._failures))
        return Tally(self._project, len(texts), n_lines, findings, *figures, n_again)

    def _texts(self) -> Iterator[tuple[str, str]]:
        paths = discover((self._folder,), self._root.composition.settings.exclude, root=self._folder)
        for path in paths:
            source = read(path)
            if isinstance(source, Source):
                yield str(path), source.text

    def _try_alone(self, path: str, whole: Known) -> None:
        for report in self._root.reports(path):
            for kind in _kinds(report):
                self._count(report.rule, kind, Alone(findings=1))
        for trial in try_each(self._root.workspace, path, whole):
            kind = trial.applicability.value
            self._count(trial.report.rule, kind, Alone(offered=1, kept=int(not trial.troubles)))
            place = self._place(path, whole.text, trial.report.span.start)
            self._fail(place, trial.report.rule, f"{kind}, alone", trial.troubles)

    def _count(self, rule: str, kind: str, figures: Alone) -> None:
        self._alone[rule, kind] = self._alone.get((rule, kind), Alone()) + figures

    def _fix(self, path: str, whole: Known, mode: str) -> tuple[str, int]:
        """Fix a file, and give its text then and the worst severity of what was fixed."""
        fixed = fix_together(self._root, path, whole, mode)
        for rule, figures in fixed.figures.items():
            self._together[mode, rule] = self._together.get((mode, rule), Together()) + figures
        if mode == ALSO_UNSAFE:
            self._left += fixed.left
        self._fail(self._place(path, whole.text, 0), "", f"{mode}, together", fixed.troubles)
        return fixed.text, fixed.worst

    def _look_at_all(
        self, texts: dict[str, str], before: dict[str, Counter[tuple[str, str]]], mode: str, worst: int
    ) -> int:
        n_again, troubles = look_at_all(self._root, texts, before, mode, worst)
        for trouble in troubles:
            place = self._place(trouble.report.path, trouble.text, trouble.report.span.start)
            what = f"is new in the fixed project: {trouble.report.message}"
            self._fail(place, trouble.report.rule, f"{mode}, together", [what])
        return n_again

    def _place(self, path: str, text: str, offset: int) -> str:
        return f"{os.path.relpath(path, self._folder)}:{LineIndex.of(text).line_of(offset) + 1}"

    def _fail(self, place: str, rule: str, tried: str, troubles: Iterable[str]) -> None:
        self._failures += (Failure(self._project.name, place, rule, tried, trouble) for trouble in troubles)


def _kinds(report: Report) -> set[str]:
    """How far the fixes may be trusted that the rule of a report has."""
    rule = CATALOGUE.find(report.rule)
    if rule is None:
        return {report.applicability.value} if report.applicability else set()
    return {applicability.value for applicability, _ in rule.fixers}
