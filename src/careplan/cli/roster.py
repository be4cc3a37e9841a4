"""``careplan roster``: who works when."""

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
    Replications,
    ScenarioFile,
    Seed,
    Xlsx,
    out_folder,
)

if TYPE_CHECKING:
    from careplan.planning.rosters.duties import NamedRoster
    from careplan.planning.rosters.needs import Needs
    from careplan.reporting.folder import Content
    from careplan.reporting.rosters import Rostered
    from careplan.reporting.workbook.data import Book
    from careplan.scenario.models import Scenario


def roster(
    scenario: ScenarioFile,
    overrides: Overrides = None,
    levers: Levers = None,
    weeks: Annotated[
        int | None,
        typer.Option("--weeks", min=1, max=8, help="How long it is (default: the scenario's rosters.weeks)."),
    ] = None,
    shifts: Annotated[
        Path | None,
        typer.Option("--shifts", metavar="DIR", help="Cover the schedule in this result of careplan shifts."),
    ] = None,
    solver_seconds: Annotated[
        float,
        typer.Option("--solver-seconds", min=1, help="The search ends after so long, done or not; it says which."),
    ] = 300.0,
    keep: Annotated[
        Path | None,
        typer.Option("--keep", metavar="FILE", help="Keep the days in this table, and find the others anew."),
    ] = None,
    given: Annotated[
        Path | None,
        typer.Option("--from", metavar="FILE", help="Take an edited roster (people.csv, or a workbook) as it is."),
    ] = None,
    replications: Replications = None,
    play: Annotated[bool, typer.Option("--play/--no-play", help="Play it, with absence drawn.")] = True,
    seed: Seed = None,
    engine: EngineOption = None,
    out: Annotated[Path | None, out_folder("Folder of the result (default: results/NAME-roster).")] = None,
    xlsx: Xlsx = None,
    also: Also = None,
    as_json: AsJson = False,
    check: Check = False,
) -> None:
    """Give the scenario's people the shifts that are needed, within every rule, and play that with absence.

    The shifts are those of careplan shifts, found first or given with --shifts. With --from an edited roster is taken
    as it is, checked against every rule and, with --shifts, for shifts nobody works, and played.

    Written to a folder: people.csv (a row a person and day, to edit and give back with --from), roster.csv (who is on
    duty, for careplan simulate --roster), calendars/PERSON.ics, roster.json, report.txt.

    Exit codes: 0 done; 2 the scenario or a table has findings; 3 a needed shift is uncovered, a rule broken or a target
    not met (with --check); 4 what is fixed breaks rules; 130 interrupted: the best roster so far is kept.
    """
    from careplan.cli.running import end, ready_scenario, width_of_screen
    from careplan.cli.workbooks import workbook_wanted
    from careplan.planning.rosters.horizon import over_its_weeks
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.roster_files import calendars, forget_calendars
    from careplan.reporting.rosters import roster_text
    from careplan.reporting.workbook.rostered import book_of_roster

    if given is not None and keep is not None:
        both = "takes a roster as it is, and --keep finds the days a table leaves open; give one of them"
        raise typer.BadParameter(both, param_hint="--from")
    flags = {"--weeks": ("rosters.weeks", weeks)}
    ready = ready_scenario(
        scenario, overrides, seed=seed, engine=engine, levers=levers, needs_staffing=False, flags=flags
    )
    workbook = workbook_wanted(xlsx, also)
    read = over_its_weeks(ready)
    if given is None:
        run = _found(ready, read, shifts, keep, solver_seconds, replications if play else 0)
    else:
        from careplan.planning.rosters.coverage import needs_in
        from careplan.planning.rosters.edited import read_named_roster

        edited = read_named_roster(given, read)
        needs = None if shifts is None else needs_in(ready, shifts)
        run = _played(read, edited, replications if play else 0, is_given=True, needs=needs)
    folder = out if out is not None else Path("results") / f"{read.name}-roster"
    book = book_of_roster(run)
    files = _files(run, book)
    people = {f"calendars/{name}": text for name, text in calendars(run.roster, read).items()}
    write_folder(folder, people | files)
    forget_calendars(folder / "calendars", people)
    if workbook is not None:
        workbook.write(book)
    if as_json:
        typer.echo(json_text(_document(run, book, [*files, "calendars"])), nl=False)
    else:
        written = f"Written to {folder}/: {', '.join(files)}, calendars/."
        written += "" if xlsx is None else f" Workbook: {xlsx}."
        typer.echo(roster_text(run, width_of_screen(), written=written))
    end(interrupted=run.is_partial, check=check, targets_met=run.is_sound)


