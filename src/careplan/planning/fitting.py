"""Fitting a pattern of duty to published figures: how many agents, and how long messages stay worth answering.

Comes in: a :class:`~careplan.planning.trying.Desk` and the figures. Goes out: the :class:`Fit` that comes nearest, and
which numbers of agents fit beside it. Left out: which patterns and volumes to try, fresh replications (explaining).

Two figures, two unknowns. Where messages expire, the time they are kept moves the mean response, and the number of
agents the share: for each number of agents the time is solved for, by regula falsi, and the number is bracketed by
doubling and halved. Where a share is never read it is one minus the published one, and the agents follow from the time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from careplan.planning.explanation import Because, Published, seen
from careplan.planning.patterns import Pattern
from careplan.planning.trying import Desk, Outcome, Trial
from careplan.units import DAY_MS, HOUR_MS, MINUTE_MS, NEVER

_CLOSE = 0.01
"""A mean response this near the published one is near enough to stop: our choice."""
_MOST_STEPS = 14
"""Trials of one number of agents: our choice."""
_ALL_READ = 0.99
"""A desk that answers less than this of what it reads does not keep up, and its mean depends on the run's length."""
_ROOM = 2.5
"""Times the hours its work takes: beyond, more agents change nothing. Our choice."""
_MOST_BESIDE = 12
"""Numbers of agents looked at on either side of the best: our choice."""


@dataclass(frozen=True)
class Fit:
    """The nearest staffing of a pattern, on the replications searched with."""

    trial: Trial
    unread: float
    outcome: Outcome
    misfit: float
    agents_from: int
    agents_to: int


