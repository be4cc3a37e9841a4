"""Days first: on which days everybody works, before who works which shift.

Comes in: a puzzle, rows of a relaxation. Goes out: the same puzzle with everybody's days settled, shifts still open.
Left out: who works which shift on them (``improving``), the bound (``solving``).

Most of what rosters lose hangs on days, not on shifts: days off alone, weekends, wishes for a day off, hours. Shifts
that are alike but for their time of day are one then, so that few rows differ, and a choice among them is a small
mixed-integer program. Its rows are those the relaxation made, and the cheapest at prices that differ from its own by
chance: each price about as much as rows do that a whole choice needs beside those of a relaxed one.

Shifts that are one have the times of the one that is needed most, so what is settled may leave no row of shifts for
somebody, whose days then stay open. Nothing here is a bound.

Sources: days off before shifts: Bailey (1985), Computers & Industrial Engineering 9, 395-404; price-and-branch:
Desrosiers and Lübbecke (2005); prices that differ by chance are our choice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.planning.rosters.pool import Pool
from careplan.planning.rosters.puzzle import Kind, Puzzle
from careplan.planning.rosters.walking import walk

_APART, _DRAWS = (0.02, 0.06, 0.1, 0.2, 0.3), 40
"""Standard deviations of prices, as shares of the smallest thing that is priced, and draws of each: our choice."""


@dataclass(frozen=True, eq=False)
class Merged:
    """A puzzle in which shifts that are alike but for their time of day are one."""

    puzzle: Puzzle
    one_of: IntArray
    """The shift that stands for each, by slot of the puzzle that was merged."""


def merged(puzzle: Puzzle) -> Merged | None:
    """Return a puzzle with shifts that are alike as one; None where no two are.

    Alike are shifts that the same people may work, for the same hours and at the same times of day to keep to.
    """
    n_days, n_slots = puzzle.need_of.shape
    needed = np.zeros((n_days, n_slots))
    wanted = puzzle.need_of >= 0
    needed[wanted] = puzzle.need[puzzle.need_of[wanted]]
    seen: dict[tuple[object, ...], int] = {}
    one_of = np.zeros(n_slots, dtype=np.int64)
    for slot in range(n_slots):
        key = tuple(_as_seen(kind, slot) for kind in puzzle.kinds)
        one_of[slot] = seen.setdefault(key, len(seen))
    n = len(seen)
    used = np.unique(np.concatenate([kind.slots for kind in puzzle.kinds]))
    if len(np.unique(one_of[used])) == len(used):
        return None
    need = np.zeros((n_days, n))
    np.add.at(need.T, one_of, needed.T)
    need_of = np.full((n_days, n), -1, dtype=np.int64)
    days, slots = np.nonzero(need)
    need_of[days, slots] = np.arange(len(days))
    price, hours = np.zeros((n_days, n)), np.zeros((n_days, n))
    for table, values in ((price, puzzle.price), (hours, puzzle.hours)):
        at_days, at_slots = np.nonzero(wanted)
        table[at_days, one_of[at_slots]] = values[puzzle.need_of[wanted]]
    kinds = tuple(_merged_kind(kind, one_of, needed.sum(axis=0)) for kind in puzzle.kinds)
    small = Puzzle(need[days, slots], price[days, slots], hours[days, slots], need_of, kinds, puzzle.kind_of)
    return Merged(small, one_of)


def _as_seen(kind: Kind, slot: int) -> object:
    """What people of a class know of a slot but for its times."""
    at = np.flatnonzero(kind.slots == slot)
    if not len(at):
        return None
    return int(kind.rules.length[at[0]]), kind.rules.alike[:, at[0]].tobytes()


def _merged_kind(kind: Kind, one_of: IntArray, needed: FloatArray) -> Kind:
    slots = np.unique(one_of[kind.slots])
    n_days, n = len(kind.cost), len(kind.slots)
    cost = np.full((n_days, len(slots) + 1), np.inf)
    cost[:, -1] = kind.cost[:, -1]
    stands = np.zeros(len(slots), dtype=np.int64)
    for k, slot in enumerate(slots):
        mine = np.flatnonzero(one_of[kind.slots] == slot)
        cost[:, k] = kind.cost[:, mine].min(axis=1)
        stands[k] = mine[np.argmax(needed[kind.slots[mine]])]
    rules = kind.rules
    assert len(rules.length) == n
    rules = rules._replace(
        begin=rules.begin[:, stands],
        end=rules.end[:, stands],
        length=rules.length[stands],
        alike=np.ascontiguousarray(rules.alike[:, stands]),
    )
    return Kind(slots, cost, rules, kind.unit)


def make_rows(
    pool: Pool, prices: FloatArray, apart: float, random: np.random.Generator, goes_on: Callable[[], bool]
) -> bool:
    """Add rows that a whole choice may need beside those of a relaxed one: the cheapest at prices near where the
    relaxation ended. Return whether there was time for all.

    Parameters
    ----------
    pool
        Rows the relaxation made.
    prices
        Of each need, where it ended.
    apart
        The smallest thing that is priced, points.
    random
        Of the prices.
    goes_on
        Asked now and then whether there is time.
    """
    every = list(range(len(pool.count)))
    for share in _APART:
        for _ in range(_DRAWS):
            if not goes_on():
                return False
            pool.cheapest(every, np.maximum(prices + random.normal(size=len(prices)) * share * apart, 0.0))
    return True


def settled(puzzle: Puzzle, one_of: IntArray, days: IntArray) -> Puzzle:
    """Return a puzzle in which everybody works when ``days`` says, one of the shifts that the one it says stands for;
    shape of ``days`` (n_people, n_days). Everybody is a class of their own; whose days leave no row keeps them open.
    """
    kinds = []
    for person, kind in enumerate(puzzle.kind_of.tolist()):
        one = puzzle.kinds[kind]
        cost = one.cost.copy()
        works = days[person] >= 0
        cost[works, -1] = np.inf
        cost[:, :-1][one_of[one.slots][None, :] != days[person][:, None]] = np.inf
        has_row = walk(cost, *one.rules)[0] < np.inf
        kinds.append(replace(one, cost=cost) if has_row else one)
    return replace(puzzle, kinds=tuple(kinds), kind_of=np.arange(len(kinds)))
