"""What `hexguard doctor` says about a project, without the figures."""

import re
import shutil
from pathlib import Path

import pytest

from support.command import Run, run_command, write_files
from support.environment import LIBRARIES, environment_files

SHOP = Path(__file__).parents[1] / "projects" / "shop"
INDEX = re.compile(r"^index: (\d+) modules in [\d.]+ s, (\d+) of them from the store$", re.MULTILINE)
LIBRARIES_ASKED = re.compile(
    r"^libraries: (\d+) of (\d+) questions answered in [\d.]+ s, (\d+) in the store$", re.MULTILINE
)
FILE = re.compile(r"^ +[\d.]+ +[\d.]+  (\S+): (\d+) lines, (\d+) findings?$", re.MULTILINE)


@pytest.fixture(autouse=True)
def fresh_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXGUARD_CACHE_DIR", str(tmp_path / "caches"))


def check(path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    return run_command(["doctor", str(path)], capsys)


def indexed(run: Run) -> tuple[int, int]:
    """How many modules there are, and how many of them came from the store."""
    found = INDEX.search(run.out)
    assert found, run.out
    return int(found[1]), int(found[2])


def test_a_project(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shop = tmp_path / "shop"
    shutil.copytree(SHOP, shop)
    first = check(shop, capsys)
    assert (first.code, first.err) == (0, "")
    starts = [
        "hexguard ",
        "Python ",
        "pygls ",
        "",
        f"project {shop}",
        "settings: pyproject.toml",
        "Python of the project: 3.11",
        "preset: layered (detected: api, services, repositories below app)",
        "switches: sqlalchemy.loading selectin (preset)",
        "rules that are on: ",
        "environment: none",
        "",
        "index: ",
        f"store: {tmp_path / 'caches'}",
        "",
        "milliseconds ",
        *[" "] * 5,
        "of opening, by stage: ",
        "of findings, the slowest rules: ",
    ]
    lines = first.out.splitlines()
    assert [line[: len(start)] for line, start in zip(lines, starts, strict=True)] == starts
    files = FILE.findall(first.out)
    by_size = sorted(shop.rglob("*.py"), key=lambda path: path.stat().st_size, reverse=True)
    assert [name for name, _, _ in files] == [path.relative_to(shop).as_posix() for path in by_size[:5]]
    assert any(int(n_findings) for _, _, n_findings in files)
    assert "findings " in lines[-2]
    n_modules, n_stored = indexed(first)
    assert (n_modules, n_stored) == (len(by_size), 0)
    assert indexed(check(shop, capsys)) == (n_modules, n_modules)
    (shop / "app" / "main.py").write_text("")
    assert indexed(check(shop, capsys)) == (n_modules, n_modules - 1)


def test_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_files(
        tmp_path / "project", {"hexguard.toml": "", "a.py": "try:\n    a()\nexcept:\n    pass\n", "b.py": "a\n" * 99}
    )
    run = check(tmp_path / "project" / "a.py", capsys)
    assert run.code == 0
    assert FILE.findall(run.out) == [("a.py", "5", "1")]
    assert f"project {tmp_path / 'project'}\n" in run.out
    assert indexed(run) == (2, 0)


def test_an_environment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = "import vendor\nasync def f():\n    vendor.Session().get('x')\n    vendor.absent()\n"
    versions = {"vendor": "1.0", "requests": "2.34.2"}
    write_files(tmp_path / "project", {"hexguard.toml": "", "a.py": calls, **environment_files(LIBRARIES, versions)})
    for n_asked in (2, 0):
        run = check(tmp_path / "project", capsys)
        assert "environment: .venv, 2 distributions\n" in run.out
        found = LIBRARIES_ASKED.search(run.out)
        assert found, run.out
        assert [int(number) for number in found.groups()] == [n_asked, n_asked, 2]


TROUBLES: dict[str, tuple[dict[str, str | bytes], str]] = {
    "settings that cannot be read": ({"pyproject.toml": "[tool.hexguard"}, "error: pyproject.toml: "),
    "an unknown setting": ({"hexguard.toml": "selekt = []\n"}, "warning: hexguard.toml: there is no setting `selekt`"),
    "a file that cannot be read": ({"hexguard.toml": "", "bad.py": b"\xff"}, "bad.py: is not valid utf-8"),
    "no settings at all": ({".git/HEAD": ""}, "settings: no file, so the defaults"),
    "no file at all": ({"a.py": b"\xff", "hexguard.toml": ""}, "of opening, by stage: none ran"),
}


@pytest.mark.parametrize(("files", "expected"), TROUBLES.values(), ids=TROUBLES)
def test_trouble_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], files: dict[str, str | bytes], expected: str
) -> None:
    write_files(tmp_path / "project", {"a.py": "a()\n", **files})
    run = check(tmp_path / "project", capsys)
    assert run.code == 0
    assert expected in run.out
    n_modules = sum(name.endswith(".py") and content != b"\xff" for name, content in {"a.py": "", **files}.items())
    assert indexed(run) == (n_modules, 0)


def test_a_path_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing"
    assert check(missing, capsys) == Run(2, "", f"error: {missing}: does not exist\n")
    assert not (tmp_path / "caches").exists()


def test_where_no_folder_can_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_files(tmp_path / "project", {"hexguard.toml": "", "a.py": ""})
    monkeypatch.setenv("HEXGUARD_CACHE_DIR", str(tmp_path / "project" / "a.py" / "caches"))
    for _ in range(2):
        run = check(tmp_path / "project", capsys)
        assert (run.code, run.err, indexed(run)) == (0, "", (1, 0))
