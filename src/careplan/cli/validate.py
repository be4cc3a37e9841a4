"""``careplan validate``: check scenario files without running them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from careplan.cli.options import Overrides


def validate(
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Scenario files (YAML).")],
    overrides: Overrides = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the findings as JSON.")] = False,
) -> None:
    """Check scenario files; show every fault with its line.

    Prints a line for each sound file, its warnings, and every finding of the others. Exit code 2 when there is a
    finding; warnings do not count.
    """
    from careplan.errors import Finding, ScenarioError
    from careplan.scenario.files import read_scenario
    from careplan.scenario.warnings import warnings_of

    reports = []
    failed = False
    for file in files:
        try:
            scenario = read_scenario(file, overrides=overrides or ())
        except ScenarioError as error:
            failed = True
            findings = [finding for finding in error.findings if isinstance(finding, Finding)]
            reports.append({"file": str(file), "ok": False, "findings": [_plain(f) for f in findings], "warnings": []})
            lines = [str(error)]
        else:
            cautions = warnings_of(scenario)
            plain = [{"kind": type(caution).__name__, **_plain(caution.finding)} for caution in cautions]
            report = {
                "file": str(file),
                "ok": True,
                "digest": scenario.digest,
                "findings": [],
                "warnings": plain,
            }
            reports.append(report)
            lines = [f"{file}: ok ({len(cautions) or 'no'} warning{'' if len(cautions) == 1 else 's'})"]
            lines += [
                f"  {caution.finding.place}  {caution.finding.path}  {caution.finding.message}" for caution in cautions
            ]
        if not as_json:
            typer.echo("\n".join(lines))
    if as_json:
        import json

        typer.echo(json.dumps(reports, indent=2, ensure_ascii=False))
    if failed:
        raise typer.Exit(2)


def _plain(finding: object) -> dict[str, object]:
    from dataclasses import asdict

    return asdict(finding)  # type: ignore[call-overload,no-any-return]
