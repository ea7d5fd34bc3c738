"""What packages and modules a project has at its top, without what is not its own."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pytest

from hexguard.files.outline import MAX_FOLDERS, MAX_LEVELS, outline
from support.command import write_files


def check(folder: Path, files: Collection[str], expected: Mapping[str, set[str]]) -> None:
    write_files(folder, dict.fromkeys(files, ""))
    assert outline(folder) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ((), {}),
        (("notes.md", "data/x.json"), {}),
        (("setup.py", "stubs.pyi", "a.b.py"), {"": {"setup", "stubs"}}),
        (
            ("src/shop/main.py", "src/shop/domain/order.py"),
            {"": {"src"}, "src": {"shop"}, "src/shop": {"main", "domain"}, "src/shop/domain": {"order"}},
        ),
        (("web/services/api.ts", "web/routes/a.js", "app/a.py"), {"": {"app"}, "app": {"a"}}),
        (("shop-server/app/a.py",), {"": {"shop-server"}, "shop-server": {"app"}, "shop-server/app": {"a"}}),
        ((".venv/lib/a.py", "venv/b.py", ".hidden/c.py", "node_modules/d.py", "tests/e.py", "docs/f.py"), {}),
    ],
)
def test_names(tmp_path: Path, files: Collection[str], expected: Mapping[str, set[str]]) -> None:
    check(tmp_path, files, expected)


def test_only_the_first_levels_count(tmp_path: Path) -> None:
    names = [f"p{level}" for level in range(MAX_LEVELS + 2)]
    paths = ["/".join(names[:level]) for level in range(len(names) + 1)]
    check(
        tmp_path,
        [f"{path}/m.py".lstrip("/") for path in paths],
        {
            path: {"m", *names[level : level + 1][: level < MAX_LEVELS - 1]}
            for level, path in enumerate(paths[:MAX_LEVELS])
        },
    )


def test_only_so_many_folders_count(tmp_path: Path) -> None:
    write_files(tmp_path, {f"p{number:04}/m.py": "" for number in range(MAX_FOLDERS + 50)})
    found = outline(tmp_path)
    assert len(found) == MAX_FOLDERS
    assert max(found) == f"p{MAX_FOLDERS - 2:04}"


def test_links_are_not_followed(tmp_path: Path) -> None:
    write_files(tmp_path / "project", {"a.py": ""})
    (tmp_path / "project" / "again").symlink_to(tmp_path / "project", target_is_directory=True)
    assert outline(tmp_path / "project") == {"": {"a"}}


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert outline(tmp_path / "gone") == {}
