"""Sweeps: the same customers at several values, each change checked before anything is played."""

from __future__ import annotations

import json

import numpy as np
import pytest

import careplan as cp
from careplan.errors import CareplanError, ScenarioError, TableError
from careplan.study.sweep import Sweep
from careplan.study.varying import share_of, variants_of
from careplan.units import HOUR_MS
from tests.study.test_study import desk, roster_of

HOUR = HOUR_MS


@pytest.fixture(scope="module")
def swept() -> Sweep:
    """One, two and three agents, for four weeks of two days each."""
    return cp.sweep(desk(1), {"groups.care.headcount": [1, 2, 3]}, replications=4)


def test_points_come_in_order_with_what_they_cost_and_do(swept: Sweep) -> None:
    assert [dict(point.values) for point in swept.points] == [{"groups.care.headcount": str(n)} for n in (1, 2, 3)]
    shares = [point.scores[0].overall.value for point in swept.points]
    assert shares == sorted(shares) and shares[0] < 0.8 < shares[2]
    assert [point.agents_at_peak for point in swept.points] == [1, 2, 3]
    assert [float(point.paid_hours_a_week) for point in swept.points] == [168, 336, 504]  # two days of 24 h, by 3.5
    assert [point.mean_first_response.value > point.median_first_response.value > 0 for point in swept.points]


def test_a_point_is_the_report_of_its_scenario(swept: Sweep) -> None:
    report = cp.replicate(desk(2), replications=4)
    point = swept.points[1]
    assert point.digest == desk(2).digest
    assert point.scores[0].overall == report.scorecard[0].overall
    assert point.mean_first_response.value == pytest.approx(report.estimate("mean_first_response").value)
    assert point.median_first_response.value == report.percentiles("first_response")[0][0]["median"].value
    assert point.response_rate.value == report.estimate("response_rate").value


def test_differences_are_paired_on_the_same_customers(swept: Sweep) -> None:
    found, again = swept.target_difference(1, 0), cp.compare(
        desk(1), {"one": roster_of(1), "two": roster_of(2)}, replications=4
    ).target_difference(0, "two")  # fmt: skip
    assert found.value == pytest.approx(again.value, rel=1e-9) and found.low is not None and found.low > 0
    apart = np.hypot(
        *(np.ptp([score.overall.low, score.overall.high]) for score in (p.scores[0] for p in swept.points[:2]))
    )
    assert found.high is not None and found.high - found.low < apart
    assert swept.target_difference(0, 0).value == 0 and swept.response_difference(2).value < 0


def test_a_sweep_prints_as_a_table_and_turns_into_plain_data(swept: Sweep) -> None:
    lines = str(swept).splitlines()
    titles = [line for before, line in zip(["", *lines], lines, strict=False) if not before]
    assert titles == ["answer: 80 % within 30 min", "First response", "Staff"]
    assert "care.headcount" in lines[1] and "points against the first" in lines[1]
    assert lines[2].split()[0] == "1" and "MISSED" in lines[2] and " met " in lines[4]
    data = json.loads(json.dumps(swept.to_dict(), allow_nan=False))
    assert list(data) == ["careplan_sweep", "scenario", "paths", "is_partial", "points_asked", "points", "provenance"]
    first, second = data["points"][:2]
    assert first["targets"][0]["difference"] is None and second["targets"][0]["difference"]["low"] > 0
    frame = swept.to_frame()
    assert frame["groups.care.headcount"].tolist() == ["1", "2", "3"] and len(frame) == 3
    assert frame["paid_hours_a_week"].tolist() == [168, 336, 504]
    assert np.isnan(frame["difference_mean_first_response"][0]) and frame["difference_mean_first_response"][1] < 0


def test_every_combination_or_each_path_alone() -> None:
    over = {"groups.care.headcount": [1, 2], "queues.q.volume.per_hour": [3, 4]}
    every = variants_of(desk(1), over)
    assert [tuple(v.values.values()) for v in every] == [("1", "3"), ("1", "4"), ("2", "3"), ("2", "4")]
    alone = variants_of(desk(1), over, one_at_a_time=True)
    assert [tuple(v.values.values()) for v in alone] == [
        ("as written", "as written"),
        ("1", "as written"), ("2", "as written"), ("as written", "3"), ("as written", "4"),
    ]  # fmt: skip
    assert alone[0].scenario.digest == desk(1).digest and alone[2].scenario.digest == desk(2).digest


