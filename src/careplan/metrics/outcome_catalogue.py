"""Every metric of the outcomes by name: its formula in words, its unit, and the count tables it is made of.

Comes in: nothing. Goes out: ``OUTCOMES`` by kind, and ``EXPERIENCE``, on which they rest. Left out: the counting
(outcomes). A report has them only where its scenario says what it assumes.
"""

from __future__ import annotations

from collections.abc import Sequence

from careplan.metrics.catalogue import Metric

PARTS = 1_000_000
"""Expected customers are counted in millionths: whole numbers add up to the same sum in any order (our choice)."""


def _share(name: str, numerator: str, denominator: str, formula: str) -> Metric:
    scale = 1 / PARTS if numerator.endswith("_parts") else 1.0
    return Metric(name, formula, "share", "ratio", "queues", numerator, denominator, scale)


def _expected(name: str, numerator: str, formula: str) -> Metric:
    return Metric(name, formula, "customers", "count", "queues", numerator, scale=1 / PARTS)


EXPERIENCE: tuple[Metric, ...] = (
    _share(
        "share_customers_answered",
        "customers_answered",
        "customers",
        "customers answered in any of their contacts, however late ÷ customers",
    ),
    _share(
        "share_customers_solved",
        "customers_solved",
        "customers",
        "customers whose last contact ended answered or contained ÷ customers",
    ),
    Metric("contacts_per_customer", "Σ contacts ÷ customers", "contacts", "ratio", "queues", "contacts", "customers"),
)
"""What customers met with: no assumption is in these."""
OUTCOMES: dict[str, tuple[Metric, ...]] = {
    "satisfaction": (
        _share("csat", "satisfied_parts", "satisfaction_of", "Σ expected share satisfied ÷ customers"),
        _share(
            "csat_of_answered",
            "satisfied_answered_parts",
            "satisfaction_of_answered",
            "the same of customers answered: what a survey sent with the answer would show",
        ),
    ),
    "score": (
        Metric(
            "mean_score",
            "Σ expected score, 1 to 5 ÷ customers",
            "score",
            "ratio",
            "queues",
            "score_parts",
            "score_of",
            1 / PARTS,
        ),
    ),
    "nps": (
        _share("promoters", "promoters_parts", "nps_of", "Σ expected share of promoters ÷ customers"),
        _share("detractors", "detractors_parts", "nps_of", "Σ expected share of detractors ÷ customers"),
        Metric(
            "nps",
            "100 × (promoters − detractors) ÷ customers",
            "points",
            "ratio",
            "queues",
            "net_promoters_parts",
            "nps_of",
            100 / PARTS,
        ),
    ),
    "churn": (
        _expected("customers_churned", "churned_parts", "Σ expected share who leave the brand"),
        _share("churn", "churned_parts", "churn_of", "customers expected to leave ÷ customers"),
    ),
    "loyalty": (
        _expected("customers_won", "won_parts", "Σ expected share who are won"),
        _share("loyalty", "won_parts", "loyalty_of", "customers expected to be won ÷ customers"),
    ),
    "shaming": (
        _expected("customers_shaming", "shaming_parts", "Σ expected share who blame the brand in public"),
        _share("shaming", "shaming_parts", "shaming_of", "customers expected to do so ÷ customers"),
    ),
    "sale": (
        Metric(
            "talks",
            "cases with a turn worked in a live queue, once for each such queue",
            "cases",
            "count",
            "queues",
            "talks",
        ),
        Metric(
            "sales",
            "Σ expected sales, talks × sales per talk",
            "sales",
            "count",
            "queues",
            "sales_parts",
            scale=1 / PARTS,
        ),
    ),
}
"""Metrics of each kind of outcome; a report has those that its scenario switches on."""


MAIN = {
    "satisfaction": "csat",
    "score": "mean_score",
    "nps": "nps",
    "churn": "customers_churned",
    "loyalty": "customers_won",
    "shaming": "customers_shaming",
    "sale": "sales",
}
"""The metric of each kind that a short text shows."""


def outcome_metrics(kinds: Sequence[str]) -> dict[str, Metric]:
    """Return the metrics of some kinds of outcome, what customers met with first; none for no kinds."""
    found = [*EXPERIENCE, *(metric for kind in kinds for metric in OUTCOMES[kind])] if kinds else []
    return {metric.name: metric for metric in found}
