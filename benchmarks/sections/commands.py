"""The command line: how long ``careplan --help`` takes beside an interpreter that does nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import Row, Section, Unmeasured
from benchmarks.settings import Settings
from benchmarks.timing import Lane, interleaved, ratio


def help_page(settings: Settings) -> Section:
    """Start ``careplan --help`` and a bare interpreter in turn."""
    section = Section("help", "The first page of help")
    what = "careplan --help, times a bare interpreter"
    command = Path(sys.executable).with_name("careplan")
    if not command.exists():
        section.rows = [Unmeasured(what, "careplan is not installed beside this interpreter")]
        return section
    bare, helping = _starting([sys.executable, "-c", ""]), _starting([str(command), "--help"])
    try:
        times = interleaved([Lane("bare", 1, bare), Lane("help", 1, helping)], 4 * settings.rounds)
    except subprocess.CalledProcessError as error:
        section.rows = [Unmeasured(what, f"careplan --help ended with {error.returncode}")]
        return section
    took = f"{times['help'].seconds * 1e3:.0f} ms beside {times['bare'].seconds * 1e3:.0f} ms"
    section.rows = [Row.of(what, ratio(times["help"].rounds_s, times["bare"].rounds_s), at_most=10, note=took)]
    return section


def _starting(command: list[str]) -> Callable[[], None]:
    def play() -> None:
        subprocess.run(command, check=True, capture_output=True)

    return play
