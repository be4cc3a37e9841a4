"""``careplan plot``: a result as pictures."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from careplan.cli.options import AsJson, out_folder

if TYPE_CHECKING:
    from careplan.reporting.plots.data import Kind, Pictures


class KindName(StrEnum):
    """The kinds of pictures."""

    service = "service"
    duty = "duty"
    backlog = "backlog"
    waits = "waits"
    tradeoff = "tradeoff"
    price = "price"
    outlook = "outlook"


class Format(StrEnum):
    """What files are written."""

    png = "png"
    svg = "svg"
    both = "both"


def plot(
    result: Annotated[
        Path,
        typer.Argument(
            metavar="RESULT",
            help="A folder of results, or one of plan, report, sweep, roster, cover or capacity (.json).",
        ),
    ],
    only: Annotated[
        list[KindName] | None, typer.Option("--only", metavar="KIND", help="Only this picture. May be repeated.")
    ] = None,
    out: Annotated[Path | None, out_folder("Folder of the pictures (default: RESULT/plots).")] = None,
    format: Annotated[Format, typer.Option("--format", help="Files to write.")] = Format.both,
    as_json: AsJson = False,
) -> None:
    """Draw what a result holds: service by hour of the week, who is on duty, backlog, waits, trade-off, price, outlook.

    RESULT is what careplan staff, simulate, replay, sweep, cover or capacity wrote; nothing is simulated again. Kinds:
    service, duty, backlog, waits, tradeoff, price, outlook.

    Exit codes: 0 done; 2 there is no such result, or it lacks the picture asked for.
    """
    from careplan.reporting.files import json_text
    from careplan.reporting.folder import Content, write_folder
    from careplan.reporting.plots.data import KINDS
    from careplan.reporting.plots.folder import HOW_TO_GET, load

    held = load(result)
    kinds = _asked(result, held, [one.value for one in only or ()])
    folder = out if out is not None else (result if result.is_dir() else result.parent) / "plots"
    files: dict[str, Content] = {}
    said = []
    for kind in kinds:
        finding, written = _drawn(held[kind], kind, format)
        files |= written
        said.append({"kind": kind, "finding": finding, "files": [str(folder / name) for name in written]})
    write_folder(folder, files)
    rare = ("price", "outlook")
    is_alone = list(held) in (["tradeoff"], ["price"], ["outlook"])
    missing = {kind: HOW_TO_GET[kind] for kind in KINDS if not (kind in held or only or is_alone or kind in rare)}
    if as_json:
        typer.echo(json_text({"careplan_plot": 1, "pictures": said, "missing": missing}), nl=False)
        return
    for one in said:
        typer.echo(f"{one['finding']}\n  {', '.join(one['files'])}")
    for name, how in missing.items():
        typer.echo(f"no picture {name} in this result; to get it: {how}")


def _asked(result: Path, held: dict[Kind, Pictures], only: list[Kind]) -> list[Kind]:
    """The kinds to draw: those asked for, or all there are."""
    from careplan.errors import CareplanError
    from careplan.reporting.plots.folder import HOW_TO_GET

    wrong = [f"no picture {kind} in this result; to get it: {HOW_TO_GET[kind]}" for kind in only if kind not in held]
    if wrong:
        raise CareplanError(str(result), wrong)
    return list(dict.fromkeys(only)) if only else list(held)


def _drawn(data: Pictures, kind: Kind, format: Format) -> tuple[str, dict[str, bytes]]:
    """Draw a picture; return its finding and its files."""
    from careplan.reporting.plots.paper import png, svg
    from careplan.reporting.plots.plot import draw

    picture = draw(data, kind)
    files = {}
    if format != Format.svg:
        files[f"{kind}.png"] = png(picture)
    if format != Format.png:
        files[f"{kind}.svg"] = svg(picture)
    return picture.finding, files
