"""A result says who made it, and files are written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from careplan.errors import CareplanError, TableError
from careplan.provenance import Provenance, installed
from careplan.saving import write_atomically


def test_a_provenance_survives_being_saved() -> None:
    made = Provenance.now(scenario="ab" * 32, workload="cd" * 32, seed=7, replications=range(3), engine="reference")
    assert Provenance.from_dict(made.to_dict()) == made
    assert made.numpy == installed("numpy") and made.replications == (0, 1, 2)
    assert str(made).endswith("scenario abababababab, workload cdcdcdcdcdcd, seed 7, engine reference")


def test_a_provenance_with_unknown_keys_or_without_a_version_is_refused() -> None:
    with pytest.raises(TableError, match="colour is no key of it"):
        Provenance.from_dict({"version": "1", "colour": "red"})
    with pytest.raises(TableError, match="version is missing"):
        Provenance.from_dict({})


def test_a_package_that_is_not_installed_has_no_version() -> None:
    assert installed("careplan-of-another-world") is None


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    assert write_atomically(path, "old\n") == path
    path.chmod(0o600)
    write_atomically(path, b"new\n")
    assert path.read_bytes() == b"new\n" and path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    with pytest.raises(CareplanError, match="cannot be written"):
        write_atomically(folder, "text")
    assert folder.is_dir() and [p.name for p in tmp_path.iterdir()] == ["taken"]
