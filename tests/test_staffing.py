"""The roster a scenario states: headcounts, shifts, breaks, changes of the clock, absence."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pytest

from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.staffing import as_written, headcount_steps, scaled, staffed_roster, with_absence, with_paid_breaks
from careplan.units import DAY_MS, HOUR_MS
from tests.workload.worlds import one_queue

CALENDAR = (
    "\n  zone: Europe/Prague\n  start: 2026-03-03\n  horizon: 1 week\n  run_off: 1 day\n"  # instant 0: Mon 2 March
)
SPRING = CALENDAR.replace("03-03", "03-28")  # instant 0: Friday 27 March; the clock goes forward on Sunday


def staffed(group: str, *, calendar: str = CALENDAR, files: dict[str, str] | None = None) -> Scenario:
    """A scenario whose group ``care`` is staffed so."""
    groups = f"  care: {{skills: [q], {group}}}"
    hours = "desk: {mon-fri: 08:00-20:00, sat: 09:00-13:00}, night: {daily: 22:00-06:00}, late: {daily: 18:15-20:00}"
    return one_queue("volume: {per_week: 1}", calendar=calendar, groups=groups, hours=hours, files=files)


def on_duty(scenario: Scenario, *instants: str) -> list[int]:
    """Agents on duty at local times."""
    roster = staffed_roster(scenario)
    at = [scenario.clock.instant(datetime.fromisoformat(text)) for text in instants]
    return [int(((roster.spell_on <= instant) & (instant < roster.spell_off)).sum()) for instant in at]


def worked_hours(scenario: Scenario, day: date) -> list[float]:
    """Hours each agent works on a local day."""
    roster, clock = staffed_roster(scenario), scenario.clock
    number = clock.days.index(day)
    begin, end = clock.midnights[number], clock.midnights[number + 1]
    hours = [0.0] * roster.n_agents
    for agent, on, off in zip(roster.spell_agent, roster.spell_on, roster.spell_off, strict=True):
        hours[int(agent)] += max(0, min(int(off), end) - max(int(on), begin)) / HOUR_MS
    return hours


# --- headcounts ---


def test_a_constant_headcount_is_on_from_the_first_instant_to_past_the_end() -> None:
    scenario = staffed("headcount: 3")
    roster = staffed_roster(scenario)
    assert roster.n_agents == 3
    assert roster.spell_on.tolist() == [0, 0, 0]
    assert set(roster.spell_off.tolist()) == {scenario.clock.midnights[-1]}
    assert scenario.clock.end <= scenario.clock.midnights[-1]


def test_headcounts_of_hours_that_overlap_add_up() -> None:
    scenario = staffed("headcount: {desk: 4, night: 1, late: 2, always: 1}")
    times = ["2026-03-04 07:00", "2026-03-04 08:00", "2026-03-04 18:15", "2026-03-04 20:00", "2026-03-04 22:00"]
    assert on_duty(scenario, *times, "2026-03-07 12:59", "2026-03-07 13:00") == [1, 5, 7, 1, 2, 5, 1]
    assert staffed_roster(scenario).n_agents == 7


def test_hours_that_began_before_the_run_are_staffed_from_its_first_instant() -> None:
    assert on_duty(staffed("headcount: {night: 2}"), "2026-03-02 00:00", "2026-03-02 06:00") == [2, 0]


def test_a_weekly_headcount_repeats_from_warm_up_to_run_off() -> None:
    # From Monday 08:00 four, from Wednesday noon two, from Sunday 20:00 one; Monday before eight still Sunday's one.
    table = "minute_of_week,agents\n480,4\n3600,2\n9840,1\n"
    scenario = staffed("headcount: {by_interval: h.csv}", files={"h.csv": table})
    times = ["2026-03-02 00:00", "2026-03-02 08:00", "2026-03-04 11:59", "2026-03-04 12:00", "2026-03-08 19:59"]
    assert on_duty(scenario, *times, "2026-03-08 20:00", "2026-03-09 07:59", "2026-03-09 08:00") == [
        1,
        4,
        4,
        2,
        2,
        1,
        1,
        4,
    ]


def test_a_dated_headcount_holds_until_the_next_start() -> None:
    table = "start,agents\n2026-03-01 00:00,1\n2026-03-02 12:00,5\n2026-03-04 00:00,0\n2026-03-05 06:00,2\n"
    scenario = staffed("headcount: {by_interval: h.csv}", files={"h.csv": table})
    times = ["2026-03-02 00:00", "2026-03-02 12:00", "2026-03-04 12:00", "2026-03-09 12:00"]
    assert on_duty(scenario, *times) == [1, 5, 0, 2]
    edges, agents = headcount_steps(scenario, scenario.groups["care"].headcount, "care")  # type: ignore[arg-type]
    assert edges[0] == 0
    assert edges[-1] == scenario.clock.midnights[-1]
    assert agents.tolist() == [1, 5, 0, 2]


def test_nobody_is_on_duty_before_a_dated_headcount_begins() -> None:
    scenario = staffed("headcount: {by_interval: h.csv}", files={"h.csv": "start,agents\n2026-03-03 12:00,5\n"})
    assert on_duty(scenario, "2026-03-02 12:00", "2026-03-03 11:59", "2026-03-03 12:00") == [0, 0, 5]


def test_clock_times_stay_clock_times_when_the_clock_changes() -> None:
    scenario = staffed("headcount: {desk: 1, night: 1}", calendar=SPRING)
    assert on_duty(scenario, "2026-03-30 07:59", "2026-03-30 08:00", "2026-03-29 05:59", "2026-03-29 06:00") == [
        0,
        1,
        1,
        0,
    ]
    assert worked_hours(scenario, date(2026, 3, 29)) == [2 + 5]  # Sunday's night lost an hour


def test_a_group_without_staffing_has_no_agents() -> None:
    roster = staffed_roster(staffed("capacity: 100 %"))
    assert (roster.groups, roster.n_agents) == (("care",), 0)


# --- shifts ---

SHIFTS = (
    "shifts: [{name: early, days: mon-fri, hours: 08:00-16:00, agents: 2, breaks: "
    "[{at: 10:00, for: 15 min, paid: yes}, {at: 12:00, for: 30 min}]}, {name: night, hours: 22:00-06:00, agents: 1}]"
)


def test_shifts_are_different_agents_with_breaks_cut_out() -> None:
    scenario = staffed(SHIFTS)
    roster = staffed_roster(scenario)
    assert roster.n_agents == 3
    first_day = (roster.spell_agent == 0) & (roster.spell_on < DAY_MS)
    assert (roster.spell_on[first_day] / HOUR_MS).tolist() == [8, 10.25, 12.5]
    assert (roster.spell_off[first_day] / HOUR_MS).tolist() == [10, 12, 16]
    assert worked_hours(scenario, date(2026, 3, 7)) == [0, 0, 8]  # Saturday: the night alone


def test_a_shift_past_midnight_is_one_spell_and_the_first_began_before_the_run() -> None:
    scenario = staffed(SHIFTS)
    roster = staffed_roster(scenario)
    night = roster.spell_agent == 2
    assert (roster.spell_on[night] / HOUR_MS).tolist()[:2] == [0, 22]
    assert (roster.spell_off[night] / HOUR_MS).tolist()[:2] == [6, 30]
    assert roster.spell_off[night].max() <= scenario.clock.midnights[-1]


def test_a_break_in_the_night_is_after_midnight() -> None:
    shift = "shifts: [{hours: 22:00-06:00, agents: 1, breaks: [{at: 02:00, for: 1 h}]}]"
    assert on_duty(staffed(shift), "2026-03-04 01:59", "2026-03-04 02:00", "2026-03-04 03:00") == [1, 0, 1]


def test_a_night_shift_is_an_hour_shorter_when_the_clock_goes_forward() -> None:
    scenario = staffed("shifts: [{days: sat, hours: 22:00-06:00, agents: 1}]", calendar=SPRING)
    roster = staffed_roster(scenario)
    assert (roster.spell_off - roster.spell_on)[0] == 7 * HOUR_MS


def test_shrinkage_never_enters_a_roster() -> None:
    assert (
        staffed_roster(staffed("headcount: 3, shrinkage: 30 %")).digest
        == staffed_roster(staffed("headcount: 3")).digest
    )


# --- absence ---


def test_absence_takes_whole_days_of_agents_as_often_as_it_says() -> None:
    calendar = CALENDAR.replace("1 week", "20 weeks")
    scenario = staffed("headcount: {desk: 20}, absence: 10 %", calendar=calendar)
    roster, full = staffed_roster(scenario), staffed_roster(staffed("headcount: {desk: 20}", calendar=calendar))
    assert roster.n_agents == full.n_agents
    there = {(int(agent), int(on)) for agent, on in zip(roster.spell_agent, roster.spell_on, strict=True)}
    due = {(int(agent), int(on)) for agent, on in zip(full.spell_agent, full.spell_on, strict=True)}
    assert there < due
    missed = len(due) - len(there)
    assert abs(missed - 0.1 * len(due)) <= 4 * np.sqrt(len(due) * 0.09)


def test_an_absent_agent_of_a_shift_misses_the_whole_night() -> None:
    calendar = CALENDAR.replace("1 week", "20 weeks")
    scenario = staffed(
        "absence: 30 %, shifts: [{hours: 22:00-06:00, agents: 1, breaks: [{at: 02:00, for: 1 h}]}]", calendar=calendar
    )
    roster = staffed_roster(scenario)
    nights: dict[int, list[float]] = {}
    for on, off in zip(roster.spell_on.tolist(), roster.spell_off.tolist(), strict=True):
        nights.setdefault((on - 12 * HOUR_MS) // DAY_MS, []).append((off - on) / HOUR_MS)
    inner = [sorted(nights[night]) for night in sorted(nights)[1:-1]]
    plain = [stretches for stretches in inner if sum(stretches) == 7]  # but for the night when the clock changes
    assert len(inner) - len(plain) <= 1
    assert all(stretches == [3, 4] for stretches in plain)
    assert 0.5 * 140 < len(nights) < 0.85 * 140


def test_absence_cuts_days_out_of_a_spell_round_the_clock() -> None:
    scenario = staffed("headcount: 5, absence: 30 %")
    roster, midnights = staffed_roster(scenario), set(scenario.clock.midnights)
    assert set(roster.spell_on.tolist()) | set(roster.spell_off.tolist()) <= midnights
    assert 5 < len(roster.spell_on) < 5 * 9


def test_absence_belongs_to_the_agent_and_the_day() -> None:
    fewer, more = (
        staffed("headcount: {desk: 10}, absence: 20 %"),
        staffed("headcount: {desk: 12, night: 3}, absence: 20 %"),
    )
    longer = staffed("headcount: {desk: 10}, absence: 20 %", calendar=CALENDAR.replace("1 week", "2 weeks"))

    def spells(scenario: Scenario) -> set[tuple[int, int]]:
        roster = staffed_roster(scenario)
        eight = {scenario.clock.instant(datetime(d.year, d.month, d.day, 8)) for d in scenario.clock.days}
        columns = zip(roster.spell_agent.tolist(), roster.spell_on.tolist(), strict=True)
        return {(agent, on) for agent, on in columns if on in eight and on < 9 * DAY_MS and agent >= 3}

    assert {spell for spell in spells(more) if spell[0] < 10} == spells(fewer) == spells(longer)
    other = [staffed_roster(fewer, seed=seed, replication=r).digest for seed in (1, 2) for r in (0, 1)]
    assert len(set(other)) == 4
    assert staffed_roster(fewer).digest == other[0]


def test_a_planned_roster_misses_the_same_agents() -> None:
    scenario = staffed("headcount: {desk: 10}, absence: 20 %")
    edges, agents = headcount_steps(scenario, scenario.groups["care"].headcount, "care")  # type: ignore[arg-type]
    plan = Roster.from_headcount(edges, {"care": agents})
    assert with_absence(plan, scenario, replication=4).digest == staffed_roster(scenario, replication=4).digest
    never = staffed("headcount: {desk: 10}")
    assert with_absence(plan, never) is plan


def test_whoever_misses_a_night_of_a_given_roster_misses_the_part_after_its_break_too() -> None:
    scenario = staffed("absence: 30 %, shifts: [{hours: 22:00-06:00, agents: 4, breaks: [{at: 02:00, for: 1 h}]}]")
    stated, given = staffed_roster(scenario), with_absence(as_written(scenario), scenario)

    def spells(roster: Roster) -> set[tuple[int, int]]:
        columns = zip(roster.spell_agent.tolist(), roster.spell_on.tolist(), strict=True)
        return {(agent, on) for agent, on in columns if on >= 12 * HOUR_MS}  # of the first night there is only the end

    assert spells(given) == spells(stated) < spells(as_written(scenario))


def test_two_shifts_with_a_nights_rest_between_them_are_missed_apart() -> None:
    days = [("care", 1, (24 * k + 8) * HOUR_MS, (24 * k + 20) * HOUR_MS) for k in range(7)]
    scenario = staffed("headcount: 1, absence: 50 %")
    kept = with_absence(Roster.from_spells(days), scenario)
    assert 0 < len(kept.spell_on) < 7


def test_agents_who_miss_every_day_keep_their_number() -> None:
    scenario = staffed("headcount: {desk: 3}, absence: 95 %")
    assert staffed_roster(scenario).n_agents == 3


@pytest.mark.parametrize("text", ["2026-03-29 01:59", "2026-03-29 03:00"])
def test_a_desk_round_the_clock_has_no_gap_where_the_clock_skips(text: str) -> None:
    assert on_duty(staffed("headcount: {always: 2}", calendar=SPRING), text) == [2]


# --- scaled ---


def test_scaling_keeps_shifts_whole_and_whoever_is_on_at_a_smaller_scale() -> None:
    clock = staffed("headcount: 1").clock
    tuesday = clock.horizon_from
    shifts = [
        ("care", agent, tuesday + (24 * day + on) * HOUR_MS, tuesday + (24 * day + off) * HOUR_MS)
        for day in range(2)
        for agent in range(1, 6)
        for on, off in ((8, 12), (13, 17))
    ]
    roster = Roster.from_spells(shifts)
    smaller: set[tuple[int, int, int]] = set()
    for share in (0.3, 0.7, 1.0, 1.3):
        spells = scaled(roster, share, clock)
        rows = {*zip(spells.spell_agent.tolist(), spells.spell_on.tolist(), spells.spell_off.tolist(), strict=True)}
        assert smaller <= rows  # and both halves of a shift or neither
        mornings = sum(on % DAY_MS == 8 * HOUR_MS for _, on, _ in rows)
        assert mornings * 2 == len(rows) == round(20 * share)
        smaller = rows
    assert scaled(roster, 1.0, clock).digest == roster.digest
    whole = [tuesday, tuesday + 2 * DAY_MS]
    assert scaled(roster, 2.0, clock).on_duty(whole).sum() == 2 * roster.on_duty(whole).sum()


def test_as_written_nobody_is_absent() -> None:
    scenario = staffed("headcount: 3, absence: 40 %")
    assert as_written(scenario).digest == staffed_roster(staffed("headcount: 3")).digest


# --- zones of groups ---


def elsewhere(group: str, *, calendar: str = CALENDAR) -> Scenario:
    return staffed(f"zone: America/New_York, {group}", calendar=calendar)


def test_a_group_elsewhere_keeps_the_hours_of_its_own_wall() -> None:
    scenario = elsewhere("headcount: {desk: 4}")  # 08:00 in New York is 14:00 in Prague
    times = ["2026-03-04 13:59", "2026-03-04 14:00", "2026-03-05 01:59", "2026-03-05 02:00"]
    assert on_duty(scenario, *times) == [0, 4, 4, 0]


def test_each_zone_changes_its_own_clock() -> None:
    """New York goes forward on 8 March, Prague on 29 March: in between they are five hours apart."""
    scenario = elsewhere("shifts: [{hours: 08:00-16:00, agents: 2}]", calendar=CALENDAR.replace("1 week", "4 weeks"))
    assert on_duty(scenario, "2026-03-07 13:00", "2026-03-07 14:00") == [0, 2]
    assert on_duty(scenario, "2026-03-09 12:59", "2026-03-09 13:00") == [0, 2]
    assert on_duty(scenario, "2026-03-30 13:59", "2026-03-30 14:00") == [0, 2]


def test_the_night_before_the_run_is_staffed_from_its_first_instant_elsewhere_too() -> None:
    scenario = elsewhere("headcount: {late: 3, night: 2}")  # 22:00-06:00 there is 04:00-12:00 here, 18:15 is 00:15
    assert on_duty(scenario, "2026-03-02 00:00", "2026-03-02 00:15", "2026-03-02 02:00", "2026-03-02 04:00") == [
        0, 3, 0, 2,
    ]  # fmt: skip


def test_a_weekly_headcount_elsewhere_stands_at_the_first_instant() -> None:
    table = "minute_of_week,agents\n0,1\n480,4\n9960,2\n"  # from Sunday 22:00 two; that is Monday 04:00 here
    scenario = staffed("zone: America/New_York, headcount: {by_interval: h.csv}", files={"h.csv": table})
    assert on_duty(scenario, "2026-03-02 00:00", "2026-03-02 04:00", "2026-03-02 06:00", "2026-03-02 14:00") == [
        4, 2, 1, 4,
    ]  # fmt: skip


def test_a_group_has_the_holidays_of_where_it_works() -> None:
    """Thursday 5 March is a holiday only there."""
    hours = "desk: {mon-fri: 08:00-20:00, holidays: closed}"
    groups = (
        "  care: {skills: [q], headcount: {desk: 1}}\n"
        "  there: {skills: [q], holidays: {dates: [2026-03-05]}, headcount: {desk: 1}}"
    )
    scenario = one_queue("volume: {per_week: 1}", calendar=CALENDAR, groups=groups, hours=hours)
    assert on_duty(scenario, "2026-03-04 12:00", "2026-03-05 12:00") == [2, 1]


def test_a_group_in_the_zone_of_the_calendar_has_its_clock() -> None:
    scenario = staffed("zone: Europe/Prague, headcount: 1")
    assert scenario.clock_of("care") is scenario.clock


def test_absence_elsewhere_takes_whole_local_days_whichever_way_the_roster_came_about() -> None:
    scenario = elsewhere("absence: 40 %, shifts: [{hours: 18:00-02:00, agents: 5, breaks: [{at: 22:00, for: 30 min}]}]")
    present = staffed_roster(scenario)
    plain = staffed_roster(scenario.with_changes({"groups.care.absence": "0 %"}))
    assert 0 < len(present.spell_on) < len(plain.spell_on)
    begins = {(a, o) for a, o in zip(present.spell_agent.tolist(), present.spell_on.tolist(), strict=True)}
    assert begins < {(a, o) for a, o in zip(plain.spell_agent.tolist(), plain.spell_on.tolist(), strict=True)}


# --- paid breaks ---

NIGHTS = "shifts: [{hours: 22:00-06:00, agents: 2, breaks: [{at: 02:00, for: 30 min, paid: yes}]}], absence: 40 %"


def pauses(roster: Roster) -> list[tuple[int, int, int]]:
    return list(zip(roster.pause_agent.tolist(), roster.pause_on.tolist(), roster.pause_off.tolist(), strict=True))


def test_paid_breaks_go_with_the_shift_they_lie_in() -> None:
    """Who misses a night misses its break, though it lies on the next day."""
    scenario = staffed(NIGHTS)
    whole = as_written(scenario)
    assert {off - on for _, on, off in pauses(whole)} == {HOUR_MS // 2}
    for roster in (staffed_roster(scenario, replication=1), with_absence(whole, scenario, replication=1)):
        ends = set(zip(roster.spell_agent.tolist(), roster.spell_off.tolist(), strict=True))
        assert 0 < len(pauses(roster)) < len(pauses(whole))
        assert all((agent, on) in ends for agent, on, _ in pauses(roster))


def test_paid_breaks_are_scaled_with_their_duties() -> None:
    scenario = staffed(NIGHTS.replace("40 %", "0 %"))
    whole = as_written(scenario)
    assert scaled(whole, 1.0, scenario.clock).digest == whole.digest
    assert len(pauses(scaled(whole, 2.0, scenario.clock))) == 2 * len(pauses(whole))
    half = scaled(whole, 0.5, scenario.clock)
    assert all((agent, on) in set(zip(half.spell_agent, half.spell_off, strict=True)) for agent, on, _ in pauses(half))


def test_gaps_that_are_paid_breaks_as_written_are_stated_where_none_is() -> None:
    scenario = staffed(NIGHTS.replace("40 %", "0 %"))
    whole = as_written(scenario)
    bare = Roster(whole.groups, whole.agent_group, whole.spell_agent, whole.spell_on, whole.spell_off)
    assert pauses(bare) == [] and with_paid_breaks(bare, scenario).digest == whole.digest
    assert with_paid_breaks(whole, scenario) is whole


def test_breaks_that_meet_where_the_clock_is_put_forward_are_one() -> None:
    breaks = "[{at: 02:00, for: 60 min, paid: yes}, {at: 03:00, for: 15 min, paid: yes}]"
    scenario = staffed(f"shifts: [{{hours: 22:00-06:00, agents: 1, breaks: {breaks}}}]", calendar=SPRING)
    assert len(pauses(as_written(scenario))) > 0
