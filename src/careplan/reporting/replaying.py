"""What ``careplan replay`` says: one given history, played once.

Comes in: a :class:`Replayed`. Goes out: text within a width, and the same as plain data for JSON. Left out: intervals
and chances; one path has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from careplan.metrics.defined import definitions_of
from careplan.metrics.periods import By
from careplan.metrics.report import Report
from careplan.provenance import Provenance
from careplan.reporting.figures import peak_of
from careplan.reporting.outcomes import outcomes_dict
from careplan.reporting.plots.gather import of_report
from careplan.reporting.scenario import scenario_dict
from careplan.reporting.simulation import body, night_sentence
from careplan.reporting.targets import main_target, scorecard_text, target_sentences, verdict
from careplan.reporting.words import count, paragraph, percent
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.trace.tables import Trace
from careplan.workload.tables import Workload

VERSION = 1
"""Of the layout of ``replay_dict``."""


@dataclass(frozen=True, eq=False)
class Replayed:
    """Given cases, played on a roster."""

    scenario: Scenario
    workload: Workload
    roster: Roster
    trace: Trace
    report: Report
    provenance: Provenance

    @property
    def targets_met(self) -> bool:
        """Whether every target holds on this path."""
        return all(whole.holds for whole in self.report.targets)

    @property
    def n_measured(self) -> int:
        """Cases that first wrote in the measured time."""
        return round(self.report.estimate("volume").value)


def replay_text(run: Replayed, width: int, *, by: By = "day", by_queue: bool = False) -> str:
    """Return the whole answer: sentences first, then targets, tables and notes; as in ``simulation_text``."""
    report = run.report
    parts = [
        paragraph(headline(run), width),
        paragraph(night_sentence(report), width),
        "Targets\n" + scorecard_text(report.scorecard, report.all_at_once, width),
        *body(report, run.scenario, None, run.roster, width, by=by, by_queue=by_queue),
        paragraph(str(run.provenance), width),
    ]
    return "\n\n".join(filter(None, parts))


def headline(run: Replayed) -> str:
    """Return the answer in a few sentences."""
    report, scores = run.report, run.report.scorecard
    peak = peak_of(run.roster, report.first.periods)
    cases = count(run.workload.n_first, "case")
    measured = "" if run.n_measured == run.workload.n_cases else f", {run.n_measured:,} of them in the measured time"
    on_duty = f"{count(peak.agents, 'agent')} at the peak ({peak.when})" if peak.agents else "nobody on duty"
    sentences = [f"{cases} as given{measured}, with {on_duty}: this one path {verdict(scores)}."]
    main = main_target(scores)
    said = [] if main is None else target_sentences(main, report.first.queues)
    if said:
        sentences += said
    elif run.n_measured:
        sentences.append(f"{percent(report.estimate('response_rate').value)} of all cases get a reply.")
    sentences.append("It is one path, not an average: another week would differ.")
    return " ".join(sentences)


def replay_dict(run: Replayed, *, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    return {
        "careplan_replay": VERSION,
        "scenario": scenario_dict(run.scenario),
        "headline": headline(run),
        "targets_met": run.targets_met,
        "cases": {"given": run.workload.n_cases, "measured": run.n_measured, "turns": run.workload.n_turns},
        "digests": {"workload": run.workload.digest, "roster": run.roster.digest, "trace": run.trace.digest},
        "report": run.report.to_dict(by=("total", "day")),
        "pictures": of_report(run.report, what="cases as given").to_dict(),
        "outcomes": outcomes_dict(run.report, run.scenario),
        "definitions": None if run.report.first.settings.definitions is None else definitions_of(run.report),
        "provenance": run.provenance.to_dict(),
        "files": list(files),
    }
