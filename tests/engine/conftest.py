"""One fixture: every behaviour test runs on both engines."""

from __future__ import annotations

import pytest

ENGINES = ("reference", "compiled")


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Name of an engine, as ``simulate(…, engine=engine)`` takes it."""
    return str(request.param)
