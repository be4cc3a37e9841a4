"""A small count of what ``python -m tests.coverage`` counts at full length: enough to notice intervals half as wide."""

from __future__ import annotations

import pytest

from careplan.engine.simulate import has_numba
from careplan.planning.erlang import erlang_b
from tests.coverage.cases import CASES, share_lost_on_busy_days, work_within
from tests.coverage.counting import as_markdown, count

BUSY = next(case for case in CASES if case.name.endswith("busy days"))
SEEDS = range(20)


@pytest.mark.skipif(not has_numba(), reason="the reference engine would take a minute")
def test_intervals_hold_an_exact_share_with_and_without_controls() -> None:
    """20 seeds at 95 %: 17 hold it in all but 2 of 100 counts; half as wide, some 13 would."""
    rows = count(BUSY, SEEDS, ["20 replications", "40, controls"])
    assert [row.covered >= 17 for row in rows] == [True, True], as_markdown(rows)
    assert rows[1].worth > 20  # how busy a day is decides almost alone how many calls are lost
    assert rows[1].half_width < rows[0].half_width / 4


def test_the_exact_shares_are_those_of_simpler_formulas_where_these_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.coverage.cases.BUSY_CV", 0.08)
    assert share_lost_on_busy_days() == pytest.approx(erlang_b(8.0, 9), rel=0.02)
    assert work_within(10) == pytest.approx(0.66140, abs=1e-5)  # Φ(σ/2), σ² = ln 2
