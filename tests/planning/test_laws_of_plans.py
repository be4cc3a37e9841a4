"""Laws every staffing answer keeps: honest figures (L35), monotone hours (L36), no idle spell (L37), one group for
each agent (L38), the infeasible said so (L39); and small worlds where the least is known by other means.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

import careplan as cp
from careplan.engine.rules import rules_of
from careplan.errors import InfeasibleError
from careplan.executor import Workers
from careplan.metrics.goals import goals_of
from careplan.metrics.periods import Periods
from careplan.metrics.scorecard import Score
from careplan.planning.bench import Bench, World
from careplan.planning.grid import Grid
from careplan.planning.plan import StaffPlan
from careplan.planning.spells import has_short_spells, spells_of
from careplan.scenario.models import Scenario

_FRESH = range(5000, 5040)
"""Replications neither searched with nor judged on."""
_SPELL_HOURS = 2
_SHAPE = "[1, 1, 1, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 5, 4, 4, 4, 5, 6, 6, 5, 3, 2, 1]"

_CALLS = """\
careplan: 1
name: small
calendar: {{zone: UTC, start: 2026-03-02, horizon: {horizon}, warm_up: {warm_up}, run_off: 1 day, interval: 60 min,
  hours: {{late: {{mon-sun: 09:00-12:00}}}}}}
channels: {{line: {{kind: {kind}}}}}
queues:
  calls: {{channel: line, open: {open}, volume: {volume}, handle_time: {handle_time}, patience: {patience}}}
groups:
  care: {{skills: [calls], wage: 20 EUR per hour, headcount: {headcount}}}
targets:
  - {{name: Answer, answer: {answer}, over: {over}}}{more}
run: {{seed: 1, replications: 20, min_spell: {min_spell}}}
"""

_TWO_GROUPS = """\
careplan: 1
name: two groups
calendar: {zone: UTC, start: 2026-03-02, horizon: 1 day, warm_up: 0 days, run_off: 1 day, interval: 60 min}
channels: {phone: {kind: live}}
queues:
  billing: {channel: phone, volume: {per_hour: 4}, handle_time: {exponential: {mean: 8 min}}, patience: never}
  tech: {channel: phone, volume: {per_hour: 4}, handle_time: {exponential: {mean: 12 min}}, patience: never}
groups:
  clerks: {skills: [billing], wage: 18 EUR per hour}
  experts: {skills: [billing, tech], wage: 24 EUR per hour}
targets:
  - {name: Answer, answer: 75 % within 3 min, over: day}
