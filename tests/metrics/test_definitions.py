"""Every definition worked by hand on a run told case by case, and what holds between them on every run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest

from careplan.columns import BoolArray
from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.errors import TableError
from careplan.metrics.clocks import BOT_COUNTS, Clock, OpenHours
from careplan.metrics.defined import Figure, Part, definitions_of, figures, parts_of
from careplan.metrics.definitions import DEFINITIONS, Definitions
from careplan.metrics.goals import View
from careplan.metrics.measures import measure
from careplan.metrics.periods import Periods
from careplan.metrics.report import Of, Report
from careplan.metrics.scorecard import Goal, Kind
from careplan.metrics.service import answered_within, case_cells, tally
from careplan.roster import Roster
from careplan.trace.tables import Outcome
from tests.engine.worlds import random_world
from tests.metrics.test_worlds import periods_of
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told, waiting
from tests.workload.worlds import one_queue

RULES = Rules.of(
    queues={"mail": Queue(is_live=False, bots=("robot",)), "phone": Queue(is_live=True)},
    groups={"care": Group(skills={"mail": 1, "phone": 1})},
    bots={"robot": Bot()},
)
SOMEBODY = Roster.from_spells([("care", 1, 0, 10**9)])
T, S = 20, 5


def report_of(
    cases: Sequence[ToldCase],
    *,
    goals: Sequence[Goal] = (),
    clock: Clock = Clock(),
    n_intervals: int = 1,
    window: int = 100,
    until: int = 1000,
) -> Report:
    """The run told, measured in intervals of 100, with T = 20 and S = 5."""
    workload, trace = told(("mail", "phone"), cases, until=until)
    periods = Periods.uniform(n_intervals, 100)
    measures = measure(
        workload,
        trace,
        SOMEBODY,
        RULES,
        periods,
        goals=goals,
        clock=clock,
        solved_within_ms=window,
        definitions=Definitions(within_ms=(T,), short_ms=S),
    )
    return Report.of([measures])


def every_figure(report: Report, of: Of = "total") -> list[Figure]:
    return [figure for part in parts_of(report) for figure in figures(report, part, of=of)]


def values(report: Report, ending: str = "") -> dict[str, float]:
    """Every figure of the total on one clock by name; times in ms."""
    return {
        f.name: f.estimate.value * (1000 if f.definition.is_time else 1)
        for f in every_figure(report)
        if f.ending == ending
    }


CALLS = [
    answered("phone", 0, 5, 80),  # in time
    abandoned("phone", 10, 20),  # early; the call behind shows that it would have waited 20
    answered("phone", 11, 30, 70),  # in time: 19
    answered("phone", 40, 77, 90),  # late: 37
    abandoned("phone", 50, 53),  # short, so early too
    abandoned("phone", 60, 90),  # late
    waiting("phone", 70),
]
BY_HAND = {
    "offered": 2 / 7,
    "answered": 2 / 3,
    "without abandons": 2 / 4,
    "without early abandons": 2 / 5,
    "without short abandons": 2 / 6,
    "early abandons as good": 4 / 7,
    "short abandons as good": 3 / 7,
    "virtual": 3 / 7,
    "response rate": 3 / 7,
    "abandoned": 3 / 7,
    "abandoned, without short": 2 / 6,
    "abandoned of queued": 3 / 7,
    "gave up": 3 / 7,
    "contacts lost": 3 / 7,
    "customers lost": 3 / 7,
    "speed of answer": (5 + 19 + 37) / 3,
    "time in queue": (5 + 10 + 19 + 37 + 3 + 30 + 930) / 7,  # the last waits until the run ends
    "time to abandon": (10 + 3 + 30) / 3,
    "first response": (5 + 19 + 37) / 3,
    "first response, median": 19,
    "first response, fastest 90 %": (5 + 19 + 37) / 3,  # ⌈0.9 × 3⌉ = 3
    "first response, median of all": math.inf,  # the fourth of seven has no answer
    "resolution": (80 + 59 + 50) / 3,
    "resolution, median": 59,
    "first contact ended": 3 / 7,
    "first contact resolution": 1.0,
    "customers resolved at once": 3 / 7,
    "customers replied": 3 / 7,
    "replied in time": 2 / 7,
    "resolved in time": 0,
}


@pytest.mark.parametrize("name", BY_HAND)
def test_seven_calls_by_hand(name: str):
    assert values(report_of(CALLS))[name] == pytest.approx(BY_HAND[name])


def many(n: int, wait: int, *, left: bool = False) -> list[ToldCase]:
    return [abandoned("phone", 0, wait) if left else answered("phone", 0, wait, wait + 9) for _ in range(n)]


def test_the_worked_example_of_icmi_comes_out():
    """docs/definitions.md, source 4: 1,000 answered, 860 of them within 20 s; 60 left, 20 of them within 20 s and 10
    within 5 s. Formulas 1 to 5.
    """
    left = many(10, 4, left=True) + many(10, 15, left=True) + many(40, 50, left=True)
    found = values(report_of(many(860, 20) + many(140, 40) + left))
    names = ("early abandons as good", "answered", "offered", "without early abandons", "short abandons as good")
    assert [round(100 * found[name]) for name in names] == [83, 86, 81, 83, 82]


def test_the_worked_example_of_koole_comes_out():
    """docs/definitions.md, source 12: of 510 calls 460 are answered, 410 within 20 s; of 50 that leave, 10 do so."""
    left = many(10, 20, left=True) + many(40, 21, left=True)
    found = values(report_of(many(410, 20) + many(50, 21) + left))
    assert [round(100 * found[name]) for name in ("without early abandons", "answered")] == [82, 89]


def test_an_abandon_at_exactly_the_time_is_within_it():
    assert values(report_of([abandoned("phone", 0, S), abandoned("phone", 1, 2 + S)]))["short abandons as good"] == 0.5
    assert values(report_of([abandoned("phone", 0, T), abandoned("phone", 1, 2 + T)]))["early abandons as good"] == 0.5


def test_a_mean_of_intervals_gives_a_quiet_one_the_weight_of_a_busy_one():
    """Seven calls at 2/7, then one at 1, then none: the mean is 9/14 where 3/8 were answered in time."""
    goals = (Goal("half", "answer", 0.5, threshold_ms=T), Goal("a third", "answer", 1 / 3, threshold_ms=T))
    found = values(report_of([*CALLS, answered("phone", 150, 151, 160)], n_intervals=3, goals=goals))
    assert found["offered"] == 3 / 8
    assert found["mean of intervals"] == pytest.approx((2 / 7 + 1) / 2)
    assert found["intervals met, 50 %"] == 1 / 2
    assert found["intervals met, 33.3333 %"] == 1 / 2


def test_an_interval_that_just_meets_the_share_meets_it():
    """13 of 20 is 65 %, however 65 % came to be written in binary."""
    cases = [answered("phone", i, i + 1, i + 30) for i in range(13)] + [waiting("phone", 20 + i) for i in range(7)]
    goals = (Goal("a", "answer", 0.65, threshold_ms=T),)
    assert values(report_of(cases, goals=goals))["intervals met, 65 %"] == 1


def retry(at: int, started: int, after: int) -> ToldCase:
    return ToldCase("phone", at, Outcome.ANSWERED, (ToldTurn(at, started, started + 10, 0),), follows=(after, "retry"))


CUSTOMERS = [
    abandoned("phone", 0, 10),  # tries again at 15, answered at 18
    abandoned("phone", 1, 11),  # tries again at 30, answered at 33: in time for the call, not for the customer
    answered("phone", 2, 40, 50),  # late; comes back at 60, answered at once: that does not make up for it
    abandoned("phone", 3, 13),
    answered("phone", 4, 5, 9),
    retry(15, 18, after=0),
    retry(30, 33, after=1),
    ToldCase("phone", 60, Outcome.ANSWERED, (ToldTurn(60, 61, 70, 0),), follows=(2, "return")),
]


def test_customers_are_answered_after_retries():
    found = values(report_of(CUSTOMERS))
    assert found["offered"] == 4 / 8  # two retries, the come-back, the last
    assert found["customers, first message"] == 2 / 5
    assert found["customers, contact answered"] == 3 / 5
    assert (found["response rate"], found["customers replied"]) == (5 / 8, 4 / 5)
    assert (found["contacts lost"], found["customers lost"]) == (3 / 8, 1 / 5)


def test_a_customer_belongs_to_the_queue_of_the_first_contact():
    moved = replace(CUSTOMERS[5], queue="mail", turns=(ToldTurn(15, 16, 18, 0),))
    report = report_of([*CUSTOMERS[:5], moved, *CUSTOMERS[6:]])
    by_queue = {f.row: f for f in every_figure(report, "queue") if f.name == "customers, first message"}
    assert by_queue["phone"].estimate.value == 2 / 5
    assert math.isnan(by_queue["mail"].estimate.value)


def test_a_message_answered_after_its_customer_gave_up_answers_no_customer_in_time():
    lapsed = ToldCase("mail", 0, Outcome.LAPSED, (ToldTurn(0, 5, 8, 0),), lapsed=3)
    found = values(report_of([lapsed]))
    assert (found["customers, first message"], found["customers replied"]) == (0, 1)
    assert (found["offered"], found["replied in time"], found["resolved in time"]) == (0, 1, 0)
    assert (found["time in queue"], found["time to abandon"], found["speed of answer"]) == (3, 3, 5)


def test_first_contact_resolution_by_hand():
    """Five customers: three contacts end, one of them comes back in the window, 12 after its end."""
    found = values(report_of([*CUSTOMERS, waiting("phone", 90)][:5] + CUSTOMERS[5:], window=12))
    assert found["first contact ended"] == 2 / 5  # the third and the fifth; retries are no first contacts
    assert found["first contact resolution"] == 1 / 2
    assert found["customers resolved at once"] == 1 / 5
    assert values(report_of(CUSTOMERS, window=9))["first contact resolution"] == 1


def test_what_the_run_does_not_show_is_left_out_of_first_contact_resolution():
    """The run ends at 60, the window is 12: the third ends at 50, too late; the fifth at 9."""
    found = values(report_of(CUSTOMERS[:5], window=12, until=60))
    assert found["first contact ended"] == 2 / 5
    assert found["first contact resolution"] == 1
    assert found["customers resolved at once"] == 1 / 4


CONTAINED = ToldCase("mail", 0, Outcome.CONTAINED, (ToldTurn(-1),), left=8, slot=0)
HANDED_OFF = ToldCase("mail", 1, Outcome.ANSWERED, (ToldTurn(9, 40, 60, 0), ToldTurn(70, 75, 90, 0)), slot=0)
BOTS = [CONTAINED, HANDED_OFF, answered("phone", 2, 5, 9)]


@pytest.mark.parametrize(
    ("ending", "offered", "response", "frt"),
    [
        ("", 2 / 3, 1, (8 + 59 + 3) / 3),
        ("_bots_always", 1, 1, (8 + 8 + 3) / 3),
        ("_bots_never", 1 / 3, 2 / 3, (59 + 3) / 2),
    ],
)
def test_whether_bot_answers_count_is_shown_every_way(ending: str, offered: float, response: float, frt: float):
    found = values(report_of(BOTS), ending)
    assert found["offered"] == pytest.approx(offered)
    assert found["response rate"] == pytest.approx(response)
    assert found["first response"] == pytest.approx(frt)


def test_who_leaves_after_a_hand_off_that_counts_as_an_answer_is_no_abandon():
    """Met the bot at 0, handed off at 9, left at 14: counted once, not both in time and as an early abandon."""
    left = ToldCase("mail", 0, Outcome.ABANDONED, (ToldTurn(9),), left=14, slot=0)
    found = {ending: values(report_of([left, CONTAINED]), ending) for ending in ("", "_bots_always")}
    names = ("offered", "answered", "without early abandons", "early abandons as good", "virtual")
    assert [found["_bots_always"][name] for name in names] == [1, 1, 1, 1, 1]
    assert [found[""][name] for name in names] == [1 / 2, 1, 1, 1, 1 / 2]


def test_from_the_hand_off_only_those_who_reached_people_are_timed():
    found = values(report_of(BOTS), "_from_hand_off")
    assert found["offered"] == 1 / 2
    assert found["speed of answer"] == (31 + 3) / 2
    assert found["time in queue"] == (31 + 3) / 2
    assert found["first response"] == (51 + 3) / 2
    assert "next response" not in found and "customers, first message" not in found


def test_next_responses_and_containment_by_hand():
    found = values(report_of(BOTS))
    assert (found["next response"], found["next response, median"]) == (20, 20)
    assert found["next responses in time"] == 1  # 20 within T = 20
    assert found["resolved in time"] == 2 / 3  # the bot's after 8, the call's after 7
    assert (found["containment, nominal"], found["handed off"]) == (1 / 2, 1 / 2)
    assert found["containment, true"] == 1 / 2
    back = ToldCase("phone", 30, Outcome.ANSWERED, (ToldTurn(30, 31, 40, 0),), follows=(0, "return"))
    found = values(report_of([*BOTS, back], window=22))  # 22 after the bot's end at 8
    assert (found["containment, nominal"], found["containment, true"]) == (1 / 2, 0)
    assert values(report_of([*BOTS, back], window=21))["containment, true"] == 1 / 2


def test_without_bots_there_is_no_containment():
    rules = Rules.of(queues={"phone": Queue(is_live=True)}, groups={"care": Group(skills={"phone": 1})})
    workload, trace = told(("phone",), [answered("phone", 0, 1, 2)], until=100)
    report = Report.of([measure(workload, trace, SOMEBODY, rules, Periods.uniform(1, 100), definitions=Definitions())])
    assert {f.definition.family for f in every_figure(report)} == {"replies", "waits", "giving up", "resolution"}


def test_a_message_of_friday_answered_on_monday_took_twenty_minutes_of_open_hours():
    """Fri 16:50, the office closes at 17:00 and opens on Monday at 9:00; answered at 9:10, and so on."""
    calendar = "\n  zone: Europe/Prague\n  start: 2026-03-02\n  horizon: 1 week\n"
    body = "volume: {per_week: 10}\nhandle_time: 5 min\nthink_time: 5 min"
    scenario = one_queue(body, calendar=calendar, groups="  care: {skills: [%s]}")
    (name,) = scenario.queues
    scenario = scenario.with_changes(
        {
            "calendar.hours.office": {"mon-fri": "09:00-17:00"},
            f"queues.{name}.open": "office",
            "targets": [{"answer": "80 % within 20 min", "clock": "open"}],
        }
    )

    def at(day: int, hour: int, minute: int) -> int:
        return scenario.clock.instant(datetime(2026, 3, day, hour, minute))

    friday = at(6, 16, 50)
    turns = (
        ToldTurn(friday, at(9, 9, 5), at(9, 9, 10), 0),
        ToldTurn(at(9, 16, 55), at(10, 9, 0), at(10, 9, 5), 0),
    )
    workload, trace = told((name,), [ToldCase(name, friday, Outcome.ANSWERED, turns)], until=scenario.clock.end)
    rules = Rules.of(queues={name: Queue(is_live=False)}, groups={"care": Group(skills={name: 1})})
    definitions = Definitions(within_ms=(20 * 60_000 - 1,))
    report = Report.of([View(scenario, definitions).measure(workload, trace, SOMEBODY, rules)])
    found = {(f.name, f.ending, f.within_ms): f.estimate.value for f in every_figure(report)}
    minute, day, weekend = 60, 8 * 3600, 2 * 86400
    assert found["first response", "_open", None] == 20 * minute
    assert found["first response", "", None] == 16 * 3600 + 20 * minute + weekend
    assert found["speed of answer", "_open", None] == 15 * minute
    assert found["time in queue", "_open", None] == 15 * minute
    assert found["next response", "_open", None] == 10 * minute
    assert found["resolution", "_open", None] == 10 * minute + day + 5 * minute
    assert found["offered", "_open", 20 * minute * 1000] == 1
    assert found["offered", "_open", 20 * minute * 1000 - 1] == 0
    assert found["customers, first message", "_open", 20 * minute * 1000] == 1
    assert found["next responses in time", "_open", 20 * minute * 1000] == 1
    assert found["next responses in time", "", 20 * minute * 1000] == 0
    assert found["resolved in time", "_open", 20 * minute * 1000] == 0
    assert found["offered", "", 20 * minute * 1000] == 0
    assert [(f.name, f.ending) for f in every_figure(report) if f.targets] == [("offered", "_open")]


# How they stand together


def test_every_definition_has_a_figure_by_hand_somewhere():
    """Of the total, in the run of calls, of customers, of bots, or of intervals."""
    goal = Goal("half", "answer", 0.5, threshold_ms=T)
    found = {f.definition.name for f in every_figure(report_of(BOTS, goals=[goal]))}
    assert found == {definition.name for definition in DEFINITIONS}
    assert len({definition.name for definition in DEFINITIONS}) == len(DEFINITIONS)


def test_thresholds_of_targets_come_first_each_with_its_queues():
    goals = (
        Goal("calls", "answer", 0.8, queues=("phone",), threshold_ms=10),
        Goal("all", "answer", 0.5, threshold_ms=T),
        Goal("both", "answer", 0.6, queues=("phone", "mail"), threshold_ms=T),
        Goal("left", "abandon", 0.1),
        Goal("quick", "mean_answer", 1.0, queues=("phone",), threshold_ms=T),
        Goal("badge", "mean_answer", 1.0, threshold_ms=T, fastest=0.9),
    )
    report = report_of(BOTS, goals=goals)
    assert parts_of(report) == (Part(10, ("phone",), (0,)), Part(T, (), (1, 2)), Part(goals=(3, 4)))
    own = [(f.name, f.within_ms, f.targets) for f in every_figure(report) if f.targets]
    assert own == [("offered", 10, ("calls",)), ("offered", T, ("all", "both")), ("gave up", None, ("left",))]
    (one_queue_of_two,) = [f for f in every_figure(report, "queue") if f.targets]
    assert (one_queue_of_two.name, one_queue_of_two.row) == ("first response", "phone")
    calls = next(f for f in every_figure(report) if f.targets == ("calls",))
    assert calls.estimate.value == 1 and calls.queues == ("phone",)


def test_the_formula_says_which_times_it_was_worked_with():
    report = report_of(BOTS, goals=[Goal("a", "answer", 0.8, threshold_ms=T)])
    formulas = {f.name: f.formula for f in every_figure(report)}
    assert formulas["offered"] == "answered within 20 ms ÷ all cases that need a reply"
    assert "abandoned within 5 ms" in formulas["without short abandons"]
    assert "within 100 ms" in formulas["first contact resolution"]
    assert "at least 80 % ÷" in formulas["intervals met, 80 %"]
    assert report.metrics["service_level_20ms_without_short_abandons"].formula == formulas["without short abandons"]


def test_what_is_not_asked_for_is_not_counted():
    workload, trace = told(("mail", "phone"), BOTS, until=1000)
    periods = Periods.uniform(1, 100)
    plain, more = (
        measure(workload, trace, SOMEBODY, RULES, periods, within_ms=(T,), definitions=a)
        for a in (None, Definitions((T,)))
    )
    assert set(plain.queue_tables) < set(more.queue_tables)
    assert all(np.array_equal(table, more.queue_tables[name]) for name, table in plain.queue_tables.items())
    with pytest.raises(TableError, match="measure them with definitions"):
        figures(Report.of([plain]), Part())


def test_rows_for_json_say_whose_clock_and_whose_cases():
    goal = Goal("By people", "answer", 0.8, threshold_ms=T, clock=Clock(since="hand-off"))
    report = report_of(BOTS, goals=[goal])
    rows = definitions_of(report)
    (own,) = [row for row in rows if row["targets"]]
    assert (own["definition"], own["clock"], own["from"], own["bot_counts"]) == ("offered", "wall", "hand-off", "never")
    assert (own["within_s"], own["value"], own["low"], own["unit"]) == (0.02, 1 / 2, None, "share")
    assert {row["of"] for row in rows} == {"total", "channel", "queue"}
    median = next(r for r in definitions_of(report_of(CALLS)) if r["definition"] == "first response, median of all")
    assert median["value"] is None  # most got no answer


# On every run

SEEDS = range(40)
OWN = (
    Clock(),
    Clock(bot_counts="always"),
    Clock(bot_counts="never"),
    Clock(since="hand-off"),
)


def shares(report: Report, part: Part) -> dict[tuple[str, str], float]:
    return {(f.name, f.ending): f.estimate.value for f in figures(report, part)}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_must_hold_between_definitions_on_every_run(seed: int):
    world = random_world(seed)
    workload, rules, trace = world.workload, world.rules, world.play("compiled")
    t = max(2, world.until // 10)
    third = max(1, world.until // 3)
    hours = OpenHours(np.array([0, 2 * third]), np.array([third, 3 * third]))
    opened = Clock(open_hours=dict.fromkeys(workload.queues, hours))
    clocks = (*OWN, opened, replace(opened, since="hand-off"), replace(opened, bot_counts="never"))
    kinds: tuple[Kind, ...] = ("answer", "next_response", "resolution", "reply", "mean_answer")
    goals = [
        Goal(f"{kind} {i}", kind, 0.5, threshold_ms=t, over="total", clock=c)
        for kind in kinds
        for i, c in enumerate(clocks)
    ]
    goals += [Goal("left", "abandon", 0.1, over="total")]
    goals += [
        Goal(f"late {counts}", "reply", 0.5, threshold_ms=-1, over="total", clock=Clock(bot_counts=counts))
        for counts in BOT_COUNTS
    ]
    report = Report.of(
        [
            measure(
                workload,
                trace,
                world.roster,
                rules,
                periods_of(world),
                goals=goals,
                clock=opened,
                solved_within_ms=max(1, world.until // 6),
                definitions=Definitions(short_ms=t // 2),
            )
        ]
    )
    part, rest = parts_of(report)
    found = shares(report, part) | shares(report, rest)

    def no_more(less: tuple[str, str], more: tuple[str, str]) -> None:
        if not (math.isnan(found[less]) or math.isnan(found[more])):
            assert found[less] <= found[more] + 1e-12, (less, more)

    for ending in report.first.settings.clocks:
        chain = ["offered", "without short abandons", "without early abandons", "without abandons", "answered"]
        for less, more in zip(chain, chain[1:], strict=False):
            no_more((less, ending), (more, ending))
        good = ["offered", "short abandons as good", "early abandons as good"]
        for less, more in zip(good, good[1:], strict=False):
            no_more((less, ending), (more, ending))
        no_more(("without early abandons", ending), ("early abandons as good", ending))
        no_more(("offered", ending), ("virtual", ending))
        no_more(("first response, fastest 90 %", ending), ("first response", ending))
        if not ending.endswith("_from_hand_off"):
            no_more(("first response, median", ending), ("first response, median of all", ending))
            if not ending.startswith("_open"):
                no_more(("customers, first message", ending), ("customers, contact answered", ending))
    for name in ("offered", "customers, contact answered"):
        no_more((name, ""), (name, "_open"))
    for name in ("first response", "resolution", "next response", "time in queue"):
        no_more((name, "_open"), (name, ""))
    if workload.n_bot_slots:
        for name in ("offered", "response rate"):
            no_more((name, "_bots_never"), (name, ""))
            no_more((name, ""), (name, "_bots_always"))
        no_more(("offered", "_from_hand_off"), ("offered", "_open_from_hand_off"))
        no_more(("time in queue", "_open_from_hand_off"), ("time in queue", "_from_hand_off"))
    no_more(("abandoned, without short", ""), ("abandoned", ""))
    no_more(("abandoned", ""), ("abandoned of queued", ""))
    no_more(("abandoned", ""), ("gave up", ""))
    no_more(("gave up", ""), ("contacts lost", ""))
    no_more(("customers resolved at once", ""), ("first contact resolution", ""))
    assert all(math.isnan(v) or v >= 0 for v in found.values())
    # Each target is judged by the figure it is said to be judged by.
    every = (*figures(report, part), *figures(report, rest))
    for number, goal in enumerate(goals):
        mine = [f for f in every if goal.name in f.targets]
        assert len(mine) == 1
        overall = report.scorecard[number].overall.value * goal.scale
        assert mine[0].estimate.value == pytest.approx(overall, nan_ok=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_customers_and_contacts_bound_each_other(seed: int):
    """Counts over a whole run: first contacts in time ≤ customers in time ≤ customers by contact ≤ contacts in time."""
    world = random_world(seed)
    workload, rules, trace = world.workload, world.rules, world.play("compiled")
    t = max(1, world.until // 8)
    periods = Periods.uniform(1, world.until + 10)
    report = Report.of([measure(workload, trace, world.roster, rules, periods, definitions=Definitions((t,)))])
    tables = report.first.queue_tables
    (level,) = {name.removesuffix("_counted") for name in tables if name.endswith("_counted") and name.count("_") == 3}
    cells = case_cells(workload, trace.case_arrived_at, periods)
    in_time, _ = answered_within(workload, trace, rules, t)

    def count(mark: BoolArray) -> int:
        return int(tally(mark, cells, len(workload.queues), 1).sum())

    first, by_contact = (
        int(tables[f"{level}_{part}"].sum()) for part in ("customers_in_time", "customers_in_time_by_contact")
    )
    assert count(in_time & ~workload.is_child) <= first <= by_contact <= count(in_time | (cells < 0))
    assert by_contact <= tables["customers_replied"].sum() <= tables["customers"].sum()
    assert tables["customers"].sum() - tables["customers_replied"].sum() >= 0
    for queue, table in zip(workload.queues, tables["time_in_queue_n"], strict=True):
        assert table.sum() == tables["queued"][workload.queues.index(queue)].sum()
