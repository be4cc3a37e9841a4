"""Cutting: the cheapest headcount that measured effects promise, played, and the promise mended where it was broken.

Comes in: a headcount. Goes out: one that holds on the bench and costs less, if there is one nearby. Left out: where to
begin (``searching``).

What one agent more or less does to every aim is measured in blocks of time (``moves``); that gives a cut for every
period of every aim: slack + Σ gain × agents more − Σ loss × agents fewer ≥ 0, where a second agent more gains less
than the first and a second one fewer loses more. A mixed-integer program finds the cheapest headcount within the cuts
and within so many agent-intervals of where they were measured, spells, cover and most agents kept to; then it is
played. If it is better for its money, the next cuts are measured there; else the losses are made steeper where it
took people, and fewer agent-intervals may change. A headcount that just misses an aim may be a step on the way: what
it misses is priced at what mending it would cost.

Sources: cutting planes from simulated effects: Atlason, Epelman and Henderson (2004, 2008); spells as minimum up
times: Rajan and Takriti (2005). The radius and the steeper cuts are our choice. Solver: HiGHS through
``scipy.optimize.milp``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np

from careplan.columns import BoolArray, FloatArray, IntArray
from careplan.planning.aims import Standing
from careplan.planning.bench import Bench
from careplan.planning.effort import Effort
from careplan.planning.limits import ANY_NUMBER, Limits
from careplan.planning.moves import Move, batches
from careplan.planning.solver import milp
from careplan.planning.trading import measured, traded
from careplan.units import HOUR_MS

_BLOCK_MS = 2 * HOUR_MS
"""Effects are measured for blocks of so long at most: our choice."""
_PROBED = 16
"""Replications effects are measured on; all, where only the weeks near the edge of a stated confidence count: our
choice."""
_NEAR = 12
"""Single periods beyond those that may miss which a step looks at: our choice."""
_A_MEASUREMENT = 0.25
"""Of what may be played, one measurement takes so much at most, if blocks need not be longer for that than they may be:
our choice."""
_NEVER = 1000.0
"""Where people are only added, a loss in cases that no saving is worth: our choice."""
_MENDS = 8
"""Headcounts tried in the end to make the last one hold: our choice."""
_RADIUS = 0.06
"""Agent-intervals that may change at first, as a share of all: our choice."""
_FEWEST = 3
"""The same at least; where even so few bring nothing a search ends. Our choice."""
_WORTH_IT = 0.002
"""A search that saves this share of the cost is followed by another one from where it ended: our choice."""
_FARTHER, _FARTHEST = 2.5, 7.0
"""One that does not is followed by one whose first steps may go so many times farther, up to a limit: our choice."""
_CURVE = 0.75
"""What the next agent gains, against the one before; and the other way round for losses: our choice."""
_STEEPER = 1.3
"""Losses are made so much steeper where a promise was broken: our choice."""
_DEAR = 1.5
_PENALTY = 3.0
"""A case an aim lacks costs so many times what mending it would, when a step is weighed, and in the program: our
choice."""
_TRUST = 0.5
"""Of what the last promise was too good by, as much is set aside for the next: our choice."""
_MEASURING = 0.8
"""Effects are measured anew until so much of what may be played has been; then a plan that holds is looked for: our
choice."""
_CHEAP = 0.3
"""What mending costs is that quantile of what a case gained costs over all places: our choice."""
_GAP = 0.1
_NODES = 20
"""When the solver ends: at a gap, or after so many nodes (not after a time: the same seed gives the same plan)."""


@dataclass(frozen=True, eq=False)
class Slopes:
    """What one agent-interval does to every row, a row for each period of each aim, in cases.

    Both have shape (n_rows, n_groups, n_intervals) and are not below 0; a loss is never smaller than the gain.
    """

    gain: FloatArray
    loss: FloatArray

    def steeper(self, where: BoolArray) -> Slopes:
        """Return slopes with larger losses in some places, shape (n_groups, n_intervals)."""
        return Slopes(self.gain, np.where(where, self.loss * _STEEPER, self.loss))

    def moved(self, change: IntArray) -> Slopes:
        """Return what the slopes are likely to be after a change by one agent here and there."""
        more, fewer = change > 0, change < 0
        gain = np.where(more, self.gain * _CURVE, np.where(fewer, self.loss, self.gain))
        loss = np.where(more, self.gain, np.where(fewer, self.loss / _CURVE, self.loss))
        return Slopes(gain, loss)

    def promised(self, slack: FloatArray, change: IntArray) -> FloatArray:
        """Return the slack a change leaves, by row, if effects add up."""
        up = np.tensordot(self.gain, np.maximum(change, 0), axes=2)
        return np.asarray(slack + up - np.tensordot(self.loss, np.maximum(-change, 0), axes=2))


def cut_down(effort: Effort, headcount: IntArray) -> IntArray:
    """Return a headcount with which every aim holds, at most as costly as this one.

    Parameters
    ----------
    effort
        The search; what may still be played on its bench decides how finely and how often effects are measured.
    headcount
        Holds on the bench, shape (n_groups, n_intervals).
    """
    best, reach = headcount, 1.0
    while not effort.is_spent and reach <= _FARTHEST:
        before = effort.price(best)[0]
        search = _Search.of(effort, best, reach)
        search.run()
        best = search.best
        reach = 1.0 if effort.price(best)[0] < (1 - _WORTH_IT) * before else _FARTHER * reach
    return best


def topped_up(effort: Effort, headcount: IntArray) -> IntArray | None:
    """Return a headcount at or above this one with which every aim holds, people added where that promises most for
    the money; None where a few attempts do not get there.
    """
    search = _Search.of(effort, headcount)
    search.best = np.full_like(headcount, ANY_NUMBER)
    search.mend()
    return trimmed(effort, search.at) if search.standing.holds else None


def trimmed(effort: Effort, headcount: IntArray) -> IntArray:
    """Return a headcount that holds, from which no agent can be taken for one shortest spell anywhere."""
    width = effort.limits.min_spell
    return traded(effort, headcount, step=1, width=width, may_buy=False, tail_ms=effort.tail_ms)


@dataclass(eq=False)
class _Search:
    """A search under way: where it stands, what was measured there, and the best that holds."""

    effort: Effort
    probe: Effort
    """The same search on the replications that effects are measured on."""
    width: int
    at: IntArray
    standing: Standing
    best: IntArray
    radius: int
    last: int
    """When so much was played, effects are not measured anew."""
    slopes: Slopes
    flattery: FloatArray
    """By how much a change of one agent-interval was promised too well, by row."""
    tried: set[bytes]
    has_moved: bool = False

    @classmethod
    def of(cls, effort: Effort, headcount: IntArray, reach: float = 1.0) -> _Search:
        """``reach``: how much farther than usual the first steps may go."""
        bench, standing = effort.bench, effort.standing(headcount)
        has_chance = any(aim.goal.confidence is not None for aim in effort.aims.aims)
        few = len(bench.workloads) if has_chance else min(_PROBED, len(bench.workloads))
        probe = Bench(bench.world, bench.workloads[:few], bench.replications[:few], bench.workers)
        may_play = effort.most_played - bench.n_played
        search = cls(
            effort,
            replace(effort, bench=probe, limits=replace(effort.limits, min_spell=1, covers=()), best=None),
            1,
            headcount,
            standing,
            headcount,
            max(_FEWEST, round(reach * _RADIUS * float(headcount.sum()))),
            bench.n_played + round(_MEASURING * may_play),
            Slopes(np.zeros(0), np.zeros(0)),
            np.zeros(len(slack_of(effort, standing))),
            {headcount.tobytes()},
        )
        search.width = search.finest(_A_MEASUREMENT * may_play)
        search.measure()
        return search

    def run(self) -> None:
        """Go from step to step, with a smaller one where one was in vain; in the end see that the last one holds."""
        effort = self.effort
        while not effort.is_spent and self.radius >= _FEWEST:
            if not self.step():
                self.radius //= 2
            if self.has_moved and effort.bench.n_played < self.last:
                self.measure()
                self.radius = max(self.radius, _FEWEST)
        self.mend()

    def finest(self, plays: float) -> int:
        """The shortest blocks that take at most so many plays to measure; two hours at most."""
        most = max(1, round(_BLOCK_MS / float(self.effort.limits.grid.lengths.mean())))
        width = 1
        while width < most:
            runs = 2 * len(batches(self.probe, width, tail_ms=self.probe.tail_ms))
            if runs * len(self.probe.bench.workloads) <= plays:
                return width
            width = min(2 * width, most)
        return width

    def measure(self) -> None:
        """Measure what an agent more or less does, where the search stands."""
        before = self.probe.bench.n_played
        self.slopes = slopes_at(self.probe, self.at, self.width)
        self.effort.bench.n_played += self.probe.bench.n_played - before
        self.has_moved = False

    def step(self) -> bool:
        """Play the cheapest headcount that is promised to hold; go there if it is better for its money."""
        effort = self.effort
        worth = _worth(effort.limits, self.slopes)
        there = slack_of(effort, self.standing)
        new = self._cheapest(self.slopes, there - self.flattery * self.radius, _PENALTY * worth, self.radius)
        effort.tell("searching", effort.bench.n_played / max(1, effort.most_played))
        if new is None or new.tobytes() in self.tried:
            return False
        after = self._play(new)
        if after.is_balanced and self._merit(new, after, worth) < self._merit(self.at, self.standing, worth):
            self._go(new, after)
            return True
        self.slopes = self.slopes.steeper(new < self.at)
        return False

    def mend(self) -> None:
        """Add people until the last headcount holds, if it is still cheaper then than the best that does."""
        effort = self.effort
        for turn in range(_MENDS):
            if self.standing.holds or effort.price(self.at) >= effort.price(self.best):
                return
            there = slack_of(effort, self.standing)
            worth = _worth(effort.limits, self.slopes)
            only_more = Slopes(self.slopes.gain, self.slopes.loss + _NEVER)
            asked = np.where(there < 0, (1 + turn / 2) * there, there)
            new = self._cheapest(only_more, asked, _NEVER * worth, self.at.size)
            if new is None or np.array_equal(new, self.at):
                return
            self._go(new, self._play(new))

    def _cheapest(self, slopes: Slopes, slack: FloatArray, dear: FloatArray, radius: int) -> IntArray | None:
        """The program, with the rows that bind."""
        rows = binding(self.effort, self.standing)
        return cheapest(
            self.effort.limits, self.at, Slopes(slopes.gain[rows], slopes.loss[rows]), slack[rows], dear[rows], radius
        )

    def _merit(self, headcount: IntArray, standing: Standing, worth: FloatArray) -> float:
        """Cost, and what mending the misses would cost."""
        lacks = np.maximum(-slack_of(self.effort, standing), 0.0) * binding(self.effort, standing)
        return self.effort.limits.cost(headcount) + _DEAR * float(worth @ lacks)

    def _play(self, new: IntArray) -> Standing:
        """Play a headcount, remember it if it is the best, and learn from what was promised of it."""
        effort = self.effort
        self.tried.add(new.tobytes())
        after = effort.standing(new)
        if after.holds and effort.price(new) < effort.price(self.best):
            self.best = new
        change = new - self.at
        promised = self.slopes.promised(slack_of(effort, self.standing), change)
        broken = (promised - slack_of(effort, after)) / max(1, int(np.abs(change).sum()))
        self.flattery = np.maximum(_TRUST * broken, 0.0)
        return after

    def _go(self, new: IntArray, standing: Standing) -> None:
        self.slopes = self.slopes.moved(new - self.at)
        self.at, self.standing, self.has_moved = new, standing, True


def slack_of(effort: Effort, standing: Standing) -> FloatArray:
    """Return what every row has to spare, in cases, shape (n_rows,): each period of an aim in the mean of the
    replications, each single period of one with a confidence.
    """
    found = []
    for aim, slack in zip(effort.aims.aims, standing.by_period, strict=True):
        found.append((slack.mean(axis=0) if aim.goal.confidence is None else slack.ravel()) / aim.case)
    return np.concatenate(found)


def binding(effort: Effort, standing: Standing) -> BoolArray:
    """Return which rows must hold, shape (n_rows,): all in the mean; of single periods, those that are not among the
    worst that may miss, and not so good that they are no concern.
    """
    found: dict[int, BoolArray] = {}
    for rows in effort.aims.bundles:
        first = effort.aims.aims[rows[0]]
        if first.goal.confidence is None:
            found[rows[0]] = np.ones(len(first.share), dtype=bool)
            continue
        worst = np.min([standing.by_period[k].ravel() / effort.aims.aims[k].case for k in rows], axis=0)
        may_miss = first.may_miss(worst.size)
        near = np.zeros(worst.size, dtype=bool)
        near[np.argsort(worst, kind="stable")[may_miss : 2 * may_miss + _NEAR]] = True
        found.update(dict.fromkeys(rows, near))
    return np.concatenate([found[k] for k in range(len(effort.aims.aims))])


def slopes_at(effort: Effort, headcount: IntArray, width: int) -> Slopes:
    """Measure what one agent-interval more and less does, in blocks of so many intervals."""
    standing = effort.standing(headcount)
    tables = []
    for by in (1, -1):
        table = np.zeros((len(slack_of(effort, standing)), *headcount.shape))
        for move in measured(effort, headcount, standing, by, step=width, width=width, tail_ms=effort.tail_ms):
            table[:, move.group, move.at : move.at + width] = (by * _effect(effort, move))[:, None]
        tables.append(np.maximum(table, 0.0))
    gain, loss = tables
    return Slopes(gain, np.maximum(loss, gain))


def _effect(effort: Effort, move: Move) -> FloatArray:
    """What one agent-interval of a move does to every row, in cases."""
    size = float(abs(move.change).sum())
    return np.concatenate(
        [
            (effect.mean(axis=0) if aim.goal.confidence is None else effect.ravel()) / aim.case / size
            for aim, effect in zip(effort.aims.aims, move.effect, strict=True)
        ]
    )


def _worth(limits: Limits, slopes: Slopes) -> FloatArray:
    """What a case costs where it is cheap to gain, by row."""
    price = _prices(limits)
    found = np.zeros(len(slopes.gain))
    for row, gain in enumerate(slopes.gain):
        helps = gain > 1e-9
        found[row] = np.quantile(price[helps] / gain[helps], _CHEAP) if helps.any() else float(price.max())
    return found


def _prices(limits: Limits) -> FloatArray:
    """Of an agent-interval, shape (n_groups, n_intervals)."""
    hourly = limits.hourly_cost[:, None] if limits.prices is None else limits.prices
    return np.asarray(hourly * limits.hours)


def cheapest(
    limits: Limits, headcount: IntArray, slopes: Slopes, slack: FloatArray, dear: FloatArray, radius: int
) -> IntArray | None:
    """Return the cheapest headcount that keeps to the limits and the cuts, near one that keeps to the limits.

    Parameters
    ----------
    limits
        Spells, cover, most agents, prices.
    headcount
        Where the cuts were measured, shape (n_groups, n_intervals).
    slopes, slack
        The cuts.
    dear
        What a case costs that a cut lacks, shape (n_rows,).
    radius
        Agent-intervals that may change, one in each group and interval.

    Returns
    -------
    ndarray of int64, shape (n_groups, n_intervals), or None
        None where the solver found nothing.
    """
    from scipy.optimize import Bounds, LinearConstraint
    from scipy.sparse import csr_array

    shape, size = headcount.shape, headcount.size
    most = np.full(shape, ANY_NUMBER) if limits.most is None else limits.most
    prices = _prices(limits).ravel()
    # Columns: one agent more and one fewer by group and interval, what each cut lacks, where spells begin.
    spells = _spell_rows(headcount, limits.min_spell) if limits.min_spell > 1 else _Rows()
    n_cuts, n_starts = len(slack), spells.n_starts
    n_columns = 2 * size + n_cuts + n_starts
    rows = _Rows()
    for k in range(n_cuts):
        gain, loss = slopes.gain[k].ravel(), slopes.loss[k].ravel()
        up, down = np.flatnonzero(gain), np.flatnonzero(loss)
        columns = np.concatenate((up, size + down, [2 * size + k]))
        rows.add(columns, np.concatenate((gain[up], -loss[down], [1.0])), low=-float(slack[k]))
    rows.add(np.arange(2 * size), np.ones(2 * size), high=radius)
    for cover in limits.covers:
        for i in np.flatnonzero(cover.intervals).tolist():
            here = cover.groups * shape[1] + i
            lacks = cover.at_least - float(headcount[cover.groups, i].sum())
            rows.add(np.concatenate((here, size + here)), np.repeat([1.0, -1.0], len(here)), low=lacks)
    rows.extend(spells, shift=n_cuts, after=2 * size)
    room = np.concatenate(((headcount < most).ravel(), (headcount > 0).ravel())).astype(np.float64)
    high = np.concatenate((room, np.full(n_cuts, np.inf), np.ones(n_starts)))
    whole = np.concatenate((np.ones(2 * size), np.zeros(n_cuts + n_starts)))
    matrix = csr_array((rows.values, (rows.at, rows.columns)), shape=(len(rows.low), n_columns))
    result = milp(
        np.concatenate((prices, -prices, dear, np.zeros(n_starts))),
        integrality=whole.astype(np.int64),
        bounds=Bounds(np.zeros(n_columns), high),
        constraints=LinearConstraint(matrix, rows.low, rows.high),
        options={"mip_rel_gap": _GAP, "node_limit": _NODES},
    )
    if result.x is None:
        return None
    change = np.rint(result.x[:size] - result.x[size : 2 * size]).astype(np.int64)
    found = headcount + change.reshape(shape)
    return found if limits.allow(found) else limits.mended(found)


@dataclass(eq=False)
class _Rows:
    """Rows of a linear program in the making: low ≤ values · columns ≤ high."""

    at: list[int] = field(default_factory=list)
    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    n_starts: int = 0

    def add(
        self, columns: Iterable[int], values: Iterable[float], *, low: float = -np.inf, high: float = np.inf
    ) -> None:
        """Add a row."""
        before = len(self.columns)
        self.columns.extend(int(column) for column in columns)
        self.values.extend(float(value) for value in values)
        self.at.extend([len(self.low)] * (len(self.columns) - before))
        self.low.append(low)
        self.high.append(high)

    def extend(self, rows: _Rows, *, shift: int, after: int) -> None:
        """Add all rows of another program whose columns from ``after`` on stand ``shift`` further here."""
        first = len(self.low)
        self.at.extend(first + at for at in rows.at)
        self.columns.extend(column if column < after else column + shift for column in rows.columns)
        self.values.extend(rows.values)
        self.low.extend(rows.low)
        self.high.extend(rows.high)


def _spell_rows(headcount: IntArray, min_spell: int) -> _Rows:
    """Rows that keep spells long enough: agent j is on duty where the headcount is at least j.

    A column for whether a spell of agent j begins with an interval, where that is open; whoever began within the
    shortest spell is on duty.
    """
    n_groups, n = headcount.shape
    size = headcount.size
    rows = _Rows()
    n_starts = 0
    for group in range(n_groups):
        row = headcount[group]
        for agent in range(1, int(row.max(initial=0)) + 2):
            is_open = (row == agent) | (row == agent - 1)
            reach = min(min_spell, n)
            near = is_open.copy()
            for shift in range(1, reach + 1):
                near |= np.roll(is_open, shift)
            starts: dict[int, int] = {}
            begins = near | np.roll(near, -1)
            for shift in range(1, reach):
                begins |= np.roll(near, -shift)
            for i in np.flatnonzero(begins).tolist():
                starts[i] = 2 * size + n_starts
                n_starts += 1
                now, before = (_presence(row, agent, group * n, j, size) for j in (i, (i - 1) % n))
                # starts ≥ on now − on before
                columns, values, constant = _sum(now, before, -1.0)
                rows.add([starts[i], *columns], [1.0, *(-value for value in values)], low=constant)
            for i in np.flatnonzero(near).tolist():
                column, value, constant = _presence(row, agent, group * n, i, size)
                recent = [starts[(i - back) % n] for back in range(reach) if (i - back) % n in starts]
                rows.add([*recent, *column], [*[-1.0] * len(recent), *value], low=-constant)
        for i in range(n):
            rows.add([group * n + i, size + group * n + i], [1.0, 1.0], high=1.0)
    rows.n_starts = n_starts
    return rows


def _presence(row: IntArray, agent: int, first: int, i: int, size: int) -> tuple[list[int], list[float], float]:
    """Whether an agent is on duty in an interval: columns, values, constant."""
    if row[i] == agent:
        return [size + first + i], [-1.0], 1.0
    if row[i] == agent - 1:
        return [first + i], [1.0], 0.0
    return [], [], float(row[i] >= agent)


def _sum(
    a: tuple[list[int], list[float], float], b: tuple[list[int], list[float], float], factor: float
) -> tuple[list[int], list[float], float]:
    """a + factor × b."""
    return [*a[0], *b[0]], [*a[1], *(factor * value for value in b[1])], a[2] + factor * b[2]
