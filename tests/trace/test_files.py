"""Tables on disk: back as they were, or refused with a sentence."""

from __future__ import annotations

import builtins
import json
import stat
from pathlib import Path

import numpy as np
import pytest

import careplan.engine.simulate  # noqa: F401  # tables of meanings of every class
from careplan.errors import CareplanError, TableError
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.trace.files import LAYOUTS, load, meaning_of, provenance_of, save
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload
from tests.engine.worlds import random_world

KINDS = {"Trace": Trace, "Workload": Workload, "Roster": Roster}
SUFFIXES = ("npz", "csv", "parquet")


def tables(seed: int = 3):
    world = random_world(seed)
    return world.play("compiled"), world.workload, world.roster


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("seed", range(6))
def test_a_table_comes_back_equal(tmp_path, suffix, seed):
    for table in tables(seed):
        save(table, tmp_path / f"table.{suffix}")
        again = load(tmp_path / f"table.{suffix}", type(table))
        assert again.digest == table.digest


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_tables_without_rows_come_back(tmp_path, suffix):
    for table in (Workload(("mail",), [], [], [0], []), Roster(("care",), [], [], [], [])):
        save(table, tmp_path / f"empty.{suffix}")
        assert load(tmp_path / f"empty.{suffix}", type(table)).digest == table.digest


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_paid_breaks_of_a_roster_come_back_and_need_not_be_there(tmp_path, suffix):
    roster = Roster.from_spells([("care", 1, 0, 100)], pauses=[("care", 1, 100, 130)])
    save(roster, tmp_path / f"roster.{suffix}")
    assert load(tmp_path / f"roster.{suffix}", Roster).digest == roster.digest
    if suffix != "npz":
        plain = Roster.from_spells([("care", 1, 0, 100)])
        save(plain, tmp_path / f"roster.{suffix}")
        (tmp_path / f"roster.pauses.{suffix}").unlink()  # as elder versions wrote it
        assert load(tmp_path / f"roster.{suffix}", Roster).digest == plain.digest


def test_columns_that_were_not_given_are_not_written(tmp_path):
    workload = Workload(("mail",), [0, 5], [0, 0], [0, 1, 2], [1, 1])
    save(workload, tmp_path / "small.npz")
    with np.load(tmp_path / "small.npz") as file:
        assert set(file.files) == {"head", "arrived_at", "queue_ix", "turn_start", "turn_queue_ix", "work_ms"}
    again = load(tmp_path / "small.npz", Workload)
    assert again.digest == workload.digest
    assert again.patience_ms.tolist() == [-1, -1]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_who_made_it_is_kept(tmp_path, suffix):
    trace, workload, _ = tables()
    made_by = Provenance.now(seed=7, workload=workload.digest, engine="compiled")
    path = tmp_path / f"run.{suffix}"
    save(trace, path, provenance=made_by)
    assert load(path, Trace).provenance == made_by
    assert provenance_of(path) == made_by


def test_every_column_says_what_it_means(tmp_path):
    for name, kind in KINDS.items():
        columns = {c for part in LAYOUTS[name].rows.values() for c in part}
        assert columns | {*LAYOUTS[name].head, "provenance"} >= set(kind.__dataclass_fields__)
        assert all(len(meaning_of(kind, column)) > 10 for column in columns)
    trace, _, _ = tables()
    save(trace, tmp_path / "run.csv")
    head = json.loads((tmp_path / "run.json").read_text())
    assert head["columns"]["turns"]["turn_started_at"].startswith("when work on it began")


def test_files_are_ordinary_and_nothing_is_left_beside_them(tmp_path):
    trace, _, _ = tables()
    written = save(trace, tmp_path / "run.csv")
    assert sorted(tmp_path.iterdir()) == sorted(written)
    ordinary = tmp_path / "ordinary"
    ordinary.write_text("")
    assert stat.S_IMODE(written[0].stat().st_mode) == stat.S_IMODE(ordinary.stat().st_mode)