def _found(
    ready: Scenario,
    read: Scenario,
    shifts: Path | None,
    keep: Path | None,
    solver_seconds: float,
    replications: int | None,
) -> Rostered:
    """Find a roster and play it; if the search is interrupted, the best so far is not played."""
    from dataclasses import replace

    from careplan.cli.running import Interrupts, say_if_compiling
    from careplan.planning.rosters.assign import find_roster
    from careplan.planning.rosters.keeping import read_kept
    from careplan.reporting.progress import Progress
    from careplan.scenario.persons import members_of

    members = members_of(ready.people)
    kept = None if keep is None else read_kept(keep, read)
    say_if_compiling(ready.run.engine)
    with Interrupts() as interrupts, Progress() as progress:
        found = find_roster(
            ready,
            shifts=shifts,
            people=members if kept is None else kept.settled(members, read),
            solver_seconds=solver_seconds,
            progress=lambda stage: progress(stage.name, stage.fraction),
        )
    if kept is not None:
        found = replace(found, roster=kept.put_into(found.roster, members))
    if interrupts.any:
        found, replications = replace(found, is_partial=True), 0
    return replace(_played(read, found.roster, replications, is_given=False), found=found)


def _played(
    scenario: Scenario,
    named: NamedRoster,
    replications: int | None,
    *,
    is_given: bool,
    needs: Needs | None = None,
) -> Rostered:
    """Check a roster and, unless ``replications`` is 0, play it; if interrupted, as far as it came."""
    from careplan.cli.running import say_if_compiling
    from careplan.planning.rosters.checking import broken_rules
    from careplan.planning.rosters.coverage import with_uncovered
    from careplan.reporting.progress import Progress
    from careplan.reporting.rosters import Rostered
    from careplan.study.rosters import play_roster

    if needs is not None:
        named = with_uncovered(named, scenario, needs)
    broken = broken_rules(named, scenario)
    run, was_stopped = None, False
    if replications != 0:
        say_if_compiling(scenario.run.engine)
        try:
            with Progress() as progress:
                run = play_roster(
                    scenario,
                    named,
                    replications=replications,
                    on_done=lambda done, total: progress(f"playing the roster, {done} of {total}", done / total),
                )
        except KeyboardInterrupt:  # no replication is finished; the roster is there all the same
            was_stopped = True
    needed = None if needs is None else int(needs.people.sum())
    return Rostered(scenario, named, broken, run, is_given, needed=needed, was_stopped=was_stopped)


def _files(run: Rostered, book: Book) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.planning.rosters.paying import on_duty_with_breaks
    from careplan.reporting.files import json_text, roster_csv
    from careplan.reporting.roster_files import EXCEL_MARK, people_csv
    from careplan.reporting.rosters import roster_text
    from careplan.reporting.simulation import WIDEST

    files: dict[str, Content] = {
        "people.csv": EXCEL_MARK + people_csv(run.roster, run.scenario),
        "roster.csv": roster_csv(on_duty_with_breaks(run.roster, run.scenario), run.scenario),
        "report.txt": roster_text(run, WIDEST) + "\n",
    }
    files["roster.json"] = json_text(_document(run, book, [*files, "roster.json", "calendars"]))
    return files


def _document(run: Rostered, book: Book, files: Iterable[str]) -> dict[str, Any]:
    from careplan.reporting.plots.gather import of_report
    from careplan.reporting.rosters import roster_dict

    found = roster_dict(run, files=list(files)) | {"workbook": book.to_dict()}
    if run.run is None:
        return found
    pictures = of_report(run.run.simulated, what="a roster of people, with absence", is_partial=run.is_partial)
    return found | {"pictures": pictures.to_dict()}
