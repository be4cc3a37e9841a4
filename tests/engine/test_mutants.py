"""The tests have teeth: some mutants in every run of the suite, all of them by ``python -m tests.engine.mutants``."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.engine.mutants import Mutant, all_mutants, expected_digests, judge

FEW_WORLDS = 80

SAMPLE = {
    "reference": ("giving up comes before dispatch", "anyone takes a reserved turn", "rank before the owner"),
    "compiled": ("giving up comes before dispatch", "cases come forward after dispatch", "owners are like others"),
}


def test_every_mutant_still_finds_what_it_breaks() -> None:
    """A mutant whose string is gone, or stands there twice, would prove nothing any more."""
    mutants = all_mutants()
    for mutant in mutants:
        mutant.text()
    to_be_caught = Counter(mutant.engine for mutant in mutants if not mutant.equivalent)
    assert min(to_be_caught["reference"], to_be_caught["compiled"]) >= 25
    names = Counter((mutant.engine, mutant.what, mutant.rule) for mutant in mutants)
    assert [name for name, count in names.items() if count > 1] == []


def test_an_engine_without_a_mutation_is_not_caught() -> None:
    """The other half of the proof: a change that breaks nothing is noticed by no world and no rule test."""
    for file, text in (("reference/dispatch.py", "def can_start("), ("fast/steps.py", "def is_owned(")):
        harmless = Mutant("—", "nothing", file, text, text)
        other = "reference" if harmless.engine == "compiled" else "compiled"
        verdict = judge(harmless, expected_digests(other, 20))
        assert (verdict.tests, verdict.world) == (0, None)


@pytest.mark.parametrize("engine", SAMPLE)
def test_some_mutants_are_caught(engine: str) -> None:
    """Three broken rules of each engine, each noticed within 80 random worlds."""
    other = "reference" if engine == "compiled" else "compiled"
    digests = expected_digests(other, FEW_WORLDS)
    for what in SAMPLE[engine]:
        (mutant,) = (m for m in all_mutants() if m.engine == engine and m.what == what)
        verdict = judge(mutant, digests, with_tests=False)
        assert verdict.is_caught, what