def test_the_staffing_is_scaled_and_a_roster_can_be_given() -> None:
    found = variants_of(desk(4), {}, staffing=["50 %", 1, "150 %"])
    hours = [v.on_duty.on_duty(np.array([0, 48 * HOUR])).sum() / HOUR for v in found]
    assert hours == [96, 192, 288] and found[1].on_duty.digest == roster_of(4).digest
    given = variants_of(desk(4), {"queues.q.volume.per_hour": [3]}, roster=roster_of(2))
    assert given[0].roster is not None and given[0].roster.digest == roster_of(2).digest


def test_everything_wrong_with_paths_and_values_is_said_at_once() -> None:
    with pytest.raises(ScenarioError) as refused:
        cp.sweep(desk(1), {"groups.care.headcont": [1, 2], "queues.q.volume.per_hour": ["x", 4, "-1"]})
    said = [str(finding) for finding in refused.value.findings]
    assert len(said) == 3  # a wrong path is wrong once, whatever its values
    assert 'Did you mean "headcount"?' in said[0] and "=x" in said[1] and "=-1" in said[2]


@pytest.mark.parametrize(
    ("over", "more", "message"),
    [
        ({}, {}, "varies nothing"),
        ({"run.seed": []}, {}, "run.seed has no value"),
        ({"run.seed": [1, "1"]}, {}, "run.seed has 1 more than once"),
        ({}, {"staffing": ["0 %", 1]}, 'staffing is "0 %"; expected a share of the staffing above 0'),
        ({"groups.care.headcount": [1]}, {"roster": roster_of(1)}, "changes nothing, since the roster is given"),
        ({"run.seed": range(2000)}, {}, "has 2,000 points; expected at most 1,000"),
    ],
)
def test_what_cannot_be_swept_is_refused(over: dict[str, object], more: dict[str, object], message: str) -> None:
    with pytest.raises(TableError, match=message):
        variants_of(desk(1), over, **more)  # type: ignore[arg-type]


def test_points_with_other_targets_cannot_be_compared() -> None:
    with pytest.raises(CareplanError, match="the targets are none; expected as at the first point: answer"):
        variants_of(desk(1), {"targets": [[{"answer": "80 % within 30 min", "over": "day"}], []]})


def test_scales_are_shares_or_numbers() -> None:
    assert [share_of(scale) for scale in ("80 %", 0.8, 2, "130%")] == [0.8, 0.8, 2.0, 1.3]


def test_an_interrupt_keeps_the_points_that_are_finished() -> None:
    def interrupted(done: int, total: int) -> None:
        assert total == 6
        if done >= limit:
            raise KeyboardInterrupt

    limit = 4
    found = cp.sweep(desk(1), {"groups.care.headcount": [1, 2, 3]}, replications=2, workers=1, on_done=interrupted)
    assert found.is_partial and len(found.points) == 1 and found.asked == 3
    limit = 1
    with pytest.raises(KeyboardInterrupt):
        cp.sweep(desk(1), {"groups.care.headcount": [1, 2, 3]}, replications=2, workers=1, on_done=interrupted)


def test_what_is_assumed_of_customers_is_set_against_the_first_point() -> None:
    assumed = {"outcomes": {"churn": {"unanswered": "30 %", "late": "10 %", "late_after": "30 min"}}}
    world = desk(1).with_changes(assumed)
    swept = cp.sweep(world, {"groups.care.headcount": [1, 2]}, replications=4)
    reports = [cp.replicate(desk(n).with_changes(assumed), replications=4) for n in (1, 2)]
    for metric in ("customers_churned", "churn"):
        figures = [point.outcomes[metric].estimate for point in swept.points]
        assert [e.value for e in figures] == pytest.approx([r.estimate(metric).value for r in reports])
        paired = reports[1].minus(reports[0], metric).at(0, 0)
        found = swept.outcome_difference(1, metric)
        assert found is not None and found.value == pytest.approx(paired.value) and found.value < 0
        assert found.high == pytest.approx(paired.high)
    assert "Outcomes (assumptions)" in str(swept) and "customers churned" in str(swept)
    (_, second) = swept.to_dict()["points"]
    assert second["outcomes"]["churn"]["difference"]["value"] < 0
    assert "difference_customers_churned" in swept.to_frame().columns


def test_without_assumptions_a_sweep_speaks_of_none(swept: Sweep) -> None:
    assert swept.outcomes == {} and "Outcomes" not in str(swept)
    assert swept.to_dict()["points"][0]["outcomes"] == {}
