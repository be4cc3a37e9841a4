"""``careplan schema``: what an editor needs to complete and check scenario files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file instead of printing.")
    ] = None,
) -> None:
    """Print the JSON Schema of scenario files, for editors.

    In VS Code with the YAML extension, save it as careplan.schema.json and begin a scenario with:
    # yaml-language-server: $schema=careplan.schema.json
    """
    import json

    from careplan.scenario.schema import scenario_schema

    text = json.dumps(scenario_schema(), indent=2, ensure_ascii=False) + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        from careplan.saving import write_atomically

        write_atomically(output, text)
