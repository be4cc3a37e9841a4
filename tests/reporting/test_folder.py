"""A folder of results is whole, or is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from careplan.errors import CareplanError
from careplan.reporting.folder import write_folder


def test_files_are_written_and_nothing_else_is_touched(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    write_folder(folder, {"x.txt": "one\n", "y.bin": b"\0", "z": lambda path: path.write_text("three")})
    (folder / "mine.txt").write_text("keep me")
    write_folder(folder, {"x.txt": "two\n"})
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == {
        "x.txt": b"two\n",
        "y.bin": b"\0",
        "z": b"three",
        "mine.txt": b"keep me",
    }
    assert [path.name for path in folder.parent.iterdir()] == ["b"]


def test_a_name_may_begin_with_a_folder_of_its_own(tmp_path: Path) -> None:
    for text in ("1", "2"):
        write_folder(tmp_path / "out", {"in/a": text, "in/b": text, "c": text})
        found = {str(path.relative_to(tmp_path)): path.read_text() for path in tmp_path.rglob("*") if path.is_file()}
        assert found == dict.fromkeys(("out/in/a", "out/in/b", "out/c"), text)


def test_a_writer_may_make_several_files(tmp_path: Path) -> None:
    def parts(path: Path) -> None:
        path.with_suffix(".one.csv").write_text("1")
        path.with_suffix(".two.csv").write_text("2")

    write_folder(tmp_path / "out", {"t.csv": parts})
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["t.one.csv", "t.two.csv"]


def test_if_one_fails_nothing_is_replaced_and_no_folder_is_made(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "new" / "deep", {"a": "1", "b": fails})
    assert list(tmp_path.iterdir()) == []
    write_folder(tmp_path / "old", {"a": "1", "b": "1"})
    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "old", {"a": "2", "b": fails})
    assert (tmp_path / "old" / "a").read_text() == "1" and (tmp_path / "old" / "b").read_text() == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]


def test_what_cannot_be_written_is_said_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CareplanError, match="is a file; expected a folder"):
        write_folder(tmp_path / "file", {"a": "1"})
    with pytest.raises(CareplanError, match="cannot be written"):
        write_folder(tmp_path / "file" / "below", {"a": "1"})
