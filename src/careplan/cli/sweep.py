"""``careplan sweep``: the same world at several values of something."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from careplan.cli.options import AsJson, EngineOption, Levers, Overrides, Replications, ScenarioFile, Seed, out_folder

if TYPE_CHECKING:
    from careplan.reporting.folder import Content
    from careplan.scenario.models import Scenario
    from careplan.study.sweep import Sweep


def sweep(
    scenario: ScenarioFile,
    over: Annotated[
        list[str] | None,
        typer.Option(
            "--over",
            metavar="PATH=VALUES",
            help="Vary a value: groups.care.headcount=2..12, or values with commas. May be repeated.",
        ),
    ] = None,
    staffing: Annotated[
        str | None,
        typer.Option("--staffing", metavar="SHARES", help="Vary the staffing as a whole, such as 80%..130%."),
    ] = None,
    roster: Annotated[
        Path | None, typer.Option("--roster", help="Who is on duty (CSV), such as a plan's; without it, as written.")
    ] = None,
    one_at_a_time: Annotated[
        bool, typer.Option("--one-at-a-time", help="Vary each path alone instead of every combination.")
    ] = False,
    overrides: Overrides = None,
    levers: Levers = None,
    replications: Replications = None,
    seed: Seed = None,
    engine: EngineOption = None,
    out: Annotated[Path | None, out_folder("Folder for sweep.csv and sweep.json.")] = None,
    as_json: AsJson = False,
) -> None:
    """Play the same customers at several values of something, and set the answers side by side.

    A range a..b has a step of 1, of 10 % between percentages, or the one behind a second "..", as in 20%..40%..5%.
    careplan plot DIR draws the trade-off. Exit codes: 0 done; 2 a path or a value is at fault; 130 interrupted: the
    points that were finished are kept.
    """
    from careplan.cli.running import end, ready_scenario, width_of_screen
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.sweeping import sweep_dict, sweep_text

    read = ready_scenario(scenario, overrides, seed=seed, replications=replications, engine=engine, levers=levers)
    run = _played(read, over or [], staffing, roster, one_at_a_time)
    if out is not None:
        write_folder(out, _files(run, read))
    if as_json:
        typer.echo(json_text(sweep_dict(run, read)), nl=False)
    else:
        typer.echo(sweep_text(run, width_of_screen()))
        if out is not None:
            typer.echo(f"\nWritten to {out}/")
    end(interrupted=run.is_partial)


def _played(
    scenario: Scenario, over: list[str], staffing: str | None, given: Path | None, one_at_a_time: bool
) -> Sweep:
    from careplan.cli.running import say_if_compiling
    from careplan.reporting.progress import Progress
    from careplan.study.sweep import sweep as play
    from careplan.workload.rosters import read_roster

    values, scales = _asked(over, staffing)
    roster = None if given is None else read_roster(given, scenario=scenario)
    say_if_compiling(scenario.run.engine)
    with Progress() as progress:
        return play(
            scenario,
            values,
            staffing=scales,
            roster=roster,
            one_at_a_time=one_at_a_time,
            on_done=lambda done, total: progress(f"simulating, {done} of {total}", done / total),
        )


def _asked(over: list[str], staffing: str | None) -> tuple[dict[str, list[Any]], list[str]]:
    """Read ``--over`` and ``--staffing``; everything wrong with them at once."""
    from careplan.cli.values import values_of
    from careplan.errors import CareplanError, UnitError, shown
    from careplan.scenario.nodes import parse_override

    found: dict[str, list[Any]] = {}
    scales: list[str] = []
    wrong = []
    for text in over:
        path, sign, listed = (part.strip() for part in text.partition("="))
        if not sign or not path:
            wrong.append(f"--over is {shown(text)}; expected path=values, such as groups.care.headcount=2..12")
        elif path in found:
            wrong.append(f"--over names {path} twice; put all its values into one")
        else:
            try:
                found[path] = [parse_override(value, f"--over {path}").plain() for value in values_of(listed)]
            except UnitError as error:
                wrong.append(f"--over {path} {error}")
                found[path] = []
    try:
        scales = [] if staffing is None else values_of(staffing)
    except UnitError as error:
        wrong.append(f"--staffing {error}")
    if not over and staffing is None:
        wrong.append("nothing to vary; give --over path=values, or --staffing 80%..130%")
    if wrong:
        raise CareplanError("command line", wrong)
    return found, scales


def _files(run: Sweep, scenario: Scenario) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the other."""
    from careplan.reporting.files import json_text
    from careplan.reporting.sweeping import sweep_dict

    files: dict[str, Content] = {"sweep.csv": run.to_frame().to_csv(index=False, lineterminator="\n")}
    files["sweep.json"] = json_text(sweep_dict(run, scenario, files=[*files, "sweep.json"]))
    return files
