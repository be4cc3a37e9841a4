"""``careplan capacity``: how many people over months to years, whom to hire when, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careplan.cli.options import (
    Also,
    AsJson,
    Check,
    EngineOption,
    Levers,
    Overrides,
    ScenarioFile,
    Seed,
    Xlsx,
    out_folder,
)

if TYPE_CHECKING:
    from careplan.planning.capacity.plan import CapacityPlan
    from careplan.reporting.folder import Content
    from careplan.reporting.workbook.data import Book
    from careplan.scenario.models import Scenario


def capacity(
    scenario: ScenarioFile,
    overrides: Overrides = None,
    levers: Levers = None,
    months: Annotated[
        int | None,
        typer.Option("--months", min=1, max=60, help="Months to plan (default: capacity.months, else 12)."),
    ] = None,
    simulate: Annotated[
        str | None,
        typer.Option(
            "--simulate",
            metavar="N|MONTHS",
            help="Months of which a week is simulated: how many, or which, such as 2026-04,2026-12 (default: 5).",
        ),
    ] = None,
    plans: Annotated[
        int | None,
        typer.Option("--plans", min=1, help="Plans of each simulated week; the interval is their scatter (2)."),
    ] = None,
    hold_out: Annotated[
        bool,
        typer.Option("--hold-out/--no-hold-out", help="Also simulate one week that is only compared with the line."),
    ] = True,
    replications: Annotated[
        int | None,
        typer.Option("--replications", min=1, help="Fresh replications each plan is judged on (default: as staff)."),
    ] = None,
    search_replications: Annotated[
        int | None,
        typer.Option("--search-replications", min=1, help="Replications searched with (default: as the volume asks)."),
    ] = None,
    seed: Seed = None,
    engine: EngineOption = None,
    out: Annotated[Path | None, out_folder("Folder of the result (default: results/NAME-capacity).")] = None,
    xlsx: Xlsx = None,
    also: Also = None,
    as_json: AsJson = False,
    check: Check = False,
) -> None:
    """Plan capacity month by month: FTE net and gross, attrition, classes with ramp, over and under, cost.

    The section capacity of the scenario says what is forecast, who is there and who may be hired; money says what a
    head costs, how many leave and how new people settle in. The need of chosen months is simulated, that of the others
    interpolated and marked. Written to a folder: capacity.csv (by month), classes.csv, capacity.json, report.txt.

    Exit codes: 0 done; 2 the scenario has findings; 3 a month has too few, or a simulated week misses a target (with
    --check); 4 no plan of a week meets the targets; 130 interrupted: the plan rests on the weeks that were finished.
    """
    from careplan.cli.running import end, ready_scenario, width_of_screen
    from careplan.cli.workbooks import workbook_wanted
    from careplan.reporting.capacity import capacity_text
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.workbook.outlook import book_of_capacity

    wished = {"months": months, "simulate": _listed(simulate), "plans": plans}
    flags = {f"--{key}": (f"capacity.{key}", value) for key, value in wished.items()}
    read = ready_scenario(scenario, overrides, seed=seed, engine=engine, levers=levers, flags=flags)
    workbook = workbook_wanted(xlsx, also)
    plan, interrupted = _planned(read, hold_out, replications, search_replications)
    folder = out if out is not None else Path("results") / f"{read.name}-capacity"
    book = book_of_capacity(plan, read)
    files = _files(plan, read, book)
    write_folder(folder, files)
    if workbook is not None:
        workbook.write(book)
    if as_json:
        typer.echo(json_text(_document(plan, read, book, files)), nl=False)
    else:
        written = f"Written to {folder}/: {', '.join(files)}."
        written += "" if xlsx is None else f" Workbook: {xlsx}."
        written += f" Picture: careplan plot {folder}"
        typer.echo(capacity_text(plan, width_of_screen(), written=written))
    end(interrupted=interrupted or plan.is_partial, check=check, targets_met=plan.covers)


def _listed(simulate: str | None) -> str | None:
    """A number as it is, several months as a list."""
    if simulate is None or simulate.strip().isdecimal():
        return simulate
    return f"[{simulate}]"


def _planned(scenario: Scenario, hold_out: bool, judged: int | None, searched: int | None) -> tuple[CapacityPlan, bool]:
    """Plan; and whether there was an interrupt."""
    from careplan.cli.running import Interrupts, say_if_compiling
    from careplan.planning.capacity.capacity import capacity as ahead
    from careplan.reporting.progress import Progress

    say_if_compiling(scenario.run.engine)
    with Interrupts() as interrupts, Progress() as progress:
        plan = ahead(
            scenario,
            hold_out=hold_out,
            replications=searched,
            judge_replications=judged,
            progress=lambda stage: progress(stage.name, stage.fraction),
        )
    return plan, interrupts.any


def _files(plan: CapacityPlan, scenario: Scenario, book: Book) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.reporting.capacity import capacity_text
    from careplan.reporting.capacity_data import capacity_csv, classes_csv
    from careplan.reporting.files import json_text
    from careplan.reporting.simulation import WIDEST

    files: dict[str, Content] = {
        "capacity.csv": capacity_csv(plan),
        "classes.csv": classes_csv(plan),
        "report.txt": capacity_text(plan, WIDEST) + "\n",
    }
    files["capacity.json"] = json_text(_document(plan, scenario, book, [*files, "capacity.json"]))
    return files


def _document(plan: CapacityPlan, scenario: Scenario, book: Book, files: Iterable[str]) -> dict[str, Any]:
    """The answer for JSON, with what a workbook of another command takes from it."""
    from careplan.reporting.capacity_data import capacity_dict

    return {**capacity_dict(plan, scenario, files=list(files)), "workbook": book.to_dict()}
