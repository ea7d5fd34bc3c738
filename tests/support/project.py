"""A workspace in memory: edit it, read its findings, see which stages ran."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path, PurePosixPath

from hexguard.app.compose import Composition, compose
from hexguard.engine.file import ModuleName
from hexguard.engine.report import Report
from hexguard.engine.selection import Selection, select
from hexguard.engine.stages import Stage
from hexguard.engine.workspace import Config, Workspace
from hexguard.settings.model import Settings
from hexguard.text.document import Document
from hexguard.text.span import Span
from hexguard_rules.catalogue import CATALOGUE

ROOT = Path("/project")


def module_of(path: str) -> ModuleName:
    """The module of a path relative to the root, as the files layer would name it."""
    pure = PurePosixPath(path)
    parts = [part for part in pure.with_suffix("").parts if part != "src"]
    if parts[-1] == "__init__":
        return ModuleName(".".join(parts[:-1]), is_package=True)
    return ModuleName(".".join(parts))


class MemoryProject:
    """A project whose files live in memory; `only` runs one rule, whatever the settings choose."""

    def __init__(self, files: Mapping[str, str], only: str = "", today: date = date(2027, 1, 1)) -> None:
        settings = {path: text for path, text in files.items() if not path.endswith((".py", ".pyi"))}
        self.composition: Composition = compose(ROOT, settings)
        self.stages: list[str] = []
        self._only = only
        config = Config(self.composition.project, CATALOGUE, self._selection, self._load, today=lambda: today)
        self.workspace = Workspace(config, self._trace)
        self.texts: dict[str, str] = {}
        for path, text in files.items():
            if path not in settings:
                self.write(path, text)
        self.stages.clear()

    def write(self, path: str, text: str) -> None:
        """Put a whole file in place."""
        self.texts[path] = text
        self.workspace.open(path, module_of(path), Document.of(path, text))

    def edit(self, path: str, span: Span, inserted: str) -> None:
        """Replace a span of a file, as a keystroke would."""
        file = self.workspace.file(path)
        assert file is not None
        document = file.document.edited(span, inserted, None)
        self.texts[path] = document.text
        self.workspace.edit(path, document, span, inserted)

    def reports(self, path: str) -> tuple[Report, ...]:
        """The reports on a file, after making sure that no rule crashed."""
        reports = self.workspace.reports(path)
        assert not self.workspace.crashes, self.workspace.crashes[0].error
        return reports

    def all_reports(self) -> list[Report]:
        """The reports on all files, by path and place."""
        return [report for path in sorted(self.texts) for report in self.reports(path)]

    def take_stages(self) -> list[str]:
        """The stages that ran since the last call, as `stage subject`."""
        stages, self.stages = self.stages, []
        return stages

    def _trace(self, stage: Stage, subject: str) -> None:
        self.stages.append(f"{stage.value} {subject}")

    def _selection(self, path: str) -> Selection:
        if not self._only:
            return self.composition.selection_for(path)
        return select(CATALOGUE, Settings(select=(self._only,)), lambda requirement: True)

    def _load(self, module: str) -> tuple[str, Document] | None:
        return None
