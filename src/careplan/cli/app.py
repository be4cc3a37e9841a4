"""The app ``careplan``: which commands there are, and what happens to errors.

Comes in: the arguments. Goes out: an exit code: 0 when all is well, 2 for what the user can mend (a
``CareplanError``, printed without a traceback, or wrong usage), 3 when a target is not met (with ``--check``), 4 when
no plan can meet the targets, 130 when interrupted. Anything else is our bug and keeps its traceback. A command's
module is imported when the command is called, so that help stays quick.
"""

from __future__ import annotations

import shlex
from contextvars import ContextVar
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from careplan.errors import CareplanError, InfeasibleError

COMMANDS = {
    "new": ("careplan.cli.new", "Write a commented scenario to start from."),
    "validate": ("careplan.cli.validate", "Check scenario files; show every fault with its line."),
    "staff": ("careplan.cli.staff", "How many agents it takes: the least with which every target holds."),
    "shifts": ("careplan.cli.shifts", "How many people begin each legal shift, so that every target holds."),
    "cover": ("careplan.cli.cover", "Fewest people who hold seats round the clock, and how they take turns."),
    "roster": ("careplan.cli.roster", "Who works when: named people get the shifts needed, within every rule."),
    "capacity": ("careplan.cli.capacity", "How many people over months to years, whom to hire when, and the cost."),
    "levers": ("careplan.cli.levers", "Which of the things one might do helps most."),
    "simulate": ("careplan.cli.simulate", "How the staffing as written does."),
    "cost": ("careplan.cli.cost", "What a staffing costs, line by line, and what its service is worth."),
    "explain-brand": ("careplan.cli.explain_brand", "Which staffings are consistent with a brand's published figures."),
    "replay": ("careplan.cli.replay", "Play given cases on a given roster."),
    "sweep": ("careplan.cli.sweep", "The same world at several values of something."),
    "plot": ("careplan.cli.plot", "Draw a result: service by hour, who is on duty, backlog, waits, trade-off."),
    "warmup": ("careplan.cli.warmup", "Compile the engine now, so that the first run does not wait."),
    "schema": ("careplan.cli.schema", "Print the JSON Schema of scenario files, for editors."),
}
"""Command → (module, summary). The module has a function named as the command (``-`` becomes ``_``)."""


COMMAND_LINE: ContextVar[str] = ContextVar("command line", default="")
"""The command line as it was given."""


class LazyGroup(TyperGroup):
    """A group that knows its commands by name, and imports one when it is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, in the order of a planner's day."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Import a command, or return None for an unknown name."""
        if cmd_name not in COMMANDS:
            return None
        module, summary = COMMANDS[cmd_name]
        alone = typer.Typer(add_completion=False, rich_markup_mode=None)
        function = getattr(import_module(module), cmd_name.replace("-", "_"))
        alone.command(name=cmd_name, short_help=summary)(function)
        command = typer.main.get_command(alone)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Keep the command line as it was given: workbooks say it."""
        COMMAND_LINE.set(shlex.join(["careplan", *args]))
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run the command; print what the user can mend, without a traceback."""
        try:
            return super().invoke(ctx)
        except CareplanError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(4 if isinstance(error, InfeasibleError) else 2) from None
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(130) from None


app = typer.Typer(
    name="careplan",
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from careplan import __version__

        typer.echo(f"careplan {__version__}")
        raise typer.Exit()


@app.callback(no_args_is_help=True)
def careplan(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Simulate and staff customer care on social media, chat, e-mail and phone."""


def main() -> None:
    """Run the command line; the entry point of the package."""
    app(prog_name="careplan")
