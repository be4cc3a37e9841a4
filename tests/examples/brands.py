"""The brands and what was published of them, for tests and for the table of docs/brands.md.

``python -m tests.examples.brands`` plays every brand and writes the table anew; it stands between
``<!-- table: brands -->`` and ``<!-- end -->``. What ``careplan staff`` says is copied onto the page by hand: those
runs take minutes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from careplan.metrics.report import Report
from careplan.study.replicate import replicate
from careplan.units import exact_duration
from tests.examples.pages import DOCS
from tests.examples.shipped import scenario_of

PAGE = DOCS / "brands.md"
SHARE_WITHIN, TIME_WITHIN = 0.02, 0.10
"""Two points of a share, a tenth of a time."""
HOUR_S = 3600.0
_TABLE = re.compile(r"(<!-- table: brands -->\n).*?(<!-- end -->)", flags=re.DOTALL)


@dataclass(frozen=True)
class Brand:
    """A scenario and the pair it reproduces."""

    name: str
    who: str
    answered: float
    mean_response_s: float | None
    source: str

    def report(self, seed: int | None = None) -> Report:
        """Return what the scenario comes to under its own settings."""
        return replicate(scenario_of(self.name), seed=seed)


BRANDS = (
    Brand("airline-24-7", "KLM", 0.9414, 27 * 60, "Socialbakers, second-hand"),
    Brand("telecom-fast", "Claro Guatemala", 0.9699, 21 * 60, "Socialbakers, second-hand"),
    Brand("telecom-broad", "Vodafone NL", 0.9227, 65 * 60, "Socialbakers, second-hand"),
    Brand("typical-brand", "all brands on Facebook", 0.30, 26 * HOUR_S, "Socialbakers 2012 and Q2 2014"),
    Brand("automotive-neglect", "car makers", 0.17, 21 * 24 * HOUR_S, "Socialbakers 2012; the time second-hand"),
    Brand("marketplace-silent", "eBay", 0.048, None, "Socialbakers, second-hand"),
    Brand("complaints-on-x", "complaints on X", 0.30, 6.5 * HOUR_S, "Maritz 2011, Socialbakers Q4 2012 and Q1 2013"),
)


def _time(seconds: float) -> str:
    unit, length = next(
        ((u, s) for u, s, most in (("min", 60, 2 * HOUR_S), ("h", 3600, 48 * HOUR_S)) if seconds < most),
        ("days", 86400),
    )
    return f"{seconds / length:.3g} {unit}"


def row_of(brand: Brand, report: Report) -> str:
    """Return the line of the table: published, reproduced (from its report), and the staffing as written."""
    scenario = scenario_of(brand.name)
    share, mean = report.estimate("response_rate"), report.estimate("mean_first_response")
    assert share.low is not None and share.high is not None and mean.low is not None and mean.high is not None
    published = f"{100 * brand.answered:g} %" + (
        "" if brand.mean_response_s is None else f", {_time(brand.mean_response_s)}"
    )
    got = f"{100 * share.value:.1f} % ({100 * share.low:.1f} to {100 * share.high:.1f})"
    if brand.mean_response_s is not None:
        got += f", {_time(mean.value)} ({_time(mean.low)} to {_time(mean.high)})"
    staffing = "; ".join(
        f"{name}: " + " + ".join(f"{n} {hours}" for hours, n in group.headcount.by_hours)
        for name, group in scenario.groups.items()
        if group.headcount is not None
    )
    kept = {queue.expires_after for queue in scenario.queues.values()}
    cases = sum(queue.volume.amount for queue in scenario.queues.values())
    cells = [
        f"[`{brand.name}`](../scenarios/{brand.name}.yaml)", brand.who, published, brand.source, got, f"{cases:,.0f}",
        staffing, " or ".join(map(exact_duration, sorted(kept))),
    ]  # fmt: skip
    return f"| {' | '.join(cells)} |"


def table() -> str:
    """Return the whole table as it stands on the page."""
    heads = "scenario", "brand", "published", "source", "the scenario gives (95 %)", "cases a week", "staffing", "kept"
    lines = [
        "",
        f"| {' | '.join(heads)} |",
        "|" + "---|" * len(heads),
        *(row_of(brand, brand.report()) for brand in BRANDS),
    ]
    return "\n".join([*lines, "", ""])


def with_table(text: str, rows: str) -> str:
    """Return a page with its table replaced."""
    return _TABLE.sub(lambda match: match[1] + rows + match[2], text)


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text(encoding="utf-8"), table()), encoding="utf-8")
