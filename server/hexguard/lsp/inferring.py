"""Has libraries asked about themselves beside everything else, and what they say taken in when it comes."""

import logging
import threading
from collections.abc import Sequence
from contextlib import closing

from hexguard.app.root import Root
from hexguard.index.libraries import Inferred
from hexguard.lsp.worker import Later

LOG = logging.getLogger(__name__)

ANSWERS_AT_ONCE = 10
"""So many answers are taken in together, so that a document is not checked again for each."""


class Inferring:
    """Some questions of one root on their way, in a thread of their own; `later` leads back to the worker's thread."""

    def __init__(self, root: Root, questions: Sequence[str], later: Later) -> None:
        self.root = root
        self.is_over = False
        self._later = later
        self._environment = root.environment
        self._inferrer = root.inferrer(in_background=True)
        self._is_cancelled = threading.Event()
        thread = threading.Thread(target=self._ask, args=(tuple(questions),), name="hexguard-inferring", daemon=True)
        thread.start()

    def cancel(self) -> None:
        """Ask no more."""
        self._is_cancelled.set()

    def _ask(self, questions: tuple[str, ...]) -> None:
        said: dict[str, Inferred] = {}
        try:
            with closing(self._inferrer) as inferrer:
                for name, inferred in inferrer.answers(questions):
                    if self._is_cancelled.is_set():
                        break
                    said[name] = inferred
                    if len(said) == ANSWERS_AT_ONCE:
                        self._tell(said)
                        said = {}
        # What goes wrong with libraries must not keep others from being asked later.
        except Exception:
            LOG.exception("the libraries in %s cannot be asked", self._environment.path)
        self._tell(said)
        self._later(self._end)

    def _tell(self, said: dict[str, Inferred]) -> None:
        self._later(lambda: self._take(said))

    def _take(self, said: dict[str, Inferred]) -> None:
        if not self._is_cancelled.is_set():
            self.root.learn(self._environment.stamp, said)

    def _end(self) -> None:
        self.is_over = True
