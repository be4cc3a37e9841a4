"""A roster of people played: planned against simulated, the chance of a week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from careplan.costing.wages import wage_bill
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.horizon import around, over_its_weeks, pay_of_people, played_roster
from careplan.planning.rosters.paying import on_duty_with_breaks, wages_by_week, wages_of_people
from careplan.planning.shifts.labour import Laid
from careplan.reporting.roster_play import broken_text, chance_words, play_text
from careplan.reporting.workbook.people import weeks_of
from careplan.scenario.files import read_scenario
from careplan.scenario.models import Scenario
from careplan.scenario.persons import members_of
from careplan.staffing import with_absence
from careplan.study.replicate import played, replicate
from careplan.study.rosters import RosterRun, play_roster
from careplan.units import HOUR_MS, MINUTE_MS
from careplan.workload.export import write_roster
from careplan.workload.rosters import read_roster

PAGE = """\
careplan: 1
name: page
calendar: {zone: Europe/Prague, start: 2026-03-09, horizon: 1 week}
channels: {facebook: {kind: message}}
queues: {questions: {channel: facebook, volume: {per_week: 300}, handle_time: 5 min}}
groups: {care: {skills: [questions], wage: 20 EUR per hour, absence: %s}}
money: {overtime: 50 %%}
targets: [{name: a day, answer: 60 %% within 1 day}]
people: {care: {count: 3, contract: 40 h}}
rosters: {weeks: 2}
run: {engine: reference}
"""


def page(tmp_path: Path, absence: str = "0 %", **changes: object) -> Scenario:
    path = tmp_path / "page.yaml"
    path.write_text(PAGE % absence, encoding="utf-8")
    scenario = read_scenario(path)
    return over_its_weeks(scenario.with_changes({k.replace("__", "."): v for k, v in changes.items()}))


def shift(scenario: Scenario, day: int, on: int = 8, off: int = 16, pause: int | None = None) -> Laid:
    """A shift on a day from 0; clock hours; half an hour's paid break at a clock hour."""
    date = scenario.calendar.start + timedelta(days=day)
    midnight = scenario.clock.instant(datetime(date.year, date.month, date.day))
    breaks = () if pause is None else ((midnight + pause * HOUR_MS, midnight + pause * HOUR_MS + 30 * MINUTE_MS, True),)
    pieces = ((midnight + on * HOUR_MS, midnight + off * HOUR_MS),)
    return Laid(date, "full", pieces, breaks)


