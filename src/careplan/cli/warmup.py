"""``careplan warmup``: compile the engine before it is needed."""

from __future__ import annotations

import typer

from careplan.cli.options import AsJson


def warmup(as_json: AsJson = False) -> None:
    """Compile the engine now, so that the first run does not wait for it.

    The code is kept on disk: beside the package, or in your cache folder where that is read-only.
    """
    from careplan.cli.running import can_compile, say_if_compiling
    from careplan.reporting.files import json_text
    from careplan.reporting.words import duration

    if not can_compile():
        if as_json:
            typer.echo(json_text({"careplan_warmup": 1, "engine": "reference", "compiled": False}), nl=False)
        else:
            typer.echo(
                "numba is not installed, so nothing can be compiled: the reference engine will be used,\n"
                "slower and with the same numbers. To have the compiled one: pip install numba"
            )
        return
    say_if_compiling("compiled")
    from careplan.engine.fast.warm import warm_up

    done = warm_up()
    if as_json:
        document = {
            "careplan_warmup": 1,
            "engine": "compiled",
            "compiled": not done.was_ready,
            "seconds": round(done.seconds, 3),
            "folder": str(done.folder),
            "worlds": list(done.worlds),
        }
        typer.echo(json_text(document), nl=False)
        return
    what = "the engine was compiled before; loaded" if done.was_ready else "compiled the engine"
    typer.echo(
        f"{what} in {duration(done.seconds)}, by playing {len(done.worlds)} tiny worlds ({', '.join(done.worlds)})\n"
        f"the code lies in {done.folder}"
    )
