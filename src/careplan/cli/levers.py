"""``careplan levers``: which of the things one might do helps most."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careplan.cli.options import AsJson, EngineOption, Levers, Overrides, ScenarioFile, Seed, out_folder

if TYPE_CHECKING:
    from careplan.planning.ranking import LeverRanking
    from careplan.reporting.folder import Content
    from careplan.scenario.models import Scenario


def levers(
    scenario: ScenarioFile,
    overrides: Overrides = None,
    pulled: Levers = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="NAME", help="Try this lever only. May be repeated.")
    ] = None,
    rounds: Annotated[
        int,
        typer.Option("--rounds", min=2, help="How often each plan is searched: more tell smaller savings from chance."),
    ] = 4,
    replications: Annotated[
        int | None,
        typer.Option("--replications", min=2, help="On which the unchanged staffing is played (default: at least 20)."),
    ] = None,
    seed: Seed = None,
    engine: EngineOption = None,
    out: Annotated[Path | None, out_folder("Write levers.csv, levers.json and report.txt.")] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the ranking as CSV instead of text.")] = False,
    as_json: AsJson = False,
    listed: Annotated[
        bool, typer.Option("--list", help="Only show the levers there are, as they stand in a scenario file.")
    ] = False,
) -> None:
    """Try each lever of the scenario alone on the same customers; rank them by agents and cost saved.

    Levers stand in the scenario under levers; without that section the standard ones that fit are tried, each with its
    source. With --lever NAME that lever is pulled first, and the others are ranked on top of it.

    Exit codes: 0 done; 2 the scenario has findings; 4 no plan can meet the targets as things are; 130 interrupted: the
    levers that were finished are ranked.
    """
    from careplan.cli.running import end, ready_scenario, width_of_screen
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.levers import levers_csv, levers_dict, levers_text

    if as_csv and as_json:
        raise typer.BadParameter("goes without --json: one of the two is printed", param_hint="--csv")
    if listed:
        _list(scenario, overrides, pulled)
        return
    read = ready_scenario(scenario, overrides, seed=seed, engine=engine, levers=pulled)
    ranking, interrupted = _ranked(read, only, pulled or [], rounds, replications)
    files: list[str] = []
    if out is not None:
        content = _files(ranking)
        write_folder(out, content)
        files = list(content)
    if as_json:
        typer.echo(json_text(levers_dict(ranking, files=files)), nl=False)
    elif as_csv:
        typer.echo(levers_csv(ranking), nl=False)
    else:
        written = "" if out is None else f"Written to {out}/: {', '.join(files)}."
        typer.echo(levers_text(ranking, width_of_screen(), written=written))
    end(interrupted=interrupted or ranking.is_partial)


def _list(path: Path, overrides: list[str] | None, pulled: list[str] | None) -> None:
    """Print the levers of a scenario."""
    from careplan.reporting.levers import levers_yaml
    from careplan.scenario.files import read_scenario
    from careplan.scenario.pulling import levers_of

    scenario = read_scenario(path, overrides=overrides or ())
    for name in pulled or ():
        scenario = scenario.with_lever(name)
    if not scenario.levers:
        typer.echo(f"# {path} names no levers; these are the standard ones that fit it.")
    typer.echo(levers_yaml({name: node.plain() for name, node in levers_of(scenario).items()}), nl=False)


def _ranked(
    scenario: Scenario, only: list[str] | None, pulled: list[str], rounds: int, replications: int | None
) -> tuple[LeverRanking, bool]:
    """Rank the levers, those already pulled left out; and whether there was an interrupt."""
    from careplan.cli.running import Interrupts, say_if_compiling
    from careplan.planning.levers import levers as rank
    from careplan.reporting.progress import Progress
    from careplan.scenario.pulling import levers_of

    names = only or [name for name in levers_of(scenario) if name not in pulled]
    say_if_compiling(scenario.run.engine)
    with Interrupts() as interrupts, Progress() as progress:
        ranking = rank(
            scenario,
            only=names,
            rounds=rounds,
            replications=replications,
            progress=lambda stage: progress(stage.name, stage.fraction),
        )
    return ranking, interrupts.any


def _files(ranking: LeverRanking) -> dict[str, Content]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.reporting.files import json_text
    from careplan.reporting.levers import levers_csv, levers_dict, levers_text
    from careplan.reporting.simulation import WIDEST

    files: dict[str, Content] = {"levers.csv": levers_csv(ranking), "report.txt": levers_text(ranking, WIDEST) + "\n"}
    files["levers.json"] = json_text(levers_dict(ranking, files=[*files, "levers.json"]))
    return files
