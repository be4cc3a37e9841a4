"""Playing until the figures are as precise as wished."""

from __future__ import annotations

import pytest

from careplan.errors import TableError, UnitError
from careplan.metrics.precision import FIRST_LOOK
from careplan.reporting.simulation import night_sentence
from careplan.scenario.models import Scenario
from careplan.study import precise
from careplan.study.precise import replicate_until
from careplan.study.replicate import measured, replicate
from tests.study import test_study


def desk(agents: int) -> Scenario:
    """The desk of the other studies, on the engine that is there."""
    return test_study.desk(agents).with_changes({"run.engine": "compiled"})


def test_it_plays_until_the_interval_is_narrow_enough() -> None:
    found = replicate_until(desk(1), precision="1.5pp", seed=7)
    reached = found.precision
    assert reached is not None and reached.ended == "reached"
    assert found.n > FIRST_LOOK and reached.looks[0] == FIRST_LOOK and reached.looks[-1] == found.n
    (one,) = reached.figures
    assert one.half_width <= 0.015 < replicate(desk(1), seed=7).scorecard[0].overall.high - 0.5
    assert found.scorecard[0].overall == one.estimate != one.plain
    assert found.provenance is not None and found.provenance.replications == tuple(range(found.n))


def test_without_controls_the_figures_are_those_of_as_many_replications() -> None:
    found = replicate_until(desk(1), precision="5pp", controls=False, seed=7)
    assert found.scorecard[0].overall == replicate(desk(1), replications=found.n, seed=7).scorecard[0].overall


def test_the_number_of_threads_changes_no_figure() -> None:
    one, two = (replicate_until(desk(1), precision="4pp", seed=2, workers=w) for w in (1, 2))
    assert one.to_dict() == two.to_dict() and one.precision == two.precision


def test_what_cannot_be_reached_ends_at_the_most_and_says_how_many_it_takes() -> None:
    told: list[tuple[int, int]] = []
    found = replicate_until(desk(1), precision="0.1pp", most=50, on_done=lambda *x: told.append(x))
    assert found.n == 50 and found.precision is not None
    assert (found.precision.ended, found.precision.looks) == ("most", (40, 50))
    assert found.precision.about > 1000
    assert told[-1][0] == 50 and told[-1][1] > 1000 and [done for done, _ in told] == sorted(done for done, _ in told)


def test_an_interrupt_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    def until_the_45th(*given, **named):
        if given[3] == 44:
            raise KeyboardInterrupt
        return measured(*given, **named)

    monkeypatch.setattr(precise, "measured", until_the_45th)
    found = replicate_until(desk(1), precision="0.5pp", workers=1)
    assert found.n == 44 and found.precision is not None
    assert (found.precision.ended, found.precision.looks) == ("interrupted", (40,))
    monkeypatch.setattr(precise, "measured", lambda *a, **b: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        replicate_until(desk(1), precision="0.5pp", workers=1)


def test_a_duration_is_a_wish_for_the_mean_first_reply() -> None:
    found = replicate_until(desk(1), precision="3 min", seed=7)
    assert found.precision is not None and found.precision.ended == "reached"
    (one,) = found.precision.figures
    assert one.name == "mean first reply" and one.estimate == found.estimate("mean_first_response")
    assert one.half_width <= 180


def test_a_long_run_keeps_the_waits_of_its_first_replications_only() -> None:
    found = replicate_until(desk(1), precision="0.1pp", most=60, seed=7)
    kept = replicate(desk(1), replications=40, seed=7)
    assert [bool(m.samples) for m in found.measures] == [True] * 40 + [False] * 20
    assert "that come at night" in night_sentence(found)  # which reads the waits of single cases
    assert found.percentiles("wait")[0][0]["p90"] == kept.percentiles("wait")[0][0]["p90"]
    assert found.estimate("mean_wait") == replicate(desk(1), replications=60, seed=7).estimate("mean_wait")


def test_wishes_that_make_no_sense_are_refused() -> None:
    with pytest.raises(UnitError, match=r"0\.5pp"):
        replicate_until(desk(1), precision="narrow")
    with pytest.raises(TableError, match="at least 1"):
        replicate_until(desk(1), precision="1pp", most=0)


def test_a_given_number_of_replications_can_be_sharpened_too() -> None:
    plain, sharp = (replicate(desk(1), replications=40, seed=7, controls=c).scorecard[0] for c in (False, True))
    assert sharp.controls is not None and sharp.controls_worth > 1
    assert sharp.plain == plain.overall != sharp.overall
    assert replicate(desk(1), replications=10, seed=7, controls=True).scorecard[0].controls is None
