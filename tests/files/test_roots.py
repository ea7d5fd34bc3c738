"""Where projects begin, what modules are called, and which texts settings are made of."""

import os
from pathlib import Path

import pytest

from hexguard.files.roots import find_root, module_name, project_texts


def write(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("", "utf-8")


@pytest.mark.parametrize(
    ("mark", "start", "expected"),
    [
        ("p/pyproject.toml", "p/app/main.py", "p"),
        ("p/hexguard.toml", "p/app", "p"),
        ("p/.hexguard.toml", "p/app/gone/gone.py", "p"),
        ("p/.git/HEAD", "p", "p"),
        ("p/setup.cfg", "p/app/main.py", "p/app"),
        ("p/setup.cfg", "p/app", "p/app"),
    ],
)
def test_find_root(tmp_path: Path, mark: str, start: str, expected: str) -> None:
    write(tmp_path, mark, "p/app/main.py")
    assert find_root(tmp_path / start) == tmp_path / expected


@pytest.mark.parametrize(
    ("packages", "path", "expected"),
    [
        ("app", "app/main.py", "app.main"),
        ("", "app/main.py", "app.main"),
        ("app", "app/__init__.py", "app"),
        ("app", "app/main.pyi", "app.main"),
        ("src/app", "src/app/main.py", "app.main"),
        ("", "src/app/main.py", "app.main"),
        ("src src/app", "src/app/main.py", "src.app.main"),
        ("backend/app backend/app/db", "backend/app/db/models.py", "app.db.models"),
        ("backend/app", "backend/app/db/models.py", "app.db.models"),
        ("backend/app", "backend/app/a/b/c.py", "app.a.b.c"),
        ("", "backend/app/main.py", "backend.app.main"),
        ("", "main.py", "main"),
        ("", "__init__.py", None),
        ("", "my-scripts/run.py", None),
        ("app", "app/2to3.py", None),
        ("app", "app/class.py", None),
        ("app", "app/a.b.py", None),
        ("app", "app/notes.txt", None),
        ("app", "app/größe.py", "app.größe"),
        ("lib/pkg", "../elsewhere/pkg/x.py", "x"),
    ],
)
def test_module_name(tmp_path: Path, packages: str, path: str, expected: str | None) -> None:
    root = tmp_path / "root"
    write(root, "pyproject.toml", *(f"{package}/__init__.py" for package in packages.split()))
    assert module_name(root / path, root) == expected


def test_module_name_with_declared_source_folders(tmp_path: Path) -> None:
    assert module_name(tmp_path / "backend/app/main.py", tmp_path, ("backend",)) == "app.main"
    assert module_name(tmp_path / "backend/app/main.py", tmp_path, (".", "backend", "backend/app")) == "main"
    assert module_name(tmp_path / "tools/run.py", tmp_path, ("backend",)) == "tools.run"


def test_project_texts(tmp_path: Path) -> None:
    kept = ["hexguard.toml", "pyproject.toml", "requirements.txt", "requirements/base.txt", "setup.cfg", "uv.lock"]
    write(tmp_path, *kept, "main.py", "a/pyproject.toml", "requirements/notes.md")
    (tmp_path / "Pipfile.lock").mkdir()
    (tmp_path / ".importlinter").write_bytes(b"\xff\r\n")
    found = project_texts(tmp_path)
    assert dict(found.texts) == {".importlinter": "\ufffd\r\n", **dict.fromkeys(kept, "")}
    assert list(found.stamps) == list(found.texts)
    assert found.problems == ()
    assert project_texts(tmp_path / "gone").texts == {}


def test_project_texts_read_again_only_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "pyproject.toml", "setup.cfg", "uv.lock")
    before = project_texts(tmp_path)
    read: list[str] = []
    read_bytes = Path.read_bytes

    def noting(path: Path) -> bytes:
        read.append(path.name)
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", noting)

    assert project_texts(tmp_path, before) == before
    assert read == []

    os.replace(tmp_path / "setup.cfg", tmp_path / "pyproject.toml")
    (tmp_path / "uv.lock").write_text("x", "utf-8")
    after = project_texts(tmp_path, before)
    assert dict(after.texts) == {"pyproject.toml": "", "uv.lock": "x"}
    assert read == ["pyproject.toml", "uv.lock"]


def test_a_file_that_cannot_be_read_becomes_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "pyproject.toml")

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (problem,) = project_texts(tmp_path).problems
    assert (problem.path, problem.message) == ("pyproject.toml", "cannot be read: Permission denied")
