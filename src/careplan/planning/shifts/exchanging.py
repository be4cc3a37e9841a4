"""Exchanging: people of a schedule moved one by one, each exchange played before it is made.

Comes in: a schedule that meets every aim on the bench, and the cut measured there. Goes out: one at most as dear that
meets them too, and its cut. Left out: judging on fresh replications (``choose``).

Whole shifts are coarse and cuts are lines, so that a solver leaves something over. Somebody is sent home, or given a
shorter or another shift, where the cut foretells that the aims still hold; the dearest that may go goes first. Where
nobody may go, a shift is moved to where it serves more, until somebody may. What an exchange came to below what was
foretold is held against all others of the same shift. All schedules meet the same customers (common random numbers).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from careplan.columns import FloatArray, IntArray
from careplan.planning.shifts.covering import Rule
from careplan.planning.shifts.cuts import Cut, Probe

_PLAYS = 80
"""Schedules that are played at most: our choice."""
_FAILURES = 6
"""Exchanges of a sort that fail one after another before the next sort is tried: our choice."""
_RAISES, _AT_ONCE, _LOOKS = 12, 0.1, 50
"""How often people are added, how many at once as a share of those there are, and how many shift types are looked at
for each: our choice."""
_TOO_LITTLE = 1e-6
"""Money saved that counts as none."""


@dataclass(frozen=True)
class Exchange:
    """One person less of a type, one more of another (None: of none)."""

    out: int
    into: int | None
    saving: float
    left: float
    """What the cut foretells to be left beyond the margins, cases; below 0: an aim is missed."""

    def made(self, starts: IntArray) -> IntArray:
        """Return the schedule with the exchange made."""
        changed = starts.copy()
        changed[self.out] -= 1
        if self.into is not None:
            changed[self.into] += 1
        return changed


def exchanged(
    probe: Probe,
    rules: Sequence[Rule],
    starts: IntArray,
    cut: Cut,
    *,
    effort: float,
    keep: Callable[[IntArray], None],
    tell: Callable[[float], None],
) -> tuple[IntArray, Cut]:
    """Return a schedule no dearer that meets every aim, and the cut there.

    Parameters
    ----------
    probe, rules
        What plays schedules, and what they keep to.
    starts, cut
        Meets every aim; its slopes are measured there.
    effort
        How long to search, against what is usual: √effort times the schedules may be played.
    keep
        Told of every better schedule, so that an interrupt loses none.
    tell
        Told the part that is done.
    """
    desk = _Desk(probe, rules, round(_PLAYS * effort**0.5), keep)
    is_fresh = True
    while desk.played < desk.most:
        starts, cut, has_saved = desk.saved(starts, cut)
        has_moved = False
        if not has_saved:
            starts, cut, has_moved = desk.moved(starts, cut)
        tell(desk.played / desk.most)
        if has_saved or has_moved:
            is_fresh = False
        elif is_fresh:
            break
        else:
            cut, is_fresh, desk.flattered = probe.measured(starts), True, {}
    return starts, cut if is_fresh else probe.measured(starts)


def raised(probe: Probe, rules: Sequence[Rule], starts: IntArray, cut: Cut) -> tuple[IntArray, Cut]:
    """Return a schedule with people added where they help most for the money, until every aim is met; and its cut.

    Where nobody helps, or the rules leave no room, it still misses an aim.
    """
    table, kinds = probe.by_block.toarray(), probe.kinds
    for _ in range(_RAISES):
        if cut.worst <= 0:
            break
        gains = cut.gain @ table
        if not gains.any():  # so few are there that one more does nothing yet: any agent on duty is as good as another
            gains = np.tile(table.sum(axis=0), (len(cut.value), 1))
        changed, there = starts, cut.there
        for _ in range(max(1, round(_AT_ONCE * float(starts.sum())))):
            short = np.maximum(-cut.foretold(there), 0.0)
            help_ = np.minimum(gains, short[:, None]).sum(axis=0) / kinds.cost
            best = next((k for k in np.argsort(-help_)[:_LOOKS].tolist() if _may_come(rules, changed, k)), None)
            if best is None or help_[best] <= 0:
                break
            changed = changed.copy()
            changed[best] += 1
            there = there + table[:, best]
        if changed is starts:
            break
        starts, cut = changed, probe.measured(changed)
    return starts, cut


def _may_come(rules: Sequence[Rule], starts: IntArray, kind: int) -> bool:
    """Whether one more of a shift type keeps to the rules."""
    changed = starts.copy()
    changed[kind] += 1
    return all(rule.keeps(changed) for rule in rules)


@dataclass(eq=False)
class _Desk:
    """Where exchanges are weighed and played."""

    probe: Probe
    rules: Sequence[Rule]
    most: int
    keep: Callable[[IntArray], None]
    played: int = 0
    flattered: dict[int, float] = field(default_factory=dict)
    """Shift type → by how much more was foretold than came, cases; of types that leave, ``-1 - type``."""

    def saved(self, starts: IntArray, cut: Cut) -> tuple[IntArray, Cut, bool]:
        """Make exchanges that save as long as some hold: the schedule, its cut, and whether any was made."""
        failures, has_saved = 0, False
        while failures < _FAILURES and self.played < self.most:
            one = self._first(exchanges(self.probe, starts, cut), starts, 0.0)
            if one is None:
                break
            changed, new = self._played(one, starts, cut)
            if new.worst <= 0:
                starts, cut, has_saved, failures = changed, new, True, 0
                self.keep(starts)
            else:
                failures += 1
        return starts, cut, has_saved

    def moved(self, starts: IntArray, cut: Cut) -> tuple[IntArray, Cut, bool]:
        """Move one shift to where it serves more at the same price: as ``saved``."""
        for _ in range(_FAILURES):
            ways = exchanges(self.probe, starts, cut, at_the_same_price=True)
            one = self._first(ways, starts, cut.left)
            if one is None or self.played >= self.most:
                break
            changed, new = self._played(one, starts, cut)
            if new.left > cut.left:
                return changed, new, True
        return starts, cut, False

    def _first(self, ways: Sequence[Exchange], starts: IntArray, more_than: float) -> Exchange | None:
        """The first exchange that keeps to the rules and should leave enough, by what is known of its shifts."""
        for one in ways:
            known = (self.flattered.get(-1 - one.out, 0.0), self.flattered.get(one.into or 0, 0.0) if one.into else 0.0)
            if one.left - max(known) >= more_than and all(rule.keeps(one.made(starts)) for rule in self.rules):
                return one
        return None

    def _played(self, one: Exchange, starts: IntArray, cut: Cut) -> tuple[IntArray, Cut]:
        changed = one.made(starts)
        new = self.probe.played(changed, cut)
        self.played += 1
        over = one.left - new.left
        for key in (-1 - one.out, one.into):
            if key is not None and over > 0:
                self.flattered[key] = max(self.flattered.get(key, 0.0), over)
        return changed, new


def exchanges(probe: Probe, starts: IntArray, cut: Cut, *, at_the_same_price: bool = False) -> list[Exchange]:
    """Return the exchanges that should leave every aim met, the largest saving first, of equals what leaves most.

    ``at_the_same_price``: instead, those that cost no more and leave more than there is, the most first.
    """
    kinds = probe.kinds
    table = probe.by_block.toarray()
    now = cut.there
    found: list[Exchange] = []
    for out in np.flatnonzero(starts).tolist():
        without = now - table[:, out]
        if not at_the_same_price:
            alone = float(_least(cut, without))
            if alone >= 0:
                found.append(Exchange(out, None, float(kinds.cost[out]), alone))
        saving = kinds.cost[out] - kinds.cost
        if at_the_same_price:
            others = np.flatnonzero((saving > -_TOO_LITTLE) & (kinds.group_ix == kinds.group_ix[out]))
        else:
            others = np.flatnonzero(saving > _TOO_LITTLE)
        others = others[others != out]
        if not others.size:
            continue
        left = _least(cut, without[:, None] + table[:, others])
        good = np.flatnonzero(left > cut.left) if at_the_same_price else np.flatnonzero(left >= 0)
        found += [Exchange(out, int(others[i]), float(saving[others[i]]), float(left[i])) for i in good.tolist()]
    if at_the_same_price:
        return sorted(found, key=lambda one: (-one.left, -one.saving, one.out, one.into or 0))
    return sorted(found, key=lambda one: (-round(one.saving, 6), -one.left, one.out, one.into or 0))


def _least(cut: Cut, there: FloatArray) -> FloatArray:
    """What is foretold to be left where it is least, by column."""
    return np.asarray(cut.foretold(there).min(axis=0, initial=np.inf))
