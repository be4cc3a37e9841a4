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

from careplan.errors import CareplanError, InfeasibleError, UnitError, shown
from careplan.executor import Workers
from careplan.planning.drawing import SEARCH_FROM
from careplan.planning.explanation import (
    BECAUSE,
    Because,
    Explanation,
    Published,
    Staffing,
    Twice,
    cheapest_first,
    seen,
)
from careplan.planning.fitting import Fit, Fitting
from careplan.planning.patterns import Pattern, patterns_of
from careplan.planning.trying import Desk, with_room
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS, HOUR_MS, NEVER, parse_duration, parse_share

USUAL_LIFE_MS = DAY_MS
"""How long a message is kept where no time is published and the scenario never gives one up: our choice."""
_SEARCH_CASES, _FEWEST, _MOST = 20_000, 6, 24
"""Cases a trial plays while searching, about, and between how many replications: our choice."""
_FEWEST_JUDGES = 20
"""Fresh replications, at least: our choice."""
_MISSES = 3
"""Misses named where nothing fits: our choice."""

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
    asked = _Asked.of(scenario, answered, mean_response, share_within, time_within, volumes, because, group, queues)
    kept = None if expires_after is None else _kept(expires_after)
    if kept is None and asked.published.mean_response_s is None:
        kept = _as_written(scenario, asked.queues) or USUAL_LIFE_MS
    patterns = patterns_of(scenario, asked.group, hours)
    longest = _longest(asked.published, kept)
    with Workers(workers) as threads:
        numbers = scenario.run.seed if seed is None else seed
        desk = Desk(with_room(scenario, longest), asked.group, asked.queues, numbers, threads)
        per_run = max(1.0, desk.cases_a_week(1.0) * desk.weeks)
        n_search = search_replications or min(_MOST, max(_FEWEST, math.ceil(_SEARCH_CASES / per_run)))
        searched = tuple(range(SEARCH_FROM, SEARCH_FROM + n_search))
        judges = tuple(range(replications or max(_FEWEST_JUDGES, scenario.run.replications)))
        search = _Search(desk, asked, patterns, kept, longest, searched, judges, progress)
        return search.answer(scenario)


@dataclass(frozen=True)
class _Asked:
    """What was asked, read."""

    published: Published
    volumes: tuple[float, ...]
    because: tuple[Because, ...]
    group: str
    queues: tuple[str, ...]

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        answered: float | str | None,
        mean_response: float | str | None,
        share_within: float | str,
        time_within: float | str,
        volumes: Sequence[float | str],
        because: Sequence[Because] | None,
        group: str | None,
        queues: Sequence[str] | None,
    ) -> _Asked:
        wrong: list[str] = []

        def share(name: str, value: float | str, most: float = 1.0) -> float:
            try:
                found = parse_share(value, most=most) if isinstance(value, str) else float(value)
                if not 0 < found <= most:
                    raise UnitError(value, f"a share above 0 % and up to {100 * most:g} %, such as 94 %")
                return found
            except UnitError as error:
                wrong.append(f"{name} {error}")
                return 1.0

        def seconds(value: float | str) -> float:
            try:
                found = parse_duration(value, least_ms=1) / 1000 if isinstance(value, str) else float(value)
                if not found > 0:
                    raise UnitError(value, "a duration above zero, such as 27 min")
                return found
            except UnitError as error:
                wrong.append(f"mean_response {error}")
                return 1.0

        if answered is None and mean_response is None:
            wrong.append("neither answered nor mean_response is given; expected at least one published figure")
        published = Published(
            None if answered is None else share("answered", answered),
            None if mean_response is None else seconds(mean_response),
            share("share_within", share_within),
            share("time_within", time_within),
        )
        scales = tuple(share("volume", one, 1000.0) for one in volumes)
        reasons: tuple[Because, ...] = tuple(BECAUSE) if because is None else tuple(because)
        wrong += [
            f"because is {shown(one)}; expected one of: {', '.join(BECAUSE)}" for one in reasons if one not in BECAUSE
        ]
        if not scales or not reasons:
            wrong.append("there is no volume or no reason to try; expected at least one of each")
        names = tuple(scenario.queues) if queues is None else tuple(queues)
        unknown = [name for name in names if name not in scenario.queues]
        wrong += [f"there is no queue {shown(name)}; known queues: {', '.join(scenario.queues)}" for name in unknown]
        if not unknown and all(scenario.queues[name].is_live for name in names):
            wrong.append(f"{', '.join(names)}: all live; published response times are of messages")
        team = _group_of(scenario, group, names, wrong) if not unknown else ""
        if wrong:
            raise CareplanError("explain-brand", wrong)
        return cls(published, scales, reasons, team, names)


