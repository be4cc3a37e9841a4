"""How far a long piece of work is, on the error stream, so that what is printed stays clean.

Comes in: calls ``(what, fraction)`` from the work. Goes out: on a terminal a bar with an estimate of what is left;
elsewhere a line about every ten seconds. Work that ends within two seconds shows nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TextIO

from careplan.reporting.words import duration

if TYPE_CHECKING:
    from types import TracebackType

    from rich.progress import Progress as Bar
    from rich.progress import TaskID

QUIET_S = 2.0
"""Work expected to take less than this is not worth a word."""
EVERY_S = 10.0
"""Time between two lines where there is no terminal."""
SURE = 0.1
"""Before so much is done, what is left is anybody's guess."""


class Progress:
    """Shows how far the work is while the ``with`` block lasts; the object itself is the function to call.

    >>> with Progress() as progress:
    ...     progress("simulating", 3 / 20)

    What is left is estimated in proportion: a fraction of the whole took so long, so the rest takes as much longer.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        is_terminal: bool | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty() if is_terminal is None else is_terminal
        self._now = now
        self._began = self._said = now()
        self._bar: Bar | None = None
        self._task: TaskID | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def __call__(self, what: str, fraction: float) -> None:
        """Note what is being done, and how much of the whole is done, 0 to 1."""
        now = self._now()
        left = self._left_s(now, fraction)
        if self._bar is not None and self._task is not None:
            self._bar.update(
                self._task, completed=fraction, description=what, left=_left_words(left if fraction >= SURE else None)
            )
        elif left is None or now - self._began + left < QUIET_S:
            return
        elif self.is_terminal:
            self._start_bar(what, fraction, left)
        elif now - self._said >= EVERY_S:
            self._said = now
            rest = f", {_left_words(left)}" if fraction >= SURE else ""
            print(f"{what}: {100 * fraction:.0f} %{rest}", file=self.stream, flush=True)

    def _left_s(self, now: float, fraction: float) -> float | None:
        """Seconds left; None before there is anything to go by."""
        return None if fraction <= 0 else max(0.0, (1 - fraction) / fraction * (now - self._began))

    def _start_bar(self, what: str, fraction: float, left: float) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TextColumn("{task.fields[left]}", markup=False),
            console=Console(file=self.stream, force_terminal=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task(what, total=1.0, left=_left_words(left if fraction >= SURE else None))
        self._bar.update(self._task, completed=fraction)


def _left_words(left_s: float | None) -> str:
    if left_s is None:
        return ""
    return f"about {max(1, round(left_s))} s left" if left_s < 60 else f"about {duration(left_s)} left"
