"""The ranking of levers: what each saves at the same service, what it gives at the same staffing, and how sure that is.

Comes in: trials. Goes out: frozen results. Left out: layout (reporting).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import Estimate
from careplan.planning.plan import StaffPlan
from careplan.provenance import Provenance

Verdict = Literal["saves", "takes more", "within the noise", "cannot"]


def is_less_better(goal: Goal) -> bool:
    """Return whether a target's figure is better the lower it is."""
    return goal.is_at_most or goal.unit == "s"


@dataclass(frozen=True, eq=False)
class LeverResult:
    """What one lever does. Savings are a week, against the scenario as it is; below 0 the lever takes more."""

    name: str
    changes: Mapping[str, Any]
    """What it changes, as it is written in a file."""
    source: str
    """Who says so."""
    agents: Estimate | None
    """Saved at the peak, at the same service; None where no staffing meets the targets."""
    hours: Estimate | None
    """Paid hours saved."""
    wages: Estimate | None
    """Wages saved; None also where nobody has a wage."""
    own_cost: float
    """What the lever costs, stated."""
    fees: float
    """What the bots cost more with it."""
    gained: tuple[tuple[Goal, Estimate], ...]
    """For each target, how much its figure grows at the unchanged staffing, in its unit (a share: 0.01 is a point)."""
    why_not: str = ""
    """Why no staffing meets the targets with it; empty where one does."""

    @property
    def cost(self) -> Estimate | None:
        """Money saved net of what the lever and its bots cost; None without wages or without a plan."""
        if self.wages is None:
            return None
        less = self.own_cost + self.fees
        low, high = (None if bound is None else bound - less for bound in (self.wages.low, self.wages.high))
        return Estimate(self.wages.value - less, low, high, self.wages.n)

    @property
    def deciding(self) -> Estimate | None:
        """What the lever is ranked by: money, or hours where there are no wages."""
        return self.cost if self.wages is not None else self.hours

    @property
    def verdict(self) -> Verdict:
        """Whether it saves, beyond what chance and the search may have done."""
        by = self.deciding
        if by is None:
            return "cannot"
        if by.low is None or by.high is None or by.low <= 0 <= by.high:
            return "within the noise"
        return "saves" if by.value > 0 else "takes more"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, with stable keys."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "agents_saved_at_peak": _plain(self.agents),
            "paid_hours_saved_a_week": _plain(self.hours),
            "wages_saved_a_week": _plain(self.wages),
            "own_cost_a_week": round(self.own_cost, 2),
            "bot_fees_a_week": round(self.fees, 2),
            "cost_saved_a_week": _plain(self.cost),
            "at_unchanged_staffing": [
                {
                    "target": goal.name,
                    "unit": goal.unit,
                    "less_is_better": is_less_better(goal),
                    "gained": _plain(by),
                }
                for goal, by in self.gained
            ],
            "why_not": self.why_not,
            "changes": dict(self.changes),
            "source": self.source,
        }


@dataclass(frozen=True, eq=False)
class LeverRanking:
    """Levers of a scenario, the best first. ``str()`` prints the ranking."""

    name: str
    """Of the scenario."""
    plan: StaffPlan
    """The scenario as it is, planned as ``staff`` does: the unchanged staffing."""
    results: tuple[LeverResult, ...]
    """Ranked by money saved net (hours where there are no wages), ties by agents at the peak; the impossible last."""
    are_standard: bool
    """Whether the scenario names no levers, so that the standard set was tried."""
    left_out: tuple[str, ...]
    """Levers an interrupt left untried."""
    rounds: int
    """How often each plan was searched, on other customers each time."""
    replications: int
    """On which the unchanged staffing was played."""
    provenance: Provenance

    @property
    def is_partial(self) -> bool:
        """Whether anything is missing because the run was interrupted."""
        return self.plan.is_partial or bool(self.left_out)

    def result(self, name: str) -> LeverResult:
        """Return what one lever does.

        Raises
        ------
        KeyError
            If it was not tried.
        """
        return {one.name: one for one in self.results}[name]

    def __str__(self) -> str:
        money = self.plan.bill.currency or ""
        lines = [f"As it is: {str(self.plan).splitlines()[0]}"]
        for place, one in enumerate(self.results, start=1):
            if one.deciding is None or one.agents is None or one.hours is None:
                lines.append(f"{place}. {one.name}: cannot be planned: {one.why_not}")
                continue
            cost = "" if one.cost is None else f" and {_between(one.cost)} {money}"
            gained = "; ".join(f"{goal.name} {_gain(goal, by)}" for goal, by in one.gained)
            lines.append(
                f"{place}. {one.name} ({one.verdict}): {_between(one.hours)} paid hours{cost} a week saved, "
                f"{one.agents.value:+.1f} agents at the peak; at the unchanged staffing {gained or 'no target moves'}"
            )
        lines += [f"Interrupted before: {', '.join(self.left_out)}."] if self.left_out else []
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """Return the ranking for JSON, with stable keys."""
        plan = self.plan
        return {
            "scenario": self.name,
            "is_partial": self.is_partial,
            "are_standard": self.are_standard,
            "as_it_is": {
                "agents_at_peak": plan.agents_at_peak,
                "peak_at": plan.peak_at,
                "paid_hours_a_week": float(plan.paid_hours_a_week),
                "cost_a_week": None if plan.cost_a_week is None else float(plan.cost_a_week),
                "holds": plan.holds,
            },
            "currency": plan.bill.currency,
            "levers": [one.to_dict() for one in self.results],
            "left_out": list(self.left_out),
            "rounds": self.rounds,
            "replications": self.replications,
            "provenance": self.provenance.to_dict(),
        }


def _plain(e: Estimate | None) -> dict[str, float | int | None] | None:
    return None if e is None else e.to_dict()


def _between(e: Estimate) -> str:
    if e.low is None or e.high is None:
        return f"{e.value:+,.0f}"
    return f"{e.value:+,.0f} ({e.low:+,.0f} to {e.high:+,.0f})"


def _gain(goal: Goal, e: Estimate) -> str:
    factor, unit = (1.0, "s") if goal.unit == "s" else (100.0, "points")
    text = f"{factor * e.value:+.1f} {unit}"
    return text if e.low is None or e.high is None else f"{text} ({factor * e.low:+.1f} to {factor * e.high:+.1f})"
