"""What a week of shifts keeps to: labour rules and cover targets, one function each, as rows over the shift types.

Comes in: a scenario, its shift types, its limits. Goes out: rows that bind the solver, and by which any schedule can be
checked (``Rule.keeps``); and what to say where no legal shift reaches an hour that must be covered. Left out: rules of
a single shift (``labour``), rules of a person's weeks (rosters).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.errors import InfeasibleError
from careplan.metrics.goals import hours_of
from careplan.planning.limits import Cover, Limits
from careplan.planning.shifts.covering import Rule
from careplan.planning.shifts.kinds import Kinds, forbidding, share_table
from careplan.planning.shifts.labour import Laid
from careplan.scenario.models import Scenario
from careplan.scenario.shift_rules import ShiftRules
from careplan.units import HOUR_MS


def no_more_begin_on_a_day_than_may(scenario: Scenario, group: str, kinds: Kinds) -> Rule | None:
    """At most ``starts_a_day`` people begin on any day of the horizon."""
    rules, days = _rules(scenario, group), scenario.calendar.horizon
    if rules.starts_a_day is None:
        return None
    mine = kinds.group_ix == kinds.groups.index(group)
    day = np.array([kind.day for kind in kinds.rows])
    table = np.array([mine & (day == d) for d in range(days)], dtype=np.float64)
    name = f"starts a day (groups.{group}.shift_rules.starts_a_day)"
    return _at_most(name, csr_array(table), np.full(days, float(rules.starts_a_day)), "more on a day")


def part_timers_are_few(scenario: Scenario, group: str, kinds: Kinds) -> Rule | None:
    """Of the shifts of each week, at most the share ``part_time.at_most`` is a part-timer's."""
    part = _rules(scenario, group).part_time
    is_part = np.array([kind.laid.kind == "part" for kind in kinds.rows])
    if part is None or part.at_most >= 1 or not is_part.any():
        return None
    mine = kinds.group_ix == kinds.groups.index(group)
    week = np.array([kind.day // 7 for kind in kinds.rows])
    weeks = range(-(-scenario.calendar.horizon // 7))
    table = np.array([np.where(mine & (week == w), is_part - part.at_most, 0.0) for w in weeks])
    name = f"share of part-timers (groups.{group}.shift_rules.part_time.at_most)"
    return replace(_at_most(name, csr_array(table), np.zeros(len(weeks)), "more a week"), is_share=True)


def enough_are_there(scenario: Scenario, group: str, kinds: Kinds) -> Rule | None:
    """At any moment, as many people of a group are there as ``at_least`` says, breaks aside."""
    grid = kinds.grid
    least = np.zeros(grid.n_intervals, dtype=np.int64)
    for hours, heads in _rules(scenario, group).at_least.items():
        inside = hours_of(scenario, hours, group=group).elapsed(grid.horizon_edges[:-1], grid.horizon_edges[1:]) > 0
        least = np.where(inside, np.maximum(least, heads), least)
    if not least.any():
        return None
    name = f"people at least (groups.{group}.shift_rules.at_least)"
    return _at_any_moment(name, kinds, lambda copy: copy.pieces, [kinds.groups.index(group)], least)


def no_more_are_on_duty_than_there_are(scenario: Scenario, group: str, kinds: Kinds) -> Rule | None:
    """At most as many agents of a group are on duty at once as it has (``most``)."""
    most = scenario.groups[group].most
    if most is None:
        return None
    n, row = kinds.grid.n_intervals, kinds.groups.index(group)
    table = kinds.on_duty[row * n : (row + 1) * n]
    return _at_most(f"agents at once (groups.{group}.most)", table, np.full(n, float(most)), "more at once")


def cover_is_kept(cover: Cover, kinds: Kinds) -> Rule:
    """At any moment of a cover target's hours, as many agents are on duty as it says, breaks cut out."""
    least = np.where(cover.intervals, cover.at_least, 0)
    return _at_any_moment(f"cover ({cover.name})", kinds, lambda copy: copy.stretches, cover.groups.tolist(), least)


LABOUR_RULES: tuple[Callable[[Scenario, str, Kinds], Rule | None], ...] = (
    no_more_begin_on_a_day_than_may,
    part_timers_are_few,
    enough_are_there,
    no_more_are_on_duty_than_there_are,
)
"""What the shifts of each group keep to together."""


def week_rules(scenario: Scenario, kinds: Kinds, limits: Limits) -> list[Rule]:
    """Return what every schedule keeps to.

    Raises
    ------
    InfeasibleError
        If some hour that must be covered is in no legal shift: names the rules that keep shifts out of it.
    """
    found = [rule for group in kinds.groups for of in LABOUR_RULES if (rule := of(scenario, group, kinds))]
    for group, rule in ((g, enough_are_there(scenario, g, kinds)) for g in kinds.groups):
        if rule is not None:
            _check_reached(scenario, kinds, [group], rule)
    for cover in limits.covers:
        rule = cover_is_kept(cover, kinds)
        _check_reached(scenario, kinds, [kinds.groups[g] for g in cover.groups.tolist()], rule)
        found.append(rule)
    return found


def unreached(kinds: Kinds, group: int, wanted: BoolArray) -> BoolArray:
    """Return which of a group's wanted intervals no legal shift has any duty in; shape (n_intervals,)."""
    n = kinds.grid.n_intervals
    there = np.asarray(kinds.on_duty[group * n : (group + 1) * n].sum(axis=1)).ravel()
    return np.asarray(wanted & (there <= 0))


def in_the_way(scenario: Scenario, kinds: Kinds, groups: list[str], moments: IntArray) -> str:
    """Return which rules keep legal shifts out of some moments (ms), and which of them alone would let shifts in."""
    ways: list[str] = []
    together: list[str] = []
    for group in groups:
        alone, among = forbidding(scenario, group, moments)
        ways += [f"{key} of {group} ({name})" for key, name in alone]
        together += [f"{key} of {group} ({name})" for key, name in among]
    if ways:
        return f"what forbids shifts there: {', or '.join(ways)}; another setting of one of them helps"
    return f"what forbids shifts there, together: {', '.join(together) or 'the hours of the groups'}"


def _check_reached(scenario: Scenario, kinds: Kinds, groups: list[str], rule: Rule) -> None:
    """Refuse a rule that asks for people at moments no legal shift is worked at."""
    empty = (np.diff(rule.table.indptr) == 0) & (rule.low > 0)
    if not empty.any():
        return
    assert rule.at is not None
    moments = rule.at[empty]
    first = kinds.grid.horizon_edges.searchsorted(moments[0], side="right") - 1
    hours = float(sum(kinds.grid.lengths[np.unique(_interval(kinds, moments))])) / HOUR_MS
    minute = kinds.grid.minutes[int(first)]
    day = int((moments[0] - kinds.grid.horizon_edges[0]) // (24 * HOUR_MS)) + 1
    raise InfeasibleError(
        f"no schedule keeps to all rules: {rule.name} asks for {int(rule.low[empty].max())} where no legal shift "
        f"reaches: {hours:g} h, first at {minute // 60:02}:{minute % 60:02} on day {day}; "
        f"{in_the_way(scenario, kinds, groups, moments)}. Or ask for nobody there: {int(rule.low[empty].max())} fewer "
        f"at once for {rule.name} in these hours"
    )


def _interval(kinds: Kinds, moments: IntArray) -> IntArray:
    return np.asarray(np.searchsorted(kinds.grid.horizon_edges, moments, side="right") - 1)


def _at_any_moment(
    name: str,
    kinds: Kinds,
    spells_of: Callable[[Laid], tuple[tuple[int, int], ...]],
    groups: list[int],
    least: IntArray,
) -> Rule:
    """At least so many people of some groups together, by interval of the horizon, whenever somebody comes or goes."""
    edges = kinds.grid.horizon_edges
    mine = np.isin(kinds.group_ix, groups)
    comes_or_goes = {
        x for row in np.flatnonzero(mine) for copy in kinds.rows[row].copies for s in spells_of(copy) for x in s
    }
    cuts = np.array(sorted({*edges.tolist(), *(x for x in comes_or_goes if edges[0] < x < edges[-1])}), dtype=np.int64)
    table = share_table(kinds.rows, cuts, np.zeros(kinds.n, dtype=np.int64), 1, spells_of)
    table = csr_array(table.multiply(mine[None, :].astype(np.float64)))
    table.eliminate_zeros()
    wanted = least[_interval(kinds, cuts[:-1])]
    rows = np.flatnonzero(wanted)
    # Moments at which the same shifts are worked ask the same: the largest number stands for all.
    kept: dict[tuple[bytes, int], int] = {}
    for row in rows.tolist():
        there = table.indices[table.indptr[row] : table.indptr[row + 1]]
        key = (np.sort(there).tobytes(), 0 if len(there) else row)
        if key not in kept or wanted[row] > wanted[kept[key]]:
            kept[key] = row
    rows = np.array(sorted(kept.values()), dtype=np.int64)
    high = np.full(len(rows), np.inf)
    return Rule(name, csr_array(table[rows]), wanted[rows].astype(np.float64), high, "fewer at once", at=cuts[rows])


def _rules(scenario: Scenario, group: str) -> ShiftRules:
    rules = scenario.groups[group].shift_rules
    assert rules is not None
    return rules


def _at_most(name: str, table: csr_array, high: FloatArray, unit: str) -> Rule:
    return Rule(name, table, np.full(len(high), -np.inf), high, unit)
