"""Fixes that a person decides about, one by one: what is asked, what each answer does, and when files are written."""

import io
import os
import pty
import select
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from hexguard.cli.main import main
from hexguard.facts.model import Handler
from hexguard.rule import Applicability, Edits, Finding, Fix
from hexguard.text.edit import Edit
from hexguard.text.span import Span
from hexguard_rules.catalogue import CATALOGUE
from support.command import Content, Run, run_command, write_files

HANDLER = "try:\n    import fast\nexcept:\n    fast = None\n"
MENDED = HANDLER.replace("except:", "except Exception:")
SLEEP = "import time\n\n\nasync def poll() -> None:\n    time.sleep(1)\n"
AWAKE = "import asyncio\n\n\nasync def poll() -> None:\n    await asyncio.sleep(1)\n"
HTTP = "import requests\n\n\nasync def ping(url: str) -> None:\n    requests.get(url, timeout=5)\n"
TWO = f"{HANDLER}\n\n{HANDLER}"
# The first terminal that the leader of a new session opens is the one whose Ctrl-C it hears.
TERMINAL = """
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))
from hexguard.cli.main import main
sys.exit(main(["check", "--interactive"]))
"""
ASK = ["check", "--interactive", "--format", "concise"]


class Person:
    """Answers questions with prepared lines; after the last one, all input is over."""

    def __init__(self, answers: Sequence[str]) -> None:
        self.questions: list[str] = []
        self._answers: Iterator[str] = iter(answers)

    def __call__(self, question: str = "") -> str:
        self.questions.append(question)
        answer = next(self._answers, None)
        if answer is None:
            raise EOFError
        if answer == "^C":
            raise KeyboardInterrupt
        return answer


