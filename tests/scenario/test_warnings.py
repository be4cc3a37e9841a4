"""What ``validate`` warns of: allowed, but probably not meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from careplan.errors import CareplanWarning
from careplan.scenario import warnings as kinds
from careplan.scenario.files import read_scenario
from careplan.scenario.warnings import warnings_of
from tests.scenario.worlds import FULL, full_with, written

CASES = [
    (
        "phone that may starve",
        "    open: desk\n",
        "    open: desk\n    interrupts: no\n",
        kinds.InterruptingOff,
        "queues.calls.interrupts",
    ),
    (
        "a queue for nobody",
        "skills: {questions: {rank: 1, speed: 90 %}, calls: 2}",
        "skills: [calls]",
        kinds.NobodySkilled,
        "queues.questions",
    ),
    ("a target for no case", "per_week: 5000", "per_week: 0", kinds.TargetWithoutVolume, "targets.0.queues"),
    (
        "callers without end",
        "    patience: {exponential: {mean: 5 min}}\n",
        "",
        kinds.EndlessPatience,
        "queues.calls.patience",
    ),
    ("a group without people", "    headcount: {desk: 6, night: 1}\n", "", kinds.NobodyOnDuty, "groups.care"),
    ("nobody around the clock", "{desk: 6, night: 1}", "0", kinds.NobodyOnDuty, "groups.care"),
    ("shrinkage turned around", "shrinkage: 30 %", "shrinkage: 70 %", kinds.HighShrinkage, "groups.care.shrinkage"),
    ("no warm-up", "  warm_up: 1 day\n", "  warm_up: 0 days\n", kinds.NoWarmUp, "calendar.warm_up"),
    ("a run cut short", "run_off: 2 days", "run_off: 1 h", kinds.OutsideTheRun, "calendar.run_off"),
    (
        "a run shorter than the window in which customers come back",
        "min_spell: 2 h}",
        "min_spell: 2 h, solved_within: 7 days}",
        kinds.OutsideTheRun,
        "calendar.run_off",
    ),
    (
        "a factor of another year",
        "{2026-03-04: 1.3}",
        "{2025-03-04: 1.3}",
        kinds.OutsideTheRun,
        "queues.questions.volume.day_factor.2025-03-04",
    ),
    (
        "a spike of another year",
        "at: 2026-03-04 18:00",
        "at: 2027-03-04 18:00",
        kinds.OutsideTheRun,
        "queues.questions.volume.spikes.0.at",
    ),
    ("half a week at the end", "horizon: 1 week", "horizon: 10 days", kinds.PeriodBeyondHorizon, "targets.0.over"),
    ("a week in three days", "horizon: 1 week", "horizon: 3 days", kinds.PeriodBeyondHorizon, "targets.0.over"),
    ("an idle bot", "    bots: [greeter]\n", "", kinds.NeverUsed, "bots.greeter"),
    ("better late", "24 h: 31 %", "24 h: 91 %", kinds.LaterIsBetter, "outcomes.satisfaction.by_wait"),
    ("better never", "never: 1.5", "never: 3.5", kinds.LaterIsBetter, "outcomes.score.by_wait"),
    ("fewer detractors", "never: 58 %", "never: 8 %", kinds.LaterIsBetter, "outcomes.nps.detractors"),
    (
        "sales without talks",
        "{phone: {shaming",
        "{facebook: {sale: {per_talk: 1 %}}, phone: {shaming",
        kinds.NeverUsed,
        "outcomes.channels.facebook.sale",
    ),
    ("waits past the run", "{1 h: 71 %, never", "{1 h: 71 %, 3 days: 70 %, never", kinds.OutsideTheRun, "outcomes"),
    ("unpaid experts", "    wage: 25 EUR per hour\n", "", kinds.NoWage, "groups.experts"),
    (
        "no break in a short shift",
        "    wage: 25 EUR per hour\n",
        "    wage: 25 EUR per hour\n    shift_rules: {lengths: 8 h, part_time: {lengths: 4 h}, breaks: [{for: 30 min, "
        "from: 4 h, to: 5 h}]}\n",
        kinds.BreakLeftOut,
        "groups.experts.shift_rules.breaks.0",
    ),
]


@pytest.mark.parametrize(("old", "new", "kind", "path"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_a_warning_names_its_place_and_what_to_do(
    tmp_path: Path, old: str, new: str, kind: type[kinds.ScenarioWarning], path: str
) -> None:
    text = full_with(old, new)
    if kind is kinds.NoWarmUp:  # a backlog would stand for yesterday's messages
        text = text.replace("    backlog: {cases: 120, age: {exponential: {mean: 5 h}}}\n", "")
    scenario = read_scenario(written(tmp_path, text))
    found = [w for w in warnings_of(scenario) if type(w) is kind and w.finding.path == path]
    assert len(found) == 1, [str(w) for w in warnings_of(scenario)]
    assert found[0].finding.line >= 1 and isinstance(found[0], CareplanWarning)
    assert found[0].__doc__


def test_the_full_file_and_the_template_warn_of_nothing(tmp_path: Path) -> None:
    from careplan.scenario.template import template_text

    for text in (FULL, template_text()):
        assert [str(w) for w in warnings_of(read_scenario(written(tmp_path, text)))] == []


def test_every_kind_of_warning_is_tried() -> None:
    defined = {
        kind for kind in vars(kinds).values() if isinstance(kind, type) and issubclass(kind, kinds.ScenarioWarning)
    }
    assert defined - {kinds.ScenarioWarning} == {case[3] for case in CASES}
