"""``careplan replay``: given cases on a given roster, through either engine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careplan.cli.options import (
    AllDefinitions,
    AsJson,
    ByQueue,
    Check,
    EngineOption,
    FcrWindow,
    Overrides,
    PeriodName,
    ShortAbandons,
    Within,
    out_folder,
)

if TYPE_CHECKING:
    from careplan.metrics.definitions import Definitions
    from careplan.metrics.periods import By
    from careplan.reporting.folder import Content
    from careplan.reporting.replaying import Replayed
    from careplan.scenario.models import Scenario


def replay(
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="The cases (CSV).")],
    rules: Annotated[
        Path,
        typer.Option("--rules", metavar="SCENARIO", help="Scenario with the calendar, queues, groups and targets."),
    ],
    turns: Annotated[
        Path | None, typer.Option("--turns", help="Their turns (CSV); without it every case has one, of its work_s.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", help="Who was on duty (CSV); without it, the scenario's staffing.")
    ] = None,
    overrides: Overrides = None,
    engine: EngineOption = None,
    fcr_window: FcrWindow = None,
    definitions: AllDefinitions = False,
    within: Within = None,
    short_abandons: ShortAbandons = None,
    by_queue: ByQueue = False,
    by: Annotated[PeriodName, typer.Option("--by", help="Periods of the table over time.")] = PeriodName.day,
    out: Annotated[Path | None, out_folder("Folder for the trace and tables.")] = None,
    as_json: AsJson = False,
    check: Check = False,
) -> None:
    """Play given cases (history, or a hand-made example) on a given roster, by the rules of a scenario.

    Nothing is drawn: it is one path, so figures have no intervals. docs/files.md describes the columns of the tables.
    Exit codes: 0 done; 2 a table or the scenario has findings; 3 a target is not met (with --check).
    """
    from careplan.cli.running import definitions_of, end, ready_scenario, usual_period, width_of_screen
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.replaying import replay_dict, replay_text

    counted = definitions_of(definitions, within, short_abandons, by_queue)
    scenario = ready_scenario(rules, overrides, engine=engine, solved_within=fcr_window)
    run = _played(scenario, cases, turns, roster, counted)
    if not run.n_measured:
        first, days = scenario.calendar.start, scenario.calendar.horizon
        typer.echo(f"no case lies in the measured time, {days} days from {first}: see calendar.start", err=True)
    period: By = by.value if by is not None else usual_period(scenario)
    if out is not None:
        write_folder(out, _files(run, period, by_queue))
    if as_json:
        typer.echo(json_text(replay_dict(run)), nl=False)
    else:
        typer.echo(replay_text(run, width_of_screen(), by=period, by_queue=by_queue))
        if out is not None:
            typer.echo(f"\nWritten to {out}/")
    end(check=check, targets_met=run.targets_met)


def _played(
    scenario: Scenario, cases: Path, turns: Path | None, roster: Path | None, definitions: Definitions | None
) -> Replayed:
    from dataclasses import replace

    from careplan.cli.running import say_if_compiling
    from careplan.engine.rules import rules_of
    from careplan.engine.simulate import simulate
    from careplan.metrics.goals import View
    from careplan.metrics.measures import Measures
    from careplan.reporting.replaying import Replayed
    from careplan.staffing import as_written
    from careplan.workload.given import replay as given
    from careplan.workload.rosters import read_roster

    workload = given(cases, turns, scenario=scenario)
    on_duty = as_written(scenario) if roster is None else read_roster(roster, scenario=scenario)
    engine, law = scenario.run.engine, rules_of(scenario)
    say_if_compiling(engine)
    trace = simulate(workload, on_duty, law, until=scenario.clock.end, engine=engine)
    assert trace.provenance is not None  # simulate says it of every trace
    made_by = replace(trace.provenance, scenario=scenario.digest)
    trace = replace(trace, provenance=made_by)
    measures = View(scenario, definitions).measure(workload, trace, on_duty, law)
    return Replayed(scenario, workload, on_duty, trace, Measures.combine([measures]), made_by)


def _files(run: Replayed, by: By, by_queue: bool) -> dict[str, Content]:
    """What goes into the folder; the report last, since it speaks for the others."""
    from careplan.reporting.files import defined_table, given_tables, json_text, report_tables, roster_csv
    from careplan.reporting.replaying import replay_dict, replay_text
    from careplan.reporting.simulation import WIDEST

    files = given_tables(run.workload, run.trace, run.scenario) | report_tables(run.report, by)
    files |= defined_table(run.report)
    files["roster.csv"] = roster_csv(run.roster, run.scenario)
    document = replay_dict(run, files=[*files, "report.txt", "report.json"])
    files["report.txt"] = replay_text(run, WIDEST, by=by, by_queue=by_queue) + "\n"
    files["report.json"] = json_text(document)
    return files