class Desk:
    """A folder, the command line inside it, and a person in front of it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
        self.folder = folder
        self.person = Person(())
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def run(self, answers: str, *arguments: str) -> Run:
        """Give these answers, separated by spaces."""
        self.person = Person(answers.split())
        self._monkeypatch.setattr("builtins.input", self.person)
        return run_command([*ASK, *arguments], self._capsys)

    def texts(self) -> dict[str, str]:
        return {path.name: path.read_text() for path in sorted(self.folder.glob("*.py"))}


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, capsys, monkeypatch)


def check(desk: Desk, files: dict[str, Content], answers: str, after: dict[str, str], n_asked: int) -> Run:
    """Answer, and compare all files with what they are to be afterwards; those that are not named stay."""
    write_files(desk.folder, files)
    run = desk.run(answers)
    assert desk.texts() == {**files, **after}
    assert len(desk.person.questions) == n_asked, run.out
    left = {name: text for name, text in desk.texts().items() if "except:" in text or "time.sleep" in text}
    assert run.code == (130 if "^C" in answers else 1 if left else 0), run.err
    return run


A, B = {"a.py": HANDLER}, {"a.py": TWO, "b.py": HANDLER}
HALF, OTHER = MENDED + TWO[len(HANDLER) :], TWO[: -len(HANDLER)] + MENDED
BOTH = MENDED + TWO[len(HANDLER) : -len(HANDLER)] + MENDED
MIXED: dict[str, Content] = {"a.py": TWO + SLEEP}

CASES: dict[str, tuple[dict[str, Content], str, dict[str, str], int]] = {
    "yes": ({**A}, "y", {"a.py": MENDED}, 1),
    "yes in capitals": ({**A}, "Y", {"a.py": MENDED}, 1),
    "no": ({**A}, "n", {}, 1),
    "an odd answer": ({**A}, "maybe 1 0 y", {"a.py": MENDED}, 4),
    "help": ({**A}, "? y", {"a.py": MENDED}, 2),
    "no more input": ({**A}, "", {}, 1),
    "each its own answer": ({**B}, "n y y", {"a.py": OTHER, "b.py": MENDED}, 3),
    "yes, then no": ({**B}, "y n n", {"a.py": HALF}, 3),
    "all of this rule": ({**B}, "a", {"a.py": BOTH, "b.py": MENDED}, 1),
    "no, then all": ({**B}, "n a", {"a.py": OTHER, "b.py": MENDED}, 2),
    "skip this rule": ({**B}, "s", {}, 1),
    "skip this rule, but not another one": ({**MIXED}, "s y", {"a.py": TWO + AWAKE}, 2),
    "the rest of the file": ({**B}, "f y", {"b.py": MENDED}, 2),
    "the rest of the file after a fix": ({**B}, "y f n", {"a.py": HALF}, 3),
    "the end": ({**B}, "q", {}, 1),
    "the end after a fix": ({**B}, "y q", {"a.py": HALF}, 2),
    "the end of input after a fix": ({**B}, "y", {"a.py": HALF}, 2),
    "an interrupt leaves the current file": ({**B}, "y ^C", {}, 2),
    "an interrupt in the next file": ({**B}, "y y ^C", {"a.py": BOTH}, 3),
    "nothing to ask": ({"a.py": "x = 1\n"}, "", {}, 0),
}


@pytest.mark.parametrize(("files", "answers", "after", "n_asked"), CASES.values(), ids=CASES)
def test_answers(desk: Desk, files: dict[str, Content], answers: str, after: dict[str, str], n_asked: int) -> None:
    check(desk, files, answers, after, n_asked)


SEVERAL: dict[str, tuple[str, str, str]] = {
    "the first": ("y", "asyncio.to_thread", "Fixed 1 finding"),
    "the first by its number": ("1", "asyncio.to_thread", "Fixed 1 finding"),
    "the second": ("2", "httpx.AsyncClient", "Fixed 1 finding"),
    "a number that there is not": ("3 n", "    requests.get(url", "Fixed 0 findings"),
}


@pytest.mark.parametrize(("answers", "expected", "told"), SEVERAL.values(), ids=SEVERAL)
def test_one_of_several_fixes_is_chosen(desk: Desk, answers: str, expected: str, told: str) -> None:
    write_files(desk.folder, {"a.py": HTTP})
    run = desk.run(answers)
    assert expected in desk.texts()["a.py"]
    assert told in run.err
    assert "1. Run the request in a thread (unsafe: it may change what the code does)" in run.out
    assert "2. Send the request by `httpx` (refactoring: it rewrites more than the finding)" in run.out
    assert desk.person.questions[0].startswith("1-2, [y]es to the first, [n]o")


def test_all_of_a_rule_means_the_same_kind_of_fix(desk: Desk) -> None:
    write_files(desk.folder, {"a.py": HTTP, "b.py": HTTP})
    run = desk.run("a")
    assert all("to_thread" in text for text in desk.texts().values())
    assert "b.py:5:5: blocking-http-in-async: Run the request in a thread\n" in run.out
    assert len(desk.person.questions) == 1


def test_what_is_shown(desk: Desk) -> None:
    write_files(desk.folder, A)
    run = desk.run("y")
    assert run.out.splitlines() == [
        "blocking: `except:` also catches cancellation and exit, and hides every mistake [bare-except]",
        " --> a.py:3:1",
        "  |",
        "3 | except:",
        "  | ^^^^^^",
        "",
        "Catch `Exception` (unsafe: it may change what the code does)",
        "@@ -1,4 +1,4 @@",
        " try:",
        "     import fast",
        "-except:",
        "+except Exception:",
        "     fast = None",
    ]
    assert run.err.splitlines() == ["Fixed 1 finding in 1 file: 1 bare-except", "No findings in 1 file"]


def test_only_some_rules_are_asked_about(desk: Desk) -> None:
    write_files(desk.folder, {"a.py": HANDLER + SLEEP, "b.py": HANDLER})
    run = desk.run("y y", "--rule", "async")
    assert len(desk.person.questions) == 1
    assert [line.split()[2] for line in run.out.splitlines() if line.startswith(("a.py", "b.py"))] == [
        "bare-except"
    ] * 2
    assert run.code == 1


def test_what_the_baseline_has_is_not_asked_about(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(desk.folder, A)
    run_command(["check", "--write-baseline"], capsys)
    write_files(desk.folder, {"a.py": HANDLER + SLEEP})
    run = desk.run("y")
    assert desk.texts()["a.py"] == HANDLER + AWAKE
    assert run.err.splitlines()[1:] == ["No findings in 1 file, beside 1 in the baseline"]
    desk.run("y", "--no-baseline")
    assert "except Exception:" in desk.texts()["a.py"]


@pytest.mark.parametrize(("arguments", "caches"), [([], ".caches"), (["--no-cache"], ".caches"), ([], "rates.py/no")])
def test_what_other_files_say_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: list[str], caches: str
) -> None:
    monkeypatch.setenv("HEXGUARD_CACHE_DIR", str(desk.folder / caches))
    route = "from rates import load\n\n\nasync def show() -> int:\n    return load()\n"
    rates = "import time\n\n\ndef load() -> int:\n    time.sleep(1)\n    return 1\n"
    write_files(desk.folder, {"route.py": route, "rates.py": rates})
    run = desk.run("y", *arguments)
    assert "await asyncio.to_thread(load)" in desk.texts()["route.py"]
    assert run.code == 0


def test_fixes_that_bring_back_what_they_fix_come_to_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def again(finding: Finding[Handler], edits: Edits) -> Fix | None:
        return Fix("Change nothing of it", (Edit(Span(0, 0), "x = 1\n"),))

    monkeypatch.setattr(CATALOGUE["bare-except"], "fixers", ((Applicability.SAFE, again),))
    write_files(desk.folder, {"a.py": HANDLER, "b.py": HANDLER})
    run = desk.run("a")
    assert {text.count("x = 1") for text in desk.texts().values()} == {10}
    assert run.out.count("these fixes bring back what they fix") == 2
    assert len(desk.person.questions) == 1


def test_a_fix_that_crashes_costs_only_itself(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(finding: Finding[Handler], edits: Edits) -> Fix | None:
        if edits.facts():
            raise ZeroDivisionError(finding.node)
        return None

    write_files(desk.folder, {"a.py": HANDLER + SLEEP})
    desk.run("q")
    monkeypatch.setattr(CATALOGUE["bare-except"], "fixers", ((Applicability.SAFE, crash),))
    run = desk.run("y")
    assert "asyncio.sleep" in desk.texts()["a.py"]
    assert "error: a.py: a fix of `bare-except` crashed; please report this" in run.err
    assert run.code == 2


def test_a_finding_without_a_fix_is_not_mistaken_for_one_that_was_left(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def only_second(finding: Finding[Handler], edits: Edits) -> Fix | None:
        first = min(fact.keyword for fact in edits.facts() if isinstance(fact, Handler))
        return None if finding.node == first else Fix("Say it", (edits.replace(finding.node, "except Exception"),))

    monkeypatch.setattr(CATALOGUE["bare-except"], "fixers", ((Applicability.SAFE, only_second),))
    both = "def load():\n" + "    try:\n        pass\n    except:\n        pass\n" * 2
    write_files(desk.folder, {"a.py": both})
    desk.run("n y")
    assert (len(desk.person.questions), desk.texts()) == (1, {"a.py": both})
    desk.run("y")
    assert desk.texts() == {"a.py": "except Exception:".join(both.rsplit("except:", 1))}


def test_a_file_that_changes_meanwhile_is_left(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    write_files(desk.folder, {"a.py": HANDLER, "b.py": HANDLER})

    def answer(question: str) -> str:
        write_files(desk.folder, {"a.py": HANDLER + "x = 1\n"})
        return "y"

    monkeypatch.setattr("builtins.input", answer)
    write_files(desk.folder, A)
    assert main(ASK) == 2
    assert desk.texts() == {"a.py": HANDLER + "x = 1\n", "b.py": MENDED}


def test_changes_that_are_not_committed_are_told_before_the_first_question(desk: Desk) -> None:
    write_files(desk.folder, A)
    subprocess.run(["git", "init", "-q"], cwd=desk.folder, check=True, timeout=60)
    run = desk.run("y")
    assert (run.code, run.out, desk.person.questions) == (2, "", [])
    assert run.err.startswith("error: 1 file to fix with changes that are not committed:\n  a.py\n")
    assert desk.run("y", "--allow-dirty").code == 0
    assert desk.texts() == {"a.py": MENDED}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--interactive"], "--interactive asks questions, so standard input must be a terminal"),
        (["--interactive", "--diff"], "--diff changes nothing, so there is nothing to ask about"),
    ],
)
def test_where_nobody_can_be_asked(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    write_files(tmp_path, A)
    run = run_command(["check", *arguments], capsys)
    assert (run.code, run.out) == (2, "")
    assert message in run.err
    assert (tmp_path / "a.py").read_text() == HANDLER


def test_on_a_terminal(tmp_path: Path) -> None:
    """The command itself, in front of a terminal: it asks, shows colors, and ends at Ctrl-C."""
    write_files(tmp_path, {"a.py": HANDLER, "b.py": HANDLER})
    # A signal that comes between a question and the waiting for its answer is heard when something is typed.
    shown = on_terminal(tmp_path, ["y", "\x03n"])
    assert "\x1b[32m+except Exception:\x1b[0m" in shown
    assert "\x1b[31m-except:\x1b[0m" in shown
    assert shown.count("[q]uit") == 2
    assert [(tmp_path / name).read_text() for name in ("a.py", "b.py")] == [MENDED, HANDLER]


def on_terminal(folder: Path, answers: Sequence[str]) -> str:
    """Run `hexguard check --interactive` in a terminal until it is interrupted, answering each question as it comes.

    Gives all that was shown.
    """
    ours, theirs = pty.openpty()
    packages = os.pathsep.join(str(Path(__file__).parents[2] / name) for name in ("server", "rules"))
    environment = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = subprocess.Popen(
        [sys.executable, "-c", TERMINAL],
        cwd=folder,
        env={**environment, "PYTHONPATH": packages, "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = b""
    left = list(answers)
    try:
        while part := _read(ours):
            shown += part
            if left and shown.count(b"[?]: ") > len(answers) - len(left):
                os.write(ours, f"{left.pop(0)}\n".encode())
        assert process.wait(60) == 130, shown
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    """What comes next; nothing at the end."""
    ready, _, _ = select.select([terminal], [], [], 60)
    assert ready, "nothing comes any more"
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