@dataclass(eq=False)
class Fitting:
    """One pattern at one volume."""

    desk: Desk
    published: Published
    pattern: Pattern
    volume: float
    longest: int
    """The longest time messages may be kept, ms."""
    kept: int | None
    """How long they are kept, ms (−1: for ever); None: solved for."""
    replications: Sequence[int]
    _known: dict[tuple[int, int, float], Outcome] = field(default_factory=dict)

    def fit(self, because: Because) -> Fit | None:
        """Return the nearest staffing; None where the reason cannot explain the figures at all."""
        if because == "unread":
            answered = self.published.answered
            if answered is None or answered > 1 - self.published.share_within:
                return None
            return self._nearest(1 - answered, lambda n: self._keeping_up(n, 1 - answered))
        return self._nearest(0.0, self._expiring)

    def _nearest(self, unread: float, at: Callable[[int], tuple[Trial, Outcome, bool]]) -> Fit:
        """Bracket the number of agents at which ``at`` says "enough", then take the best beside it."""
        most = self._most_agents(1 - unread)
        tried: dict[int, tuple[Trial, Outcome, bool]] = {}

        def look(n: int) -> tuple[Trial, Outcome, bool]:
            if n not in tried:
                tried[n] = at(n)
            return tried[n]

        low, high = 0, 1
        if not look(most)[2]:  # nobody can be enough in these hours: no need to look for how many
            low = high = most
        while not look(high)[2] and high < most:
            low, high = high, min(2 * high, most)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if look(middle)[2] else (middle, high)
        best = min((n for n in (high, low) if n > 0), key=lambda n: self._off(look(n), unread))
        first = last = best
        if self._off(look(best), unread) <= 1:
            while first > max(1, best - _MOST_BESIDE) and self._off(look(first - 1), unread) <= 1:
                first -= 1
            while last < min(most, best + _MOST_BESIDE) and self._off(look(last + 1), unread) <= 1:
                last += 1
            best = min(range(first, last + 1), key=lambda n: self._off(look(n), unread))
        trial, outcome, _ = look(best)
        return Fit(trial, unread, seen(outcome, unread), self._off(look(best), unread), first, last)

    def _off(self, found: tuple[Trial, Outcome, bool], unread: float) -> float:
        if unread and found[1].answered.value < _ALL_READ:
            return math.inf
        return self.published.misfit(seen(found[1], unread))

    def _most_agents(self, read: float) -> int:
        """As many as could do the work several times over."""
        work = self.desk.work_hours_a_week(self.volume, self.replications) * read
        one = self.desk.hours_a_week(self.pattern, 1)
        return max(2, math.ceil(_ROOM * work / one) + 1)

    def _expiring(self, n: int) -> tuple[Trial, Outcome, bool]:
        """n agents, with the time messages are kept solved for the published time; enough: they answer the share."""
        wanted = self.published.mean_response_s
        if self.kept is not None or wanted is None:
            kept = NEVER if self.kept is None else self.kept
            found = self._play(n, kept)
            if self.published.answered is not None:
                return self._trial(n, kept), found, found.answered.value >= self.published.answered
            assert wanted is not None  # the door asks for one of the two
            return self._trial(n, kept), found, found.mean_response.value <= wanted
        kept, found = self._kept_for(n, wanted)
        too_quick = found.mean_response.value < wanted * (1 - _CLOSE) and kept >= self.longest
        is_enough = self.published.answered is None or found.answered.value >= self.published.answered
        return self._trial(n, kept), found, too_quick or is_enough

    def _keeping_up(self, n: int, unread: float) -> tuple[Trial, Outcome, bool]:
        """n agents who answer everything they read; enough: they keep up, and are as quick as published."""
        found = self._play(n, NEVER, self.volume * (1 - unread))
        wanted = self.published.mean_response_s
        keeps_up = found.answered.value >= _ALL_READ
        is_quick = wanted is None or found.mean_response.value <= wanted
        return self._trial(n, NEVER, self.volume * (1 - unread)), found, keeps_up and is_quick

    def _kept_for(self, n: int, wanted: float) -> tuple[int, Outcome]:
        """Return how long n agents must keep messages for the mean response wanted, as near as can be."""
        high = self.longest
        at_high = self._play(n, high)
        if not at_high.mean_response.value > wanted * (1 + _CLOSE):
            return high, at_high
        low = MINUTE_MS
        at_low = self._play(n, low)
        off_low, off_high = (_off_time(one, wanted) for one in (at_low, at_high))
        if off_low >= 0:
            return low, at_low
        best = min(((abs(off_low), low, at_low), (abs(off_high), high, at_high)), key=lambda one: one[0])
        side = 0
        for _ in range(_MOST_STEPS):
            middle = _neat(round((low * off_high - high * off_low) / (off_high - off_low)))
            if not low < middle < high:
                middle = _neat((low + high) // 2)
                if not low < middle < high:
                    break
            found = self._play(n, middle)
            off = _off_time(found, wanted)
            best = min(best, (abs(off), middle, found), key=lambda one: one[0])
            if abs(off) <= _CLOSE:
                break
            if off > 0:
                high, off_high = middle, off
                off_low /= 2 if side == 1 else 1  # Illinois: an end that stays counts half
                side = 1
            else:
                low, off_low = middle, off
                off_high /= 2 if side == -1 else 1
                side = -1
        return best[1], best[2]

    def _trial(self, n: int, kept: int, volume: float | None = None) -> Trial:
        return Trial(self.pattern, n, kept, self.volume if volume is None else volume)

    def _play(self, n: int, kept: int, volume: float | None = None) -> Outcome:
        trial = self._trial(n, kept, volume)
        key = (n, kept, trial.volume)
        if key not in self._known:
            self._known[key] = self.desk.play(trial, self.replications)
        return self._known[key]


def _off_time(found: Outcome, wanted: float) -> float:
    """By how much a mean response is too long, as a share of the one wanted; nobody answered counts as too short."""
    value = found.mean_response.value
    return -1.0 if math.isnan(value) else value / wanted - 1


def _neat(ms: int) -> int:
    """A time people would write: whole minutes, from six hours on tens of minutes, from three days on hours."""
    grain = MINUTE_MS if ms < 6 * HOUR_MS else 10 * MINUTE_MS if ms < 3 * DAY_MS else HOUR_MS
    return max(grain, round(ms / grain) * grain)
