"""The compiled engine stays inside its arrays; compiled code would not say so itself."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_no_index_lies_outside_its_array() -> None:
    """The kernel and the pool as plain Python, on arrays that refuse negative and too large positions."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.bounds", "--worlds", "250"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
