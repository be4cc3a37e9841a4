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
)

if TYPE_CHECKING:
    from careplan.planning.rosters.duties import NamedRoster
    from careplan.reporting.folder import Content
    from careplan.reporting.rosters import Rostered
    from careplan.reporting.workbook.data import Book
    from careplan.scenario.models import Scenario


def roster(
    scenario: ScenarioFile,
    given: Annotated[
        Path,
        typer.Option("--from", metavar="FILE", help="Take an edited roster (people.csv, or a workbook) as it is."),
    ],
    overrides: Overrides = None,
    levers: Levers = None,
    replications: Replications = None,
    play: Annotated[bool, typer.Option("--play/--no-play", help="Play it, with absence drawn.")] = True,
    seed: Seed = None,
    engine: EngineOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the result (default: results/NAME-roster).")
    ] = None,
    xlsx: Xlsx = None,
    also: Also = None,
    as_json: AsJson = False,
    check: Check = False,
) -> None:
    """Read an edited roster of the scenario's people, check it against every rule, and play it with absence.

    Written to a folder: people.csv (a row a person and day, to edit and give back with --from), roster.csv (who is on
    duty, for careplan simulate --roster), calendars/PERSON.ics, roster.json, report.txt.

    Exit codes: 0 done; 2 the scenario or the table has findings; 3 a rule is broken or a target is not met (with
    --check); 130 interrupted: what was played so far is kept.
    """
    from careplan.cli.running import end, ready_scenario, width_of_screen
    from careplan.cli.workbooks import workbook_wanted
    from careplan.planning.rosters.edited import read_named_roster
    from careplan.planning.rosters.horizon import over_its_weeks
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.roster_files import calendars
    from careplan.reporting.rosters import roster_text
    from careplan.reporting.workbook.rostered import book_of_roster

    ready = ready_scenario(scenario, overrides, seed=seed, engine=engine, levers=levers, needs_staffing=False)
    workbook = workbook_wanted(xlsx, also)
    read = over_its_weeks(ready)
    run = _played(read, read_named_roster(given, read), replications if play else 0, is_given=True)
    folder = out if out is not None else Path("results") / f"{read.name}-roster"
    book = book_of_roster(run)
    files = _files(run, book)
    write_folder(folder / "calendars", dict(calendars(run.roster, read)))
    write_folder(folder, files)
    if workbook is not None:
        workbook.write(book)
    if as_json:
        typer.echo(json_text(_document(run, book, [*files, "calendars"])), nl=False)
    else:
        written = f"Written to {folder}/: {', '.join(files)}, calendars/."
        written += "" if xlsx is None else f" Workbook: {xlsx}."
        typer.echo(roster_text(run, width_of_screen(), written=written))
    end(interrupted=run.is_partial, check=check, targets_met=run.is_sound)


def _played(scenario: Scenario, named: NamedRoster, replications: int | None, *, is_given: bool) -> Rostered:
    """Check a roster and, unless ``replications`` is 0, play it; if interrupted, as far as it came."""
    from careplan.cli.running import say_if_compiling
    from careplan.planning.rosters.checking import broken_rules
    from careplan.reporting.progress import Progress
    from careplan.reporting.rosters import Rostered
    from careplan.study.rosters import play_roster

    run = None
    if replications != 0:
        say_if_compiling(scenario.run.engine)
        with Progress() as progress:
            run = play_roster(
                scenario,
                named,
                replications=replications,
                on_done=lambda done, total: progress(f"playing the roster, {done} of {total}", done / total),
            )
    return Rostered(scenario, named, broken_rules(named, scenario), run, is_given)


def _files(run: Rostered, book: Book) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.planning.rosters.horizon import played_roster
    from careplan.reporting.files import json_text, roster_csv
    from careplan.reporting.roster_files import EXCEL_MARK, people_csv
    from careplan.reporting.rosters import roster_text
    from careplan.reporting.simulation import WIDEST

    files: dict[str, Content] = {
        "people.csv": EXCEL_MARK + people_csv(run.roster, run.scenario),
        "roster.csv": roster_csv(played_roster(run.roster, run.scenario), run.scenario),
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