run: {seed: 1, replications: 20, min_spell: 2 h}
"""

Write = Callable[..., Scenario]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """A one-queue scenario; what is named differs from a day of 120 calls."""

    def of(**changes: str) -> Scenario:
        usual = {
            "horizon": "1 day",
            "warm_up": "0 days",
            "kind": "live",
            "open": "always",
            "volume": f"{{per_day: 120, by_hour: {_SHAPE}}}",
            "handle_time": "{exponential: {mean: 10 min}}",
            "patience": "never",
            "headcount": "2",
            "answer": "80 % within 2 min",
            "over": "day",
            "more": "",
            "min_spell": f"{_SPELL_HOURS} h",
        }
        path = tmp_path / "small.yaml"
        path.write_text(_CALLS.format(**{**usual, **changes}), encoding="utf-8")
        return cp.read_scenario(path)

    return of


_PLANS: dict[object, StaffPlan] = {}


def _planned(scenario: Scenario, **settings: object) -> StaffPlan:
    """The plan of a scenario; several laws look at one."""
    asked = scenario.digest, repr(settings)
    if asked not in _PLANS:
        _PLANS[asked] = cp.staff(scenario, judge_replications=40, cover_nights=False, **settings)  # type: ignore[arg-type]
    return _PLANS[asked]


def _error(score: Score) -> float:
    """Standard error of a ratio of sums (delta method)."""
    top, bottom = score.numerator.sum(axis=1), score.denominator.sum(axis=1)
    n = len(top)
    return float((top - top.sum() / bottom.sum() * bottom).std(ddof=1) / np.sqrt(n) / bottom.mean())


def _share(score: Score) -> float:
    return float(score.numerator.sum() / score.denominator.sum())


# L35: what a plan reports, it does ------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["50 % within 2 min", "80 % within 2 min", "95 % within 10 min"])
def test_a_plan_does_on_independent_replications_what_it_reports(write: Write, answer: str) -> None:
    scenario = write(answer=answer)
    plan = _planned(scenario)
    (told,) = plan.scores
    (seen,) = cp.replicate(scenario, plan.roster(), replications=_FRESH).scorecard
    assert not set(plan.provenance.replications) & (set(_FRESH) | set(plan.search_replications))
    error = np.hypot(_error(told), _error(seen))
    assert 0 < error < 0.03  # a plan flattered by 12 points would be caught
    assert abs(_share(told) - _share(seen)) <= 4 * error


def test_two_groups_do_what_their_plan_reports(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(_TWO_GROUPS, encoding="utf-8")
    scenario = cp.read_scenario(path)
    plan = _planned(scenario)
    (told,) = plan.scores
    (seen,) = cp.replicate(scenario, plan.roster(), replications=_FRESH).scorecard
    assert plan.holds
    assert abs(_share(told) - _share(seen)) <= 4 * np.hypot(_error(told), _error(seen))


# L36: more asked for, more hours --------------------------------------------------------------------------------


def test_hours_never_fall_when_the_share_rises(write: Write) -> None:
    """Up to a spell: the search is greedy, and a judgement may mend a plan by one."""
    hours = [int(_planned(write(answer=f"{share} % within 2 min")).headcount.sum()) for share in (50, 65, 80, 95)]
    assert all(later >= earlier - _SPELL_HOURS for earlier, later in zip(hours, hours[1:], strict=False)), hours
    assert hours[-1] > hours[0]


def test_hours_never_fall_when_the_volume_rises(write: Write) -> None:
    volumes = [f"{{per_day: {n}, by_hour: {_SHAPE}}}" for n in (60, 120, 180, 240)]
    hours = [int(_planned(write(volume=volume)).headcount.sum()) for volume in volumes]
    assert all(later >= earlier - _SPELL_HOURS for earlier, later in zip(hours, hours[1:], strict=False)), hours
    assert hours[-1] > hours[0]


# L37: nobody is there for nothing -------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [80, 90, 95])
def test_dropping_any_spell_misses_the_target_or_the_plan_says_it_was_mended(write: Write, share: int) -> None:
    """On the search's own terms: the figure ``searched`` reports, on the last of the search's replications."""
    scenario = write(answer=f"{share} % within 2 min")
    plan = _planned(scenario)
    terms = plan.search_replications[-40:]
    (kept,) = cp.replicate(scenario, plan.roster(), replications=terms).scorecard
    assert _share(kept) == pytest.approx(plan.searched["Answer"])
    (row,) = plan.headcount
    figures = []
    for _, begin, length in spells_of(row):
        fewer = row.copy()
        fewer[np.arange(begin, begin + length) % len(row)] -= 1
        roster = plan.grid.roster(plan.groups, fewer[None])
        figures.append(_share(cp.replicate(scenario, roster, replications=terms).scorecard[0]))
    assert figures
    if max(figures) >= share / 100:
        assert any("ended with" in note for note in plan.notes), (figures, plan.notes)  # mended on fresh ones


# L38: one agent, one group --------------------------------------------------------------------------------------


def test_an_agent_is_in_one_group_and_in_one_place(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(_TWO_GROUPS, encoding="utf-8")
    plan = _planned(cp.read_scenario(path))
    roster = plan.roster()
    assert plan.headcount[plan.groups.index("experts")].any()  # nobody else knows tech
    assert roster.groups == plan.groups
    assert len(roster.agent_group) == plan.grid.roster(plan.groups, plan.headcount).n_agents
    for agent in range(roster.n_agents):
        mine = roster.spell_agent == agent
        begin, end = np.sort(roster.spell_on[mine]), np.sort(roster.spell_off[mine])
        assert (end[:-1] <= begin[1:]).all()
    # Every hour, the agents on duty of all groups together are the headcount's, each counted once.
    middles = (plan.grid.horizon_edges[:-1] + plan.grid.horizon_edges[1:]) // 2
    for column, at in enumerate(middles.tolist()):
        on = roster.spell_agent[(roster.spell_on <= at) & (at < roster.spell_off)]
        assert len(set(on.tolist())) == len(on) == plan.headcount[:, column].sum()
        counts = np.bincount(roster.agent_group[on], minlength=len(plan.groups))
        assert counts.tolist() == plan.headcount[:, column].tolist()


# L39: what cannot be is said ------------------------------------------------------------------------------------


def test_an_answer_that_takes_longer_than_promised_is_infeasible(write: Write) -> None:
    scenario = write(kind="message", handle_time="40 min", answer="65 % within 30 min")
    with pytest.raises(InfeasibleError, match="with any number of agents") as caught:
        _planned(scenario)
    assert "the best that can be reached is 0 %" in str(caught.value)
    assert "65 % within 40 min" in str(caught.value)


def test_too_few_people_are_infeasible_and_the_best_is_what_they_reach(write: Write) -> None:
    scenario = write()
    with pytest.raises(InfeasibleError, match="with the most agents there are") as caught:
        _planned(scenario, most={"care": 1})
    told = float(str(caught.value).split("the best that can be reached is ")[1].split(" %")[0]) / 100
    grid = Grid.of_clock(scenario.clock)
    alone = grid.roster(("care",), np.ones((1, grid.n_intervals), dtype=np.int64))
    (seen,) = cp.replicate(scenario, alone, replications=_FRESH).scorecard
    assert 0 < told < 0.8
    assert abs(told - _share(seen)) <= 4 * np.sqrt(2) * _error(seen)


def test_a_queue_nobody_is_skilled_for_is_infeasible_and_named(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(_TWO_GROUPS.replace("[billing, tech]", "[billing]"), encoding="utf-8")
    with pytest.raises(InfeasibleError, match="Nobody has the skill tech") as caught:
        _planned(cp.read_scenario(path))
    # Half of the cases are billing, so about half is the best.
    told = float(str(caught.value).split("the best that can be reached is ")[1].split(" %")[0])
    assert 45 < told < 55


# Where the least is known ---------------------------------------------------------------------------------------


def test_33_6_contacts_an_hour_of_10_minutes_need_6_agents_not_7(write: Write) -> None:
    """Load 5.6: five agents never catch up, six answer some 75 % within 30 min (Erlang C: 75.2 %)."""
    found = {}
    for agents in (5, 6):
        scenario = write(
            horizon="1 week",
            warm_up="1 day",
            volume="{per_hour: 33.6}",
            headcount=str(agents),
            answer="65 % within 30 min",
            over="week",
        )
        (found[agents],) = cp.replicate(scenario, replications=40).scorecard
    assert not found[5].holds
    assert _share(found[5]) < 0.1
    assert found[6].holds
    assert abs(_share(found[6]) - 0.752) <= 4 * _error(found[6])


def test_the_plan_is_within_one_agent_hour_of_the_least_of_all(write: Write) -> None:
    """Three open hours, every headcount from 0 to 4 in each, all on the replications the search ended with."""
    scenario = write(
        open="late",
        volume="{per_hour: 12, by_hour: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]}",
        patience="{exponential: {mean: 10 min}}",
        answer="70 % within 2 min",
        min_spell="1 h",
    )
    plan = _planned(scenario)
    terms = plan.search_replications[-40:]
    clock = scenario.clock
    world = World(
        rules_of(scenario), Grid.of_clock(clock), Periods.of_clock(clock), goals_of(scenario), clock.end, None
    )
    with Workers(None) as workers:
        bench = Bench(world, [cp.sample(scenario, seed=1, replication=r) for r in terms], terms, workers)

        def share(headcount: np.ndarray) -> float:
            counts = bench(headcount)
            return float(counts.numerator.sum() / counts.denominator.sum())

        least = None
        for agents in sorted(product(range(5), repeat=3), key=sum):
            headcount = np.zeros_like(plan.headcount)
            headcount[0, 9:12] = agents
            if share(headcount) >= 0.7:
                least = sum(agents)
                break
        assert share(plan.headcount) >= 0.7
    assert least is not None and 3 < least < 12
    assert least <= plan.headcount.sum() <= least + 1, (least, plan.headcount, plan.notes)


# What is promised of the shape -----------------------------------------------------------------------------------


def test_somebody_is_there_round_the_clock_where_cover_asks_for_it(write: Write) -> None:
    calls = {"volume": "{per_hour: 4}", "open": "late", "answer": "60 % within 5 min"}
    free = _planned(write(**calls))
    held = _planned(write(**calls, more="\n  - {cover: 24/7, at_least: 1, group: care}"))
    assert free.headcount.min() == 0
    assert held.headcount.min() >= 1
    assert held.holds


@pytest.mark.parametrize("spell", [2, 4])
def test_no_spell_is_shorter_than_the_least(write: Write, spell: int) -> None:
    plan = _planned(write(min_spell=f"{spell} h"))
    for row in plan.headcount:
        assert len(set(row.tolist())) > 1  # not flat, so there are spells that begin and end
        assert min(length for _, _, length in spells_of(row)) >= spell
        assert not has_short_spells(row, spell)
        # Counted afresh, round the day: runs of hours at or above each level.
        for level in range(int(row.min()) + 1, int(row.max()) + 1):
            is_on = row >= level
            cyclic = np.roll(is_on, -int(np.flatnonzero(~is_on)[0]))
            runs = "".join("x" if on else " " for on in cyclic).split()
            assert min(len(run) for run in runs) >= spell
