"""The one door to the solver of linear and mixed-integer programs, HiGHS through SciPy, kept from writing on stdout.

Comes in: a program as ``scipy.optimize.milp`` or ``linprog`` takes it. Goes out: its result. Left out: what the columns
mean.

Some releases of HiGHS print a line of their own from compiled code while they solve; answers go to stdout (JSON among
them), so that nothing else may.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def milp(cost: Any, **settings: Any) -> Any:
    """Return what ``scipy.optimize.milp(cost, **settings)`` returns."""
    from scipy import optimize

    with quiet():
        return optimize.milp(cost, **settings)


def linprog(cost: Any, **settings: Any) -> Any:
    """Return what ``scipy.optimize.linprog(cost, **settings)`` returns."""
    from scipy import optimize

    with quiet():
        return optimize.linprog(cost, **settings)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep compiled code from writing on stdout."""
    sys.stdout.flush()
    try:
        kept = os.dup(1)
    except OSError:  # there is no stdout
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
