"""Road b: shifts and staffing together. The solver keeps to cuts that simulation measures, until no cheaper schedule is
found that meets the targets.

Comes in: what measures cuts, the rules of a week, a schedule to begin with. Goes out: a cheaper schedule that meets
every aim on the bench, with room for its statistical error. Left out: judging on fresh replications (``choose``).

Where the schedule to begin with misses an aim, people are added where they help most for the money. The solver finds
the cheapest schedule within all cuts that are believed and a step from the best one, and it is played; what misses an
aim is mended (``adding``). If it meets the aims then and is cheaper, cuts are measured there; else agents taken in
many blocks at once did more harm than each alone, and the cuts it was found with are made so much steeper. A cut that
would forbid a schedule seen to meet the aims is not believed any more (service is no concave function of agents, so
that cuts may be wrong). Then people are exchanged (``exchanging``). With a stated confidence other weeks become hard
once a schedule is fitted to some: these come onto the bench (``screening``), and people are added and exchanged once
more. The bound is of all schedules within the cuts and a step of the one that is kept.

Sources: cutting planes from simulated subgradients: Atlason, Epelman and Henderson (2004, 2008); the step is a trust
region; steeper cuts, and which are believed, are our choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import csr_array, eye_array, hstack

from careplan.columns import IntArray
from careplan.errors import CareplanError
from careplan.metrics.scorecard import Score
from careplan.planning.shifts.adding import raised, refilled
from careplan.planning.shifts.covering import Rule, padded, shares_of
from careplan.planning.shifts.cuts import Cut
from careplan.planning.shifts.exchanging import exchanged
from careplan.planning.shifts.probe import Probe, missed_parts
from careplan.planning.shifts.solving import Solver, solved

TOGETHER = "shifts and staffing together"
"""What the search is called where it says how far it is."""
_STEP, _LONGEST, _SHORTEST = 1.0, 4.0, 0.1
"""Agents by which a block may change at first, at most, and at least before the search ends: our choice."""
_ROUNDS = 24
"""Schedules the solver proposes: our choice."""
_ONCE_MORE, _AFTER_JUDGES = 0.5, 0.3
"""Effort to exchange people once more, as a share of that before; and to mend a schedule that judges found a target
missed with, as a share of that to find it. Our choice."""
_LOOKS = 2
"""How often people are exchanged before judges see the first schedule, at most: again where weeks have become hard
that were not on the bench. Our choice."""
_KEPT = 6
"""Cuts that are kept, the latest: our choice."""
_GAP, _NODES = 0.02, 20
"""When the solver ends on the way: at a gap, or after so many nodes (not after a time: the same seed gives the same
schedule). Exchanges find what it leaves over sooner than it does itself. Our choice."""
_WORTH = 0.002
"""The solver is done where it promises to save less than this share of the cost: our choice."""
_OF_PROMISED = 0.4
"""A proposal that misses is mended if that leaves so much of what it was to save, at least: with less, the cuts are too
far off, and it is better to go on from where they were measured. Our choice."""
_DEAR = 100.0
"""A case short of a cut costs so many times its share of a hundred of the dearest shifts, so that cuts always leave an
answer: our choice."""


@dataclass(eq=False)
class Together:
    """The search of road b."""

    probe: Probe
    rules: Sequence[Rule]
    solver_seconds: float
    effort: float = 1.0
    """How long to search, against what is usual."""
    last: Solver | None = None
    solver_s: float = 0.0
    """Seconds the solver took so far."""
    best: IntArray | None = None
    at_best: Cut | None = None
    """Of the schedule that was returned last; its slopes as measured there, or as learnt since."""
    _pool: list[Cut] = field(default_factory=list, repr=False)

    def cost(self, starts: IntArray) -> float:
        """Return what a schedule costs."""
        return float(self.probe.kinds.cost @ starts)

    def improved(self, starts: IntArray) -> IntArray | None:
        """Return the cheapest schedule found from this one on that keeps to every aim; None if there was none.

        Where weeks become hard with it and nobody can be added, it may still miss one by these. An interrupt keeps
        ``best``.
        """
        self.best, self._pool = None, []
        cut = self._proposed(starts)
        if self.best is None:
            return None
        starts, is_measured = self.best, True
        if self.probe.looked_again(starts, is_first=True):
            before = starts
            starts, cut = self._refilled(starts, self.probe.measured(starts))
            is_measured = starts is before
        return self._settled(starts, cut, is_measured=is_measured, effort=1.0)

    def mended(self, scores: Sequence[Score], replications: Sequence[int]) -> IntArray | None:
        """Return a schedule that keeps to every aim after what judges saw with the one returned last; None if there was
        none, or nothing was missed that more people could mend.
        """
        assert self.best is not None and self.at_best is not None
        if not any(missed_parts(scores)):
            return None
        starts, self._pool = self.best, []
        starts, cut = self._refilled(starts, self.probe.learnt(starts, self.at_best, scores, replications))
        return None if cut.worst > 0 else self._settled(starts, cut, is_measured=False, effort=_AFTER_JUDGES, looks=1)

    def _settled(
        self, starts: IntArray, cut: Cut, *, is_measured: bool, effort: float, looks: int = _LOOKS
    ) -> IntArray:
        """Exchange people until nothing becomes hard with it that was not on the bench, or as often as may be."""
        for _ in range(looks):
            if cut.worst <= 0:
                self.best = starts
                starts, cut = self._exchanged(starts, cut, is_measured, self.effort * effort)
            is_measured, effort = False, _ONCE_MORE * effort
            is_harder = self.probe.looked_again(starts)
            # All were played for that, also those that seemed not to matter.
            starts, cut = self._refilled(starts, self.probe.same_slopes(starts, cut))
            if not is_harder:
                break
        self.best, self.at_best = starts, cut
        return starts

    def _exchanged(self, starts: IntArray, cut: Cut, is_measured: bool, effort: float) -> tuple[IntArray, Cut]:
        return exchanged(
            self.probe,
            self.rules,
            starts,
            cut,
            is_measured=is_measured,
            effort=effort,
            keep=self._keep,
            tell=lambda part: self._tell(0.5 + 0.5 * part),
        )

    def bounded(self) -> Solver | None:
        """Return what the solver says of all schedules within the cuts believed and a step of the best."""
        cut = self.at_best
        assert cut is not None
        self._pool = [old for old in self._pool if old.foretold(cut.there).min(initial=0.0) >= 0]
        return self.last if self._cheapest(cut, _STEP) is not None else None

    def _keep(self, starts: IntArray) -> None:
        self.best = starts

    def _tell(self, part: float) -> None:
        self.probe.searches.large.tell(TOGETHER, part)

    def _refilled(self, starts: IntArray, cut: Cut) -> tuple[IntArray, Cut]:
        """Add people until every aim is met: the schedule and its cut; as they were where that leads nowhere."""
        if cut.worst <= 0:
            return starts, cut
        more = refilled(self.probe, self.rules, starts, cut) or raised(self.probe, self.rules, starts, cut)
        return (starts, cut) if more[1].worst > 0 else more

    def _proposed(self, starts: IntArray) -> Cut:
        """Let the solver propose schedules and play them; the cut at the best one."""
        rounds = max(1, round(_ROUNDS * self.effort**0.5))
        base, step = starts, _STEP
        cut = self.probe.measured(base)
        if cut.worst > 0:
            base, cut = raised(self.probe, self.rules, base, cut)
        at_best = cut  # as it was measured, never steeper
        self._pool = [cut]
        if cut.worst <= 0:
            self.best = base
        for turn in range(rounds):
            self._tell(0.5 * turn / rounds)
            found = self._cheapest(cut, step)
            if found is None:
                break
            if self.best is not None and self.cost(found) > (1 - _WORTH) * self.cost(self.best):
                break
            new = self.probe.played(found, cut)
            if new.worst > 0 and self.best is not None:
                promised = self.cost(self.best) - self.cost(found)
                most = self.cost(self.best) - max(_OF_PROMISED * promised, _WORTH * self.cost(self.best))
                found, new = refilled(self.probe, self.rules, found, new, at_most=most) or (found, new)
            if new.worst <= 0 or (self.best is None and new.worst < 0.9 * cut.worst):
                if new.worst <= 0:
                    self._pool = [old for old in self._pool if old.foretold(new.there).min(initial=0.0) >= 0]
                    step = min(_LONGEST, 1.5 * step)
                base, cut = found, self.probe.measured(found)
                if cut.worst <= 0:
                    self.best, at_best = base, cut
                self._pool = [*self._pool, cut][-_KEPT:]
            elif step < _SHORTEST:
                break
            else:
                steeper = cut.steeper(new)
                self._pool = [steeper if old is cut else old for old in self._pool]
                cut, step = steeper, 0.75 * step
        return at_best

    def _cheapest(self, cut: Cut, step: float) -> IntArray | None:
        """The cheapest starts within the cuts, at most a step from the schedule of one; ``last`` keeps the solver.

        None if the solver found none in its time.
        """
        kinds, by_block = self.probe.kinds, self.probe.by_block
        pool = [one.each() for one in (cut, *(other for other in self._pool if other is not cut))]
        n, b, k = kinds.n, by_block.shape[0], len(pool)
        n_rows = [len(one.left) for one in pool]
        # Columns: starts; agents more and fewer by block for each cut; what is short by row of each cut.
        rest = 2 * b * k + sum(n_rows)
        unit = eye_array(b, format="csr")
        rows = []
        for i, (one, r) in enumerate(zip(pool, n_rows, strict=True)):
            before, after = csr_array((b, 2 * b * i)), csr_array((b, rest - 2 * b * (i + 1)))
            balance = hstack([by_block, before, -unit, unit, after], format="csr")
            rows.append(LinearConstraint(balance, one.there, one.there))
            slopes = hstack(
                [
                    csr_array((r, n + 2 * b * i)),
                    csr_array(one.gain),
                    csr_array(-one.loss),
                    csr_array((r, 2 * b * (k - i - 1) + sum(n_rows[:i]))),
                    eye_array(r),
                    csr_array((r, sum(n_rows[i + 1 :]))),
                ],
                format="csr",
            )
            rows.append(LinearConstraint(slopes, -one.left, np.inf))
        for rule in self.rules:
            if not rule.is_share:
                rows.append(LinearConstraint(padded(rule.table, rest), rule.low, rule.high))
        cases = max(1.0, float(np.mean([w.n_first for w in self.probe.bench.workloads])))
        a_case = float(kinds.cost.max()) * 100 / cases
        cost = np.concatenate((kinds.cost, np.full(2 * b * k, 1e-6), np.full(sum(n_rows), _DEAR * a_case)))
        most = np.full(len(cost), np.inf)
        most[n : n + 2 * b] = np.tile(step * np.asarray(self.probe.blocks.sum(axis=1)).ravel(), 2)
        whole = np.concatenate((np.ones(n), np.zeros(rest)))
        shares = shares_of(self.rules, rest)
        try:
            found = solved(cost, whole, rows, shares, seconds=self.solver_seconds, gap=_GAP, nodes=_NODES, most=most)
        except CareplanError:  # nothing found in its time
            return None
        assert found is not None  # the schedule the cuts were measured at is within the rules and the step
        x, self.last = found
        self.solver_s += self.last.seconds
        return np.rint(x[:n]).astype(np.int64)
