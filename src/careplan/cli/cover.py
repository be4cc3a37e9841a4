"""``careplan cover``: the fewest people who hold seats, and what the hours up to 24/7 cost and buy."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careplan.cli.options import AsJson, Levers, Overrides, ScenarioFile

if TYPE_CHECKING:
    from careplan.planning.cover.plan import CoverPlan
    from careplan.reporting.folder import Content


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
    solver_seconds: Annotated[
        float, typer.Option("--solver-seconds", min=1, help="How long the rotation is improved.")
    ] = 20.0,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write rotation.csv, cover.json and report.txt.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say how many people it takes to hold seats round the clock, and how they take turns.

    Seat arithmetic: 168 h ÷ (weekly hours × (1 − shrinkage)) people for one seat; then whole people, proved to be the
    fewest, with a rotation that keeps the rules of rest.

    Exit codes: 0 done; 2 the scenario has findings; 4 so many people cannot hold the seats: what clashes, what helps;
    130 interrupted.
    """
    from careplan.cli.running import ready_scenario, width_of_screen
    from careplan.planning.cover.cover import cover as found
    from careplan.reporting.cover import cover_text
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.progress import Progress

    read = ready_scenario(scenario, overrides, levers=levers)
    with Progress() as progress:
        plan = found(
            read,
            seats=None if seats is None and hours is None else {hours or "24/7": seats or 1},
            group=group,
            weekly_hours=weekly_hours,
            people=people,
            seconds=solver_seconds,
            progress=progress,
        )
    if out is not None:
        write_folder(out, _files(plan))
    if as_json:
        typer.echo(json_text(_document(plan)), nl=False)
        return
    typer.echo(cover_text(plan, width_of_screen()))
    if out is not None:
        typer.echo(f"\nWritten to {out}/")


def _document(plan: CoverPlan) -> dict[str, Any]:
    return plan.to_dict()


def _files(plan: CoverPlan) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.reporting.cover import cover_text, rotation_csv
    from careplan.reporting.files import json_text
    from careplan.reporting.simulation import WIDEST

    return {
        "rotation.csv": rotation_csv(plan),
        "report.txt": cover_text(plan, WIDEST) + "\n",
        "cover.json": json_text(_document(plan)),
    }
