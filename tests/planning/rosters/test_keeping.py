"""Days of an edited roster that stay while the rest is found anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from careplan.planning.rosters.edited import read_named_roster
from careplan.planning.rosters.keeping import read_kept
from careplan.scenario.persons import members_of
from tests.planning.rosters.test_edited import HEAD, desk, shift


def test_rows_settle_their_days_and_other_days_stay_free(tmp_path: Path) -> None:
    scenario = desk(tmp_path, people__Ana__fixed=["2026-03-02 off", "2026-03-06 off"])
    path = tmp_path / "keep.csv"
    path.write_text(HEAD + shift(0) + "\n" + "Ana,2026-03-03,,off,,,\n" + "Ben,2026-03-02,,,22:00,06:00,\n")
    kept = read_kept(path, scenario)
    ana, ben = kept.settled(members_of(scenario.people), scenario)
    assert [(str(one.day), one.shift, one.group) for one in ana.person.fixed] == [
        ("2026-03-06", None, None),
        ("2026-03-02", (8 * 60, 16 * 60), "care"),
        ("2026-03-03", None, None),
    ]
    assert [(one.shift, one.group) for one in ben.person.fixed] == [((22 * 60, 30 * 60), "late")]
    assert ana.person.contract == members_of(scenario.people)[0].person.contract


def test_a_split_shift_is_kept_with_its_hours_off(tmp_path: Path) -> None:
    scenario = desk(tmp_path)
    path = tmp_path / "keep.csv"
    rows = [shift(0, "08:00,19:00", "12:00-15:00 off"), shift(1, "20:00,07:00", "23:30-02:30 off")]
    path.write_text(HEAD + "\n".join(rows) + "\n")
    ana, _ = read_kept(path, scenario).settled(members_of(scenario.people), scenario)
    assert [(one.shift, one.gap) for one in ana.person.fixed] == [
        ((8 * 60, 19 * 60), (12 * 60, 15 * 60)),
        ((20 * 60, 31 * 60), (23 * 60 + 30, 26 * 60 + 30)),
    ]


def test_kept_shifts_have_the_breaks_of_the_table(tmp_path: Path) -> None:
    scenario = desk(tmp_path)
    path = tmp_path / "keep.csv"
    path.write_text(HEAD + shift(0, breaks="11:00-11:30") + "\n")
    kept = read_kept(path, scenario)
    path.write_text(HEAD + "\n".join([shift(0, breaks="12:00-12:30"), shift(1, breaks="12:00-12:30")]) + "\n")
    found = read_named_roster(path, scenario)
    people = members_of(scenario.people)
    after = kept.put_into(replace(found, people=kept.settled(people, scenario)), people)
    assert after.people == people
    assert [d.laid.breaks[0][0] - d.laid.pieces[0][0] for d in after.duties] == [3 * 3_600_000, 4 * 3_600_000]
    assert [d.laid.day for d in after.duties] == [date(2026, 3, 2), date(2026, 3, 3)]
