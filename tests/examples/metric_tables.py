"""The tables of docs/metrics.md, made from the catalogue: ``python -m tests.examples.metric_tables`` writes them anew.

A table stands between ``<!-- table: NAME -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import re

from careplan.metrics.catalogue import METRICS, Metric, service_level_metrics, wait_metrics
from careplan.metrics.outcome_catalogue import EXPERIENCE
from careplan.metrics.outcome_catalogue import OUTCOMES as EXPECTED
from careplan.metrics.scorecard import KINDS
from careplan.metrics.waiting import WAITS
from tests.examples.pages import DOCS

PAGE = DOCS / "metrics.md"
CUSTOMERS = {
    "customers", "share_contacts_lost", "share_customers_lost", "first_contact_resolution", "window_unseen",
}  # fmt: skip
_TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", flags=re.DOTALL)


def _rows(metrics: list[Metric]) -> str:
    lines = ["", "| figure | unit | formula |", "|---|---|---|"]
    lines += [f"| `{metric.name}` | {metric.unit} | {metric.formula} |" for metric in metrics]
    return "\n".join([*lines, "", ""])


def _group_of(metric: Metric) -> str:
    if metric.table != "queues":
        return metric.table
    if metric.name.startswith(("backlog_", "queue_length")):
        return "backlog"
    if metric.name in ("handled", "agent_hours", "cases_per_agent_hour", "effective_multiple"):
        return "effort"
    if metric.name in CUSTOMERS:
        return "customers"
    return "outcomes"


def tables() -> dict[str, str]:
    """Return every table by name, as it stands on the page."""
    found = {
        name: _rows([metric for metric in METRICS.values() if _group_of(metric) == name])
        for name in ("outcomes", "customers", "backlog", "effort", "groups", "bots")
    }
    found["experience"] = _rows(list(EXPERIENCE))
    found["expected"] = _rows([metric for metrics in EXPECTED.values() for metric in metrics])
    found["levels"] = _rows(list(service_level_metrics("service_level_30min", "30 min")))
    found["waits"] = _rows([wait_metrics(name, formula) for name, formula in WAITS.items()])
    lines = ["", "| target | formula |", "|---|---|", *(f"| `{kind}` | {text} |" for kind, text in KINDS.items())]
    found["targets"] = "\n".join([*lines, "", ""])
    return found


def with_tables(text: str) -> str:
    """Return the page with its tables as the catalogue has them."""
    found = tables()
    return _TABLE.sub(lambda match: match[1] + found[match[2]] + match[3], text)


def names_on(text: str) -> list[str]:
    """Return the names of the tables of a page."""
    return [name for _, name, _ in _TABLE.findall(text)]


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
