"""Rosters that are found: against everything that could be tried, against the rules, and what cannot be."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from careplan.errors import CareplanError, InfeasibleError
from careplan.planning.rosters.assign import Found, assigned, points_of
from careplan.planning.rosters.duties import Duty, NamedRoster, possible_windows
from careplan.planning.rosters.labour import Weeks, breaches
from careplan.planning.rosters.needs import Needs, Slot
from careplan.planning.rosters.puzzle import fair_shares
from careplan.planning.shifts.labour import Laid
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Fixed, members_of
from careplan.scenario.roster_rules import Rosters
from careplan.units import HOUR_MS
from tests.planning.scenarios import PAGE, scenario_of

MONDAY = date(2026, 3, 2)
EARLY, LATE, NIGHT, SHORT = (6, 8), (14, 8), (22, 8), (9, 4)


def desk(people: dict[str, Any], **rules: Any) -> Scenario:
    return scenario_of(PAGE, groups__sales={"skills": ["questions"]}, people=people, rosters={"weeks": 1, **rules})


def needs(scenario: Scenario, slots: list[tuple[int, int]], people: list[list[int]], group: str = "care") -> Needs:
    """So many people by day and slot; slots are begin and length, hours."""
    made = tuple(
        Slot(group, f"{b:02}:00-{(b + n) % 24:02}:00", b * 60, n * HOUR_MS, ((0, n * HOUR_MS),)) for b, n in slots
    )
    variants = {}
    for day in range(len(people)):
        on = MONDAY + timedelta(days=day)
        for k, (b, n) in enumerate(slots):
            begin = scenario.clock_of(group).instant(datetime(on.year, on.month, on.day, b))
            variants[day, k] = [Laid(on, "full", ((begin, begin + n * HOUR_MS),), ())]
    return Needs(made, np.array(people, dtype=np.int64), variants)


def found(scenario: Scenario, wanted: Needs, **more: Any) -> Found:
    rules = scenario.rosters or Rosters()
    return assigned(scenario, members_of(scenario.people), rules, wanted, **{"seconds": 20.0, "gap": 1e-6, **more})


def tried(scenario: Scenario, wanted: Needs) -> float:
    """The least points of all rosters there are, counted by the functions of the rules alone."""
    rules, members = scenario.rosters or Rosters(), members_of(scenario.people)
    weeks = Weeks.of(MONDAY, 1, scenario.clock)
    shares = fair_shares(members, wanted, weeks)
    nothing = np.zeros_like(wanted.people)
    rows: list[dict[tuple[tuple[int, int], ...], float]] = []
    for member in members:
        mine: dict[tuple[tuple[int, int], ...], float] = {}
        can = [
            [-1, *(k for k, slot in enumerate(wanted.slots) if wanted.people[day, k] and slot.group in member.groups)]
            for day in range(7)
        ]
        for choice in itertools.product(*can):
            cells = tuple((day, k) for day, k in enumerate(choice) if k >= 0)
            duties = tuple(Duty(member.name, wanted.slots[k].group, wanted.laid(day, k, 0)) for day, k in cells)
            windows = possible_windows(scenario, member, MONDAY, 1)
            worked = [(duty.laid, duty.group) for duty in duties]
            if breaches(worked, member, rules, weeks, scenario.clock_of, windows):
                continue
            alone = NamedRoster(MONDAY, 1, (member,), duties)
            mine[cells] = sum(points_of(scenario, alone, rules, wanted, nothing, shares).values())
        rows.append(mine)
    paid = np.array([slot.paid for slot in wanted.slots]) / HOUR_MS
    best = np.inf
    for together in itertools.product(*(mine.items() for mine in rows)):
        left = wanted.people.copy()
        for cells, _ in together:
            for cell in cells:
                left[cell] -= 1
        cost = sum(points for _, points in together) + rules.weights.uncovered * (np.maximum(left, 0) * paid).sum()
        best = min(best, float(cost))
    return best


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 1)), min_size=4, max_size=4),
    st.sampled_from(["free", "stable"]),
    st.sampled_from([("24 h", {}), ("16 h", {"wishes": [{"off": "tue"}]}), ("32 h", {"leave": "2026-03-03"})]),
)
def test_small_rosters_are_the_best_there_are(
    wanted: list[tuple[int, int]], starts: str, second: tuple[str, dict[str, Any]]
) -> None:
    """Two people, four days that need somebody, two shifts: every roster is tried."""
    contract, more = second
    scenario = desk(
        {"Ana": {"group": "care", "contract": "24 h", "wishes": [{"off": "sat", "weight": 2}]},
         "Ben": {"group": "care", "contract": contract, **more}},
        starts=starts, days_in_a_row=3,
    )  # fmt: skip
    people = [list(wanted[0]), list(wanted[1]), [0, 0], list(wanted[2]), [0, 0], list(wanted[3]), [0, 0]]
    asked = needs(scenario, [EARLY, LATE], people)
    answer = found(scenario, asked)
    best = tried(scenario, asked)
    assert answer.solver.cost == pytest.approx(best, abs=1e-6)
    assert answer.solver.bound <= best + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_the_row_of_one_person_is_the_best_there_is(seed: int) -> None:
    """A week with nights, seven days in a row but for the weekly rest, wishes at random: every row is tried."""
    random = np.random.default_rng(seed)
    days = [(MONDAY + timedelta(days=k)).isoformat() for k in range(7)]
    wishes = [
        {"off": days[int(random.integers(7))], "weight": 3},
        {"work": days[int(random.integers(7))]},
        {"begin": "05:00-12:00", "on": days[int(random.integers(7))]},
    ]
    person = {"group": "care", "contract": {"least": "40 h", "most": "50 h"}, "wishes": wishes}
    scenario = desk(
        {"Ana": person}, days_in_a_row=7, starts="rotating" if seed % 2 else "free", weights={"uncovered": 2}
    )
    asked = needs(scenario, [EARLY, NIGHT], random.integers(0, 2, (7, 2)).tolist())
    answer = found(scenario, asked)
    assert answer.solver.cost == pytest.approx(tried(scenario, asked), abs=1e-6)


def test_what_nobody_can_work_stays_uncovered_with_the_reason() -> None:
    scenario = desk({"Ana": {"group": "care", "contract": "40 h", "leave": "2026-03-03"}})
    answer = found(scenario, needs(scenario, [EARLY], [[1], [1], [2], [0], [0], [0], [0]]))
    told = [(one.day.day, one.people, one.needed, one.reason) for one in answer.roster.uncovered]
    assert told == [(3, 1, 1, "1 on leave"), (4, 1, 2, "1 at work")]
    assert answer.points["uncovered"] == 2 * 8 * 100
    assert answer.solver.gap == pytest.approx(0.0, abs=1e-6)


def test_a_late_shift_is_not_followed_by_an_early_one() -> None:
    scenario = desk({"Ana": {"group": "care", "contract": "40 h"}})
    answer = found(scenario, needs(scenario, [EARLY, LATE], [[0, 1], [1, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]]))
    assert answer.uncovered == 1
    assert answer.roster.uncovered[0].reason == "1 daily rest"


def test_nights_leave_a_day_off_that_is_a_weekly_rest() -> None:
    scenario = desk({"Ana": {"group": "care", "contract": "56 h"}}, week_at_most="60 h", days_in_a_row=7)
    answer = found(scenario, needs(scenario, [NIGHT], [[1]] * 7))
    off = {duty.laid.day.day for duty in answer.roster.duties} ^ set(range(2, 9))
    assert len(off) == 1 and off != {8}  # Sunday off begins at 06:00: 18 h of it in the week


def test_hours_of_different_lengths_fill_a_contract() -> None:
    scenario = desk({"Ana": {"group": "care", "contract": {"hours": "20 h", "most": "20 h"}}})
    answer = found(scenario, needs(scenario, [EARLY, SHORT], [[1, 1]] * 5 + [[0, 0]] * 2))
    assert sum(answer.roster.hours(answer.scenario)["Ana"]) == 20 * HOUR_MS
    assert answer.points["hours"] == 0


def test_people_work_in_another_group_only_if_they_know_it() -> None:
    people = {
        "Ana": {"group": "sales", "also": ["care"], "contract": "40 h"},
        "Ben": {"group": "sales", "contract": "40 h"},
    }
    scenario = desk(people)
    answer = found(scenario, needs(scenario, [EARLY], [[2], [0], [0], [0], [0], [0], [0]]))
    assert [(duty.person, duty.group) for duty in answer.roster.duties] == [("Ana", "care")]


def test_two_groups_that_need_one_each_are_not_covered_by_one_who_knows_both() -> None:
    people = {"Ana": {"group": "sales", "also": ["care"], "contract": "40 h"}}
    scenario = desk(people)
    one, other = (needs(scenario, [EARLY], [[1], *[[0]] * 6], group) for group in ("care", "sales"))
    both = Needs(
        (*one.slots, *other.slots),
        np.hstack([one.people, other.people]),
        {**one.variants, **{(day, k + 1): laid for (day, k), laid in other.variants.items()}},
    )
    assert found(scenario, both).uncovered == 1


def test_weekends_are_shared() -> None:
    people = {"care": {"count": 2, "contract": "16 h"}}
    scenario = desk(people, weeks=2, days_off_together=1)
    answer = found(scenario, needs(scenario, [EARLY], [*[[0]] * 5, [1], [1]] * 2))
    assert answer.roster.weekends() == {"care-1": 1, "care-2": 1}
    assert answer.shares == {"care-1": 1, "care-2": 1}


def test_wishes_are_granted_by_weight() -> None:
    people = {
        "Ana": {"group": "care", "contract": "8 h", "wishes": [{"off": "mon", "weight": 1}]},
        "Ben": {"group": "care", "contract": "8 h", "wishes": [{"off": "mon", "weight": 2}]},
    }
    scenario = desk(people)
    answer = found(scenario, needs(scenario, [EARLY], [[1], *[[0]] * 6]))
    assert [duty.person for duty in answer.roster.duties] == ["Ana"]
    assert answer.points["wish"] == 10


def test_what_is_fixed_stays_though_nobody_needs_it() -> None:
    people = {"Ana": {"group": "care", "contract": "40 h", "fixed": "2026-03-03 06:00-14:00; 2026-03-02 off"}}
    scenario = desk(people)
    answer = found(scenario, needs(scenario, [EARLY], [[1], [0], *[[0]] * 5]))
    assert [duty.laid.day.day for duty in answer.roster.duties] == [3]


def test_fixed_shifts_that_break_rules_are_named() -> None:
    people = {"Ana": {"group": "care", "contract": "40 h", "fixed": "2026-03-02 14:00-22:00; 2026-03-03 06:00-14:00"}}
    scenario = desk(people)
    with pytest.raises(InfeasibleError, match="Ana: 2026-03-03 daily rest: 8 h after the shift of 2026-03-02"):
        found(scenario, needs(scenario, [EARLY, LATE], [[1, 1]] * 7))


IMPOSSIBLE: dict[str, dict[str, Any]] = {
    "leave": {"leave": "2026-03-03"},
    "possible days": {"days": "mon,wed-sun"},
    "possible hours": {"hours": "late"},
}


@pytest.mark.parametrize("rule", IMPOSSIBLE)
def test_a_settled_shift_that_is_impossible_is_named_with_its_rule(rule: str) -> None:
    """As an edited table settles it, which no check of the scenario has seen."""
    hours = {"late": {"daily": "10:00-22:00"}}
    person = {"group": "care", "contract": "40 h", **IMPOSSIBLE[rule]}
    scenario = scenario_of(PAGE, calendar__hours=hours, people={"Ana": person}, rosters={"weeks": 1})
    fixed = (Fixed(day=date(2026, 3, 3)).model_copy(update={"shift": (6 * 60, 14 * 60)}),)
    members = [
        replace(member, person=member.person.model_copy(update={"fixed": fixed}))
        for member in members_of(scenario.people)
    ]
    with pytest.raises(InfeasibleError, match=f"Ana: 2026-03-03 {rule}"):
        assigned(scenario, members, scenario.rosters or Rosters(), needs(scenario, [EARLY], [[1]] * 7), seconds=5.0)


@pytest.mark.parametrize(
    ("more", "weeks"),
    [
        ({"contract": "40 h", "leave": "2026-03-02 to 2026-03-06"}, 1),
        ({"contract": "0 h"}, 1),
        ({"contract": {"most": "0 h"}}, 1),
        ({"contract": {"hours": "0 h", "most": "8 h"}, "leave": "2026-03-02"}, 1),
        ({"contract": {"most": "40 h"}, "leave": "2026-03-02 to 2026-03-06; 2026-03-09 to 2026-03-13"}, 2),
        ({"contract": "50 h", "leave": "2026-03-02 to 2026-03-06"}, 1),
    ],
)
def test_who_has_no_hours_left_is_given_no_shift(more: dict[str, Any], weeks: int) -> None:
    """A shift is needed on each Saturday; leave, or the contract, leaves none of the hours it takes."""
    scenario = desk({"Ana": {"group": "care", **more}}, weeks=weeks)
    answer = found(scenario, needs(scenario, [EARLY], [[0], [0], [0], [0], [0], [1], [0]] * weeks))
    assert not answer.roster.duties and answer.uncovered == weeks
    assert answer.roster.uncovered[0].reason in ("1 hours of a week", "1 hours of the contract")
    assert answer.points["hours"] == 0


SETTLED = {"fixed": [{"day": "2026-03-03", "shift": "06:00-14:00", "group": "sales"}]}


@pytest.mark.parametrize(
    "more", [{}, {"wishes": [{"begin": "05:00-07:00"}]}, SETTLED], ids=["start", "wish", "settled"]
)
def test_clock_times_of_a_shift_are_those_of_its_group(more: dict[str, Any]) -> None:
    """At six in Prague, and at six in New York, which is noon in Prague."""
    person = {"group": "care", "also": "sales", "contract": "16 h", **more}
    scenario = desk({"Ana": person}, starts="stable", days_off_together=1).with_changes(
        {"groups.sales.zone": "America/New_York"}
    )
    here, there = needs(scenario, [EARLY], [[1], *[[0]] * 6]), needs(scenario, [EARLY], [[0], [1], *[[0]] * 5], "sales")
    both = Needs(
        (*here.slots, *there.slots),
        np.hstack([here.people, there.people]),
        {**here.variants, **{(day, k + 1): laid for (day, k), laid in there.variants.items()}},
    )
    answer = found(scenario, both)
    assert [duty.group for duty in answer.roster.duties] == ["care", "sales"]
    assert answer.solver.cost == 0


def test_a_settled_shift_is_the_one_with_its_hours_off() -> None:
    """Three shifts from six to four: in one piece, off at nine, off at noon."""
    splits = [((0, 3), (5, 10)), ((0, 6), (8, 10))]
    fixed = [
        {"day": "2026-03-02", "shift": "06:00-16:00"},
        {"day": "2026-03-03", "shift": "06:00-16:00", "gap": "12:00-14:00"},
        {"day": "2026-03-04", "shift": "06:00-16:00", "gap": "09:00-11:00"},
    ]
    scenario = desk({"Ana": {"group": "care", "contract": "40 h", "fixed": fixed}})
    whole = needs(scenario, [(6, 8)] * 2 + [(6, 10)], [[0, 0, 0]] * 7)
    slots, variants = list(whole.slots), dict(whole.variants)
    for k, hours in enumerate(splits):
        pieces = tuple((a * HOUR_MS, b * HOUR_MS) for a, b in hours)
        slots[k] = replace(slots[k], words=f"split {k}", pieces=pieces)
        for day in range(7):
            laid = variants[day, k][0]
            on = laid.pieces[0][0]
            variants[day, k] = [Laid(laid.day, "split", tuple((on + a, on + b) for a, b in pieces), ())]
    answer = found(scenario, Needs(tuple(slots), whole.people, variants))
    gaps = [[(a[1] - duty.laid.pieces[0][0]) // HOUR_MS for a in duty.laid.pieces] for duty in answer.roster.duties]
    assert gaps == [[10], [6, 10], [3, 10]]


def test_a_fixed_shift_nobody_may_be_given_is_a_finding() -> None:
    people = {"Ana": {"group": "care", "contract": "40 h", "fixed": "2026-03-02 07:00-15:00"}}
    scenario = desk(people)
    with pytest.raises(CareplanError, match=r"people\.Ana\.fixed: 2026-03-02 07:00-15:00 is no shift care may be"):
        found(scenario, needs(scenario, [EARLY], [[1]] * 7))


def test_rotating_starts_are_alike_within_a_week() -> None:
    scenario = desk({"care": {"count": 2, "contract": "40 h"}}, weeks=2, starts="rotating")
    answer = found(scenario, needs(scenario, [EARLY, LATE], [[1, 1]] * 5 + [[0, 0]] * 2 + [[1, 1]] * 5 + [[0, 0]] * 2))
    assert answer.solver.cost == 0 and len(answer.roster.duties) == 20


def test_people_alike_are_one_class_and_all_of_them_work() -> None:
    scenario = desk({"care": {"count": 5, "contract": "40 h"}})
    answer = found(scenario, needs(scenario, [EARLY], [[5]] * 5 + [[0]] * 2))
    assert answer.solver.cost == 0
    assert {member.name: len(answer.roster.duties_of[member.name]) for member in answer.roster.people} == {
        f"care-{k}": 5 for k in range(1, 6)
    }


def test_a_roster_that_nobody_is_needed_in_is_empty() -> None:
    scenario = desk({"Ana": {"group": "care", "contract": "8 h"}})
    answer = found(scenario, needs(scenario, [EARLY], [[0]] * 7))
    assert not answer.roster.duties and answer.points["hours"] == 8
