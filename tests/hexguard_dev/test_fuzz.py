"""The fuzzer tells a difference when there is one, and makes it small enough to be read."""

import random
from pathlib import Path

import pytest

from hexguard_dev.__main__ import FUZZED, main
from hexguard_dev.fuzz.kinds import KINDS
from hexguard_dev.fuzz.live import Live, playground
from hexguard_dev.fuzz.play import Failure, play
from hexguard_dev.fuzz.run import Options, fuzz, play_seed
from hexguard_dev.fuzz.sample import Shape, library
from hexguard_dev.fuzz.shrink import shrink
from hexguard_dev.fuzz.steps import Case, Change, Close, Delete, Edit, Open, Rename, Replace, Step, Write
from hexguard_dev.fuzz.told import told

MARK = "time.sleep"


class Planted:
    """Claims a difference as soon as a document holds a certain text."""

    def __init__(self, _chance: random.Random, _whole_each: int) -> None:
        pass

    def differences(self, live: Live) -> list[str]:
        return [f"{path}: planted" for path, text in live.opened.items() if MARK in text]


def check(case: Case, expected: Case) -> None:
    """Shrink a case with a planted difference."""
    assert play(case, Planted) is not None
    assert shrink(case, lambda smaller: play(smaller, Planted) is not None) == expected


def step(*changes: Change) -> Step:
    return Step("typed", changes)


FILES = {"a.py": "import time\n\n\ndef wait():\n    pass\n", "b.py": "x = 1\n", "pyproject.toml": ""}
PUT = Edit("a.py", 31, 35, "time.sleep(1)\n    return None")


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        pytest.param(
            Case(FILES, {"a.py": FILES["a.py"], "b.py": "x = 1\n"}, (step(Edit("b.py", 0, 0, "#")), step(PUT))),
            Case({}, {"a.py": ""}, (step(Edit("a.py", 0, 0, MARK)),)),
            id="one step of two, without the other file, settings, and everything around",
        ),
        pytest.param(
            Case(FILES, {"a.py": FILES["a.py"]}, (step(Edit("a.py", 0, 0, "# a\n"), PUT, Edit("a.py", 0, 1, "")),)),
            Case({}, {"a.py": ""}, (step(Edit("a.py", 0, 0, MARK)),)),
            id="one change of a step",
        ),
        pytest.param(
            Case(FILES, {"b.py": "x = 1\n"}, (step(Write("a.py", f"{MARK}(1)\n")), step(Open("a.py")))),
            Case({"a.py": MARK}, {}, (step(Open("a.py")),)),
            id="what an earlier step has left on disk is there from the start",
        ),
        pytest.param(
            Case(FILES, {"a.py": FILES["a.py"]}, tuple(step(Edit("a.py", at, at, key)) for at, key in enumerate(MARK))),
            Case({}, {"a.py": MARK[:-1]}, (step(Edit("a.py", len(MARK) - 1, len(MARK) - 1, MARK[-1])),)),
            id="typed characters come down to the last one",
        ),
    ],
)
def test_shrinking(case: Case, expected: Case) -> None:
    check(case, expected)


def test_a_told_case_is_the_case_again() -> None:
    case = Case({"a.py": "x = '\\\n"}, {"a.py": "\ufeff"}, (step(Edit("a.py", 0, 0, "\r")), step(Close("a.py"))), True)
    text = told("it's", Failure(case, ("a.py: one\nand two",)))
    assert text.startswith("# a.py: one\n# and two\n")
    names = {kind.__name__: kind for kind in (Case, Step, Edit, Close)}
    assert eval(f"{{{text}}}", names) == {"it's": case}


@pytest.mark.parametrize(
    ("change", "disk", "opened"),
    [
        (Edit("a.py", 1, 99, "!"), {"a.py": "x = 1"}, {"a.py": "x!"}),
        (Edit("b.py", 0, 0, "!"), {"a.py": "x = 1"}, {"a.py": "x = 1"}),
        (Replace("a.py", "y"), {"a.py": "x = 1"}, {"a.py": "y"}),
        (Open("new.py"), {"a.py": "x = 1"}, {"a.py": "x = 1", "new.py": ""}),
        (Close("a.py"), {"a.py": "x = 1"}, {}),
        (Delete("a.py"), {}, {"a.py": "x = 1"}),
        (Rename("a.py", "lib/b.py"), {"lib/b.py": "x = 1"}, {"a.py": "x = 1"}),
        (Rename("b.py", "c.py"), {"a.py": "x = 1"}, {"a.py": "x = 1"}),
        (
            Write("hexguard.toml", "preview = true"),
            {"a.py": "x = 1", "hexguard.toml": "preview = true"},
            {"a.py": "x = 1"},
        ),
    ],
)
def test_changes(change: Change, disk: dict[str, str], opened: dict[str, str]) -> None:
    with playground(Case({"a.py": "x = 1"}, {"a.py": "x = 1"})) as live:
        live.apply(step(change))
        assert (live.disk, live.opened) == (disk, opened)
        assert {path for path in disk if (live.folder / path).is_file()} == set(disk)


def test_a_seed_decides_everything() -> None:
    first, second = (play_seed("7", FUZZED[2:], Planted) for _ in range(2))
    assert first == second
    assert first.compared.keys() <= KINDS.keys()


def test_samples_hang_together() -> None:
    case = library(FUZZED[2]).sample(random.Random(3), Shape(least=6, most=6))
    modules = [path.removesuffix(".py").replace("/", ".") for path in case.files if path.endswith(".py")]
    assert len(modules) == 6
    assert sum(any(f"from {module} import" in text for text in case.files.values()) for module in modules) >= 3


def test_a_difference_is_told_small_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz(Options(FUZZED[2:], edits=300, jobs=1), Planted) == 1
    out = capsys.readouterr().out
    assert "differs after" in out
    assert f"'{MARK}'" in out
    assert out.splitlines()[-1].rpartition("differences: ")[2] != "0"


def test_no_difference_succeeds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fuzz", "--edits", "100", "--seed", "5", "--jobs", "1"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("100 edits (")
    assert out.endswith("differences: 0\n")


def test_a_folder_without_code_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fuzz", str(tmp_path)]) == 2
    assert "has no Python files" in capsys.readouterr().err
