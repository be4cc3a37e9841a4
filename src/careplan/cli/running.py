"""What every command that runs an engine does alike: read, choose the engine, say what it is waiting for, end.

Comes in: options. Goes out: a scenario ready to run, lines on the error stream, an exit code. Left out: the answer.

Exit codes: 0 done; 2 the user's input is at fault; 3 done, and a target is not met (with ``--check``); 4 no plan can
meet the targets; 130 interrupted, with what was finished kept.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import FrameType

    from careplan.metrics.definitions import Definitions
    from careplan.metrics.periods import By
    from careplan.metrics.precision import Wanted
    from careplan.scenario.models import Scenario

NOT_MET = 3
INTERRUPTED = 130


def ready_scenario(
    path: Path,
    overrides: list[str] | None,
    *,
    seed: int | None = None,
    replications: int | None = None,
    engine: str | None = None,
    solved_within: str | None = None,
    levers: list[str] | None = None,
    needs_staffing: bool = True,
    flags: Mapping[str, tuple[str, object]] | None = None,
) -> Scenario:
    """Return the scenario with what the command line changes, levers pulled in order, and an engine that can run here;
    say its warnings: without ``needs_staffing`` not that nobody is on duty. ``flags``: further ones, with the path and
    value each stands for (None: not given).
    """
    from careplan.scenario.files import read_scenario
    from careplan.scenario.warnings import NobodyOnDuty, warnings_of

    wished: dict[str, tuple[str, object]] = {
        "--seed": ("run.seed", seed),
        "--replications": ("run.replications", replications),
        "--engine": ("run.engine", engine),
        "--fcr-window": ("run.solved_within", solved_within),
        **(flags or {}),
    }
    given = {flag: (key, str(value)) for flag, (key, value) in wished.items() if value is not None}
    scenario = read_scenario(path, overrides=overrides or (), flags=given)
    for name in levers or ():
        scenario = scenario.with_lever(name)
    for caution in warnings_of(scenario):
        if needs_staffing or not isinstance(caution, NobodyOnDuty):
            typer.echo(f"warning: {caution.finding}", err=True)
    if scenario.run.engine == "compiled" and not can_compile():
        typer.echo("numba is not installed: the reference engine is used (slower, the same numbers)", err=True)
        scenario = scenario.with_changes({"run.engine": "reference"})
    return scenario


def definitions_of(
    definitions: bool, within: list[str] | None, short_abandons: str | None, by_queue: bool
) -> Definitions | None:
    """Return what ``--definitions`` and the options that go with it ask for; None without it.

    Raises
    ------
    typer.BadParameter
        If an option that goes with it stands alone, or is no duration.
    """
    from careplan.errors import UnitError
    from careplan.metrics.definitions import SHORT_MS, Definitions
    from careplan.units import parse_duration

    def ms(option: str, text: str) -> int:
        try:
            return parse_duration(text)
        except UnitError as error:
            raise typer.BadParameter(str(error), param_hint=option) from None

    given = {"--within": within, "--short-abandons": short_abandons, "--by-queue": by_queue}
    if not definitions:
        for option, value in given.items():
            if value:
                raise typer.BadParameter("goes with --definitions", param_hint=option)
        return None
    return Definitions(
        tuple(dict.fromkeys(ms("--within", text) for text in within or ())),
        SHORT_MS if short_abandons is None else ms("--short-abandons", short_abandons),
    )


def width_wanted(precision: str) -> Wanted:
    """Read ``--precision``."""
    from careplan.errors import CareplanError, UnitError
    from careplan.metrics.precision import Wanted

    try:
        return Wanted.of(precision)
    except UnitError as error:
        raise CareplanError("command line", [f"--precision {error}"]) from None


def can_compile() -> bool:
    """Whether the compiled engine can run here."""
    from careplan.engine.simulate import has_numba

    return has_numba()


def say_if_compiling(engine: str) -> None:
    """Say that the first run takes longer, if it does."""
    if engine != "compiled":
        return
    from careplan.engine.fast.cache import code_is_ready
    from careplan.engine.fast.warm import COLD_S

    if not code_is_ready():
        typer.echo(f"compiling the engine, once, about {COLD_S} s", err=True)


class Interrupts:
    """Notes whether Ctrl-C came while the ``with`` block lasts; it raises ``KeyboardInterrupt`` as ever.

    Work below may catch an interrupt, keep what it has and go on to the end; the exit code still has to say so.
    """

    def __init__(self) -> None:
        self.any = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        import signal

        def noted(number: int, frame: FrameType | None) -> None:
            self.any = True
            raise KeyboardInterrupt

        with suppress(ValueError):  # only the main thread may listen, and elsewhere nobody presses keys
            self._before = signal.signal(signal.SIGINT, noted)
        return self

    def __exit__(self, *error: object) -> None:
        import signal

        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)


def usual_period(scenario: Scenario) -> By:
    """Return what a table over time goes by unless asked: days, or weeks where there are many days."""
    return "day" if scenario.calendar.horizon <= 14 else "week"


def width_of_screen() -> int:
    """Return how wide text may be: the terminal's width, from 60 to 100; 80 where there is none."""
    from shutil import get_terminal_size

    return min(100, max(60, get_terminal_size((80, 24)).columns))


def end(*, interrupted: bool = False, check: bool = False, targets_met: bool = True) -> None:
    """End with the exit code that fits."""
    if interrupted:
        raise typer.Exit(INTERRUPTED)
    if check and not targets_met:
        raise typer.Exit(NOT_MET)
