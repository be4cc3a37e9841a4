"""Legal shifts: what there is, what each covers, what it costs."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from careplan.costing.pay import pay_of
from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.shifts.schedule import bill_of, roster_of
from careplan.units import HOUR_MS
from tests.planning.shifts.worlds import kinds_in, page_with

EARLY = {"lengths": "8 h", "start_every": "8 h"}
"""Three shifts a day: from midnight, eight, four."""


def test_every_day_has_every_begin() -> None:
    kinds = kinds_in(page_with(EARLY))
    assert kinds.n == 21
    assert [kind.words for kind in kinds.rows[:3]] == ["00:00-08:00", "08:00-16:00", "16:00-00:00"]
    assert kinds.cost == pytest.approx(np.full(21, 8 * 20 / 0.8))  # eight hours at 20 EUR, a fifth of them not there


def test_a_shift_over_the_end_of_the_week_serves_its_beginning() -> None:
    kinds = kinds_in(page_with({"lengths": "8 h", "start_every": "4 h"}))
    sunday_night = next(i for i, kind in enumerate(kinds.rows) if kind.day == 6 and kind.words == "20:00-04:00")
    starts = np.zeros(kinds.n, dtype=np.int64)
    starts[sunday_night] = 2
    assert np.flatnonzero(kinds.duty(starts)[0]).tolist() == [0, 1, 2, 3, 164, 165, 166, 167]
    assert kinds.cost[sunday_night] == pytest.approx(8 * 25)


def test_staggered_breaks_make_types_of_their_own_and_take_part_of_an_hour() -> None:
    rules = {**EARLY, "start_every": "24 h", "breaks": [{"for": "30 min", "from": "3 h", "to": "4 h"}]}
    kinds = kinds_in(page_with(rules))
    assert [kind.words for kind in kinds.rows[:3]] == [
        f"00:00-08:00, break {at} (30 min)" for at in ("03:00", "03:30", "04:00")
    ]
    starts = np.zeros(kinds.n, dtype=np.int64)
    starts[0] = 1
    assert kinds.duty(starts)[0, :8].tolist() == [1, 1, 1, 0.5, 1, 1, 1, 1]
    assert kinds.attending(starts)[0, :8].tolist() == [1] * 8


def test_a_clock_that_changes_moves_the_end_and_not_the_length() -> None:
    """On 29 March the clock in Prague goes forward at two."""
    kinds = kinds_in(page_with({"lengths": "8 h", "start_every": "24 h"}, calendar__start="2026-03-23"))
    assert [kind.words for kind in kinds.rows][5:] == ["00:00-08:00", "00:00-09:00"]
    assert kinds.cost == pytest.approx(np.full(7, 200.0))


def test_a_group_elsewhere_begins_by_its_own_clock() -> None:
    kinds = kinds_in(page_with(EARLY, groups__care__zone="America/New_York"))
    midnight = kinds.rows[0].laid.pieces[0][0] - int(kinds.grid.horizon_edges[0])
    assert kinds.rows[0].words == "00:00-08:00" and midnight == 6 * HOUR_MS


def test_no_shift_at_all_names_the_rule_that_forbids_them() -> None:
    with pytest.raises(InfeasibleError, match="hours of the group \\(21\\)"):
        kinds_in(page_with(EARLY, calendar__hours={"noon": {"daily": "12:00-14:00"}}, groups__care__hours="noon"))


def test_where_no_rule_alone_forbids_every_shift_all_that_each_forbids_is_counted() -> None:
    """At 00:00 it is night, and no shift begins before 20:00; at 08:00 and 16:00 only the second."""
    rules = {"lengths": "8 h", "start_every": "8 h", "night": False, "start_hours": "late"}
    with pytest.raises(InfeasibleError) as error:
        kinds_in(page_with(rules, calendar__hours={"late": {"daily": "20:00-24:00"}}))
    said = str(error.value)
    assert "of 21 shifts" in said and "hours in which shifts may begin (21)" in said and "night work (14)" in said
    assert "The least change that helps: groups.care.shift_rules.start_hours" in said and "up to 7 in" in said


def test_a_group_without_rules_is_named() -> None:
    with pytest.raises(CareplanError, match="groups.care has no shift_rules"):
        from tests.planning.scenarios import PAGE, scenario_of

        kinds_in(scenario_of(PAGE))


def test_a_roster_has_the_duty_of_its_shifts_and_rest_between_them() -> None:
    scenario = page_with(
        {"lengths": ["8 h", "6 h"], "start_every": "2 h", "breaks": [{"for": "15 min", "from": "2 h"}]}
    )
    kinds = kinds_in(scenario)
    starts = np.random.default_rng(1).integers(0, 2, kinds.n)
    roster = roster_of(kinds, starts, scenario.clock.midnights[-1])
    on_duty = roster.on_duty(kinds.grid.horizon_edges)[0] / kinds.grid.lengths
    assert on_duty == pytest.approx(kinds.duty(starts)[0])
    gaps = (roster.spell_on[1:] - roster.spell_off[:-1])[roster.spell_agent[1:] == roster.spell_agent[:-1]]
    assert set(gaps[gaps < 11 * HOUR_MS].tolist()) == {HOUR_MS // 4}


def test_a_gap_that_is_a_paid_break_of_one_and_an_unpaid_one_of_another_is_paid_to_the_first() -> None:
    """Both are away at noon: who began at eight is paid for it, who began at nine is not, but at one."""
    pauses = [{"for": "30 min", "from": "3 h"}, {"for": "30 min", "from": "4 h", "paid": "yes"}]
    kinds = kinds_in(scenario := page_with({"lengths": "8 h", "start_every": "1 h", "breaks": pauses}))
    starts = np.zeros(kinds.n, dtype=np.int64)
    for begin in ("08:00", "09:00"):
        starts[next(i for i, kind in enumerate(kinds.rows) if kind.day == 2 and kind.words.startswith(begin))] = 1
    bill = bill_of(kinds, starts, pay_of(scenario))
    assert bill.lines["care"].on_duty_ms == 14 * HOUR_MS and bill.lines["care"].paid_break_ms == HOUR_MS
    assert bill.paid_hours == Decimal("18.75") and bill.cost == Decimal("375.00")
    assert kinds.cost @ starts == pytest.approx(375)
