"""Every metric by name: its formula in words, its unit, and the count tables it is made of.

Comes in: nothing. Goes out: ``METRICS``. Left out: the counting (service, waiting, occupancy, backlog).

Where a formula says Σ, it adds up over the rows (queues, groups, bots), intervals and replications in
question before dividing. Customer metrics belong to the interval of the first message; backlog, work and
occupancy to the intervals in which they happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from careplan.metrics.service import VARIANTS
from careplan.units import HOUR_MS

How = Literal["count", "ratio", "rate", "greatest", "relative", "mean of intervals", "intervals met"]
Table = Literal["queues", "groups", "bots"]
Unit = Literal[
    "share", "cases", "s", "h", "per hour", "multiple", "customers", "agents", "contacts", "score", "points", "sales"
]
BOUNDS: dict[Unit, tuple[float, float]] = {"share": (0, 1), "score": (1, 5), "points": (-100, 100)}
"""Between which values a ratio of a unit lies; all others are at least 0."""


@dataclass(frozen=True)
class Metric:
    """How a figure is made of count tables.

    ``count``: Σ numerator, the mean over replications. ``ratio``: Σ numerator ÷ Σ denominator. ``rate``: Σ
    numerator ÷ the length of the period. ``greatest``: the largest entry, the mean over replications.
    ``relative``: the ratio divided by the same ratio of the reference queues. ``mean of intervals``: the mean of
    numerator ÷ denominator over the intervals that have one; ``intervals met``: the share of those in which it is
    at least ``wanted``. The figure is multiplied by ``scale``.
    """

    name: str
    formula: str
    unit: Unit
    how: How
    table: Table
    numerator: str
    denominator: str = ""
    scale: float = 1.0
    wanted: float = 0.0

    @property
    def tables(self) -> tuple[str, ...]:
        """The names of the count tables it is made of."""
        return (self.numerator, self.denominator) if self.denominator else (self.numerator,)


def service_level_metrics(label: str, formula_label: str) -> tuple[Metric, ...]:
    """Return the published variants of one service level, over the tables ``<label>_in_time`` and so on."""
    names = {
        "offered": label,
        "without early abandons": f"{label}_without_early_abandons",
        "early abandons as good": f"{label}_early_abandons_as_good",
        "answered": f"{label}_of_answered",
        "virtual": f"{label}_virtual",
    }
    tables = {
        "offered": ("in_time", "counted"),
        "without early abandons": ("in_time", "counted_but_early"),
        "early abandons as good": ("in_time_or_early", "counted"),
        "answered": ("in_time", "answered"),
        "virtual": ("virtual", "counted"),
    }
    return tuple(
        Metric(
            names[variant],
            formula.replace("within T", f"within {formula_label}"),
            "share",
            "ratio",
            "queues",
            f"{label}_{tables[variant][0]}",
            f"{label}_{tables[variant][1]}",
        )
        for variant, formula in VARIANTS.items()
    )


def wait_metrics(name: str, formula: str) -> Metric:
    """Return the mean of one of the timed milestones."""
    return Metric(f"mean_{name}", f"mean of: {formula}", "s", "ratio", "queues", f"{name}_ms", f"{name}_n", 1 / 1000)


def _share(name: str, numerator: str, denominator: str, formula: str, table: Table = "queues") -> Metric:
    return Metric(name, formula, "share", "ratio", table, numerator, denominator)


def _count(name: str, formula: str, numerator: str = "", table: Table = "queues") -> Metric:
    return Metric(name, formula, "cases", "count", table, numerator or name)


def _hours(name: str, numerator: str, formula: str, table: Table = "groups") -> Metric:
    return Metric(name, formula, "h", "count", table, numerator, scale=1 / HOUR_MS)


def _standing(state: str, words: str) -> tuple[Metric, ...]:
    at_start = f"{state}_at_start"
    age = f"Σ age ÷ Σ cases {words}, at interval starts; age since the first message"
    oldest = f"age of the oldest case {words}, at any interval start"
    return (
        Metric(f"backlog_{state}", f"mean number of cases {words}", "cases", "rate", "queues", f"{state}_ms"),
        Metric(f"backlog_{state}_mean_age", age, "s", "ratio", "queues", f"{state}_age_ms", at_start, 1 / 1000),
        Metric(f"backlog_{state}_oldest", oldest, "s", "greatest", "queues", f"{state}_oldest_ms", "", 1 / 1000),
    )


_NEED = "÷ cases that need a reply"
_OUTCOMES = (
    _count("volume", "cases whose customer first wrote in the period, follow-ups included", "cases"),
    _count("needing_reply", "of the volume, cases that need a reply"),
    _share(
        "response_rate",
        "replied",
        "needing_reply",
        "cases that got a reply, however late ÷ cases that need one",
    ),
    _share("share_resolved", "resolved", "needing_reply", f"cases resolved {_NEED}"),
    _share("share_abandoned", "abandoned", "needing_reply", f"cases whose customer left unanswered {_NEED}"),
    _share("share_lapsed", "lapsed", "needing_reply", f"messages worked after their customer gave up {_NEED}"),
    _share(
        "share_given_up",
        "given_up",
        "needing_reply",
        f"customers who gave up waiting, left or lapsed {_NEED}",
    ),
    _share("share_expired", "expired", "needing_reply", f"messages closed unanswered {_NEED}"),
    _share("share_open", "open", "needing_reply", f"cases not ended at the end of the run {_NEED}"),
    _share("share_contained", "contained", "needing_reply", f"cases a bot ended {_NEED}"),
    _share("containment", "contained", "met_bot", "cases a bot ended ÷ cases a bot took (nominal)"),
    _share(
        "containment_true",
        "contained_true",
        "met_bot_seen",
        "cases a bot ended whose customer did not come back in the window printed ÷ cases a bot ended or handed off; "
        "without those whose window passes the end of the run",
    ),
    _share("hand_off", "handed_off", "met_bot", "cases a bot passed on to people ÷ cases a bot took"),
)
_CUSTOMERS = (
    Metric(
        "customers",
        "first contacts that need a reply, each with all that follows from it",
        "customers",
        "count",
        "queues",
        "customers",
    ),
    _share(
        "share_contacts_lost",
        "contacts_lost",
        "needing_reply",
        f"contacts whose customer gave up, or that expired {_NEED}",
    ),
    _share(
        "share_customers_lost",
        "customers_lost",
        "customers",
        "customers whose last contact was lost ÷ customers",
    ),
    _share(
        "first_contact_resolution",
        "solved_at_once",
        "solved_candidates",
        "first contacts that ended answered or contained, with no come-back in the window printed ÷ first "
        "contacts that ended so; without those whose window passes the end of the run",
    ),
    Metric(
        "window_unseen",
        "first contacts that ended answered or contained, so late that the window passes the end of the run: left out",
        "customers",
        "count",
        "queues",
        "window_unseen",
    ),
)
_BACKLOG = (
    Metric(
        "queue_length",
        "mean number of turns waiting, in the queue they wait in",
        "cases",
        "rate",
        "queues",
        "queue_ms",
    ),
    *_standing("bot", "with a bot"),
    *_standing("new", "waiting for the first turn to start"),
    *_standing("open", "open with us (started; a turn waits or is worked)"),
    *_standing("customer", "waiting for the customer"),
)
_WORK = (
    Metric(
        "offered_load",
        "work of the turns that came to the queue, at the quickest group's speed and best pace ÷ length of the period",
        "agents",
        "rate",
        "queues",
        "asked_ms",
    ),
    _count("handled", "cases an agent brought to their end in the period"),
    _hours(
        "agent_hours",
        "agent_ms",
        "agent time on the queue's cases, split evenly over turns in hand",
        "queues",
    ),
    Metric(
        "cases_per_agent_hour",
        "cases handled ÷ agent hours spent on them; idle time is nobody's",
        "per hour",
        "ratio",
        "queues",
        "handled",
        "agent_ms",
        HOUR_MS,
    ),
    Metric(
        "effective_multiple",
        "cases per agent hour ÷ cases per agent hour of the phone queues (live, one at a time)",
        "multiple",
        "relative",
        "queues",
        "handled",
        "agent_ms",
    ),
    _share("occupancy", "busy_ms", "on_duty_ms", "time on duty with any work in hand ÷ time on duty", "groups"),
    _share(
        "desk_load",
        "units_ms",
        "capacity_ms",
        "units in use, holds in and pauses out ÷ capacity, on duty",
        "groups",
    ),
    _share(
        "share_held",
        "held_ms",
        "on_duty_ms",
        "time on duty with nothing in hand but room kept for a customer who thinks ÷ time on duty",
        "groups",
    ),
    _share("share_paused", "paused_ms", "on_duty_ms", "time on duty with paused work ÷ time on duty", "groups"),
    _hours("on_duty_hours", "on_duty_ms", "time on duty"),
    _hours("overtime_hours", "overtime_ms", "time off duty with work in hand or room kept"),
)
_BOTS = (
    _count("bot_sessions", "cases the bot took", "sessions", "bots"),
    _share(
        "bot_containment",
        "bot_contained",
        "sessions",
        "cases the bot ended ÷ cases it took (nominal)",
        "bots",
    ),
    _share(
        "bot_containment_true",
        "bot_contained_true",
        "sessions_seen",
        "cases the bot ended whose customer did not come back in the window printed ÷ cases it ended or handed off; "
        "without those whose window passes the end of the run",
        "bots",
    ),
    _share("bot_hand_off", "bot_handed_off", "sessions", "cases the bot passed on ÷ cases it took", "bots"),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in (*_OUTCOMES, *_CUSTOMERS, *_BACKLOG, *_WORK, *_BOTS)}
"""Metrics every report has; service levels and mean waits are added by threshold and clock
(``catalogue_of``).
"""


def catalogue_of(
    levels: dict[str, str], waits: dict[str, str], solved_within: str, further: Sequence[Metric] = ()
) -> dict[str, Metric]:
    """Return the whole catalogue of a report.

    Parameters
    ----------
    levels
        Service levels measured: name (``service_level_30min``) → T in words (``30 min``).
    waits
        Milestones timed: name → formula.
    solved_within
        Window in which customers come back, in words (``24 h``), for formulas.
    further
        More of them (``definition_metrics``); where one has the name of another, that is kept.
    """
    known = {
        name: replace(metric, formula=metric.formula.replace("in the window printed", f"within {solved_within}"))
        for name, metric in METRICS.items()
    }
    more = [metric for name, words in levels.items() for metric in service_level_metrics(name, words)]
    more += [wait_metrics(name, formula) for name, formula in waits.items()]
    return {metric.name: metric for metric in further} | known | {metric.name: metric for metric in more}