def _group_of(scenario: Scenario, group: str | None, queues: Sequence[str], wrong: list[str]) -> str:
    """The group whose staffing is unknown: the one named, or the only one that serves the queues."""
    able = [name for name, one in scenario.groups.items() if set(queues) & set(one.skills)]
    if group is None and len(able) == 1:
        return able[0]
    if group is None:
        wrong.append(f"{len(able)} groups serve the queues; name the one that is unknown: {', '.join(able) or 'none'}")
    elif group not in scenario.groups:
        wrong.append(f"there is no group {shown(group)}; known groups: {', '.join(scenario.groups)}")
    elif group not in able:
        wrong.append(f"{group} serves none of the queues; groups that do: {', '.join(able) or 'none'}")
    return group or ""


def _kept(text: str) -> int:
    try:
        return NEVER if text == "never" else parse_duration(text, least_ms=1)
    except UnitError as error:
        raise CareplanError("explain-brand", [f"expires_after {error}"]) from None


def _as_written(scenario: Scenario, queues: Sequence[str]) -> int | None:
    """How long the scenario keeps messages of the queues; None where it does not say, or not one time."""
    kept = {scenario.queues[name].expires_after for name in queues if not scenario.queues[name].is_live} - {NEVER}
    return kept.pop() if len(kept) == 1 else None


def _longest(published: Published, kept: int | None) -> int:
    """The longest time messages may be kept, ms: beyond, a mean as published would need a much quicker desk."""
    mean = round((published.mean_response_s or 0) * 1000)
    return max(kept or 0, -(-(mean + mean // 4) // HOUR_MS) * HOUR_MS + 2 * DAY_MS)


@dataclass(eq=False)
class _Search:
    desk: Desk
    asked: _Asked
    patterns: Sequence[Pattern]
    kept: int | None
    longest: int
    searched: tuple[int, ...]
    judges: tuple[int, ...]
    progress: Progress | None

    def answer(self, scenario: Scenario) -> Explanation:
        fits, is_partial = self._fits()
        self._tell("judging on fresh customers", 0.9)
        staffings = [self._judged(because, fitting, fit) for because, fitting, fit in fits]
        good = cheapest_first([one for one in staffings if one.fits])
        misses = tuple(sorted((one for one in staffings if not one.fits), key=lambda one: one.misfit))
        if not good and not is_partial:
            raise InfeasibleError(self._nothing_fits(misses))
        self._tell("done", 1.0)
        return Explanation(
            name=scenario.name,
            group=self.asked.group,
            queues=self.asked.queues,
            published=self.asked.published,
            staffings=good,
            misses=misses,
            twice=self._twice(good[0]) if good else None,
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
        jobs = [(p, v, b) for p in self.patterns for v in self.asked.volumes for b in self.asked.because]
        found: list[tuple[Because, Fitting, Fit]] = []
        for number, (pattern, volume, because) in enumerate(jobs):
            self._tell(f"trying {pattern.name}", 0.9 * number / len(jobs))
            fitting = Fitting(self.desk, self.asked.published, pattern, volume, self.longest, self.kept, self.searched)
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
        """What a fit comes to on fresh replications; a hopeless one keeps what it came to in the search."""
        outcome = fit.outcome
        if math.isfinite(fit.misfit):
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
            misfit=self.asked.published.misfit(outcome) if math.isfinite(fit.misfit) else fit.misfit,
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
