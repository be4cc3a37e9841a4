"""``careplan staff``: how many agents it takes."""

from __future__ import annotations

from collections.abc import Iterable
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
    Precision,
    ScenarioFile,
    Seed,
    Xlsx,
    out_folder,
)

if TYPE_CHECKING:
    from careplan.metrics.precision import Wanted
    from careplan.reporting.folder import Content
    from careplan.reporting.staffing import Staffed
    from careplan.reporting.workbook.data import Book
    from careplan.scenario.models import Scenario

MOST_SHOWN = 100
"""Fresh replications the tables by queue, day and hour rest on, where a plan is judged on more (``--precision``)."""


def staff(
    scenario: ScenarioFile,
    overrides: Overrides = None,
    levers: Levers = None,
    most: Annotated[
        list[str] | None,
        typer.Option("--most", metavar="GROUP=AGENTS", help="A group has at most so many agents. May be repeated."),
    ] = None,
    nights: Annotated[
        bool, typer.Option("--nights/--no-nights", help="Also plan what holding every hour takes, where nights wait.")
    ] = True,
    why: Annotated[
        bool,
        typer.Option(
            "--why",
            help="Also say which hours bind, what an agent more or less does, and how much of the need is luck.",
        ),
    ] = False,
    replications: Annotated[
        int | None,
        typer.Option("--replications", min=1, help="Fresh replications the plan is judged on (default: at least 100)."),
    ] = None,
    precision: Precision = None,
    search_replications: Annotated[
        int | None,
        typer.Option("--search-replications", min=1, help="Replications searched with (default: as the volume asks)."),
    ] = None,
    effort: EffortTimes = 1.0,
    seed: Seed = None,
    engine: EngineOption = None,
    out: Annotated[Path | None, out_folder("Folder of the result (default: results/NAME).")] = None,
    xlsx: Xlsx = None,
    also: Also = None,
    as_json: AsJson = False,
    check: Check = False,
) -> None:
    """Say how many agents it takes: the least with which every target holds, by hour, with their cost.

    The headcount in the scenario does not matter; its targets, wages and run.min_spell do. Written to a folder:
    plan.csv (by interval), roster.csv, plan.json, report.txt; with --why also why.csv (by hour of the week).

    Exit codes: 0 done; 2 the scenario has findings; 3 a target is not met (with --check); 4 no plan can meet the
    targets; 130 interrupted: the best plan so far is kept.
    """
    from careplan.cli.running import end, ready_scenario, width_of_screen, width_wanted
    from careplan.cli.workbooks import workbook_wanted
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.staffing import staffing_text
    from careplan.reporting.workbook.gather import book_of_staff

    read = ready_scenario(scenario, overrides, seed=seed, engine=engine, levers=levers)
    workbook = workbook_wanted(xlsx, also)
    wanted = None if precision is None else width_wanted(precision)
    run = _planned(read, _agents_at_most(read, most), nights, replications, search_replications, wanted, why, effort)
    folder = out if out is not None else Path("results") / read.name
    book = book_of_staff(run)
    files = _files(run, book)
    write_folder(folder, files)
    if workbook is not None:
        workbook.write(book)
    if as_json:
        typer.echo(json_text(_document(run, book, files)), nl=False)
    else:
        written = f"Written to {folder}/: {', '.join(files)}."
        written += "" if xlsx is None else f" Workbook: {xlsx}."
        typer.echo(staffing_text(run, width_of_screen(), written=written))
    end(interrupted=run.is_partial, check=check, targets_met=run.plan.holds)


def _planned(
    scenario: Scenario,
    most: dict[str, int],
    nights: bool,
    judged: int | None,
    searched: int | None,
    wanted: Wanted | None,
    why: bool,
    effort: float,
) -> Staffed:
    """Search, judge, play the plan once more for its tables, and explain it; if interrupted, as far as it came."""
    from careplan.cli.running import Interrupts, say_if_compiling
    from careplan.planning.staff import staff as search
    from careplan.planning.why import why as explain
    from careplan.reporting.progress import Progress
    from careplan.reporting.staffing import Staffed
    from careplan.study.replicate import replicate

    say_if_compiling(scenario.run.engine)
    with Interrupts() as interrupts, Progress() as progress:
        plan = search(
            scenario,
            replications=searched,
            judge_replications=judged,
            most=most or None,
            cover_nights=nights,
            precision=wanted,
            effort=effort,
            progress=lambda stage: progress(stage.name, stage.fraction),
        )
        try:
            report = replicate(scenario, plan.roster(), replications=plan.provenance.replications[:MOST_SHOWN])
        except KeyboardInterrupt:
            report = None
    reasons = None
    if why and not interrupts.any:
        with interrupts, Progress() as progress:
            reasons = explain(scenario, plan, progress=lambda stage: progress(stage.name, stage.fraction))
    return Staffed(scenario, plan, report, why=reasons, was_interrupted=interrupts.any)


def _agents_at_most(scenario: Scenario, most: list[str] | None) -> dict[str, int]:
    """Read ``care=12``."""
    from careplan.errors import CareplanError, shown

    found: dict[str, int] = {}
    wrong = []
    for text in most or ():
        group, sign, agents = text.partition("=")
        if not sign or not agents.strip().isdecimal():
            wrong.append(f"--most is {shown(text)}; expected group=agents, such as care=12")
        elif group.strip() not in scenario.groups:
            wrong.append(f"--most names {shown(group)}; known groups: {', '.join(scenario.groups)}")
        else:
            found[group.strip()] = int(agents)
    if wrong:
        raise CareplanError("command line", wrong)
    return found


def _files(run: Staffed, book: Book) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.reporting.files import json_text, roster_csv
    from careplan.reporting.simulation import WIDEST
    from careplan.reporting.staffing import plan_csv, staffing_text
    from careplan.reporting.why_data import why_csv

    files: dict[str, Content] = {
        "plan.csv": plan_csv(run),
        "roster.csv": roster_csv(run.plan.roster(), run.scenario),
        "report.txt": staffing_text(run, WIDEST) + "\n",
    }
    if run.why is not None and run.why.hours is not None and run.why.losses is not None:
        files["why.csv"] = why_csv(run.why.hours, run.why.losses)
    files["plan.json"] = json_text(_document(run, book, [*files, "plan.json"]))
    return files


def _document(run: Staffed, book: Book, files: Iterable[str]) -> dict[str, Any]:
    from careplan.reporting.staffing import staffing_dict

    return staffing_dict(run, files=list(files)) | {"workbook": book.to_dict()}
