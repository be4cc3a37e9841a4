"""Exchanging: people of a schedule moved, one by one or a few at once, what comes of it played before it is kept.

Comes in: a schedule that meets every aim on the bench, and the cut measured there. Goes out: one at most as dear that
meets them too, and its cut. Left out: judging on fresh replications (``choose``).

Whole shifts are coarse and cuts are lines, so that a solver leaves something over. Somebody is sent home, or given a
shorter or another shift, where the cut foretells that the aims still hold; the saving times the chance that they do
says what goes first. Where nobody may go, a shift is moved to where it serves more, until somebody may. Whatever is
played says something of the slopes, which follow, and of how sure they are (``doubt``): what is much like an exchange
that failed promises little. Where no exchange helps, a few people are sent home at random, others are sought where they
help most, and it begins again. All schedules meet the same customers (common random numbers).

Source: ruin and recreate: Schrimpf et al. (2000), Journal of Computational Physics 159, 139-171.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import ndtr

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.planning.shifts.adding import refilled
from careplan.planning.shifts.covering import Rule
from careplan.planning.shifts.cuts import Cut
from careplan.planning.shifts.doubt import Doubt
from careplan.planning.shifts.probe import Probe

_CASES, _PLAYS = 130_000_000, (18, 80)
"""Cases that are played, about, and schedules at least and at most, if all replications of each were; of an effort,
so many times the cases, and √effort times the schedules (of less than 1, so many times the least). Our choice."""
_CASES_A_RUN = 6_000
"""What a run costs beside its cases, in cases."""
_IN_VAIN, _GONE, _DEARER = 10, 3, 1.03
"""How often people are sent home at random and others sought, where that brought nothing the last times; how many at
once; and how much dearer the schedule may be with the others. Our choice."""
_FAILURES = 8
"""Exchanges of a sort that fail one after another before the next sort is tried: our choice."""
_LEAST_MOVE = 0.05
"""What a move at the same price must promise at least, in standard errors of exchanging a shift: our choice."""
_BENEFIT = 1.0
"""Standard errors by which an exchange may be foretold to miss, and is played all the same; where much the same was
played they are small. Our choice."""
_AT_A_TIME, _LOOKED_AT = 500, 300
"""Exchanges that are foretold exactly at a time, those that promise most first, until there are so many that may be
made: our choice."""
_TOO_LITTLE = 1e-6
"""Money saved that counts as none."""


@dataclass(frozen=True)
class Exchange:
    """One person less of a type, one more of another (None: of none)."""

    out: int
    into: int | None
    saving: float
    left: float
    """What is foretold to be left beyond the margins, cases; below 0: an aim is missed."""
    promise: float
    """The saving times the chance that the aims still hold; of a move at the same price, how many cases more it leaves
    on average (``_promise``).
    """

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
    is_measured: bool,
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
        Meets every aim.
    is_measured
        Whether the slopes were measured there.
    effort
        How long to search, against what is usual: so many times the cases may be played, as far as that is no fewer and
        no more schedules than may be.
    keep
        Told of every better schedule, so that an interrupt loses none.
    tell
        Told the part that is done.
    """
    desk = _Desk.of(probe, rules, effort, keep, tell)
    desk.kept = desk.cost(starts)
    best, at_best = desk.settled(starts, cut, is_measured=is_measured)
    in_vain = 0
    while not desk.is_over and in_vain < _IN_VAIN * effort:
        in_vain += 1
        others = desk.unsettled(best, at_best)
        if others is None:
            continue
        doubt = desk.doubt.copy() if desk.doubt is not None else None
        starts, cut = desk.settled(*others, is_measured=False, below=desk.cost(best))
        if desk.cost(starts) < desk.cost(best) - _TOO_LITTLE:
            best, at_best, in_vain = starts, cut, 0
        else:
            desk.doubt = doubt  # what was learnt is of slopes that are left behind
    return best, at_best