def roster_of(scenario: Scenario, *rows: Sequence[Laid]) -> NamedRoster:
    """The roster of care-1, care-2, … with these shifts."""
    people = members_of(scenario.people)
    duties = [Duty(m.name, "care", laid) for m, row in zip(people, rows, strict=False) for laid in row]
    return NamedRoster(scenario.calendar.start, scenario.calendar.horizon // 7, people, tuple(duties))


def full_weeks(scenario: Scenario, *days: int) -> NamedRoster:
    return roster_of(scenario, *[[shift(scenario, day, pause=12) for day in days]] * 3)


def test_the_horizon_is_the_weeks_of_the_roster(tmp_path: Path) -> None:
    scenario = page(tmp_path, rosters__start="2026-03-23")
    assert (scenario.calendar.start.isoformat(), scenario.calendar.horizon) == ("2026-03-23", 14)
    assert over_its_weeks(scenario) is scenario


def test_the_roster_goes_on_around_its_weeks_at_the_same_clock_time(tmp_path: Path) -> None:
    scenario = page(tmp_path, rosters__start="2026-03-23")  # the clock goes forward on the 29th
    roster = roster_of(scenario, [shift(scenario, 0), shift(scenario, 12)])
    before, after = around(roster, scenario)
    assert [str(duty.laid.day) for duty in (before, after)] == ["2026-03-21", "2026-04-06"]
    for duty in (before, after):
        on, off = (scenario.clock.local(instant) for instant in duty.laid.pieces[0])
        assert (on.hour, off.hour) == (8, 16)


def test_a_copy_that_overlaps_a_shift_is_left_out(tmp_path: Path) -> None:
    scenario = page(tmp_path)
    night = roster_of(scenario, [shift(scenario, 0, 0, 8), shift(scenario, 13, 22, 30)])
    assert [d.laid.day.isoformat() for d in around(night, scenario)] == []  # before and after they would overlap
    apart = roster_of(scenario, [shift(scenario, 0, 6, 14), shift(scenario, 13, 22, 30)])
    assert [d.laid.day.isoformat() for d in around(apart, scenario)] == ["2026-03-08", "2026-03-23"]


def test_without_absence_a_roster_is_the_plain_simulation_of_its_spells(tmp_path: Path) -> None:
    scenario = page(tmp_path)
    roster = full_weeks(scenario, 0, 1, 2, 3, 4, 7, 8, 9)
    write_roster(played_roster(roster, scenario), tmp_path / "roster.csv", scenario=scenario)
    spells = read_roster(tmp_path / "roster.csv", scenario=scenario)
    mine, plain = (played(scenario, one, 1, 0, "reference")[1] for one in (played_roster(roster, scenario), spells))
    assert mine.digest == plain.digest
    run, report = play_roster(scenario, roster, replications=2), replicate(scenario, spells, replications=2)
    for found in (run.planned, run.simulated):
        assert found.to_dict()["targets"] == report.to_dict()["targets"]
    assert run.absent_hours.value == 0 and run.figures(0)[-1].difference.value == 0


def test_with_absence_it_is_the_simulation_of_its_spells_too(tmp_path: Path) -> None:
    scenario = page(tmp_path, "30 %")
    nights = roster_of(scenario, *[[shift(scenario, day, 22, 30, pause=26) for day in range(0, 14, 2)]] * 3)
    run = play_roster(scenario, nights, replications=3)
    report = replicate(scenario, played_roster(nights, scenario), replications=3)
    assert run.simulated.estimate("response_rate") == report.estimate("response_rate")
    assert run.planned.estimate("response_rate") == replicate(
        scenario.with_changes({"groups.care.absence": "0 %"}), played_roster(nights, scenario), replications=3
    ).estimate("response_rate")


def test_a_week_with_nobody_has_no_chance_and_a_week_with_plenty_is_sure(tmp_path: Path) -> None:
    scenario = page(tmp_path)
    run = play_roster(scenario, full_weeks(scenario, *range(7)), replications=4)
    first, second, every = run.chances["a day"]
    assert (first.value, second.value, every.value) == (1.0, 0.0, 0.5)
    assert (first.n, every.n) == (4, 8)
    weeks = run.figures(0)
    assert [w.label for w in weeks] == ["2026-03-09", "2026-03-16", "all"]
    assert weeks[0].simulated.value > 0.9 > 0.2 > weeks[1].simulated.value
    assert "A week meets the target with a chance of 50" in chance_words(run)


def test_the_chance_of_a_week_is_how_often_the_only_one_comes(tmp_path: Path) -> None:
    """One person, on duty one day a week: somebody is answered within half an hour just if they come."""
    scenario = page(
        tmp_path,
        "40 %",
        queues__questions__volume__per_week=60,
        queues__questions__handle_time="1 min",
        targets=[{"name": "any", "answer": "1 % within 30 min"}],
    )
    roster = roster_of(scenario, [shift(scenario, day, 0, 24) for day in (5, 12)])
    run, on_duty = play_roster(scenario, roster, replications=10), played_roster(roster, scenario)
    for week, day in enumerate((5, 12)):
        begin = shift(scenario, day, 0, 24).pieces[0][0]
        came = [begin in with_absence(on_duty, scenario, replication=r).spell_on.tolist() for r in range(10)]
        assert 0 < sum(came) < 10
        assert run.chances["any"][week].value == sum(came) / 10
        assert run.figures(0)[week].planned_chance.value == 1


def test_who_is_absent_is_paid_and_paid_breaks_are(tmp_path: Path) -> None:
    scenario = page(tmp_path, "50 %")
    roster = full_weeks(scenario, 0, 1, 2)
    run = play_roster(scenario, roster, replications=2)
    assert run.bill.wages == run.planned_bill.wages
    assert run.bill.wages.paid_hours == 3 * 3 * 8
    assert run.absent_hours.value > 0
    clock = scenario.clock
    unpaid = wage_bill(played_roster(roster, scenario), {}, clock.horizon_from, clock.horizon_to)
    assert unpaid.paid_hours == 3 * 3 * 7.5
    assert pay_of_people(roster, scenario)["care"].paid_breaks


def test_a_roster_is_paid_its_shifts_and_its_leave_and_nothing_for_shrinkage(tmp_path: Path) -> None:
    scenario = page(
        tmp_path, groups__care__shrinkage="30 %", people__care__leave=["2026-03-13 to 2026-03-15"]
    )  # a Friday and a weekend, of which the Friday counts
    roster = roster_of(scenario, [shift(scenario, 0), shift(scenario, 13, 22, 30)])  # the last ends after the horizon
    run = play_roster(scenario, roster, replications=2)
    assert run.bill.wages.paid_hours == 16 and run.bill.wages.cost == 16 * 20
    assert run.leave_cost == 3 * 8 * 20
    assert run.costs is not None and run.costs[0].value >= (16 + 3 * 8) * 20


def test_only_who_has_a_paid_break_is_paid_for_it(tmp_path: Path) -> None:
    scenario = page(tmp_path)
    paid, begin = shift(scenario, 0, pause=12), shift(scenario, 0).pieces[0][0]
    noon = begin + 4 * HOUR_MS
    unpaid = replace(paid, breaks=((noon, noon + 30 * MINUTE_MS, False),))
    both = replace(paid, breaks=(*paid.breaks, (noon + 30 * MINUTE_MS, noon + 60 * MINUTE_MS, False)))
    roster = roster_of(scenario, [paid], [unpaid])
    assert wages_of_people(roster, scenario).paid_hours == 8 + Decimal("7.5")
    assert wages_of_people(roster_of(scenario, [both]), scenario).paid_hours == Decimal("7.5")
    roster = roster_of(scenario, [paid], [unpaid], [both])
    bill = wages_of_people(roster, scenario)
    assert (bill.paid_hours, bill.on_duty_hours) == (23, Decimal("7.5") * 2 + 7)
    assert [one.paid_hours for one in wages_by_week(roster, scenario, weeks_of(scenario))] == [23, 0]
    on_duty = on_duty_with_breaks(roster, scenario)
    assert [p for p in zip(on_duty.pause_agent, on_duty.pause_on, strict=True) if p[1] == noon] == [
        (0, noon),
        (2, noon),
    ]
    assert play_roster(scenario, roster, replications=2).bill.wages == bill


@pytest.mark.parametrize("warm_up", ["0 days", "1 day"])
def test_the_first_day_of_a_group_further_east_is_paid_in_full(tmp_path: Path, warm_up: str) -> None:
    """Eight in the morning in Auckland is the evening before in Prague."""
    premium = {"night": {"add": "2 EUR per hour", "clock": "00:00-09:00"}}
    scenario = page(tmp_path, groups__care__zone="Pacific/Auckland", calendar__warm_up=warm_up, money__premiums=premium)
    date, clock = scenario.calendar.start, scenario.clock_of("care")
    on = clock.instant(datetime(date.year, date.month, date.day, 8))
    assert on < scenario.clock.horizon_from
    roster = roster_of(scenario, [Laid(date, "full", ((on, on + 8 * HOUR_MS),), ())])
    bill = wages_of_people(roster, scenario)
    assert (bill.paid_hours, bill.cost, bill.premiums) == (8, 8 * 20 + 2, {"night": 2})
    assert sum(one.paid_hours for one in wages_by_week(roster, scenario, weeks_of(scenario))) == 8
    assert (bill.begin, bill.end) == (scenario.clock.horizon_from, scenario.clock.horizon_to)


def test_a_run_plays_at_least_a_hundred_replications_unless_told(tmp_path: Path) -> None:
    scenario = page(tmp_path, queues__questions__volume__per_week=2)
    assert play_roster(scenario, full_weeks(scenario, 0)).simulated.n == 100


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_text_stays_within_its_width_and_says_both(tmp_path: Path, width: int) -> None:
    scenario = page(tmp_path, "20 %")
    run: RosterRun = play_roster(scenario, full_weeks(scenario, *range(5)), replications=3)
    text = play_text(run, width)
    assert max(map(len, text.splitlines())) <= width
    for part in ("planned", "simulated", "chance of", "2026-03-16", "all weeks", "Absence takes", "overtime is"):
        assert part in text
    assert run.to_dict()["targets"][0]["by_week"][2]["week"] == "all"


def test_broken_rules_are_listed_with_person_and_day(tmp_path: Path) -> None:
    scenario = page(tmp_path)
    roster = full_weeks(scenario, *range(7))
    text = broken_text(roster.breaches(scenario), 80)
    assert "care-2, 2026-03-09: days in a row: 7 days from 2026-03-09, not 6." in text
    assert broken_text({}, 80) == "Every rule is kept."


def test_an_interrupt_keeps_the_replications_that_are_finished(tmp_path: Path) -> None:
    scenario = page(tmp_path, "20 %")

    def stop(done: int, _: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    run = play_roster(scenario, full_weeks(scenario, 0), replications=6, workers=1, on_done=stop)
    assert run.is_partial and 2 <= run.simulated.n < 6 == run.asked
    assert run.provenance.replications == tuple(range(run.simulated.n))
    assert "Interrupted after" in play_text(run, 80)
