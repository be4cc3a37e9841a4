"""``careplan explain-brand``: which staffings are consistent with a brand's published figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careplan.cli.options import AsJson, EngineOption, Overrides, ScenarioFile, Seed, out_folder

if TYPE_CHECKING:
    from careplan.planning.explanation import Explanation
    from careplan.scenario.models import Scenario


def explain_brand(
    scenario: ScenarioFile,
    answered: Annotated[
        str | None, typer.Option("--answered", metavar="SHARE", help="Published share answered, such as '94.14 %'.")
    ] = None,
    mean_response: Annotated[
        str | None,
        typer.Option("--mean-response", metavar="TIME", help="Published mean first response, such as '27 min'."),
    ] = None,
    share_within: Annotated[
        str, typer.Option("--share-within", metavar="SHARE", help="How far the share may be off: '2 %' is two points.")
    ] = "2 %",
    time_within: Annotated[
        str, typer.Option("--time-within", metavar="SHARE", help="How far the time may be off, as a share of it.")
    ] = "10 %",
    hours: Annotated[
        list[str] | None,
        typer.Option(
            "--hours", help="Hours of duty to try, such as 'mon-sat 08:00-20:00' (default: usual ones). Repeatable."
        ),
    ] = None,
    volume: Annotated[
        list[str] | None,
        typer.Option("--volume", metavar="SHARE", help="Volume to try, of the scenario's ('50 %'). Repeatable."),
    ] = None,
    expires_after: Annotated[
        str | None,
        typer.Option("--expires-after", metavar="TIME", help="How long messages are kept, instead of solving for it."),
    ] = None,
    because: Annotated[
        list[str] | None,
        typer.Option("--because", help="Why not all is answered: expired or unread (default: both). Repeatable."),
    ] = None,
    group: Annotated[str | None, typer.Option("--group", help="Whose staffing is unknown.")] = None,
    queues: Annotated[
        list[str] | None, typer.Option("--queue", help="A queue the publisher looked at (default: all). Repeatable.")
    ] = None,
    overrides: Overrides = None,
    replications: Annotated[
        int | None, typer.Option("--replications", min=2, help="Fresh replications each staffing is judged on.")
    ] = None,
    search_replications: Annotated[
        int | None,
        typer.Option("--search-replications", min=2, help="Replications searched with (default: as the volume asks)."),
    ] = None,
    seed: Seed = None,
    engine: EngineOption = None,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE", help="Write the scenario of one row, with base:, here.")
    ] = None,
    row: Annotated[int, typer.Option("--row", min=1, help="Which row --write takes.")] = 1,
    out: Annotated[
        Path | None,
        out_folder("Folder for explanation.json and staffings.csv."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say which staffings reproduce a brand's published share answered and mean first response.

    Volume and staff of brands are hardly ever published; they are solved for here. The scenario says how customers
    write, what an answer takes and how much one agent has in hand; tried are hours of duty, numbers of agents, how long
    a message stays worth answering, and shares that are never looked at.

    Exit codes: 0 done; 2 the input is at fault; 4 nothing tried fits: the nearest misses are named; 130 interrupted:
    what was found is kept.
    """
    from careplan.cli.running import end, ready_scenario, width_of_screen
    from careplan.reporting.explaining import explanation_dict, explanation_text
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import write_folder
    from careplan.reporting.variant import variant_yaml
    from careplan.saving import write_atomically

    if write is not None and overrides:
        raise typer.BadParameter(
            "a variant has the file as its base, not what --set changed: write that into a file first",
            param_hint="--write",
        )
    if write is not None and not write.absolute().parent.is_dir():  # said before the search, not after it
        raise typer.BadParameter(f"{write.parent} is no folder; make it first", param_hint="--write")
    read = ready_scenario(scenario, overrides, seed=seed, engine=engine)
    found = _explained(
        read,
        answered=answered,
        mean_response=mean_response,
        share_within=share_within,
        time_within=time_within,
        hours=hours,
        volumes=volume or ("100 %",),
        because=because,
        expires_after=expires_after,
        group=group,
        queues=queues,
        replications=replications,
        search_replications=search_replications,
    )
    typer.echo(
        json_text(explanation_dict(found, read)) if as_json else explanation_text(found, width_of_screen()) + "\n",
        nl=False,
    )
    is_there = not found.is_partial or row <= len(found.staffings)
    variant = variant_yaml(read, found, row, write) if write is not None and is_there else None
    places = []
    if out is not None:
        places.append(f"{write_folder(out, _files(found, read))}/")
    if write is not None and variant is not None:
        places.append(str(write_atomically(write, variant)))
    if places and not as_json:
        typer.echo(f"\nWritten to {' and '.join(places)}")
    end(interrupted=found.is_partial)


def _explained(scenario: Scenario, **asked: object) -> Explanation:
    from careplan.cli.running import say_if_compiling
    from careplan.planning.explaining import explain_brand as explain
    from careplan.reporting.progress import Progress

    say_if_compiling(scenario.run.engine)
    with Progress() as progress:
        return explain(scenario, progress=progress, **asked)  # type: ignore[arg-type]


def _files(found: Explanation, scenario: Scenario) -> dict[str, str]:
    """What goes into the folder; the JSON document last, since it speaks for the others."""
    from careplan.reporting.explaining import explanation_csv, explanation_dict, explanation_text
    from careplan.reporting.files import json_text
    from careplan.reporting.simulation import WIDEST

    files = {"staffings.csv": explanation_csv(found), "report.txt": explanation_text(found, WIDEST) + "\n"}
    files["explanation.json"] = json_text(explanation_dict(found, scenario, files=[*files, "explanation.json"]))
    return files
