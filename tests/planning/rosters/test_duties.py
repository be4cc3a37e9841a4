"""A roster of named people as agents, hours and breaches."""

from __future__ import annotations

from datetime import date

from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.shifts.labour import Laid
from careplan.scenario.models import Scenario
from careplan.scenario.persons import members_of
from careplan.units import HOUR_MS
from tests.planning.scenarios import PAGE, scenario_of

PEOPLE = {
    "Zoë": {"group": "care", "contract": "40 h"},
    "Ana": {"group": "care", "contract": "40 h", "leave": "2026-03-04"},
    "Ben": {"group": "sales", "also": ["care"], "contract": "40 h"},
}


def desk() -> Scenario:
    return scenario_of(PAGE, groups__sales={"skills": ["questions"]}, people=PEOPLE)


def duty(scenario: Scenario, person: str, group: str, day: int, on: float = 8, off: float = 16.5) -> Duty:
    """A shift with half an hour of unpaid break after four hours."""
    begin = scenario.clock.midnights[day - 2 + scenario.calendar.warm_up]

    def at(hour: float) -> int:
        return begin + int(hour * HOUR_MS)

    laid = Laid(date(2026, 3, day), "full", ((at(on), at(off)),), ((at(on + 4), at(on + 4.5), False),))
    return Duty(person, group, laid)


def test_people_are_agents_in_the_order_of_groups_and_as_written() -> None:
    scenario = desk()
    duties = (duty(scenario, "Ana", "care", 2), duty(scenario, "Ben", "care", 3))
    named = NamedRoster(date(2026, 3, 2), 1, members_of(scenario.people), duties)
    assert named.agents(scenario) == (("care", "Zoë"), ("care", "Ana"), ("care", "Ben"), ("sales", "Ben"))
    roster = named.roster(scenario)
    assert roster.agent_names == ("care-1", "care-2", "care-3", "sales-1")
    begin = scenario.clock.midnights[1]
    assert roster.spell_agent.tolist() == [1, 1, 2, 2]  # breaks are gaps
    assert (roster.spell_on[:2] - begin).tolist() == [8 * HOUR_MS, int(12.5 * HOUR_MS)]
    assert (roster.spell_off[:2] - begin).tolist() == [12 * HOUR_MS, int(16.5 * HOUR_MS)]


def test_what_lies_behind_the_run_is_clipped() -> None:
    scenario = desk()
    named = NamedRoster(date(2026, 3, 2), 4, members_of(scenario.people), (duty(scenario, "Ana", "care", 9),))
    late = Duty("Ana", "care", Laid(date(2026, 3, 25), "full", ((10**10, 10**10 + 8 * HOUR_MS),), ()))
    longer = NamedRoster(named.start, 4, named.people, (*named.duties, late))
    assert longer.roster(scenario).digest == named.roster(scenario).digest


def test_hours_are_paid_hours_by_week_and_leave_counts_in() -> None:
    scenario = desk()
    named = NamedRoster(date(2026, 3, 2), 2, members_of(scenario.people), (duty(scenario, "Ana", "care", 2),))
    assert named.hours(scenario)["Ana"] == (16 * HOUR_MS, 0)
    assert named.hours(scenario)["Zoë"] == (0, 0)


def test_breaches_are_told_by_person() -> None:
    scenario = desk()
    duties = (duty(scenario, "Ana", "care", 4), duty(scenario, "Ben", "care", 3), duty(scenario, "Zoë", "sales", 3))
    named = NamedRoster(date(2026, 3, 2), 1, members_of(scenario.people), duties)
    told = {name: [one.rule for one in broken] for name, broken in named.breaches(scenario).items()}
    assert told == {"Ana": ["leave"], "Zoë": ["skill"]}


def test_shifts_lie_in_the_hours_in_which_people_can_work() -> None:
    scenario = desk().with_changes(
        {"calendar.hours": {"morning": {"daily": "06:00-14:00"}}, "people.Ana.hours": "morning"}
    )
    duties = (duty(scenario, "Ana", "care", 2, 6, 14), duty(scenario, "Ana", "care", 3, 8, 16))
    named = NamedRoster(date(2026, 3, 2), 1, members_of(scenario.people), duties)
    assert [one.rule for one in named.breaches(scenario)["Ana"]] == ["possible hours"]
    assert named.breaches(scenario)["Ana"][0].day == date(2026, 3, 3)
