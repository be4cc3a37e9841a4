"""``explain_brand``: which staffings are consistent with a brand's published figures.

Comes in: a scenario (how customers write, what an answer takes), and a published share answered, a published mean
response, or both. Goes out: an :class:`~careplan.planning.explanation.Explanation`. Left out: truth; what a brand
really has is not in its figures, and the answer says what they cannot tell.

Volume and staff of brands are hardly ever published. So they are solved for: by pattern of duty, by volume, by reason
why a brand does not answer everything, the nearest number of agents is sought on common customers (fitting), and
judged on fresh ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from careplan.errors import InfeasibleError
from careplan.executor import Workers
from careplan.planning.asking import Asked
from careplan.planning.drawing import SEARCH_FROM
from careplan.planning.explanation import (
    Because,
    Explanation,
    Published,
    Staffing,
    Twice,
    cheapest_first,
    seen,
)
from careplan.planning.fitting import Fit, Fitting
from careplan.planning.trying import Desk, with_room
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS, HOUR_MS

_SEARCH_CASES, _FEWEST, _MOST = 20_000, 6, 24
"""Cases a trial plays while searching, about, and between how many replications: our choice."""
_FEWEST_JUDGES = 20
"""Fresh replications, at least: our choice."""
_MISSES = 3
"""Misses named where nothing fits: our choice."""
_NEAR = 2.0
"""Misfits up to this, in tolerances, are judged on fresh customers; others are shown as searched: our choice."""

Progress = Callable[[str, float], None]
"""Called with what is being done, and how much of the whole is done, 0 to 1."""


def explain_brand(
    scenario: Scenario,
    *,
    answered: float | str | None = None,
    mean_response: float | str | None = None,
    share_within: float | str = 0.02,
    time_within: float | str = 0.10,
    hours: Sequence[str] | None = None,
    volumes: Sequence[float | str] = (1.0,),
    because: Sequence[Because] | None = None,
    expires_after: str | None = None,
    group: str | None = None,
    queues: Sequence[str] | None = None,
    seed: int | None = None,
    replications: int | None = None,
    search_replications: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Explanation:
    """Return the staffings that reproduce a brand's published figures, the cheapest first.

    Parameters
    ----------
    scenario
        How many customers write and when, what an answer takes, concurrency and pace. Its headcount is tried as one
        pattern among others; its targets do not matter.
    answered
        Published share of questions answered, 0 to 1 or ``"94.14 %"``.
    mean_response
        Published mean time to the first answer, seconds or ``"27 min"``: wall clock, to the sending, over the
        questions that got one.
    share_within, time_within
        What still counts as the same: 0.02 is two points of a share; 0.10 a tenth of a time.
    hours
        Patterns of duty to try (:func:`~careplan.planning.patterns.patterns_of`); None: as written, and the usual ones.
    volumes
        Volumes to try, as factors of the scenario's: ``(0.5, 1, "200 %")``.
    because
        Reasons to try why not everything is answered, see :data:`~careplan.planning.explanation.BECAUSE`; None: both.
    expires_after
        How long messages are kept, such as ``"30 h"`` or ``"never"``, instead of solving for it.
    group, queues
        Whose staffing is unknown, and which queues the publisher looked at; None: the only group, all queues.
    seed, replications
        Of the judgement on fresh customers; None: the scenario's, 20 at least.
    search_replications
        None: as the volume asks, 6 to 24.
    workers
        Threads; None: one for each processor.
    progress
        Called now and then.

    Returns
    -------
    Explanation
        At least one staffing fits.

    Raises
    ------
    CareplanError
        If the figures or settings cannot be read, with every finding.
    InfeasibleError
        If nothing tried fits: names the nearest misses.

    Notes
    -----
    An interrupt (Ctrl-C) ends the search and keeps what was found, marked as partial.
    """
    asked = Asked.of(
        scenario,
        answered,
        mean_response,
        share_within,
        time_within,
        volumes,
        because,
        expires_after,
        group,
        queues,
        hours,
    )
    longest = _longest(asked.published, asked.kept)
    with Workers(workers) as threads:
        numbers = scenario.run.seed if seed is None else seed
        desk = Desk(with_room(scenario, longest), asked.group, asked.queues, numbers, threads)
        per_run = max(1.0, desk.cases_a_week(1.0) * desk.weeks)
        n_search = search_replications or min(_MOST, max(_FEWEST, math.ceil(_SEARCH_CASES / per_run)))
        searched = tuple(range(SEARCH_FROM, SEARCH_FROM + n_search))
        judges = tuple(range(replications or max(_FEWEST_JUDGES, scenario.run.replications)))
        return _Search(desk, asked, longest, searched, judges, progress).answer(scenario)


def _longest(published: Published, kept: int | None) -> int:
    """The longest time messages may be kept, ms: beyond, a mean as published would need a much quicker desk."""
    mean = round((published.mean_response_s or 0) * 1000)
    return max(kept or 0, -(-(mean + mean // 4) // HOUR_MS) * HOUR_MS + 2 * DAY_MS)


@dataclass(eq=False)
class _Search:
    desk: Desk
    asked: Asked
    longest: int
    searched: tuple[int, ...]
    judges: tuple[int, ...]
    progress: Progress | None

    def answer(self, scenario: Scenario) -> Explanation:
        found, is_partial = self._fits()
        staffings = []
        try:
            for number, (because, fitting, fit) in enumerate(found):
                self._tell("judging on fresh customers", 0.85 + 0.15 * number / len(found))
                staffings.append(self._judged(because, fitting, fit))
        except KeyboardInterrupt:
            if not staffings:
                raise
            is_partial = True
        good = cheapest_first([one for one in staffings if one.fits])
        misses = tuple(sorted((one for one in staffings if not one.fits), key=lambda one: one.misfit))
        if not good and not is_partial:
            raise InfeasibleError(self._nothing_fits(misses))
        twice = None
        try:
            twice = self._twice(good[0]) if good and not is_partial else None
        except KeyboardInterrupt:
            is_partial = True
        return Explanation(
            name=scenario.name,
            group=self.asked.group,
            queues=self.asked.queues,
            published=self.asked.published,
            staffings=good,
            misses=misses,
            twice=twice,
            currency=scenario.currency,
            search_replications=self.searched,
            is_partial=is_partial,
            provenance=Provenance.now(
                scenario=scenario.digest,
                seed=self.desk.seed,
                replications=self.judges,
                engine=self.desk.engine,
            ),
        )

    def _fits(self) -> tuple[list[tuple[Because, Fitting, Fit]], bool]:
        """The nearest staffing of every pattern, volume and reason; and whether the search was interrupted."""
        jobs = [(p, v, b) for p in self.asked.patterns for v in self.asked.volumes for b in self.asked.because]
        found: list[tuple[Because, Fitting, Fit]] = []
        for number, (pattern, volume, because) in enumerate(jobs):
            self._tell(f"trying {pattern.name}", 0.85 * number / len(jobs))
            fitting = Fitting(
                self.desk, self.asked.published, pattern, volume, self.longest, self.asked.kept, self.searched
            )
            try:
                fit = fitting.fit(because)
            except KeyboardInterrupt:
                if not found:
                    raise
                return found, True
            if fit is not None and not any(_is_same(fit, other) for _, _, other in found):
                found.append((because, fitting, fit))
        return found, False

    def _judged(self, because: Because, fitting: Fitting, fit: Fit) -> Staffing:
        """What a fit comes to on fresh replications; a far one keeps what it came to in the search."""
        outcome = fit.outcome
        if fit.misfit <= _NEAR:
            outcome = seen(self.desk.play(fit.trial, self.judges, with_occupancy=True), fit.unread)
        bill = self.desk.bill(fit.trial.pattern, fit.trial.agents)
        weeks, cents = Decimal(str(self.desk.weeks)), Decimal("0.01")
        return Staffing(
            because=because,
            trial=fit.trial,
            unread=fit.unread,
            volume=fitting.volume,
            cases_a_week=self.desk.cases_a_week(fitting.volume),
            work_hours_a_week=self.desk.work_hours_a_week(fitting.volume, self.searched),
            outcome=outcome,
            misfit=self.asked.published.misfit(outcome) if fit.misfit <= _NEAR else fit.misfit,
            on_duty_hours=(bill.on_duty_hours / weeks).quantize(cents),
            paid_hours=(bill.paid_hours / weeks).quantize(cents),
            cost=None if bill.cost is None else (bill.cost / weeks).quantize(cents),
            agents_from=fit.agents_from,
            agents_to=fit.agents_to,
        )

    def _twice(self, one: Staffing) -> Twice:
        trial = replace(one.trial, agents=2 * one.trial.agents, volume=2 * one.trial.volume)
        outcome = seen(self.desk.play(trial, self.searched), one.unread)
        return Twice(outcome, self.asked.published.misfit(outcome) <= 1)

    def _nothing_fits(self, misses: Sequence[Staffing]) -> str:
        wanted = self.asked.published
        text = (
            f"no staffing tried gives {wanted} (within {100 * wanted.share_within:g} points and "
            f"{100 * wanted.time_within:g} % of the time)"
        )
        if misses:
            text += f". The nearest: {misses[0]}"
            text += "".join(f"; {one}" for one in misses[1:_MISSES])
        return (
            text + ". Try other hours (--hours) or volumes (--volume), another handle time (--set), or a wider "
            "tolerance (--share-within, --time-within)"
        )

    def _tell(self, what: str, fraction: float) -> None:
        if self.progress is not None:
            self.progress(what, fraction)


def _is_same(one: Fit, other: Fit) -> bool:
    """Whether two staffings put the same people on duty for the same customers: one agent by day and night, say, is
    one agent round the clock."""

    def key(fit: Fit) -> tuple[object, ...]:
        counts = zip(fit.trial.pattern.parts, fit.trial.pattern.agents(fit.trial.agents), strict=True)
        on_duty = tuple((part.hours, count) for part, count in counts if count)
        return on_duty, fit.trial.expires_after, fit.trial.volume, fit.unread

    return key(one) == key(other)
