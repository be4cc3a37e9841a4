"""The command line as a user meets it, in this process or in one of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from careplan.cli.app import app
from careplan.planning.staff import staff

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call ``careplan`` with arguments, in an empty folder, with 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="careplan")

    return call


_PLANS: dict[object, Any] = {}


def searched_once(scenario: Any, *, progress: object = None, **settings: Any) -> Any:
    """``staff``, which keeps what it found: for tests of what is done with a plan, not of the search for it."""
    asked = scenario.digest, *sorted((name, str(value)) for name, value in settings.items())
    if asked not in _PLANS:
        _PLANS[asked] = staff(scenario, **settings)
    return _PLANS[asked]


def started(folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """Start ``careplan`` as a process of its own, which Ctrl-C can interrupt.

    Shells let what they run in the background ignore interrupts, and so would everything that is started there.
    """
    return subprocess.Popen(
        [sys.executable, "-c", "from careplan.cli import main; main()", *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        preexec_fn=None if os.name == "nt" else lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finished(folder: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Run ``careplan`` as a process of its own to its end."""
    process = started(folder, *arguments)
    out, err = process.communicate(timeout=300)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
