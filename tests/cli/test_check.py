"""What `hexguard check` finds, fixes and refuses, with its exit codes."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.command import Content, Run, run_command, write_files

CLEAN = "LIMIT = 1\n"
SLEEP = "import time\n\n\nasync def poll() -> None:\n    time.sleep(1)\n"
HANDLER = "try:\n    import fast\nexcept:\n    fast = None\n"
OPTIONAL = "from typing import Optional\n\nname: Optional[str] = None\n"
PYPROJECT = "[project]\nname = 'shop'\nrequires-python = '>=3.11'\n"


class Folder:
    """A project folder, and the command line run inside it."""

    def __init__(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.path = path
        self._capsys = capsys

    def check(self, files: Mapping[str, Content], *arguments: str) -> Run:
        write_files(self.path, files)
        return run_command(["check", *arguments], self._capsys)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder(tmp_path, capsys)


@pytest.mark.parametrize(
    ("files", "arguments", "code", "out", "err"),
    [
        pytest.param({"a.py": CLEAN}, [], 0, [], ["No findings in 1 file"], id="clean"),
        pytest.param({"a.py": ""}, [], 0, [], ["No findings in 1 file"], id="an empty file"),
        pytest.param({"a.txt": SLEEP}, [], 0, [], ["Found no Python files to check"], id="nothing to check"),
        pytest.param({"a.py": SLEEP}, [], 1, ["--> a.py:5:5"], ["Found 1 finding"], id="a finding"),
        pytest.param({"a.py": SLEEP}, ["--exit-zero"], 0, ["a.py:5:5"], ["Found 1 finding"], id="exit zero"),
        pytest.param({"a.py": SLEEP, "b.py": HANDLER}, ["b.py"], 1, ["b.py:3:1"], ["1 finding"], id="a named file"),
        pytest.param({"a.py": SLEEP}, ["--select", "bare-except"], 0, [], ["No findings"], id="another rule selected"),
        pytest.param(
            {"a.py": SLEEP, "b.py": HANDLER},
            ["--select", "blocking-sleep-in-async", "--select", "bare-except"],
            1,
            ["a.py:5:5", "b.py:3:1"],
            ["Found 2 findings"],
            id="selected twice: both count",
        ),
        pytest.param(
            {"a.py": SLEEP, "b.py": HANDLER},
            ["--ignore", "blocking-sleep-in-async", "--ignore", "bare-except"],
            0,
            [],
            ["No findings"],
            id="ignored twice: both count",
        ),
        pytest.param({"a.py": SLEEP}, ["--ignore", "async"], 0, [], ["No findings"], id="a family ignored"),
        pytest.param({"a.py": SLEEP}, ["--ignore", "ap-09"], 0, [], ["No findings"], id="a guideline ignored"),
        pytest.param(
            {"a.py": SLEEP + HANDLER, "pyproject.toml": "[tool.hexguard]\nignore = ['async']\n"},
            ["--ignore", "error_handling"],
            0,
            [],
            ["No findings"],
            id="what is ignored here is added to what the settings ignore",
        ),
        pytest.param(
            {"a.py": SLEEP + HANDLER, "pyproject.toml": "[tool.hexguard]\nselect = ['async']\n"},
            ["--extend-select", "bare-except"],
            1,
            ["blocking-sleep-in-async", "bare-except"],
            ["Found 2 findings"],
            id="what is selected here is added to what the settings select",
        ),
        pytest.param(
            {"a.py": SLEEP, "out/b.py": SLEEP, ".gitignore": "out/\n", ".git/HEAD": ""},
            ["--format", "concise"],
            1,
            ["a.py:5:5"],
            ["Found 1 finding"],
            id="what version control ignores is left out",
        ),
        pytest.param(
            {"out/b.py": SLEEP, ".gitignore": "out/\n", ".git/HEAD": ""},
            ["out/b.py"],
            1,
            ["out/b.py:5:5"],
            ["Found 1 finding"],
            id="unless it is named",
        ),
        pytest.param(
            {"out/b.py": SLEEP, ".gitignore": "out/\n", ".git/HEAD": ""},
            ["out/b.py", "--force-exclude"],
            0,
            [],
            ["Found no Python files"],
            id="and even then if exclusion is forced",
        ),
        pytest.param(
            {"a.py": SLEEP, "sub/b.py": SLEEP, "sub/pyproject.toml": "[tool.hexguard]\nignore = ['async']\n"},
            ["--format", "concise"],
            1,
            ["a.py:5:5"],
            ["Found 1 finding"],
            id="each file is checked by the settings of its own project",
        ),
        pytest.param({"a.py": SLEEP}, ["--statistics"], 1, ["1  blocking-sleep-in-async"], [], id="statistics"),
        pytest.param(
            {"a.py": OPTIONAL + SLEEP},
            [],
            1,
            [],
            ["(1 may be fixed with --fix, 1 more may be fixed with --fix --unsafe-fixes)"],
            id="what may be fixed is counted",
        ),
    ],
)
def test_verdict(
    folder: Folder, files: dict[str, Content], arguments: list[str], code: int, out: list[str], err: list[str]
) -> None:
    run = folder.check(files, *arguments)
    assert run.code == code, run
    assert all(part in run.out for part in out), run.out
    assert bool(run.out) == bool(out) or code == 1
    assert all(part in run.err for part in err), run.err


@pytest.mark.parametrize(
    ("files", "arguments", "err"),
    [
        pytest.param({}, ["missing.py"], "error: missing.py: does not exist", id="a missing path"),
        pytest.param({}, ["a\0b.py"], "does not exist", id="a path that holds a NUL"),
        pytest.param({"a.py": b"name = '\xff'\n"}, [], "a.py: is not valid utf-8: byte 8 (line 1)", id="bad bytes"),
        pytest.param({"a.py": b"# coding: klingon\n"}, [], "a.py: declares the encoding `klingon`", id="bad encoding"),
        pytest.param({"a.py": CLEAN, "pyproject.toml": "[tool.hexguard"}, [], "pyproject.toml:", id="broken settings"),
        pytest.param(
            {"a.py": CLEAN, "pyproject.toml": "[tool.hexguard]\nselect = 3\n"},
            [],
            "error: pyproject.toml:2:10: `select` must be a list of strings",
            id="a setting of a wrong type",
        ),
        pytest.param({}, ["--select", "bare-exept"], "did you mean `bare-except`?", id="an unknown rule"),
        pytest.param({}, ["--jobs", "0"], "`0` is not a number from 1 to 256", id="no processes"),
        pytest.param({}, ["--format", "xml"], "invalid choice: 'xml'", id="an unknown format"),
        pytest.param({}, ["--frobnicate"], "--frobnicate", id="an unknown argument"),
    ],
)
def test_trouble(folder: Folder, files: dict[str, Content], arguments: list[str], err: str) -> None:
    run = folder.check({"good.py": SLEEP, **files}, *arguments)
    assert run.code == 2, run
    assert err in run.err
    assert "Traceback" not in run.err


def test_trouble_leaves_the_rest_alone(folder: Folder) -> None:
    os.symlink(folder.path / "nowhere.py", folder.path / "dangling.py")
    os.symlink(folder.path, folder.path / "loop")
    (folder.path / "folder.py").mkdir()
    run = folder.check({"bad.py": b"\xff", "good.py": SLEEP, "folder.py/inner.py": SLEEP}, "--format", "concise")
    assert [line.partition(":")[0] for line in run.out.splitlines()] == ["folder.py/inner.py", "good.py"]
    assert run.code == 2
    assert "bad.py: is not valid utf-8" in run.err


def test_a_warning_about_settings_is_told_and_no_trouble(folder: Folder) -> None:
    run = folder.check({"a.py": CLEAN, "pyproject.toml": "[tool.hexguard]\nselekt = []\n"})
    assert run.code == 0
    assert "warning: pyproject.toml:2:1: there is no setting `selekt`; did you mean `select`?" in run.err


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("name = '" + "x" * 1_000_000 + "'\n" + SLEEP, id="a very long line"),
        pytest.param("async def poll():\n    " + "1 + " * 50_000 + "1; import time; time.sleep(1)\n", id="a long sum"),
        pytest.param("(" * 3_000 + ")" * 3_000 + "\n" + SLEEP, id="deep brackets"),
        pytest.param("name = 'a\0b'\n" + SLEEP, id="a NUL"),
        pytest.param("def broken(:\n\n\n" + SLEEP, id="a syntax error"),
        pytest.param("\f\n" + SLEEP, id="a form feed"),
    ],
)
def test_odd_files_are_checked(folder: Folder, text: str) -> None:
    run = folder.check({"a.py": text})
    assert "blocking-sleep-in-async" in run.out
    assert len(run.out) < 3_000, "a long line is shortened"
    assert run.code == 1


@pytest.mark.parametrize(
    ("before", "arguments", "after"),
    [
        pytest.param(OPTIONAL, ["--fix"], "name: str | None = None\n", id="a safe fix"),
        pytest.param(HANDLER, ["--fix"], HANDLER, id="an unsafe fix is not made"),
        pytest.param(HANDLER, ["--unsafe-fixes"], HANDLER, id="nor without being asked to fix"),
        pytest.param(
            HANDLER, ["--fix", "--unsafe-fixes"], HANDLER.replace("except:", "except Exception:"), id="an unsafe fix"
        ),
        pytest.param(
            b"\xef\xbb\xbf" + HANDLER.replace("\n", "\r\n").encode(),
            ["--fix", "--unsafe-fixes"],
            b"\xef\xbb\xbf" + HANDLER.replace("except:", "except Exception:").replace("\n", "\r\n").encode(),
            id="byte order mark and line ends stay",
        ),
        pytest.param(
            "# coding: latin-1\nname = 'é'\n".encode("latin-1") + HANDLER.encode(),
            ["--fix", "--unsafe-fixes"],
            "# coding: latin-1\nname = 'é'\n".encode("latin-1")
            + HANDLER.replace("except:", "except Exception:").encode(),
            id="the encoding stays",
        ),
        pytest.param(HANDLER, ["--fix", "--unsafe-fixes", "--diff"], HANDLER, id="a shown fix is not made"),
    ],
)
def test_fix(folder: Folder, before: Content, arguments: list[str], after: Content) -> None:
    folder.check({"a.py": before, "pyproject.toml": PYPROJECT}, *arguments)
    assert (folder.path / "a.py").read_bytes() == (after if isinstance(after, bytes) else after.encode())


def test_what_is_left_after_fixing_is_reported(folder: Folder) -> None:
    run = folder.check({"a.py": OPTIONAL + HANDLER, "pyproject.toml": PYPROJECT}, "--fix", "--format", "concise")
    assert [line.split()[2] for line in run.out.splitlines()] == ["bare-except"]
    assert run.err.splitlines() == ["Fixed 1 finding in 1 file: 1 optional-union-syntax", "Found 1 finding left"]
    assert run.code == 1


def test_the_settings_can_ask_for_unsafe_fixes(folder: Folder) -> None:
    run = folder.check({"a.py": HANDLER, "hexguard.toml": "unsafe-fixes = true\n"}, "--fix")
    assert "except Exception:" in (folder.path / "a.py").read_text()
    assert run.code == 0


def test_a_difference_can_be_read_by_tools(folder: Folder) -> None:
    run = folder.check({"a.py": HANDLER.rstrip("\n")}, "--diff", "--unsafe-fixes")
    assert run.out.splitlines() == [
        "--- a.py",
        "+++ a.py",
        "@@ -1,4 +1,4 @@",
        " try:",
        "     import fast",
        "-except:",
        "+except Exception:",
        "     fast = None",
        "\\ No newline at end of file",
    ]
    assert run.err == "Would fix 1 finding in 1 file: 1 bare-except\n"
    assert run.code == 1


def test_statistics_in_json(folder: Folder) -> None:
    run = folder.check({"a.py": SLEEP, "b.py": SLEEP}, "--statistics", "--format", "json")
    assert json.loads(run.out) == [{"rule": "blocking-sleep-in-async", "count": 2}]


@pytest.mark.parametrize(("arguments", "n_stores"), [(["--no-cache"], 0), ([], 1)])
def test_what_is_kept_between_runs(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, arguments: list[str], n_stores: int
) -> None:
    caches = folder.path / ".caches"
    monkeypatch.setenv("HEXGUARD_CACHE_DIR", str(caches))
    files = {"a.py": SLEEP + OPTIONAL, "b.py": HANDLER, "pyproject.toml": PYPROJECT}
    runs = [folder.check(files, *arguments) for _ in range(2)]
    assert runs[0] == runs[1]
    assert runs[0].code == 1
    runs.append(folder.check({"a.py": CLEAN}, *arguments))
    assert "Found 1 finding " in runs[2].err
    assert len(list(caches.glob("*.sqlite3"))) == n_stores
    assert caches.exists() is bool(n_stores)


def test_a_cache_that_cannot_be_written_is_no_trouble(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXGUARD_CACHE_DIR", str(folder.path / "a.py" / "caches"))
    runs = [folder.check({"a.py": SLEEP}) for _ in range(2)]
    assert [(run.code, run.err) for run in runs] == [(1, runs[0].err)] * 2
    assert runs[0].err.startswith("Found 1 finding")
