"""Arguments that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

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