@dataclass(eq=False)
class _Desk:
    """Where exchanges are weighed and played."""

    probe: Probe
    rules: Sequence[Rule]
    begins: int
    """Replications played before."""
    most: int
    """Replications that may be played."""
    keep: Callable[[IntArray], None]
    tell: Callable[[float], None]
    random: np.random.Generator
    kept: float = np.inf
    """What the best schedule so far costs."""
    tried: set[bytes] = field(default_factory=set)
    """Schedules that were played."""
    doubt: Doubt | None = None
    """How sure slopes are by now; None: as they were measured."""

    @classmethod
    def of(
        cls,
        probe: Probe,
        rules: Sequence[Rule],
        effort: float,
        keep: Callable[[IntArray], None],
        tell: Callable[[float], None],
    ) -> _Desk:
        """Return a desk at which as much may be played as an effort allows."""
        n = len(probe.bench.workloads)
        a_schedule = n * (probe.bench.workloads[0].n_cases + _CASES_A_RUN)
        least, most = _PLAYS[0] * min(effort, effort**0.5), _PLAYS[1] * effort**0.5
        schedules = float(np.clip(_CASES * effort / a_schedule, least, most))
        return cls(probe, rules, probe.n_played, round(schedules * n), keep, tell, np.random.default_rng(1))

    @property
    def is_over(self) -> bool:
        """Whether as much was played as may be."""
        return self.probe.n_played - self.begins >= self.most

    @property
    def may_measure(self) -> bool:
        """Whether enough may still be played to make use of fresh slopes: a third of what is played to measure them, so
        that a search does not end with measuring.
        """
        return self.most - (self.probe.n_played - self.begins) > self.probe.slopes.n_played / 3

    def cost(self, starts: IntArray) -> float:
        """Return what a schedule costs."""
        return float(self.probe.kinds.cost @ starts)

    def settled(self, starts: IntArray, cut: Cut, *, is_measured: bool, below: float = np.inf) -> tuple[IntArray, Cut]:
        """Return a schedule that no exchange makes better, as far as fresh slopes foretell, or the best when as much
        was played as may be; and its cut.

        Parameters
        ----------
        starts, cut
            To begin with: meets every aim.
        is_measured
            Whether the slopes were measured there.
        below
            Only a schedule cheaper than this is worth measuring.
        """
        held = starts
        while not self.is_over:
            starts, cut, has_saved = self.saved(starts, cut)
            has_moved = False
            if not has_saved:
                starts, cut, has_moved = self.moved(starts, cut)
            self.tell(min(1.0, (self.probe.n_played - self.begins) / self.most))
            if has_saved or has_moved:
                is_measured = False
            elif is_measured or self.cost(starts) > below - _TOO_LITTLE or not self.may_measure:
                break
            else:
                cut, is_measured, self.doubt = self.probe.measured(starts), True, None
                if cut.worst > 0:  # now that all were played
                    starts, cut = self._mended(starts, cut, held)
                    is_measured = False
                held = starts
        return starts, cut

    def _mended(self, starts: IntArray, cut: Cut, held: IntArray) -> tuple[IntArray, Cut]:
        """Add people until every aim is met again; or go back to the schedule that held before, if that is cheaper."""
        more = refilled(self.probe, self.rules, starts, cut, at_most=self.cost(held) - _TOO_LITTLE)
        starts, cut = (held, self.probe.played(held, cut)) if more is None else more
        self.kept = self.cost(starts)
        self.keep(starts)
        return starts, cut

    def unsettled(self, starts: IntArray, cut: Cut) -> tuple[IntArray, Cut] | None:
        """Send a few people home, anybody, and add others where they help most for the money; None where that leads
        nowhere: it takes far more of them, or the rules forbid it.
        """
        people = np.repeat(np.arange(len(starts)), starts)
        gone = self.random.choice(people, min(len(people), _GONE), replace=False)
        changed = starts - np.bincount(gone, minlength=len(starts))
        if not all(rule.keeps(changed) for rule in self.rules):
            return None
        return refilled(self.probe, self.rules, changed, cut, at_most=_DEARER * self.cost(starts))

    def saved(self, starts: IntArray, cut: Cut) -> tuple[IntArray, Cut, bool]:
        """Make exchanges that save as long as some hold: the schedule, its cut, and whether any was made.

        Several are made at once, twice as many each time, until that misses an aim, then half as many whenever it does:
        far from where aims are missed one by one takes long.
        """
        failures, has_saved, at_once, grows = 0, False, 1, True
        while failures < _FAILURES and not self.is_over:
            changed, count = self._several(starts, cut, at_once)
            if not count:
                break
            cut, new = self._played(changed, cut)
            if new.worst > 0:
                at_once, grows, failures = max(1, count // 2), False, failures + (count == 1)
                continue
            starts, cut, has_saved, failures = changed, new, True, 0
            at_once *= 1 + grows
            if self.cost(starts) < self.kept:
                self.kept = self.cost(starts)
                self.keep(starts)
        return starts, cut, has_saved

    def moved(self, starts: IntArray, cut: Cut) -> tuple[IntArray, Cut, bool]:
        """Move one shift to where it serves more at the same price: as ``saved``."""
        for _ in range(_FAILURES):
            one = self._first(self._ways(starts, cut, cut, at_the_same_price=True), starts)
            if one is None or self.is_over:
                break
            changed = one.made(starts)
            cut, new = self._played(changed, cut, above=cut.left)
            if new.left > cut.left:
                return changed, new, True
        return starts, cut, False

    def _several(self, starts: IntArray, cut: Cut, most: int) -> tuple[IntArray, int]:
        """Exchanges that save, made one after the other without being played: the schedule, and how many. All but the
        first are foretold to leave every aim met without the benefit of the doubt.
        """
        one = self._first(self._ways(starts, cut, cut), starts)
        if one is None:
            return starts, 0
        changed, count = one.made(starts), 1
        while count < most:
            foretold = self._doubted(cut).moved(cut, self.probe.by_block @ changed)
            ways = self._ways(changed, foretold, cut)
            one = next((way for way in ways if way.left >= 0), None)
            if one is None or one.made(changed).tobytes() in self.tried:
                break
            changed, count = one.made(changed), count + 1
        return changed, count

    def _ways(self, starts: IntArray, cut: Cut, known: Cut, *, at_the_same_price: bool = False) -> list[Exchange]:
        """Exchanges of a schedule; ``known``: the cut of the schedule that was played last."""
        doubt = self._doubted(known)
        return exchanges(self.probe, self.rules, starts, cut, doubt, at_the_same_price=at_the_same_price)

    def _doubted(self, cut: Cut) -> Doubt:
        """How sure slopes are by now."""
        if self.doubt is None:
            self.doubt = Doubt.of(self.probe, cut)
        return self.doubt

    def _first(self, ways: Sequence[Exchange], starts: IntArray) -> Exchange | None:
        """The first exchange that was not played yet."""
        return next((one for one in ways if one.made(starts).tobytes() not in self.tried), None)

    def _played(self, changed: IntArray, cut: Cut, *, above: float = -np.inf) -> tuple[Cut, Cut]:
        """Play a schedule near that of a cut; the cuts here and there with what that says of slopes.

        ``above``: it is worth nothing unless more than so much is left.
        """
        self.tried.add(changed.tobytes())
        new = self.probe.played(changed, cut, above=above)
        taught = self._doubted(cut).taught(cut, new)
        return replace(cut, gain=taught.gain, loss=taught.loss), taught


def exchanges(
    probe: Probe, rules: Sequence[Rule], starts: IntArray, cut: Cut, doubt: Doubt, *, at_the_same_price: bool = False
) -> list[Exchange]:
    """Return the exchanges that keep to the rules and may well leave every aim met, those that promise most first, of
    equals what leaves most.

    ``at_the_same_price``: instead, those that cost no more and may leave more than there is, the most first. What is
    foretold may be off, by less where much the same was played, and the benefit of the doubt is given.
    """
    kinds, table = probe.kinds, probe.by_block.toarray()
    least = cut.left if at_the_same_price else 0.0
    usually = doubt.usually(cut)
    straight = cut.straight()
    outs = np.flatnonzero(starts)
    cheaper = kinds.cost[outs][:, None] - kinds.cost
    suits = cheaper > _TOO_LITTLE
    if at_the_same_price:
        suits = (cheaper > -_TOO_LITTLE) & (kinds.group_ix[outs][:, None] == kinds.group_ix)
    suits[np.arange(len(outs)), outs] = False
    about = np.full(suits.shape, np.inf)
    for left, worth in zip(straight.left, (straight.gain + straight.loss) / 2 @ table, strict=True):
        # The mean of gain and loss for slope never foretells less, and is quick to tell.
        np.minimum(about, left + worth - worth[outs][:, None], out=about)
    row, into = np.nonzero(suits & (about >= least - 2 * _BENEFIT * usually))
    out, saving, about = outs[row], cheaper[row, into], about[row, into]
    if not at_the_same_price:  # somebody goes and nobody comes
        alone = (straight.left[:, None] - straight.loss @ table[:, outs]).min(axis=0, initial=np.inf)
        out, into = np.concatenate((outs, out)), np.concatenate((np.full(len(outs), -1), into))
        saving, about = np.concatenate((kinds.cost[outs], saving)), np.concatenate((alone, about))
    about_promised = _promise(about - least, usually, None if at_the_same_price else saving)
    by_promise = np.argsort(-about_promised, kind="stable")
    found: list[Exchange] = []
    for some in np.split(by_promise, range(_AT_A_TIME, len(by_promise), _AT_A_TIME)):
        some = some[_kept(rules, starts, out[some], into[some])] if len(some) else some
        if not len(some):
            continue
        change = np.where(into[some] >= 0, table[:, into[some]], 0.0) - table[:, out[some]]
        error = doubt.error(cut, change)
        left = doubt.left(cut, change)
        good = left + _BENEFIT * error >= least
        promise = _promise(left - least, error, None if at_the_same_price else saving[some])
        if at_the_same_price:
            good &= promise > _LEAST_MOVE * usually
        found += [
            Exchange(int(out[k]), int(into[k]) if into[k] >= 0 else None, float(saving[k]), float(x), float(z))
            for k, x, z in zip(some[good], left[good], promise[good], strict=True)
        ]
        if len(found) >= _LOOKED_AT:
            break
    return sorted(found, key=lambda one: (-round(one.promise, 6), -one.left, one.out, one.into or 0))


def _promise(more: FloatArray, error: float | FloatArray, saving: FloatArray | None) -> FloatArray:
    """What exchanges promise that are foretold to leave so much more than is needed: the saving times the chance that
    it is enough; without one how much more they leave on average, where those that leave less are not made.
    """
    sure = more / np.maximum(error, _TOO_LITTLE)
    if saving is not None:
        return np.asarray(saving * ndtr(sure))
    return np.asarray(more * ndtr(sure) + error * np.exp(-(sure**2) / 2) / np.sqrt(2 * np.pi))


def _kept(rules: Sequence[Rule], starts: IntArray, out: IntArray, into: IntArray) -> BoolArray:
    """Return which exchanges (−1: nobody comes) keep to every rule."""
    ok = np.ones(len(out), dtype=bool)
    for rule in rules:
        by_kind = rule.table.tocsc()
        comes = np.where(into >= 0, by_kind[:, np.maximum(into, 0)].toarray(), 0.0)
        found = (rule.table @ starts)[:, None] + comes - by_kind[:, out].toarray()
        ok &= ((found >= rule.low[:, None] - _TOO_LITTLE) & (found <= rule.high[:, None] + _TOO_LITTLE)).all(axis=0)
    return ok
