"""``careplan cost``: what a staffing costs, line by line, and what its service is worth."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careplan.cli.options import (
    Also,
    AsJson,
    EngineOption,
    Levers,
    Overrides,
    Replications,
    ScenarioFile,
    Seed,
    Xlsx,
    out_folder,
)

if TYPE_CHECKING:
    from careplan.reporting.folder import Content
    from careplan.reporting.workbook.data import Book
    from careplan.study.break_even import BreakEven
    from careplan.study.costs import Costs


def cost(
    scenario: ScenarioFile,
    overrides: Overrides = None,
    levers: Levers = None,
    roster: Annotated[
        Path | None,
        typer.Option(
            "--roster", metavar="FILE", help="Price this roster instead: a roster.csv, or the folder of a result."
        ),
    ] = None,
    replications: Replications = None,
    seed: Seed = None,
    engine: EngineOption = None,
    step: Annotated[
        float,
        typer.Option("--step", min=0, max=50, help="Percent of staffing added and taken away for the cost of a point."),
    ] = 5.0,
    against_bot: Annotated[
        bool,
        typer.Option("--break-even", help="Also compare the bot with people in the hours in which it is alone."),
    ] = False,
    out: Annotated[Path | None, out_folder("Write bill.csv, queues.csv, cost.json and report.txt.")] = None,
    xlsx: Xlsx = None,
    also: Also = None,
    as_json: AsJson = False,
) -> None:
    """Say what a staffing costs: wages and premiums, heads, bots, telephony, and what outcomes are worth.

    Also the cost of a case, of a case answered, by queue, and of one more point of service.

    Exit codes: 0 done; 2 the scenario has findings or states no money; 130 interrupted: the replications that were
    finished are kept.
    """
    from dataclasses import replace

    from careplan.cli.running import Interrupts, end, ready_scenario, say_if_compiling, width_of_screen
    from careplan.cli.workbooks import workbook_wanted
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.progress import Progress
    from careplan.reporting.workbook.gather import book_of_costs
    from careplan.study.break_even import break_even
    from careplan.study.costs import cost as priced
    from careplan.workload.rosters import read_roster

    read = ready_scenario(scenario, overrides, seed=seed, replications=replications, engine=engine, levers=levers)
    workbook = workbook_wanted(xlsx, also)
    if roster is not None and roster.is_dir():
        roster = roster / "roster.csv"
    has_names = roster is not None and roster.with_name("people.csv").exists()
    given = None if roster is None else read_roster(roster, scenario=read)
    say_if_compiling(read.run.engine)
    rival = None
    with Interrupts() as interrupts, Progress() as progress:
        found = priced(
            read,
            given,
            step=step / 100,
            on_done=lambda done, total: progress(f"simulating, {done} of {total}", done / total),
        )
        if against_bot and not (interrupts.any or found.is_partial):
            with suppress(KeyboardInterrupt):
                rival = break_even(
                    read,
                    given,
                    on_done=lambda done, total: progress(f"bot against people, {done} of {total}", done / total),
                )
    found = replace(found, has_names=has_names)
    book = book_of_costs(found, rival)
    if out is not None:
        write_folder(out, _files(found, rival, book))
    if workbook is not None:
        workbook.write(book)
    if as_json:
        typer.echo(json_text(_document(found, rival, book)), nl=False)
    else:
        typer.echo(_text(found, rival, width_of_screen()))
        if against_bot and rival is None:
            typer.echo("\nInterrupted before bot and people were compared.")
        if out is not None:
            typer.echo(f"\nWritten to {out}/")
        if xlsx is not None:
            typer.echo(f"\nWorkbook: {xlsx}")
    end(interrupted=interrupts.any or found.is_partial)


def _text(found: Costs, rival: BreakEven | None, width: int) -> str:
    from careplan.reporting.break_even import break_even_text
    from careplan.reporting.costs import costs_text

    text = costs_text(found, width)
    return text if rival is None else f"{text}\n\n{break_even_text(rival, found.bill.currency, width)}"


def _document(found: Costs, rival: BreakEven | None, book: Book) -> dict[str, Any]:
    from dataclasses import asdict

    from careplan.reporting.assumed import worth_figures

    outcomes = found.scenario.outcomes
    return found.to_dict() | {
        "assumptions": [] if outcomes is None else [asdict(one) for one in worth_figures(outcomes)],
        "break_even": None if rival is None else rival.to_dict(),
        "workbook": book.to_dict(),
    }


def _files(found: Costs, rival: BreakEven | None, book: Book) -> dict[str, Content]:
    from careplan.reporting.break_even import break_even_csv
    from careplan.reporting.costs import bill_csv, queues_csv
    from careplan.reporting.files import json_text
    from careplan.reporting.simulation import WIDEST

    return {
        "bill.csv": bill_csv(found),
        "queues.csv": queues_csv(found),
        **({} if rival is None else {"break_even.csv": break_even_csv(rival)}),
        "cost.json": json_text(_document(found, rival, book)),
        "report.txt": _text(found, rival, WIDEST) + "\n",
    }
