"""Trading: taking people away where it costs the aims least, and paying for it where people help most.

Comes in: a headcount that holds. Goes out: a cheaper one that holds. Left out: measuring moves (``moves``).

A sweep tries a removal, and where it may buy also an addition, around every so many intervals. Removals are taken from
the least harm for the money up, as long as the aims should still hold. Then additions are taken from the most help
for the money down, each with the removals it pays for, as long as that saves. The deals are played together; if they
do not hold, the first half of them is, and so on. At the end no deal saves: what an agent is worth is about the same
everywhere, which is what a least cost asks for (marginal analysis; Fox, 1966).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.planning.aims import Standing
from careplan.planning.effort import Effort
from careplan.planning.moves import Move, after_move, around, batches, tried

_WORTH_IT = 1.05
"""A purchase must save this many times its cost, so that misjudged effects do not trade in circles: our choice."""

_REFUSALS = 8
"""Purchases that do not pay before no more are looked at."""


@dataclass(eq=False)
class Market:
    """The deals of one sweep under way."""

    effort: Effort
    kept: list[FloatArray]
    """Slack left, by aim, replication and period."""
    is_near: BoolArray
    """Intervals so near to a move taken that another there might leave a spell too short, (n_groups, n_intervals)."""

    def can_have(self, move: Move) -> bool:
        """Whether a move does not meet one taken before."""
        return not bool(self.is_near[move.group][move.change != 0].any())

    def leaves_enough(self, move: Move) -> bool:
        """Whether every aim would still hold."""
        return self.effort.aims.may_take(after_move(self.kept, move))

    def take(self, move: Move) -> None:
        """Make a move."""
        self.kept = after_move(self.kept, move)
        self.is_near[move.group] |= around(move.change != 0, self.effort.limits.min_spell)

    def copy(self) -> Market:
        """Return a market to try deals on."""
        return Market(self.effort, list(self.kept), self.is_near.copy())


def traded(
    effort: Effort,
    headcount: IntArray,
    *,
    step: int,
    width: int,
    may_buy: bool,
    tail_ms: int,
    least_gain: float = 0.0,
    where: BoolArray | None = None,
) -> IntArray:
    """Return a headcount with which every aim holds, at most as costly as this one.

    Parameters
    ----------
    effort
        The search.
    headcount
        Holds on the bench.
    step, width
        Try a move around every so many intervals, over so many.
    tail_ms
        How long the effect of a move is looked for.
    may_buy
        Whether to add people where that lets more be taken away elsewhere.
    least_gain
        Stop when a sweep saves a smaller share of the cost.
    where
        Take people away only around these places, shape (n_groups, n_intervals); None: anywhere.
    """
    current, standing = headcount, effort.standing(headcount)
    dead = np.zeros(current.shape, dtype=bool) if where is None else ~where
    while not effort.is_spent:
        removals = measured(effort, current, standing, -1, step=step, width=width, tail_ms=tail_ms, dead=dead)
        additions = measured(effort, current, standing, 1, step=step, width=width, tail_ms=tail_ms) if may_buy else []
        for move in removals:
            # Fewer people elsewhere only make it worse, unless some are added.
            if not may_buy and not effort.aims.may_take(after_move(standing.by_period, move)):
                dead[move.group, move.at] = True
        deals = _deals(effort, standing, removals, additions)
        before = effort.price(current)
        current, standing, count = _done(effort, current, standing, deals)
        effort.tell("searching", effort.bench.n_played / max(1, effort.most_played))
        if not count:
            if not deals or may_buy:
                break
            dead[deals[0][0].group, deals[0][0].at] = True
        elif before[0] - effort.price(current)[0] < least_gain * before[0]:
            break
    return current


def measured(
    effort: Effort,
    headcount: IntArray,
    standing: Standing,
    by: int,
    *,
    step: int,
    width: int,
    tail_ms: int,
    dead: BoolArray | None = None,
) -> list[Move]:
    """Return a move of ``by`` (1 or −1) around every so many intervals, each with its effect; not where ``dead`` is."""
    found = []
    for batch in batches(effort, step, tail_ms=tail_ms):
        alive = batch if dead is None else [(g, i) for g, i in batch if not dead[g, i]]
        if alive:
            found += tried(effort, headcount, standing, alive, by, width=width)
    return found


def price_of(standing: Standing, move: Move) -> float:
    """Return what a move takes from the aims (below 0: gives), in units of what they have."""
    return -sum(
        float((pressure * effect).sum()) for pressure, effect in zip(standing.pressures, move.effect, strict=True)
    )


def _deals(effort: Effort, standing: Standing, removals: list[Move], additions: list[Move]) -> list[list[Move]]:
    """Return deals, each a removal or an addition with what it pays for, the best first."""
    n = effort.limits.grid.n_intervals
    market = Market(effort, list(standing.by_period), np.zeros((len(effort.limits.groups), n), dtype=bool))
    cheap = sorted(
        (m for m in removals if m.cost < 0), key=lambda m: (max(price_of(standing, m), 0.0) / -m.cost, m.cost)
    )
    deals: list[list[Move]] = []
    left = []
    for move in cheap:
        if market.can_have(move) and market.leaves_enough(move):
            market.take(move)
            deals.append([move])
        else:
            left.append(move)
    good = sorted(
        (m for m in additions if price_of(standing, m) < 0), key=lambda m: price_of(standing, m) / max(m.cost, 1e-12)
    )
    refused = 0
    for addition in good:
        if not market.can_have(addition):
            continue
        trial = market.copy()
        trial.take(addition)
        paid = [addition]
        for move in left:
            if trial.can_have(move) and trial.leaves_enough(move):
                trial.take(move)
                paid.append(move)
        saved = -sum(move.cost for move in paid[1:])
        if saved <= _WORTH_IT * addition.cost:
            refused += 1
            if refused == _REFUSALS:
                break
            continue
        market = trial
        left = [move for move in left if move not in paid]
        deals.append(paid)
    return deals


def _done(
    effort: Effort, current: IntArray, standing: Standing, deals: list[list[Move]]
) -> tuple[IntArray, Standing, int]:
    """Make as many of the deals as hold and save when played together, the first ones first."""
    count = len(deals)
    while count:
        changed = current.copy()
        for move in (move for deal in deals[:count] for move in deal):
            changed[move.group] += move.change
        if effort.limits.allow(changed) and effort.price(changed) < effort.price(current):
            after = effort.standing(changed)
            if after.holds:
                return changed, after, count
        count = count // 2 if count > 3 else count - 1
    return current, standing, 0
