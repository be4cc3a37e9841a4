"""A small count of what ``python -m tests.confidence`` counts at full length."""

from __future__ import annotations

from dataclasses import replace

import pytest

from careplan.engine.simulate import has_numba
from tests.confidence.counting import PLAYED_FROM, Pooled, as_markdown, borne_out, kept, rows_of
from tests.confidence.worlds import PERIODS, has_shifts, scenario_of


@pytest.mark.skipif(not has_numba(), reason="the reference engine would take minutes")
def test_plans_keep_the_share_of_periods_they_state_on_customers_nobody_planned_with() -> None:
    """Days and hours: some seconds, and enough to notice plans that keep ten points less."""
    rows = [row for number in (1, 2) for row in rows_of(number, 100)]
    stated = [row for row in rows if row.is_stated]
    assert [row.period for row in stated] == ["day", "hour"]
    assert all(row.holds and row.judges >= 100 for row in rows)
    assert kept(rows).is_kept, as_markdown(rows)
    assert kept(rows).error < 0.03
    assert not kept([replace(row, seen=row.seen - 0.2) for row in stated]).is_kept
    assert borne_out(rows).difference > -0.1


def test_scenarios_weigh_the_same_and_twenty_have_every_period_and_both_planners() -> None:
    assert {(PERIODS[k % 4], has_shifts(k)) for k in range(20)} >= {(p, False) for p in PERIODS}
    assert sum(map(has_shifts, range(20))) == 4
    assert scenario_of(3).digest == scenario_of(3).digest != scenario_of(7).digest
    assert PLAYED_FROM > 300_000  # judges of shifts begin at 200 000
    assert Pooled(-0.019, 0.01, 20).is_kept and not Pooled(-0.021, 0.01, 20).is_kept
