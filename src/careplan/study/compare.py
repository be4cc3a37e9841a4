"""Several staffings side by side on the same customers.

Comes in: a scenario, rosters by name. Goes out: a report for each, and their differences with intervals. Left out:
searching for a staffing (planning), layout (reporting).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from careplan.engine.simulate import EngineName
from careplan.errors import TableError
from careplan.executor import Done, Workers
from careplan.metrics.goals import View
from careplan.metrics.outcome_catalogue import MAIN, OUTCOMES
from careplan.metrics.report import Of, Report
from careplan.metrics.uncertainty import Estimate
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.study.replicate import engine_of, measured, numbers_of


@dataclass(frozen=True, eq=False)
class Comparison:
    """Several staffings on the same customers. ``str()`` prints the targets side by side."""

    reports: Mapping[str, Report]
    against: str
    """The staffing the others are compared with: the first."""
    provenance: Provenance

    def report(self, name: str) -> Report:
        """Return the report of one staffing.

        Raises
        ------
        TableError
            If no staffing has that name.
        """
        if name not in self.reports:
            raise TableError("comparison", [f'there is no "{name}"; known: {", ".join(self.reports)}'])
        return self.reports[name]

    def difference(self, metric: str, name: str, row: str = "total", *, of: Of = "total") -> Estimate:
        """Return metric of ``name`` minus metric of ``against`` (:meth:`careplan.metrics.report.Report.minus`).

        The replications meet the same customers, so the interval is that of paired differences (Student's t).
        """
        report = self.report(name)
        return report.minus(self.report(self.against), metric, of=of).at(report.rows(of).index(row), 0)

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The metrics of the outcomes that are on; none where the scenario assumes none."""
        kinds = self.report(self.against).first.settings.outcomes
        return tuple(metric.name for kind in kinds for metric in OUTCOMES[kind])

    def _outcome(self, metric: str, name: str) -> dict[str, Any]:
        difference = None if name == self.against else self.difference(metric, name).to_dict()
        return self.report(name).estimate(metric).to_dict() | {"difference": difference}

    def target_difference(self, target: int, name: str) -> Estimate:
        """Return a target's figure under ``name`` minus that under ``against``, paired by replication; in its unit, a
        share or seconds.
        """
        found, against = (self.report(which).scorecard[target] for which in (name, self.against))
        return found.minus(against)

    def to_dict(self) -> dict[str, Any]:
        """Return the figures of targets and outcomes, and their differences, as plain data."""
        found: dict[str, Any] = {
            "against": self.against,
            "provenance": self.provenance.to_dict(),
            "staffings": {},
            "outcomes": {
                name: {metric: self._outcome(metric, name) for metric in self.outcomes} for name in self.reports
            },
        }
        for name, report in self.reports.items():
            found["staffings"][name] = [
                {
                    "target": score.goal.name,
                    "unit": score.goal.unit,
                    "value": score.figure.value,
                    "low": score.figure.low,
                    "high": score.figure.high,
                    "holds": score.holds,
                    "difference": None if name == self.against else _plain(self.target_difference(k, name)),
                }
                for k, score in enumerate(report.scorecard)
            ]
        return found

    def __str__(self) -> str:
        lines = []
        for name, report in self.reports.items():
            for k, score in enumerate(report.scorecard):
                goal = score.goal
                text = f"{name}: {goal.name} {goal.words(score.overall.value)}, {'holds' if score.holds else 'missed'}"
                if name != self.against:
                    factor, unit = (100.0, "points") if goal.unit == "share" else (1 / 60, "min")
                    d = self.target_difference(k, name).times(factor)
                    text += f", {d.value:+.1f} {unit} against {self.against}"
                    text += "" if d.low is None or d.high is None else f" ({d.low:+.1f} to {d.high:+.1f})"
                lines.append(text)
            for metric in (MAIN[kind] for kind in report.first.settings.outcomes):
                e, unit = report.estimate(metric), report.metrics[metric].unit
                text = f"{name}: assumed {metric} {_in_words(e, unit)}"
                if name != self.against:
                    text += f", {_in_words(self.difference(metric, name), unit, '+')} against {self.against}"
                lines.append(text)
        return "\n".join(lines)


def compare(
    scenario: Scenario,
    rosters: Mapping[str, Roster | None],
    *,
    seed: int | None = None,
    replications: int | Iterable[int] | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    on_done: Done | None = None,
) -> Comparison:
    """Return several staffings on the same customers.

    Parameters
    ----------
    scenario
        The world.
    rosters
        Name → roster; None stands for the staffing the scenario states. The others are compared with the first.
    seed, replications, engine, workers, on_done
        As in :func:`replicate`; every staffing meets the same replications.
    """
    if not rosters:
        raise TableError("comparison", ["there is no staffing; expected at least one"])
    seed, numbers = numbers_of(scenario, seed, replications)
    jobs = [(name, number) for name in rosters for number in numbers]
    view = View(scenario)
    with Workers(workers) as threads:
        runs = threads.map(lambda job: measured(view, rosters[job[0]], seed, job[1], engine), jobs, on_done=on_done)
    n = len(numbers)
    reports = {name: Report.of(runs[k * n : (k + 1) * n]) for k, name in enumerate(rosters)}
    provenance = Provenance.now(
        scenario=scenario.digest, seed=seed, replications=numbers, engine=engine_of(scenario, engine)
    )
    return Comparison(reports, next(iter(rosters)), provenance)


def _in_words(e: Estimate, unit: str, sign: str = "") -> str:
    factor, word = (100, "points" if sign else "%") if unit == "share" else (1, unit)
    bounds = "" if e.low is None or e.high is None else f" ({factor * e.low:{sign}.1f} to {factor * e.high:{sign}.1f})"
    return f"{factor * e.value:{sign}.1f} {word}{bounds}"


def _plain(e: Estimate) -> dict[str, float | None]:
    return {"value": e.value, "low": e.low, "high": e.high}
