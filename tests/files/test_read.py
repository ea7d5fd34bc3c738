"""Files come in and go out unchanged: encodings, marks, line ends, permissions; what cannot be read says why."""

import os
from pathlib import Path

import pytest

from hexguard.files.read import PlainText, Source, read, read_plain, write, write_plain
from hexguard.files.stamp import digest, stamp_of
from hexguard.settings import Problem

BOM = b"\xef\xbb\xbf"


def check(path: Path, data: bytes, text: str, encoding: str = "utf-8", *, bom: bool = False) -> None:
    """Read the bytes, compare, and write the text back: the bytes must be the same again."""
    path.write_bytes(data)
    source = read(path)
    assert isinstance(source, Source)
    assert source == Source(path, text, encoding, bom, stamp_of(path.stat()), digest(data))
    write(source, text)
    assert path.read_bytes() == data
    assert os.listdir(path.parent) == [path.name]


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"", "", "utf-8"),
        ("a = 'é😀'\n".encode(), "a = 'é😀'\n", "utf-8"),
        (b"a\r\nb\rc\nd", "a\r\nb\rc\nd", "utf-8"),
        (b"a\0b\x0c\x1c\n", "a\0b\x0c\x1c\n", "utf-8"),
        (b"# -*- coding: latin-1 -*-\n'\xe9'", "# -*- coding: latin-1 -*-\n'é'", "iso8859-1"),
        (b"#!/usr/bin/python\r\n# vim: set fileencoding=cp1252 :\r\n'\x80'", None, "cp1252"),
        (b"# coding: UTF-8\n'\xc3\xa9'", "# coding: UTF-8\n'é'", "utf-8"),
        (b"\n\n# coding: latin-1\n'\xc3\xa9'", "\n\n# coding: latin-1\n'é'", "utf-8"),
        (b"x = 1\n# coding: latin-1\n'\xc3\xa9'", "x = 1\n# coding: latin-1\n'é'", "utf-8"),
        (b"'# coding: latin-1 \xc3\xa9'", "'# coding: latin-1 é'", "utf-8"),
    ],
)
def test_every_byte_survives(tmp_path: Path, data: bytes, text: str | None, encoding: str) -> None:
    check(tmp_path / "a.py", data, data.decode(encoding) if text is None else text, encoding)


def test_a_byte_order_mark_survives(tmp_path: Path) -> None:
    check(tmp_path / "a.py", BOM + b"a = 1\n", "a = 1\n", bom=True)
    check(tmp_path / "a.py", BOM + b"# coding: latin-1\n\xc3\xa9", "# coding: latin-1\né", bom=True)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a\r\nb\rc = '\xff'", "is not valid utf-8: byte 10 (line 3) cannot be decoded"),
        (BOM + b"\xff", "is not valid utf-8: byte 3 (line 1) cannot be decoded"),
        (b"# coding: klingon\n", "declares the encoding `klingon`, which is unknown"),
        (b"# coding: rot13\n", "declares the encoding `rot13`, which is unknown"),
        (b"# coding: utf-16\na", "declares the encoding `utf-16`, in which the declaration makes no sense"),
    ],
)
def test_what_cannot_be_decoded_says_where(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "a.py").write_bytes(data)
    assert read(tmp_path / "a.py") == Problem(str(tmp_path / "a.py"), None, message)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "folder.py").mkdir()
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    found = {name: read(tmp_path / name) for name in ("pipe.py", "folder.py", "gone.py", "loop.py")}
    assert {name: problem.message for name, problem in found.items() if isinstance(problem, Problem)} == {
        "pipe.py": "cannot be read: it is no regular file",
        "folder.py": "cannot be read: it is a folder",
        "gone.py": "cannot be read: No such file or directory",
        "loop.py": "cannot be read: Too many levels of symbolic links",
    }
    assert isinstance(read(Path(os.devnull)), Problem)
    assert isinstance(read(tmp_path / "nul\0.py"), Problem)


def test_writing_keeps_permissions_and_links(tmp_path: Path) -> None:
    path, link = tmp_path / "a.py", tmp_path / "link.py"
    path.write_text("old", "utf-8")
    path.chmod(0o751)
    link.symlink_to("a.py")
    source = read(link)
    assert isinstance(source, Source)
    write(source, "new")
    assert link.is_symlink()
    assert path.read_text("utf-8") == "new"
    assert path.stat().st_mode & 0o777 == 0o751


def test_a_failed_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.py"
    path.write_bytes(b"# coding: latin-1\n")
    source = read(path)
    assert isinstance(source, Source)
    with pytest.raises(UnicodeEncodeError):
        write(source, "# coding: latin-1\n'😀'\n")

    def refuse(_old: str, _new: str) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(PermissionError):
        write(source, "# coding: latin-1\nx\n")
    assert path.read_bytes() == b"# coding: latin-1\n"
    assert os.listdir(tmp_path) == ["a.py"]


def test_a_plain_file_need_not_exist(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "list.txt"
    assert read_plain(path) == PlainText("", None)
    before = os.umask(0o027)
    try:
        write_plain(path, "one\n")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o640
    assert read_plain(path) == PlainText("one\n", stamp_of(path.stat()))
    assert os.listdir(path.parent) == ["list.txt"]


def test_a_plain_file_keeps_its_bytes_its_permissions_and_its_link(tmp_path: Path) -> None:
    path, link = tmp_path / "list.txt", tmp_path / "link.txt"
    path.write_bytes(b"\xff\xc3\xa9\r\n")
    path.chmod(0o604)
    link.symlink_to("list.txt")
    found = read_plain(link)
    assert isinstance(found, PlainText)
    write_plain(link, found.text + "more\n")
    assert path.read_bytes() == b"\xff\xc3\xa9\r\nmore\n"
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o604


def test_a_plain_file_that_cannot_be_had_is_told(tmp_path: Path) -> None:
    found = [read_plain(tmp_path), read_plain(tmp_path / "nul\0")]
    assert [problem.message for problem in found if isinstance(problem, Problem)] == [
        "cannot be read: it is a folder",
        "cannot be read: embedded null byte",
    ]
    with pytest.raises(IsADirectoryError):
        write_plain(tmp_path, "x")
    assert [path.name for path in tmp_path.parent.iterdir() if path.suffix == ".tmp"] == []