def test_a_save_that_breaks_leaves_the_old_file(tmp_path, monkeypatch):
    trace, workload, _ = tables()
    path = tmp_path / "run.npz"
    save(trace, path)
    before = path.read_bytes()

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(CareplanError, match="No space left"):
        save(workload, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def refuses(path: Path, kind: type, sentence: str) -> None:
    with pytest.raises(TableError, match=sentence):
        load(path, kind)


def test_a_path_without_a_known_suffix_is_refused(tmp_path):
    refuses(tmp_path / "run.xlsx", Trace, "ends in .npz, .csv, .parquet")
    with pytest.raises(TableError, match="ends in"):
        save(tables()[0], tmp_path / "run")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_not_there_is_refused(tmp_path, suffix):
    refuses(tmp_path / f"none.{suffix}", Trace, "no such file")


def test_a_directory_that_is_not_there_is_refused(tmp_path):
    for suffix in SUFFIXES:
        with pytest.raises(CareplanError, match="cannot be written"):
            save(tables()[0], tmp_path / "none" / f"run.{suffix}")


@pytest.mark.parametrize("rubbish", [b"", b"PK\x03\x04 broken", b"hello", b"\x80\x04pickle"])
def test_rubbish_is_refused(tmp_path, rubbish):
    (tmp_path / "run.npz").write_bytes(rubbish)
    refuses(tmp_path / "run.npz", Trace, "npz file|no head")
    save(tables()[0], tmp_path / "run.parquet")
    (tmp_path / "run.cases.parquet").write_bytes(rubbish)
    refuses(tmp_path / "run.parquet", Trace, "no Parquet file")


def test_an_npz_of_somebody_else_is_refused(tmp_path):
    np.savez(tmp_path / "run.npz", x=np.arange(3))
    refuses(tmp_path / "run.npz", Trace, "has no head")
    np.savez(tmp_path / "run.npz", head=np.array("[1]"))
    refuses(tmp_path / "run.npz", Trace, "no mapping")
    np.savez(tmp_path / "run.npz", head=np.array("{}"))
    refuses(tmp_path / "run.npz", Trace, "careplan_table")
    np.savez(tmp_path / "run.npz", head=np.array({"a": 1}, dtype=object))
    refuses(tmp_path / "run.npz", Trace, "npz file")


def test_a_table_of_another_kind_is_refused(tmp_path):
    save(tables()[1], tmp_path / "run.npz")
    refuses(tmp_path / "run.npz", Trace, "is a Workload; expected a Trace")
    save(tables()[1], tmp_path / "run.csv")
    refuses(tmp_path / "run.csv", Roster, "is a Workload; expected a Roster")


def test_another_layout_is_refused(tmp_path):
    save(tables()[0], tmp_path / "run.csv")
    head = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**head, "careplan_table": 99}))
    refuses(tmp_path / "run.csv", Trace, "layout 99")
    (tmp_path / "run.json").write_text(json.dumps({k: v for k, v in head.items() if k != "until"}))
    refuses(tmp_path / "run.csv", Trace, "no until")
    (tmp_path / "run.json").write_text("{")
    refuses(tmp_path / "run.csv", Trace, "no JSON")


def edited(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_rows_changed_by_hand_are_refused_and_pointed_to_replay(tmp_path):
    roster = Roster.from_spells([("care", 1, 0, 100), ("care", 2, 50, 150)])
    save(roster, tmp_path / "roster.csv")
    edited(tmp_path / "roster.spells.csv", "0,0,100", "0,0,101")
    refuses(tmp_path / "roster.csv", Roster, "careplan replay")


def test_what_is_wrong_in_a_csv_is_said(tmp_path):
    roster = Roster.from_spells([("care", 1, 0, 100), ("care", 2, 50, 150)])
    path, spells = tmp_path / "roster.csv", tmp_path / "roster.spells.csv"
    for old, new, sentence in [
        ("0,0,100", "0,0,noon", "whole numbers"),
        ("0,0,100", "0,0,1.5", "whole numbers"),
        ("0,0,100", "0,,100", "whole numbers"),
        ("spell_on", "spell_at", "column spell_at is unknown"),
        ("spell_on", "spell_at", "column spell_on is missing"),
        ("0,0,100", "0,200,100", "expected to end after it begins"),
        ("1,50,150", "9,50,150", "names no agent"),
    ]:
        save(roster, path)
        edited(spells, old, new)
        refuses(path, Roster, sentence)
    spells.write_text("")
    refuses(path, Roster, "is empty")
    spells.unlink()
    refuses(path, Roster, "no such file")


def test_all_missing_columns_are_named_at_once(tmp_path):
    save(tables()[0], tmp_path / "run.npz")
    with np.load(tmp_path / "run.npz") as file:
        kept = {name: file[name] for name in file.files if name not in ("turn_agent_ix", "case_outcome")}
    np.savez(tmp_path / "run.npz", **kept)
    with pytest.raises(TableError) as refused:
        load(tmp_path / "run.npz", Trace)
    assert len(refused.value.findings) == 2


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    real = builtins.__import__

    def without_pyarrow(name: str, *rest: object, **more: object) -> object:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without_pyarrow)
    with pytest.raises(TableError, match=r"careplan\[parquet\]"):
        save(tables()[0], tmp_path / "run.parquet")
