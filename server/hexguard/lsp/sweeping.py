"""Fixes a whole project beside everything else, for the one who asked for it."""

from collections.abc import Callable
from concurrent.futures import Future

from hexguard.app.root import Progress, Root
from hexguard.app.sweep import Swept, sweep, swept
from hexguard.engine.fix_all import Wanted


class Sweeping:
    """One such job, which lives in the worker's thread; whoever cancels `answer` ends it."""

    def __init__(self, root: Root, wanted: Wanted, told: Callable[[Progress | None], None]) -> None:
        """`told` hears how far it is, and `None` at its end."""
        self.root = root
        self.answer: Future[tuple[Swept, ...]] = Future()
        self._wanted = wanted
        self._found: list[Swept] = []
        self._told = told
        self._steps = sweep(root, wanted)

    def step(self) -> bool:
        """Do one file; whether there is more to do."""
        has_more = not self.answer.cancelled() and self._step()
        if not has_more:
            self._told(None)
        return has_more

    def _step(self) -> bool:
        try:
            progress, found = next(self._steps)
        except StopIteration:
            self._end()
            return False
        # Whatever goes wrong belongs to the one who asked.
        except Exception as error:  # noqa: BLE001
            if self.answer.set_running_or_notify_cancel():
                self.answer.set_exception(error)
            return False
        if found:
            self._found.append(found)
        self._told(progress)
        return True

    def _end(self) -> None:
        """Answer. Documents that were edited, opened or closed meanwhile are done again, now all at once."""
        now = map(self._current, self._found)
        result = tuple(found for found in now if found)
        if self.answer.set_running_or_notify_cancel():
            self.answer.set_result(result)

    def _current(self, found: Swept) -> Swept | None:
        file = self.root.workspace.file(found.path)
        is_current = file.document is found.document if file else found.document.uri == found.path
        return found if is_current else swept(self.root, found.path, self._wanted)
