"""What is assumed to follow from what customers met with: satisfaction, churn, loyalty, shaming, sales.

Comes in: a workload, its trace and rules, and the :class:`Assumed` figures of a scenario. Goes out: count tables of
expected customers. Left out: what customers met with (experience), the figures' sources (scenario), words for people
(reporting).

Nothing is drawn: every customer adds their *expected* share, so two staffings differ by what their customers met with
and by nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from careplan.columns import NEVER, BoolArray, FloatArray, IntArray
from careplan.engine.contract import Rules
from careplan.metrics.clocks import WALL, Clock, counted
from careplan.metrics.experience import Experience, experience
from careplan.metrics.outcome_catalogue import OUTCOMES, PARTS
from careplan.metrics.periods import Periods
from careplan.metrics.service import tally, total
from careplan.scenario.outcomes import LOWEST_SCORE, Assumption, ByWait, Churn, Effects, Loyalty, Rating, Shaming
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload


@dataclass(frozen=True, eq=False)
class Assumed:
    """The outcomes of a scenario, as the metrics need them."""

    effects: Mapping[str, Effects]
    """Queue → what holds for its customers."""
    window_ms: int = NEVER
    """A come-back later than this after the end of a contact is another matter; ``NEVER``: none is."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The outcomes that are on for any queue."""
        on = {kind for effects in self.effects.values() for kind in effects.kinds}
        return tuple(kind for kind in OUTCOMES if kind in on)


def rated(who: Experience, rating: Rating, curve: ByWait, *, lowest: float = 0.0) -> FloatArray:
    """Return the value each customer gives: by their wait, times the factors that apply to them.

    Factors apply to what is above ``lowest``. An answer is never worth less than none (our choice).
    """
    value = np.interp(who.wait_ms, [wait for wait, _ in curve.points], [height for _, height in curve.points])
    factor = _factors(who, rating)
    value = np.maximum(lowest + (value - lowest) * factor, curve.never)
    return np.where(who.is_answered, value, curve.never)


def not_detracting(who: Experience, rating: Rating, detractors: ByWait) -> FloatArray:
    """Return the chance that a customer is no detractor; factors apply to it, as in :func:`rated`."""
    others = detractors.model_copy(
        update={
            "points": tuple((wait, 1.0 - share) for wait, share in detractors.points),
            "never": 1.0 - detractors.never,
        }
    )
    return rated(who, rating, others)


def _factors(who: Experience, rating: Rating) -> FloatArray:
    """The product of the factors that apply to each customer."""
    times = np.ones(len(who.case))
    powers: tuple[tuple[Assumption | None, IntArray | BoolArray], ...] = (
        (rating.not_solved, ~who.is_solved),
        (rating.further_attempt, who.attempts - 1),
        (rating.gave_up, who.gave_up),
    )
    for factor, power in powers:
        if factor is not None:
            times *= np.power(factor.share, power.astype(np.float64))
    return times


def leaving(who: Experience, churn: Churn) -> FloatArray:
    """Return the chance that a customer leaves the brand: of what is stated and applies, the first."""
    late = who.is_answered & ~who.answered_within(churn.late_after or 0)
    cases = (
        (~who.is_answered, churn.unanswered),
        (~who.is_solved, churn.not_solved),
        (late, churn.late),
        (who.attempts > 1, churn.repeated),
    )
    stated = [(which, share.share) for which, share in cases if share is not None]
    return np.select([which for which, _ in stated], [share for _, share in stated], churn.answered.share)


def staying(who: Experience, loyalty: Loyalty) -> FloatArray:
    """Return the chance that a customer is won."""
    quick = who.answered_within(loyalty.within)
    return np.select([quick, who.is_answered], [loyalty.answered.share, loyalty.late.share], loyalty.unanswered.share)


def shaming(who: Experience, shame: Shaming) -> FloatArray:
    """Return the chance that a customer blames the brand in public."""
    return np.where(who.answered_within(shame.after), 0.0, shame.chance.share)


