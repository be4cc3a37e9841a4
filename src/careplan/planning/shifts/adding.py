"""Adding: people sought for a schedule that misses an aim, where they help most for the money.

Comes in: a schedule, and the cut there. Goes out: one with more people that meets every aim on the bench, and its cut.
Left out: who goes (``exchanging``).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from careplan.columns import BoolArray, IntArray
from careplan.planning.shifts.covering import Rule
from careplan.planning.shifts.cuts import Cut
from careplan.planning.shifts.probe import Probe

_RAISES, _AT_ONCE = 12, 0.1
"""How often people are added, and how many at once as a share of those there are: our choice."""
_REFILLS, _REACH = 5, 1.0
"""Schedules that are played to add people with slopes that are known; and agents by which a block may exceed those of
the one played last: our choice."""
_TOO_LITTLE = 1e-6
"""Agents, and what a rule is exceeded by, that count as none."""


def raised(probe: Probe, rules: Sequence[Rule], starts: IntArray, cut: Cut) -> tuple[IntArray, Cut]:
    """Return a schedule with people added where they help most for the money, until every aim is met; and its cut.

    Where nobody helps, or the rules leave no room, it still misses an aim.
    """
    for _ in range(_RAISES):
        if cut.worst <= 0:
            break
        changed, _ = _added(probe, rules, starts, cut, most=max(1, round(_AT_ONCE * float(starts.sum()))))
        if np.array_equal(changed, starts):
            break
        starts, cut = changed, probe.measured(changed)
    return starts, cut


def refilled(
    probe: Probe, rules: Sequence[Rule], starts: IntArray, cut: Cut, *, at_most: float = np.inf
) -> tuple[IntArray, Cut] | None:
    """Return a schedule with people added as :func:`raised`, near one whose cut is known; None if it costs more than
    ``at_most``, or still misses an aim.

    Slopes are not measured anew; what they foretold too well is made good from where that led.
    """
    for _ in range(_REFILLS):
        starts, is_enough = _added(probe, rules, starts, cut, reach=_REACH)
        if not is_enough or float(probe.kinds.cost @ starts) > at_most:
            return None
        cut = probe.played(starts, cut)
        if cut.worst <= 0:
            return starts, cut
    return None


def _added(
    probe: Probe,
    rules: Sequence[Rule],
    starts: IntArray,
    cut: Cut,
    *,
    most: int | None = None,
    reach: float = np.inf,
) -> tuple[IntArray, bool]:
    """Add people until a cut foretells that every aim is met; and whether it does.

    ``most``: people that may be added. ``reach``: agents by which a block may exceed those the cut was measured at.
    """
    table, cost = probe.by_block.toarray(), probe.kinds.cost
    high = cut.there + reach * np.asarray(probe.blocks.sum(axis=1)).ravel()
    gains = cut.straight().gain @ table
    if not gains.any():  # so few are there that one more does nothing yet: any agent on duty is as good as another
        gains = np.tile(table.sum(axis=0), (len(gains), 1))
    there = probe.by_block @ starts
    for _ in itertools.count() if most is None else range(most):
        short = np.maximum(-cut.foretold(there), 0.0)
        if not short.any():
            return starts, True
        help_ = np.minimum(gains, short[:, None]).sum(axis=0) / cost
        help_[(there[:, None] + table > high[:, None] + _TOO_LITTLE).any(axis=0) | ~_may_come(rules, starts)] = 0.0
        most_help = float(help_.max(initial=0.0))
        if most_help <= 0:
            break
        # Of those that help as much by what is foretold, the one that would do most beyond it: it may be less.
        best_ones = help_ >= (1 - _TOO_LITTLE) * most_help
        best = int(np.argmax(np.where(best_ones, gains[short > 0].sum(axis=0) / cost, -np.inf)))
        starts = starts.copy()
        starts[best] += 1
        there = there + table[:, best]
    return starts, not (cut.foretold(there) < 0).any()


def _may_come(rules: Sequence[Rule], starts: IntArray) -> BoolArray:
    """Of which shift types one more breaks no rule, shape (n_types,)."""
    ok = np.ones(len(starts), dtype=bool)
    for rule in rules:
        cells = rule.table.tocoo()
        after = (rule.table @ starts)[cells.row] + cells.data
        too_many = (cells.data > 0) & (after > rule.high[cells.row] + _TOO_LITTLE)
        too_few = (cells.data < 0) & (after < rule.low[cells.row] - _TOO_LITTLE)
        ok[cells.col[too_many | too_few]] = False
    return ok
