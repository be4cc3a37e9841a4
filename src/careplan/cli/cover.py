"""``careplan cover``: the fewest people who hold seats, and what the hours up to 24/7 cost and buy."""

from __future__ import annotations

from contextlib import suppress
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
    Replications,
    ScenarioFile,
    Seed,
    Xlsx,
    out_folder,
)

if TYPE_CHECKING:
    from careplan.planning.cover.plan import CoverPlan
    from careplan.reporting.folder import Content
    from careplan.reporting.workbook.data import Book
    from careplan.study.price_curve import PriceCurve


def cover(
    scenario: ScenarioFile,
    overrides: Overrides = None,
    levers: Levers = None,
    seats: Annotated[
        int | None, typer.Option("--seats", min=1, help="People at once (default: cover.seats, else 1).")
    ] = None,
    hours: Annotated[
        str | None, typer.Option("--hours", metavar="NAME", help="Named hours of the calendar, or 24/7.")
    ] = None,
    group: Annotated[str | None, typer.Option("--group", metavar="NAME", help="Whose people.")] = None,
    weekly_hours: Annotated[
        float | None,
        typer.Option("--weekly-hours", metavar="HOURS", help="Paid hours of a person in a week, on average."),
    ] = None,
    people: Annotated[
        int | None,
        typer.Option("--people", min=1, help="Can so many hold the seats? If not: which rules clash, what helps."),
    ] = None,
    curve: Annotated[
        bool,
        typer.Option("--curve", help="Also what the hours up to 24/7 cost and buy: people, a bot, and both."),
    ] = False,
    replications: Replications = None,
    seed: Seed = None,
    engine: EngineOption = None,
    solver_seconds: Annotated[
        float, typer.Option("--solver-seconds", min=1, help="How long the rotation is improved.")
    ] = 20.0,
    out: Annotated[
        Path | None,
        out_folder("Write rotation.csv, price_curve.csv, cover.json and report.txt."),
    ] = None,
    xlsx: Xlsx = None,
    also: Also = None,
    as_json: AsJson = False,
    check: Check = False,
) -> None:
    """Say how many people it takes to hold seats round the clock, and how they take turns.

    Seat arithmetic: 168 h ÷ (weekly hours × (1 − shrinkage)) people for one seat; then whole people, proved to be the
    fewest, with a rotation that keeps the rules of rest. With --curve also the price of the hours: cost a week and
    share in time of all customers, from business hours to 24/7.

    Exit codes: 0 done; 2 the scenario has findings; 3 the promise is not held somewhere on the curve (with --check); 4
    so many people cannot hold the seats, or nobody the promise: what clashes, what helps; 130 interrupted: the points
    of the curve that were finished are kept.
    """
    from careplan.cli.running import Interrupts, end, ready_scenario, say_if_compiling, width_of_screen
    from careplan.cli.workbooks import workbook_wanted
    from careplan.planning.cover.cover import cover as found
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.progress import Progress
    from careplan.reporting.workbook.seating import book_of_cover
    from careplan.study.price_curve import desk_of, price_curve

    if check and not curve:
        raise typer.BadParameter("goes with --curve", param_hint="--check")
    read = ready_scenario(scenario, overrides, seed=seed, replications=replications, engine=engine, levers=levers)
    if curve:
        desk_of(read, group)  # what is wrong is said before anything is searched
        say_if_compiling(read.run.engine)
    workbook = workbook_wanted(xlsx, also)
    prices = None
    with Interrupts() as interrupts, Progress() as progress:
        plan = found(
            read,
            seats=None if seats is None and hours is None else {hours or "24/7": seats or 1},
            group=group,
            weekly_hours=weekly_hours,
            people=people,
            seconds=solver_seconds,
            progress=lambda what, share: progress(what, share * (0.2 if curve else 1)),
        )
        if curve:
            with suppress(KeyboardInterrupt):  # nothing of the curve is finished then, but the rotation is
                prices = price_curve(
                    read,
                    group=group,
                    replications=replications,
                    progress=lambda what, share: progress(what, 0.2 + 0.8 * share),
                )
    book = book_of_cover(plan, prices, read, is_partial=interrupts.any)
    if out is not None:
        write_folder(out, _files(plan, prices, book))
    if workbook is not None:
        workbook.write(book)
    if as_json:
        typer.echo(json_text(_document(plan, prices, book)), nl=False)
    else:
        typer.echo(_text(plan, prices, width_of_screen()))
        if out is not None:
            typer.echo(f"\nWritten to {out}/")
        if xlsx is not None:
            typer.echo(f"\nWorkbook: {xlsx}")
    end(interrupted=interrupts.any, check=check, targets_met=prices is None or prices.holds)


def _text(plan: CoverPlan, prices: PriceCurve | None, width: int) -> str:
    from careplan.reporting.cover import cover_text
    from careplan.reporting.price_curve import curve_text

    text = cover_text(plan, width)
    return text if prices is None else f"{text}\n\n{curve_text(prices, width)}"


def _document(plan: CoverPlan, prices: PriceCurve | None, book: Book) -> dict[str, Any]:
    from careplan.reporting.plots.sweeps import of_curve

    curve: dict[str, Any] = {"price_curve": None}
    if prices is not None:
        curve = {"price_curve": prices.to_dict(), "pictures": of_curve(prices).to_dict()}
    return plan.to_dict() | curve | {"workbook": book.to_dict()}


def _files(plan: CoverPlan, prices: PriceCurve | None, book: Book) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.reporting.cover import rotation_csv
    from careplan.reporting.files import json_text
    from careplan.reporting.price_curve import curve_csv
    from careplan.reporting.simulation import WIDEST

    return {
        "rotation.csv": rotation_csv(plan),
        **({} if prices is None else {"price_curve.csv": curve_csv(prices)}),
        "report.txt": _text(plan, prices, WIDEST) + "\n",
        "cover.json": json_text(_document(plan, prices, book)),
    }
