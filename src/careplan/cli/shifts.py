"""``careplan shifts``: how many people begin each shift."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careplan.cli.options import (
    Also,
    AsJson,
    Check,
    EffortTimes,
    EngineOption,
    Levers,
    Overrides,
    ScenarioFile,
    Seed,
    Xlsx,
    out_folder,
)

if TYPE_CHECKING:
    from careplan.reporting.folder import Content
    from careplan.reporting.shifts import Scheduled
    from careplan.reporting.workbook.data import Book
    from careplan.scenario.models import Scenario


class Road(StrEnum):
    """How shifts are found."""

    a = "a"
    b = "b"
    both = "both"


def shifts(
    scenario: ScenarioFile,
    overrides: Overrides = None,
    levers: Levers = None,
    road: Annotated[
        Road,
        typer.Option("--road", help="a: cover the need of every interval; b: shifts and staffing together; or both."),
    ] = Road.b,
    solver_seconds: Annotated[
        float, typer.Option("--solver-seconds", min=1, help="The solver ends after so long, with a stated gap.")
    ] = 60.0,
    effort: EffortTimes = 1.0,
    replications: Annotated[
        int | None,
        typer.Option("--replications", min=1, help="Fresh replications the plan is judged on (default: at least 100)."),
    ] = None,
    seed: Seed = None,
    engine: EngineOption = None,
    out: Annotated[Path | None, out_folder("Folder of the result (default: results/NAME-shifts).")] = None,
    xlsx: Xlsx = None,
    also: Also = None,
    as_json: AsJson = False,
    check: Check = False,
) -> None:
    """Choose how many people begin each legal shift, so that every target holds at least cost.

    Each group says under shift_rules which shifts it may be given. Written to a folder: shifts.csv (a line for each
    shift and day), roster.csv (who is on duty, for careplan simulate --roster), plan.json, report.txt.

    Exit codes: 0 done; 2 the scenario has findings; 3 a target is not met (with --check); 4 rules clash, or no number
    of agents meets the targets; 130 interrupted: the best schedule so far is kept.
    """
    from careplan.cli.running import end, ready_scenario, width_of_screen
    from careplan.cli.workbooks import workbook_wanted
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.shifts import shifts_text
    from careplan.reporting.workbook.gather import book_of_shifts

    read = ready_scenario(scenario, overrides, seed=seed, engine=engine, levers=levers)
    workbook = workbook_wanted(xlsx, also)
    run = _planned(read, replications, road, solver_seconds, effort)
    folder = out if out is not None else Path("results") / f"{read.name}-shifts"
    book = book_of_shifts(run)
    files = _files(run, book)
    write_folder(folder, files)
    if workbook is not None:
        workbook.write(book)
    if as_json:
        typer.echo(json_text(_document(run, book, files)), nl=False)
    else:
        written = f"Written to {folder}/: {', '.join(files)}."
        written += "" if xlsx is None else f" Workbook: {xlsx}."
        typer.echo(shifts_text(run, width_of_screen(), written=written))
    end(interrupted=run.is_partial, check=check, targets_met=run.plan.holds)


def _planned(scenario: Scenario, judged: int | None, road: Road, solver_seconds: float, effort: float) -> Scheduled:
    """Choose, judge, and play the schedule once more for its tables; if interrupted, as far as it came."""
    from careplan.cli.running import Interrupts, say_if_compiling
    from careplan.planning.shifts.choose import shifts as choose
    from careplan.reporting.progress import Progress
    from careplan.reporting.shifts import Scheduled
    from careplan.study.replicate import replicate

    say_if_compiling(scenario.run.engine)
    with Interrupts() as interrupts, Progress() as progress:
        plan, *others = choose(
            scenario,
            judge_replications=judged,
            road=road.value,
            solver_seconds=solver_seconds,
            effort=effort,
            progress=lambda stage: progress(stage.name, stage.fraction),
        )
        try:
            report = replicate(scenario, plan.roster(), replications=plan.provenance.replications)
        except KeyboardInterrupt:
            report = None
    return Scheduled(scenario, plan, tuple(others), report, was_interrupted=interrupts.any)


def _files(run: Scheduled, book: Book) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.reporting.files import json_text, roster_csv
    from careplan.reporting.shifts import shifts_csv, shifts_text
    from careplan.reporting.simulation import WIDEST

    files: dict[str, Content] = {
        "shifts.csv": shifts_csv(run.plan),
        "roster.csv": roster_csv(run.plan.roster(), run.scenario),
        "report.txt": shifts_text(run, WIDEST) + "\n",
    }
    files["plan.json"] = json_text(_document(run, book, [*files, "plan.json"]))
    return files


def _document(run: Scheduled, book: Book, files: Iterable[str]) -> dict[str, Any]:
    from careplan.reporting.shifts import shifts_dict

    return shifts_dict(run, files=list(files)) | {"workbook": book.to_dict()}
