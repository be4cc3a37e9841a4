"""Every study at quick effort; ``python -m tests.theory`` runs them at full effort and prints the table."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from careplan.engine.simulate import has_numba
from careplan.planning.erlang import ErlangC
from tests.theory import formulas
from tests.theory.comparison import ALLOWED, QUICK, as_markdown, compare
from tests.theory.day import Day, exact_figures
from tests.theory.formulas import Stream
from tests.theory.studies import STUDIES, study_of_erlang_c


@pytest.mark.parametrize("number", range(len(STUDIES)))
def test_the_engine_gives_the_exact_figures(number: int) -> None:
    """Within four standard errors, and with standard errors small enough to catch the stated bias."""
    study = STUDIES[number]()
    rows = compare(study, QUICK, seed=1)
    off = [row for row in rows if abs(row.error_in_se) > ALLOWED]
    assert not off, as_markdown(off)
    blind = [row for row in rows if row.catches > study.catches]
    assert not has_numba() or not blind, f"would not catch {study.catches:.0%}:\n{as_markdown(blind)}"


@pytest.mark.skipif(not has_numba(), reason="the reference engine is too slow for this power")
def test_a_load_one_percent_too_high_is_caught() -> None:
    """The comparison has teeth: 14 agents who meet a load of 10 where theory is told 10.1."""
    world, told = (study_of_erlang_c(load, 14, (1 / 9,), catches=0.1) for load in (10.0, 10.1))
    rows = compare(replace(world, exact=told.exact), QUICK, seed=1)
    assert max(abs(row.error_in_se) for row in rows) > ALLOWED


# --- the formulas themselves, where two of them must agree ------------------------------------------------------


def test_priorities_of_one_class_are_pollaczek_and_khinchine() -> None:
    alone = Stream(0.7, 1.0, 3.0)
    assert formulas.cobham([alone]) == pytest.approx([formulas.pollaczek_khinchine(alone)])
    assert formulas.preemptive_resume([alone]) == pytest.approx([1.0 + formulas.pollaczek_khinchine(alone)])


def test_priorities_move_waits_and_keep_their_load_weighted_mean() -> None:
    """L29, Kleinrock's conservation law: Σ ρ(k)W(k) is that of first come, first served."""
    streams = [Stream(0.4, 0.5, 0.25), Stream(0.3, 1.0, 2.0), Stream(0.1, 2.0, 8.0)]
    weighted = sum(s.load * w for s, w in zip(streams, formulas.cobham(streams), strict=True))
    load, residual = sum(s.load for s in streams), sum(s.rate * s.second for s in streams) / 2
    assert weighted == pytest.approx(load * residual / (1 - load))


def test_an_agent_with_three_at_full_pace_is_three_agents() -> None:
    probability = formulas.shared_agent(2.2, [1.0, 1.0, 1.0], at_once=3)
    law = ErlangC(2.2, 3600, 3)
    assert probability[3:].sum() == pytest.approx(law.share_waiting)
    assert np.maximum(np.arange(len(probability)) - 3, 0) @ probability == pytest.approx(law.mean_waiting)


def test_sharing_at_a_kth_of_the_pace_is_geometric() -> None:
    probability = formulas.shared_agent(0.6, [1 / k for k in range(1, 2000)], states=1500)
    assert probability[:50] == pytest.approx(0.4 * 0.6 ** np.arange(50))


def test_a_chain_that_does_not_settle_is_refused() -> None:
    with pytest.raises(ValueError, match="does not settle"):
        formulas.shared_agent(1.2, [1.0, 0.5], at_once=2)


def test_a_flat_day_reaches_erlang_c() -> None:
    """L33 on the way: from empty, the mean queue grows and never falls."""
    flat = Day(interval_s=7200, handle_s=600.0, loads=(3.0,) * 6, core=4, extra=0, extra_spells=(), within_s=300.0)
    figures, law = exact_figures(flat, step_s=20.0), ErlangC(18.0, 600, 4)
    assert figures.mean_queue[-1] == pytest.approx(law.mean_waiting, rel=1e-3)
    assert figures.share_waiting[-1] == pytest.approx(law.share_waiting, rel=1e-3)
    assert figures.service_level[-1] == pytest.approx(law.service_level(300), rel=1e-3)
    assert (np.diff(figures.mean_queue) > 0).all()


def test_extra_people_all_day_are_part_of_the_team() -> None:
    together = Day(
        interval_s=7200,
        handle_s=600.0,
        loads=(5.0,) * 6,
        core=3,
        extra=4,
        extra_spells=((0, 43_200),),
        within_s=60.0,
    )
    figures, law = exact_figures(together, step_s=20.0), ErlangC(30.0, 600, 7)
    assert figures.mean_queue[-1] == pytest.approx(law.mean_waiting, rel=1e-3)
    assert not math.isnan(figures.service_level[0])


def test_the_forward_equations_do_not_depend_on_the_step() -> None:
    day = Day(
        interval_s=1800,
        handle_s=600.0,
        loads=(3.0, 6.0, 3.0),
        core=3,
        extra=3,
        extra_spells=((1500, 4000),),
        within_s=300.0,
    )
    coarse, fine = exact_figures(day, step_s=15.0), exact_figures(day, step_s=5.0)
    for name in ("mean_queue", "share_waiting", "service_level"):
        assert getattr(coarse, name) == pytest.approx(getattr(fine, name), abs=1e-6)
