"""Every study at quick effort; ``python -m tests.theory`` runs them at full effort and prints the table."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from careplan.engine.simulate import has_numba
from careplan.planning.erlang import ErlangA, ErlangC, erlang_b
from tests.theory import formulas, networks, studies
from tests.theory.comparison import ALLOWED, QUICK, as_markdown, compare
from tests.theory.day import Day, exact_figures
from tests.theory.formulas import Stream
from tests.theory.studies import study_of_erlang_c

STUDIES = (*studies.STUDIES, *networks.STUDIES)


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


def test_one_agent_whose_callers_always_try_again_has_a_closed_form() -> None:
    """Mean number who will try again: ρ ÷ (1 − ρ) × (ρ + λ ÷ ν) (Falin and Templeton, 1997, section 1.2)."""
    load, try_rate = 0.4, 0.8
    chain = networks.retrial_chain(load, 1, 1.0, try_rate)
    assert chain.mean(lambda s: s[1]) == pytest.approx(load / (1 - load) * (load + load / try_rate))
    assert chain.mean(lambda s: s[0]) == pytest.approx(load)


def test_callers_who_never_try_again_are_lost_as_erlang_b_says() -> None:
    chain = networks.retrial_chain(2.4, 3, 0.0, 1.0)
    assert chain.mean(lambda s: s[0] == 3) == pytest.approx(erlang_b(2.4, 3))


def test_two_classes_with_one_patience_are_erlang_a_together() -> None:
    chain, law = networks.two_classes_chain((2.5, 3.5), 5, (0.8, 0.8)), ErlangA(6.0, 3600, 3600 / 0.8, 5)
    waiting = chain.mean(lambda s: s[1] + s[2])
    assert waiting * 0.8 / 6.0 == pytest.approx(law.share_abandoned)


def test_case_managers_whose_customers_say_all_at_once_are_a_team() -> None:
    chain, law = networks.case_manager_chain(2.0, 3, float, 0.0, 1.0), ErlangC(2.0, 3600, 3)
    assert chain.mean(lambda s: s[2]) == pytest.approx(law.mean_waiting)
    assert chain.mean(lambda s: s[0] == 3) == pytest.approx(law.share_waiting)


def test_all_rounders_alone_are_a_team_with_priorities() -> None:
    chain = networks.n_design_chain((1.0, 1.5), (0, 4), most=(150, 60))
    b, a = formulas.cobham_of_a_team((1.5, 1.0), 1.0, 4, ErlangC(2.5, 3600, 4).share_waiting)
    assert [chain.mean(lambda s: s[2]) / 1.0, chain.mean(lambda s: s[3]) / 1.5] == pytest.approx([a, b])


def test_a_w_design_without_all_rounders_is_two_teams() -> None:
    chain = networks.w_design_chain((1.8, 1.2), (2, 1, 0), (1.0, 0.5), most=40)
    for k, law in enumerate((ErlangA(1.8, 3600, 3600, 2), ErlangA(1.2, 3600, 7200, 1))):
        waiting = chain.mean(lambda s, k=k: s[3 + k])
        assert waiting == pytest.approx(law.share_abandoned * (1.8, 1.2)[k] / (1.0, 0.5)[k])


def test_a_chain_whose_bound_is_too_low_is_refused() -> None:
    with pytest.raises(AssertionError, match="bound"):
        networks.retrial_chain(0.9, 1, 1.0, 0.5, most=20)


def test_what_comes_while_nobody_is_there_waits_for_the_morning() -> None:
    """Six messages an hour for two hours: on average three wait in the first hour, nine in the second."""
    shut = Day(
        interval_s=3600,
        handle_s=600.0,
        loads=(1.0, 1.0, 0.0),
        core=0,
        extra=6,
        extra_spells=((7200, 10800),),
        within_s=600.0,
    )
    figures = exact_figures(shut, step_s=5.0)
    assert figures.mean_queue[:2] == pytest.approx([3.0, 9.0])
    assert figures.share_waiting[:2] == pytest.approx([1.0, 1.0])