def outcome_tables(
    workload: Workload, trace: Trace, rules: Rules, cells: IntArray, periods: Periods, assumed: Assumed,
    clock: Clock = WALL,
) -> dict[str, IntArray]:  # fmt: skip
    """Return expected customers by the cell of their first contact; tables (n_queues, n_intervals).

    Tables that end in ``_parts`` are in millionths (``PARTS``); ``…_of`` count the customers an outcome concerns.
    Sales belong to the queue of the talk and the interval of its case.
    """
    shape = (len(workload.queues), periods.n_intervals)
    who = experience(workload, trace, rules, clock, assumed.window_ms)
    names = {name for kind in assumed.kinds if kind != "sale" for metric in OUTCOMES[kind] for name in metric.tables}
    found = {name: np.zeros(len(who.case)) for name in sorted(names)}
    queue = workload.queue_ix[who.case]
    for effects in {id(one): one for one in assumed.effects.values()}.values():
        rows = [q for q, name in enumerate(workload.queues) if assumed.effects[name] is effects]
        mine = np.isin(queue, rows)
        for name, values in _values(who.of(mine), effects).items():
            found[name][mine] = values
    counts = {"customers_answered": who.is_answered, "customers_solved": who.is_solved, "contacts": who.attempts}
    at = cells[who.case]
    tables = {name: total(np.rint(values).astype(np.int64), at, *shape) for name, values in (found | counts).items()}
    if "sale" in assumed.kinds:
        tables |= _sales(workload, trace, rules, periods, assumed, shape)
    return tables


def _values(who: Experience, effects: Effects) -> dict[str, FloatArray]:
    """What customers add to each table, in millionths or customers."""
    shares: dict[str, FloatArray] = {}
    counts = {f"{kind}_of": np.ones(len(who.case)) for kind in effects.kinds if kind != "sale"}
    if effects.satisfaction is not None:
        satisfied = rated(who, effects.satisfaction, effects.satisfaction.by_wait)
        shares |= {"satisfied": satisfied, "satisfied_answered": np.where(who.is_answered, satisfied, 0.0)}
        counts["satisfaction_of_answered"] = who.is_answered.astype(np.float64)
    if effects.score is not None:
        shares["score"] = rated(who, effects.score, effects.score.by_wait, lowest=LOWEST_SCORE)
    if effects.nps is not None:
        promoters = rated(who, effects.nps, effects.nps.promoters)
        detractors = 1.0 - not_detracting(who, effects.nps, effects.nps.detractors)
        shares |= {"promoters": promoters, "detractors": detractors, "net_promoters": promoters - detractors}
    if effects.churn is not None:
        shares["churned"] = leaving(who, effects.churn)
    if effects.loyalty is not None:
        shares["won"] = staying(who, effects.loyalty)
    if effects.shaming is not None:
        shares["shaming"] = shaming(who, effects.shaming)
    return counts | {f"{name}_parts": values * PARTS for name, values in shares.items()}


def _sales(
    workload: Workload, trace: Trace, rules: Rules, periods: Periods, assumed: Assumed, shape: tuple[int, int]
) -> dict[str, IntArray]:
    """Talks, and the sales expected of them: one talk for each case and live queue in which a turn of it was worked."""
    n_queues, n_intervals = shape
    per_talk = np.zeros(n_queues)
    sells = np.zeros(n_queues, dtype=bool)
    for q, name in enumerate(workload.queues):
        sale = assumed.effects[name].sale
        if sale is not None and rules.is_live[q]:
            per_talk[q], sells[q] = sale.per_talk.share, True
    turn = np.flatnonzero((trace.turn_started_at >= 0) & sells[workload.turn_queue_ix])
    case = np.searchsorted(workload.turn_start, turn, side="right") - 1
    talk = np.unique(case * n_queues + workload.turn_queue_ix[turn])
    case, queue = talk // n_queues, talk % n_queues
    interval = periods.interval_of(trace.case_arrived_at[case])
    interval = np.where(counted(workload, trace)[case], interval, NEVER)
    cells = np.where(interval >= 0, queue * n_intervals + interval, NEVER)
    parts = np.rint(per_talk[queue] * PARTS).astype(np.int64)
    return {
        "talks": tally(np.ones(len(talk), dtype=bool), cells, *shape),
        "sales_parts": total(parts, cells, *shape),
    }
