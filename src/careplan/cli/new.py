"""``careplan new``: a commented scenario to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def new(
    path: Annotated[Path, typer.Argument(help="The file to write.")] = Path("scenario.yaml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that exists.")] = False,
) -> None:
    """Write a commented scenario to start from."""
    from careplan.errors import CareplanError
    from careplan.saving import write_atomically
    from careplan.scenario.template import template_text

    if path.exists() and not force:
        raise CareplanError(f"{path} exists; choose another name, or overwrite it with --force")
    write_atomically(path, template_text())
    typer.echo(f"wrote {path}; check it with: careplan validate {path}")
