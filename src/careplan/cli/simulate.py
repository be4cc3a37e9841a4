"""``careplan simulate``: how the staffing as written does."""

from __future__ import annotations

from functools import partial
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
    Levers,
    MaxReplications,
    Overrides,
    PeriodName,
    Precision,
    Replications,
    ScenarioFile,
    Seed,
    ShortAbandons,
    Within,
    out_folder,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from careplan.metrics.definitions import Definitions
    from careplan.metrics.periods import By
    from careplan.metrics.report import Report
    from careplan.reporting.folder import Content
    from careplan.reporting.simulation import Simulated
    from careplan.roster import Roster
    from careplan.scenario.models import Scenario

    Played: TypeAlias = tuple[Report, int]
    """What was played, and how many replications were asked for."""


def simulate(
    scenario: ScenarioFile,
    overrides: Overrides = None,
    levers: Levers = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", help="Who is on duty (CSV), such as a plan's; without it, as written.")
    ] = None,
    by: Annotated[
        PeriodName | None, typer.Option("--by", help="Periods of the table over time (default: day; week if many).")
    ] = None,
    replications: Replications = None,
    precision: Precision = None,
    max_replications: MaxReplications = None,
    controls: Annotated[
        bool | None,
        typer.Option(
            "--controls/--no-controls",
            help="Sharpen the targets' figures by how busy each replication happened to be (default: as --precision).",
        ),
    ] = None,
    seed: Seed = None,
    engine: EngineOption = None,
    fcr_window: FcrWindow = None,
    definitions: AllDefinitions = False,
    within: Within = None,
    short_abandons: ShortAbandons = None,
    by_queue: ByQueue = False,
    out: Annotated[Path | None, out_folder("Folder for report.json, tables and roster.")] = None,
    save_trace: Annotated[
        int | None,
        typer.Option(
            "--save-trace", min=0, metavar="N", help="Also save cases, roster and trace of replication N (with --out)."
        ),
    ] = None,
    as_json: AsJson = False,
    check: Check = False,
) -> None:
    """Simulate the staffing as written, and say how it does against the targets.

    Exit codes: 0 done; 2 the scenario has findings; 3 a target is not met (with --check); 130 interrupted: what was
    finished is reported.
    """
    from careplan.cli.running import definitions_of, end, ready_scenario, usual_period, width_of_screen
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.simulation import simulation_dict, simulation_text

    if save_trace is not None and out is None:
        raise typer.BadParameter("needs a folder to save to: --out DIR", param_hint="--save-trace")
    if precision is not None and replications is not None:
        raise typer.BadParameter("goes without --replications; --max-replications bounds it", param_hint="--precision")
    if max_replications is not None and precision is None:
        raise typer.BadParameter("goes with --precision", param_hint="--max-replications")
    counted = definitions_of(definitions, within, short_abandons, by_queue)
    read = ready_scenario(
        scenario,
        overrides,
        seed=seed,
        replications=replications,
        engine=engine,
        solved_within=fcr_window,
        levers=levers,
        needs_staffing=roster is None,
    )
    if precision is None:
        play = partial(_given_times, controls=bool(controls), definitions=counted)
    else:
        play = partial(
            _until_precise,
            precision=precision,
            most=max_replications,
            controls=controls is not False,
            definitions=counted,
        )
    run = _played(read, roster, play)
    period: By = by.value if by is not None else usual_period(read)
    if out is not None:
        write_folder(out, _files(run, period, save_trace, by_queue))
    if as_json:
        typer.echo(json_text(simulation_dict(run)), nl=False)
    else:
        typer.echo(simulation_text(run, width_of_screen(), by=period, by_queue=by_queue))
        if out is not None:
            typer.echo(f"\nWritten to {out}/")
    end(interrupted=run.is_partial, check=check, targets_met=run.targets_met)


def _played(scenario: Scenario, given: Path | None, play: Callable[[Scenario, Roster | None], Played]) -> Simulated:
    """Play the staffing as written, or a given roster, and price it."""
    from dataclasses import replace

    from careplan.cli.running import say_if_compiling
    from careplan.costing.pay import pay_of
    from careplan.costing.wages import wage_bill
    from careplan.reporting.simulation import Simulated
    from careplan.staffing import as_written
    from careplan.workload.rosters import read_roster

    roster = None if given is None else read_roster(given, scenario=scenario)
    say_if_compiling(scenario.run.engine)
    report, asked = play(scenario, roster)
    on_duty = as_written(scenario) if roster is None else roster
    assert report.provenance is not None  # replicate says it of every run
    made_by = replace(report.provenance, workload=None)  # that of the staffing, however many replications
    return Simulated(
        scenario,
        report,
        on_duty,
        wage_bill(on_duty, pay_of(scenario), scenario.clock.horizon_from, scenario.clock.horizon_to),
        made_by,
        asked,
        is_given=roster is not None,
    )


def _given_times(
    scenario: Scenario, roster: Roster | None, *, controls: bool, definitions: Definitions | None
) -> Played:
    """Play every replication; if interrupted, report on those that were finished."""
    from careplan.metrics.measures import Measures
    from careplan.metrics.report import Report
    from careplan.reporting.progress import Progress
    from careplan.study.replicate import replicate

    finished: dict[int, Measures] = {}
    with Progress() as progress:
        try:
            report = replicate(
                scenario,
                roster,
                controls=controls,
                definitions=definitions,
                on_done=lambda done, total: progress(f"simulating, {done} of {total}", done / total),
                on_measured=finished.__setitem__,
            )
        except KeyboardInterrupt:
            if not finished:
                raise
            report = Report.of([finished[number] for number in sorted(finished)], uses_controls=controls)
    return report, scenario.run.replications


def _until_precise(
    scenario: Scenario,
    roster: Roster | None,
    *,
    precision: str,
    most: int | None,
    controls: bool,
    definitions: Definitions | None,
) -> Played:
    """Play until the figures are as precise as wished."""
    from careplan.cli.running import width_wanted
    from careplan.metrics.precision import MOST
    from careplan.reporting.progress import Progress
    from careplan.study.precise import replicate_until

    wanted = width_wanted(precision)
    with Progress() as progress:
        report = replicate_until(
            scenario,
            roster,
            precision=wanted,
            most=MOST if most is None else most,
            controls=controls,
            definitions=definitions,
            on_done=lambda done, about: progress(f"simulating, {done} of about {about}", done / about),
        )
    assert report.precision is not None  # replicate_until says it of every report
    was_interrupted = report.precision.ended == "interrupted"
    return report, max(report.precision.about, report.n + 1) if was_interrupted else report.n


def _files(run: Simulated, by: By, trace_of: int | None, by_queue: bool) -> dict[str, Content]:
    """What goes into the folder; the report last, since it speaks for the others."""
    from careplan.reporting.files import defined_table, json_text, report_tables, roster_csv, traced
    from careplan.reporting.simulation import WIDEST, simulation_dict, simulation_text

    files = (
        report_tables(run.report, by) | defined_table(run.report) | {"roster.csv": roster_csv(run.roster, run.scenario)}
    )
    if trace_of is not None:
        files |= traced(run, trace_of)
    document = simulation_dict(run, files=[*files, "report.txt", "report.json"])
    files["report.txt"] = simulation_text(run, WIDEST, by=by, by_queue=by_queue) + "\n"
    files["report.json"] = json_text(document)
    return files
