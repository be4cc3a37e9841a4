"""Arguments that several commands share."""

from __future__ import annotations

import os
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer


class EngineName(StrEnum):
    """The engines; both give the same trace."""

    compiled = "compiled"
    reference = "reference"


class PeriodName(StrEnum):
    """What a table over time may go by."""

    interval = "interval"
    hour = "hour"
    hour_of_week = "hour_of_week"
    day = "day"
    week = "week"


ScenarioFile: TypeAlias = Annotated[Path, typer.Argument(metavar="SCENARIO", help="The scenario file (YAML).")]
"""One scenario file."""
Overrides: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a value, such as queues.chat.concurrency=4. May be repeated.",
    ),
]
"""``--set path=value``, any number of times; None when not given."""
Levers: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--lever",
        metavar="NAME",
        help="Pull a lever of the scenario (see careplan levers). May be repeated; they add up in order.",
    ),
]
"""``--lever NAME``, any number of times; None when not given."""
AsJson: TypeAlias = Annotated[
    bool, typer.Option("--json", help="Print the answer as one JSON document instead of text.")
]
"""``--json``."""
Seed: TypeAlias = Annotated[
    int | None, typer.Option("--seed", min=0, help="Seed of all luck (default: the scenario's run.seed).")
]
"""``--seed``; None when not given."""
Replications: TypeAlias = Annotated[
    int | None,
    typer.Option("--replications", min=1, help="How often the world is played (default: the scenario's)."),
]
"""``--replications``; None when not given."""
EffortTimes: TypeAlias = Annotated[
    float,
    typer.Option("--effort", min=0.1, help="Play so many times as much as usual, such as 10, or 0.5 for a quick look."),
]
"""``--effort``; 1 is usual."""
EngineOption: TypeAlias = Annotated[
    EngineName | None,
    typer.Option(
        "--engine",
        help="The engine; both give the same numbers (default: the scenario's).",
    ),
]
"""``--engine``; None when not given."""
FcrWindow: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--fcr-window",
        metavar="DURATION",
        help="Solved, and contained for good, if the customer is not back within so long, such as 7d "
        "(default: the scenario's run.solved_within).",
    ),
]
"""``--fcr-window``; None when not given."""
AllDefinitions: TypeAlias = Annotated[
    bool,
    typer.Option("--definitions", help="Show every published definition of the service level, side by side."),
]
"""``--definitions``."""
Within: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--within", metavar="DURATION", help="With --definitions: a further threshold, such as 20s. May be repeated."
    ),
]
"""``--within``, any number of times; None when not given."""
ShortAbandons: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--short-abandons",
        metavar="DURATION",
        help="With --definitions: who leaves within so long is a short abandon (default: 5 s).",
    ),
]
"""``--short-abandons``; None when not given."""
ByQueue: TypeAlias = Annotated[
    bool,
    typer.Option("--by-queue", help="With --definitions: also by queue (unasked where there are several channels)."),
]
"""``--by-queue``."""
Xlsx: TypeAlias = Annotated[
    Path | None,
    typer.Option("--xlsx", metavar="FILE", help="Also write a workbook with live formulas, such as plan.xlsx."),
]
"""``--xlsx``; None when not given."""
Also: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(
        "--also",
        metavar="RESULT",
        help="With --xlsx: join the result of another command, a folder or its JSON document. May be repeated.",
    ),
]
"""``--also``, any number of times; None when not given."""
Check: TypeAlias = Annotated[
    bool, typer.Option("--check", help="Exit with code 3 if a target is not met (for scripts).")
]
"""``--check``."""
Precision: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--precision",
        metavar="WIDTH",
        help="Play until every target's 95 % interval is this narrow: 0.5pp (± half a point), or 2 min for the mean "
        "first reply.",
    ),
]
"""``--precision``; None when not given."""
MaxReplications: TypeAlias = Annotated[
    int | None,
    typer.Option("--max-replications", min=1, help="With --precision: replications at most (default: 10000)."),
]
"""``--max-replications``; None when not given."""


def out_folder(help: str) -> Any:
    """Return the option ``--out DIR``: a folder that can be made, which is seen to before the work begins."""
    return typer.Option("--out", metavar="DIR", help=help, callback=_can_be_made)


def _can_be_made(folder: Path | None) -> Path | None:
    there = folder
    while there is not None and not there.exists() and there != there.parent:
        there = there.parent
    if there is not None and not there.is_dir():
        raise typer.BadParameter(
            f"{there} is a file; expected a folder for the results. Choose another", param_hint="--out"
        )
    if there is not None and not os.access(there, os.W_OK | os.X_OK):
        raise typer.BadParameter(f"{there} cannot be written to; choose another folder", param_hint="--out")
    return folder
