"""What a schedule of shifts asks of a roster."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from careplan.errors import CareplanError
from careplan.planning.rosters.horizon import over_its_weeks
from careplan.planning.rosters.needs import needs_of, starts_of
from careplan.units import HOUR_MS
from tests.planning.shifts.worlds import kinds_in, page_with

RULES = {
    "lengths": "8 h",
    "start_every": "8 h",
    "breaks": [{"for": "30 min", "from": "3 h", "to": "4 h", "every": "1 h"}],
}
DAYS = tuple(date(2026, 3, 2) + timedelta(days=k) for k in range(14))


def test_shifts_that_differ_in_their_breaks_are_one_need_and_keep_their_breaks() -> None:
    scenario = page_with(RULES, rosters={"weeks": 2})
    kinds = kinds_in(scenario)
    starts = np.zeros(kinds.n, dtype=np.int64)
    first = [row for row, kind in enumerate(kinds.rows) if kind.day == 0 and kind.words.startswith("08:00")]
    starts[first] = [1, 2]
    wide = over_its_weeks(scenario)
    needs = needs_of(wide, DAYS, kinds, starts, like=scenario)
    at = next(k for k, slot in enumerate(needs.slots) if slot.words == "08:00-16:00")
    assert needs.slots[at].paid == 7.5 * HOUR_MS and needs.slots[at].begin == 480
    assert needs.people[:, at].tolist() == [3, *[0] * 6] * 2  # the week repeats
    begins = [(needs.laid(7, at, k).breaks[0][0] - needs.laid(7, at, k).pieces[0][0]) / HOUR_MS for k in range(4)]
    assert begins == [3, 4, 4, 3]
    assert needs.laid(7, at, 0).day == DAYS[7]
    assert needs.notes == ("The schedule of 7 days repeats over the 14 days of the roster.",)


def test_shifts_keep_their_clock_time_when_the_clock_changes() -> None:
    scenario = page_with(RULES, rosters={"weeks": 4, "start": "2026-03-02"})
    kinds = kinds_in(scenario)
    wide = over_its_weeks(scenario)
    days = tuple(date(2026, 3, 2) + timedelta(days=k) for k in range(28))
    needs = needs_of(wide, days, kinds, np.ones(kinds.n, dtype=np.int64), like=scenario)
    at = next(k for k, slot in enumerate(needs.slots) if slot.words == "08:00-16:00")
    sunday = needs.laid(27, at, 0).pieces[0][0]  # 29 March: an hour is skipped in the night
    assert wide.clock.local(sunday).hour == 8
    assert sunday - needs.laid(26, at, 0).pieces[0][0] == 23 * HOUR_MS


def test_spare_people_stand_in_for_unplanned_absence() -> None:
    shrinkage = {"planned": "10 %", "unplanned": "20 %"}
    scenario = page_with(RULES, rosters={"weeks": 1}, groups__care__shrinkage=shrinkage)
    kinds = kinds_in(scenario)
    starts = np.array([4 if kind.day == 0 and kind.words.startswith("08:00") else 0 for kind in kinds.rows])
    needs = needs_of(scenario, DAYS[:7], kinds, starts, like=scenario, spare=True)
    assert needs.people.sum() == 10  # 8 / (1 - 20 %); leave is in the roster
    assert "2 shifts more" in needs.notes[0]


def test_a_result_folder_of_shifts_is_read_back(tmp_path: Path) -> None:
    scenario = page_with(RULES)
    kinds = kinds_in(scenario)
    rows = [
        {"group": "care", "date": kinds.rows[k].laid.day.isoformat(), "shift": kinds.rows[k].words, "people": 2}
        for k in (0, 3)
    ]
    (tmp_path / "plan.json").write_text(json.dumps({"plan": {"shifts": rows}}), encoding="utf-8")
    assert np.flatnonzero(starts_of(tmp_path, kinds)).tolist() == [0, 3]
    rows[0]["shift"] = "09:00-17:00"
    (tmp_path / "plan.json").write_text(json.dumps({"plan": {"shifts": rows}}), encoding="utf-8")
    with pytest.raises(CareplanError, match="is no legal shift of this scenario"):
        starts_of(tmp_path, kinds)
    with pytest.raises(CareplanError, match="does not exist"):
        starts_of(tmp_path / "elsewhere", kinds)
