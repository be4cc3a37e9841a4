"""One throw of the dice: what may move a draw and what may not, and the shares and means asked for."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from careplan.columns import NEVER
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS, HOUR_MS
from careplan.workload.cases import MAX_FOLLOW_UPS
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload
from careplan.workload.volume import expected_cases
from tests.workload.worlds import (
    GUIDE,
    PHONE,
    QUESTIONS,
    one_queue,
    queue,
    scenario_of,
    share_within_4_errors,
    two_queues,
    within_4_errors,
)

OTHER = queue("volume: {per_week: 700}\npatience: 1 h")


@dataclass(frozen=True)
class Told:
    """A case as its customer would tell it: instants by the calendar, without numbers of rows."""

    written: str
    patience: int
    turns: tuple[tuple[str, int, int, tuple[int, ...]], ...]
    bots: tuple[tuple[int, bool, int], ...]
    retry: tuple[int, Told] | None
    comes_back: tuple[int, Told] | None


def told(scenario: Scenario, workload: Workload, name: str, *, follow_ups: bool = True) -> list[Told]:
    """Every first contact of a queue with everything that will happen to its customer."""
    slots = len(scenario.queues[name].bots)

    def tell(row: int) -> Told:
        turns = range(workload.turn_start[row], workload.turn_start[row + 1])
        own_slots = range(len(scenario.queues[workload.queues[workload.queue_ix[row]]].bots))
        retry, comes_back = int(workload.retry_child[row]), int(workload.return_child[row])
        at = scenario.clock.local(int(workload.arrived_at[row]))
        return Told(
            written="" if workload.is_child[row] else at.isoformat(),
            patience=int(workload.patience_ms[row]),
            turns=tuple(
                (
                    workload.queues[workload.turn_queue_ix[turn]],
                    int(workload.work_ms[turn]),
                    int(workload.think_ms[turn]),
                    tuple(workload.work_after_bot_ms[turn, :slots].tolist()),
                )
                for turn in turns
            ),
            bots=tuple(
                (
                    int(workload.bot_ms[row, slot]),
                    bool(workload.bot_contains[row, slot]),
                    int(workload.bot_return_after_ms[row, slot]),
                )
                for slot in own_slots
            ),
            retry=(int(workload.retry_after_ms[row]), tell(retry)) if retry >= 0 and follow_ups else None,
            comes_back=(int(workload.return_after_ms[row]), tell(comes_back))
            if comes_back >= 0 and follow_ups
            else None,
        )

    ix = workload.queues.index(name)
    return [tell(row) for row in range(workload.n_first) if workload.queue_ix[row] == ix]


def days_of(stories: list[Told]) -> dict[str, list[Told]]:
    """Stories by local date."""
    found: dict[str, list[Told]] = {}
    for story in stories:
        found.setdefault(story.written[:10], []).append(story)
    return found


# --- what may not move a draw ---


def test_another_queue_moves_no_draw() -> None:
    alone = two_queues()
    both = scenario_of(
        {"questions": QUESTIONS, "phone": PHONE, "another": OTHER},
        bots={"guide": GUIDE, "unused": "{time: 1 s, containment: 1 %}"},
    )
    for name in ("questions", "phone"):
        assert told(both, sample(both), name) == told(alone, sample(alone), name)


def test_the_order_of_the_file_changes_nothing() -> None:
    one = scenario_of({"questions": QUESTIONS, "phone": PHONE, "another": OTHER}, bots={"guide": GUIDE})
    other = scenario_of({"another": OTHER, "phone": PHONE, "questions": QUESTIONS}, bots={"guide": GUIDE})
    assert sample(one).digest == sample(other).digest


def test_staffing_routing_and_targets_change_no_draw() -> None:
    scenario = two_queues()
    changes = {
        "groups.care.headcount": 50,
        "groups.care.pace": ["100 %", "50 %"],
        "queues.questions.concurrency": 4,
        "queues.questions.priority": 1,
        "queues.questions.stick_for": "1 h",
        "queues.phone.interrupts": "no",
        "targets": [{"answer": "80 % within 20 s"}],
    }
    assert sample(scenario.with_changes(changes)).digest == sample(scenario).digest


def test_a_longer_horizon_keeps_the_days_there_were() -> None:
    short, long = two_queues(), two_queues(**{"calendar.horizon": "3 weeks"})
    for name in ("questions", "phone"):
        before, after = (days_of(told(s, sample(s), name)) for s in (short, long))
        last = max(before)
        assert len(after) > len(before)
        for day in before.keys() - {last}:
            assert after[day] == before[day]
        assert after[last][: len(before[last])] == before[last]  # the old run ended at some instant of its last day


def test_a_longer_warm_up_keeps_the_days_there_were() -> None:
    plain = QUESTIONS.replace("backlog: 30", "backlog: 0")
    short = scenario_of({"questions": plain, "phone": PHONE}, bots={"guide": GUIDE})
    long = short.with_changes({"calendar.warm_up": "4 days"})
    before, after = (days_of(told(s, sample(s), "questions")) for s in (short, long))
    assert after.keys() - before.keys() == {"2026-02-26", "2026-02-27", "2026-02-28"}
    assert {day: after[day] for day in before} == before


def test_a_change_of_one_day_moves_no_other_day() -> None:
    scenario = two_queues()
    busier = scenario.with_changes({"queues.questions.volume.day_factor": {"2026-03-04": 3.0}})
    before, after = (days_of(told(s, sample(s), "questions")) for s in (scenario, busier))
    assert len(after["2026-03-04"]) > 2 * len(before["2026-03-04"])
    del before["2026-03-04"], after["2026-03-04"]
    assert after == before


def test_more_customers_are_the_same_customers_and_some_more() -> None:
    scenario = two_queues()
    more = scenario.with_changes({"queues.questions.volume.per_week": 3300})
    before, after = (days_of(told(s, sample(s), "questions")) for s in (scenario, more))

    def unstamped(stories: list[Told]) -> list[tuple[object, ...]]:
        return [(s.patience, s.turns, s.bots, s.retry, s.comes_back) for s in stories]

    for day in before.keys() - {max(before)}:
        assert unstamped(after[day])[: len(before[day])] == unstamped(before[day])
        shifts = [b.written >= a.written for a, b in zip(after[day], before[day], strict=False)]
        assert all(shifts)  # each of them a little earlier


def test_a_longer_handle_time_keeps_who_has_the_long_questions() -> None:
    scenario = two_queues()
    slower = scenario.with_changes({"queues.questions.handle_time": {"exponential": {"mean": "5 min"}}})
    before, after = sample(scenario), sample(slower)
    np.testing.assert_array_equal(before.arrived_at, after.arrived_at)
    np.testing.assert_array_equal(before.think_ms, after.think_ms)
    replies = np.repeat(before.needs_reply, np.diff(before.turn_start))
    own = before.turn_queue_ix == before.queues.index("questions")
    ratio = after.work_ms / before.work_ms
    np.testing.assert_allclose(ratio[own & replies & (before.work_ms > 10_000)], 1.25, rtol=1e-3)
    np.testing.assert_array_equal(ratio[~own | ~replies], 1.0)


def test_fewer_who_come_back_are_some_of_those_who_came() -> None:
    scenario = two_queues()
    fewer = scenario.with_changes({"queues.questions.come_back.chance": "5 %", "queues.phone.try_again.chance": "40 %"})
    before, after = (told(s, sample(s), "questions") for s in (scenario, fewer))

    def check(one: Told, other: Told) -> int:
        """Count the follow-ups both have; what the other has, the one has too, with the same draws."""
        assert (one.written, one.patience, one.turns, one.bots) == (
            other.written,
            other.patience,
            other.turns,
            other.bots,
        )
        both = 0
        for mine, theirs in ((one.retry, other.retry), (one.comes_back, other.comes_back)):
            if theirs is not None:
                assert mine is not None
                both += 1 + check(mine[1], theirs[1])
        return both

    kept = sum(check(one, other) for one, other in zip(before, after, strict=True))
    assert 100 < kept < sample(scenario).n_cases - sample(scenario).n_first


def test_another_share_of_long_conversations_moves_only_those() -> None:
    scenario = two_queues()
    shorter = scenario.with_changes({"queues.questions.turns": {"1": "70 %", "2": "20 %", "4": "10 %"}})
    before, after = (told(s, sample(s), "questions", follow_ups=False) for s in (scenario, shorter))
    changed = sum(len(one.turns) != len(other.turns) for one, other in zip(before, after, strict=True))
    assert share_within_4_errors(changed, len(before), 0.8 * 0.1)  # from 2 turns to 1, of those who need a reply
    for one, other in zip(before, after, strict=True):
        assert one.turns[0][1] == other.turns[0][1]
        if len(one.turns) == len(other.turns):
            assert one == other


def test_seeds_and_replications_are_other_customers() -> None:
    scenario = two_queues()
    digests = {sample(scenario, seed=seed, replication=r).digest for seed in (1, 2) for r in (0, 1)}
    assert len(digests) == 4
    assert sample(scenario).digest == sample(scenario, seed=1, replication=0).digest
    assert sample(scenario, seed=np.int64(1)).digest == sample(scenario).digest  # type: ignore[arg-type]


def test_threads_and_processes_draw_the_same(tmp_path: Path) -> None:
    scenario = two_queues()
    expected = [sample(scenario, replication=r).digest for r in range(8)]
    fresh = two_queues()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda r: sample(fresh, replication=r).digest, range(8))) == expected
    code = "from tests.workload.worlds import two_queues; from careplan.workload.sampling import sample; " \
        "print(sample(two_queues(), replication=3).digest)"  # fmt: skip
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
            env={"PYTHONHASHSEED": hash_seed, "PATH": "", "PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert done.stdout.strip() == expected[3]


def test_the_draws_of_a_small_scenario_are_those_of_the_last_release() -> None:
    # A change of this digest changes numbers of unchanged scenarios: say so in the changelog, under "Changed numbers".
    # Durations are compared in tenths of seconds: the last bit of a logarithm may differ between processors.
    workload = sample(two_queues(), seed=7, replication=2)
    rounded = [
        np.round(getattr(workload, name).astype(np.int64) / 100).astype(np.int64).tobytes()
        for name in ("arrived_at", "work_ms", "think_ms", "patience_ms", "retry_after_ms", "return_after_ms", "bot_ms")
    ]
    rounded += [workload.queue_ix.tobytes(), workload.turn_start.tobytes(), workload.bot_contains.tobytes()]
    assert hashlib.sha256(b"".join(rounded)).hexdigest() == GOLDEN


GOLDEN = "2e6d23c934b724d0d40cabc42e7d92cd9eda103a4cfbbe20ac1f13fe711274a8"


# --- arrivals ---


def test_arrivals_are_poisson_inside_the_hour() -> None:
    scenario = one_queue("volume: {per_hour: 40}", calendar="\n  zone: UTC\n  start: 2026-03-02\n  horizon: 60 days\n")
    at = sample(scenario).arrived_at
    for step in (HOUR_MS, HOUR_MS // 12):
        edges = np.arange(0, scenario.clock.end + 1, step)
        counts = np.histogram(at, edges)[0].astype(float)
        mean = 40 * step / HOUR_MS
        assert within_4_errors(counts, mean)
        assert within_4_errors((counts - mean) ** 2, mean)  # variance equals mean
    gaps = np.diff(at).astype(float)
    assert within_4_errors(gaps, HOUR_MS / 40)
    assert within_4_errors((gaps - gaps.mean()) ** 2, (HOUR_MS / 40) ** 2)  # and gaps are exponential
    within = np.sort(at % 1000)  # and any millisecond is as good as any other
    assert np.abs(within / 1000 - np.arange(len(within)) / len(within)).max() < 2.2 / np.sqrt(len(within)) + 1e-3


def test_busyness_keeps_the_mean_and_widens_the_day() -> None:
    # Law L30: the variance of a day's count is m + m² v.
    scenario = one_queue(
        "volume: {per_day: 200, busyness: 20 %}", calendar="\n  zone: UTC\n  start: 2026-03-02\n  horizon: 700 days\n"
    )
    counts = np.histogram(sample(scenario).arrived_at, scenario.clock.midnights)[0][:-1].astype(float)
    assert within_4_errors(counts, 200)
    assert within_4_errors((counts - 200) ** 2, 200 + 200**2 * 0.04)


def test_arrivals_follow_the_profile() -> None:
    weights = [1] * 8 + [4] * 8 + [2] * 8
    scenario = one_queue(f"volume: {{per_week: 14000, by_day: {{mon-fri: 1, sat: 0.5, sun: 0}}, by_hour: {weights}}}")
    clock = scenario.clock
    at = sample(scenario).arrived_at
    edges = [i.begin for i in clock.intervals(whole_run=True)] + [clock.midnights[-1]]
    counts = np.histogram(at, edges)[0].astype(float)
    expected = expected_cases(scenario, "q")
    some = expected > 0
    assert (counts[~some] == 0).all()
    chi_square = ((counts - expected)[some] ** 2 / expected[some]).sum()
    assert abs(chi_square - some.sum()) < 4 * np.sqrt(2 * some.sum() + (1 / expected[some]).sum())


def test_live_customers_come_in_open_hours_only_and_messages_round_the_clock() -> None:
    scenario = two_queues()
    workload = sample(scenario)
    phone = workload.arrived_at[: workload.n_first][
        workload.queue_ix[: workload.n_first] == workload.queues.index("phone")
    ]
    windows = scenario.open_windows("desk")
    assert all(any(opens <= at < closes for opens, closes in windows) for at in phone.tolist())
    questions = workload.arrived_at[workload.queue_ix == workload.queues.index("questions")]
    hours = {scenario.clock.local(at).hour for at in questions[questions > 0].tolist()}
    assert hours == set(range(24))


def test_customers_arrive_through_warm_up_horizon_and_run_off() -> None:
    scenario = one_queue(
        "volume: {per_hour: 30}", calendar="\n  zone: UTC\n  start: 2026-03-02\n  horizon: 2 days\n  run_off: 90 min\n"
    )
    at = sample(scenario).arrived_at
    assert at.min() < HOUR_MS
    assert scenario.clock.end - HOUR_MS < at.max() < scenario.clock.end == 3 * DAY_MS + 90 * 60_000


@pytest.mark.parametrize(("start", "hours"), [("2026-03-23", 23), ("2026-10-19", 25)])
def test_a_day_on_which_the_clock_changes_has_its_hours_of_customers(start: str, hours: int) -> None:
    calendar = f"\n  zone: Europe/Prague\n  start: {start}\n  horizon: 1 week\n  warm_up: 0 days\n"
    scenario = one_queue("volume: {per_hour: 400}", calendar=calendar)
    counts = np.histogram(sample(scenario).arrived_at, scenario.clock.midnights)[0][:7]
    for day, count in enumerate(counts.tolist()):
        mean = 400 * (hours if day == 6 else 24)
        assert abs(count - mean) < 4 * np.sqrt(mean)


def test_an_opening_backlog_waits_from_before_the_run() -> None:
    scenario = one_queue(
        "volume: {per_hour: 1}\nbacklog: {cases: 20000, age: {exponential: {mean: 5 h}}}\npatience: 1 h"
    )
    workload = sample(scenario)
    old = workload.arrived_at < 0
    assert old.sum() == 20_000
    assert within_4_errors(-workload.arrived_at[old].astype(float), 5 * HOUR_MS)
    assert (workload.patience_ms[old] == NEVER).all()
    assert (workload.patience_ms[~old] == HOUR_MS).all()


# --- what customers bring ---

BIG = "volume: {per_week: 40000}\n"


def test_cases_that_need_no_reply_are_one_turn_of_triage_and_nothing_else() -> None:
    scenario = two_queues(**{"queues.questions.volume.per_week": 20000, "queues.questions.triage_time": "25 s"})
    workload = sample(scenario)
    questions = np.flatnonzero(workload.queue_ix[: workload.n_first] == workload.queues.index("questions"))
    none = questions[~workload.needs_reply[questions]]
    assert share_within_4_errors(len(none), len(questions), 0.2)
    assert (np.diff(workload.turn_start)[none] == 1).all()
    assert (workload.work_ms[workload.turn_start[none]] == 25_000).all()
    assert (workload.patience_ms[none] == NEVER).all()
    assert (workload.retry_child[none] == NEVER).all()
    assert (workload.return_child[none] == NEVER).all()
    assert not workload.bot_contains[none].any()
    assert workload.needs_reply[workload.n_first :].all()  # who writes again wants an answer


def test_turns_come_in_their_shares() -> None:
    scenario = one_queue(BIG + "turns: {1: 60 %, 2: 30 %, 4: 10 %}\nthink_time: {exponential: {mean: 1 h}}")
    workload = sample(scenario)
    turns = np.diff(workload.turn_start)
    for number, share in ((1, 0.6), (2, 0.3), (3, 0.0), (4, 0.1)):
        assert share_within_4_errors(int((turns == number).sum()), workload.n_cases, share)
    thinks = workload.think_ms[workload.think_ms != NEVER].astype(float)
    assert len(thinks) == workload.n_turns - workload.n_cases
    assert within_4_errors(thinks, HOUR_MS)


def test_a_handle_time_of_the_case_is_split_over_its_turns() -> None:
    body = BIG + "turns: {1: 50 %, 3: 50 %}\nthink_time: 1 h\nhandle_time: {exponential: {mean: 6 min}}"
    by_turn, by_case = one_queue(body), one_queue(body + "\nhandle_time_is: case")
    workload = sample(by_case)
    totals = np.add.reduceat(workload.work_ms, workload.turn_start[:-1])
    turns = np.diff(workload.turn_start)
    assert within_4_errors(totals[turns == 1].astype(float), 360_000)
    assert within_4_errors(totals[turns == 3].astype(float), 360_000)
    first, last = workload.turn_start[:-1][turns == 3], workload.turn_start[1:][turns == 3] - 1
    assert (np.abs(workload.work_ms[first] - workload.work_ms[last]) <= 1).all()
    assert within_4_errors(sample(by_turn).work_ms.astype(float), 360_000)


def test_window_time_is_divided_by_the_concurrency_it_was_measured_at() -> None:
    body = BIG + "handle_time: 10 min"
    plain, window = (
        sample(one_queue(body)),
        sample(one_queue(body + "\nhandle_time_is: window\nwindow_concurrency: 2.5")),
    )
    assert set(plain.work_ms.tolist()) == {600_000}
    assert set(window.work_ms.tolist()) == {240_000}


def test_a_transfer_puts_a_turn_of_the_other_queues_work_after_the_named_turn() -> None:
    body = BIG + "turns: {1: 50 %, 2: 50 %}\nthink_time: 1 h\nhandle_time: 1 min\n"
    body += "transfers: [{to: expert, share: 20 %, after_turn: 1}, {to: phone, share: 10 %, after_turn: 2}]"
    scenario = scenario_of(
        {"q": queue(body), "expert": queue("volume: {per_week: 1}\nhandle_time: 9 min"), "phone": PHONE},
    )
    workload = sample(scenario)
    names = np.array(workload.queues)[workload.turn_queue_ix]
    rows = np.flatnonzero(workload.queue_ix[: workload.n_first] == workload.queues.index("q"))
    stories = [tuple(names[workload.turn_start[row] : workload.turn_start[row + 1]].tolist()) for row in rows]
    shares = {
        ("q",): 0.5 * 0.8,
        ("q", "expert"): 0.5 * 0.2,
        ("q", "q"): 0.5 * 0.7,
        ("q", "expert", "q"): 0.5 * 0.2,
        ("q", "q", "phone"): 0.5 * 0.1,
    }
    assert set(stories) == set(shares)
    for story, share in shares.items():
        assert share_within_4_errors(stories.count(story), len(rows), share), story
    expert = workload.turn_queue_ix == workload.queues.index("expert")
    first_of_expert = workload.turn_start[:-1][workload.queue_ix == workload.queues.index("expert")]
    moved = np.setdiff1d(np.flatnonzero(expert), first_of_expert)
    assert (workload.work_ms[moved] == 540_000).all()
    assert (workload.think_ms[moved - 1] == HOUR_MS).all()


def test_a_transfer_where_nobody_thinks_queues_at_once() -> None:
    body = BIG + "transfers: [{to: expert, share: 20 %}]"
    workload = sample(scenario_of({"q": queue(body), "expert": queue("volume: {per_week: 1}")}))
    assert set(workload.think_ms.tolist()) == {NEVER, 1}


# --- bots ---


def test_a_bot_contains_its_share_and_saves_work_of_the_first_turn() -> None:
    body = BIG + "topic: billing\nbots: [guide, other]\nturns: {1: 50 %, 2: 50 %}\nthink_time: 1 h\nhandle_time: 100 s"
    bots = {
        "guide": "{time: {exponential: {mean: 40 s}}, containment: {billing: 30 %, default: 90 %}, saves: 40 %}",
        "other": "{time: 5 s, containment: {q: 10 %, billing: 50 %}, come_back: {chance: 31 %, after: 2 h}}",
    }
    scenario = scenario_of({"q": queue(body), "none": queue("volume: {per_week: 500}")}, bots=bots)
    workload = sample(scenario)
    own = workload.queue_ix == workload.queues.index("q")
    n = int(own.sum())
    assert share_within_4_errors(int(workload.bot_contains[own, 0].sum()), n, 0.3)
    assert share_within_4_errors(int(workload.bot_contains[own, 1].sum()), n, 0.1)
    assert share_within_4_errors(int((workload.bot_contains[own, 0] & workload.bot_contains[own, 1]).sum()), n, 0.03)
    assert within_4_errors(workload.bot_ms[own, 0].astype(float), 40_000)
    assert (workload.bot_ms[own, 1] == 5000).all()
    first = np.zeros(workload.n_turns, dtype=bool)
    first[workload.turn_start[:-1]] = True
    own_turn = np.repeat(own, np.diff(workload.turn_start))
    assert set(workload.work_after_bot_ms[first & own_turn, 0].tolist()) == {60_000}
    assert set(workload.work_after_bot_ms[first & own_turn, 1].tolist()) == {100_000}
    assert set(workload.work_after_bot_ms[~first & own_turn].ravel().tolist()) == {100_000}
    returns = workload.bot_return_after_ms[own, 1] == 2 * HOUR_MS
    assert share_within_4_errors(int(returns.sum()), int(workload.bot_contains[own, 1].sum()), 0.31)
    assert not returns[~workload.bot_contains[own, 1]].any()
    # A queue without bots has none: nothing is contained, and the time there is a stand-in.
    assert not workload.bot_contains[~own].any()
    np.testing.assert_array_equal(workload.work_after_bot_ms[~own_turn, 0], workload.work_ms[~own_turn])


def test_another_bot_moves_no_draw_of_the_first() -> None:
    body = "volume: {per_week: 2000}\nbots: [guide%s]"
    bots = {"guide": GUIDE.replace("billing", "q"), "other": "{time: 5 s, containment: 5 %}"}
    one = sample(scenario_of({"q": queue(body % "")}, bots=bots))
    two = sample(scenario_of({"q": queue(body % ", other")}, bots=bots))
    np.testing.assert_array_equal(one.bot_ms[:, 0], two.bot_ms[: one.n_cases, 0])
    np.testing.assert_array_equal(one.bot_contains[:, 0], two.bot_contains[: one.n_cases, 0])


def test_who_comes_back_from_a_bot_goes_where_the_bot_says() -> None:
    body = BIG + "bots: [guide]\ncome_back: {chance: 50 %, after: 3 h}"
    guide = "{time: 5 s, containment: 50 %, come_back: {chance: 40 %, after: 2 h, queue: phone}}"
    scenario = scenario_of({"q": queue(body), "phone": PHONE}, bots={"guide": guide})
    workload = sample(scenario)
    q, phone = workload.queues.index("q"), workload.queues.index("phone")
    rows = np.flatnonzero((workload.queue_ix == q) & ~workload.is_child & (workload.return_child >= 0))
    from_bot = workload.bot_return_after_ms[rows, 0] >= 0
    assert workload.bot_contains[rows[from_bot], 0].all()
    goes_to = workload.queue_ix[workload.return_child[rows]]
    assert (goes_to[from_bot] == phone).all()
    assert (goes_to[~from_bot] == q).all()


# --- follow-ups ---


def test_customers_who_give_up_try_again_in_their_share_and_queue() -> None:
    follow_up = "try_again: {chance: 63 %, after: {exponential: {mean: 20 min}}, queue: phone}"
    body = f"{BIG}patience: {{quantiles: {{1 h: 40 %}}}}\n{follow_up}"
    scenario = scenario_of({"q": queue(body), "phone": PHONE})
    workload = sample(scenario)
    q = (workload.queue_ix == workload.queues.index("q")) & ~workload.is_child
    able = q & (workload.patience_ms != NEVER)
    tries = workload.retry_child >= 0
    assert share_within_4_errors(int((tries & able).sum()), int(able.sum()), 0.63)
    assert not (tries & q & ~able).any()  # endless patience never gives up, so no row is kept for it
    assert (workload.queue_ix[workload.retry_child[tries & q]] == workload.queues.index("phone")).all()
    assert within_4_errors(workload.retry_after_ms[tries & q].astype(float), 20 * 60_000)


def test_cases_that_expire_may_be_tried_again_whatever_their_patience() -> None:
    workload = sample(one_queue(BIG + "expires_after: 2 days\ntry_again: {chance: 50 %, after: 1 h}"))
    first = workload.n_first
    assert share_within_4_errors(int((workload.retry_child[:first] >= 0).sum()), first, 0.5)


def test_follow_ups_are_drawn_in_the_queue_they_are_born_in() -> None:
    workload = sample(two_queues())
    phone = workload.queues.index("phone")
    born = workload.is_child & (workload.queue_ix == phone)
    works = workload.work_ms[workload.turn_start[:-1][born]].astype(float)
    patience = workload.patience_ms[born].astype(float)
    assert within_4_errors(works, 300_000)
    assert within_4_errors(patience, 180_000)
    assert (np.diff(workload.turn_start)[born] == 1).all()


def test_giving_up_and_coming_back_to_one_queue_share_a_row() -> None:
    body = (
        BIG
        + "patience: 1 h\ntry_again: {chance: 60 %, after: 1 h}\ncome_back: {chance: 50 %, after: 2 h, queue: phone}"
    )
    apart = sample(scenario_of({"q": queue(body), "phone": PHONE}))
    together = sample(one_queue(body.replace(", queue: phone", "")))
    both = (together.retry_child >= 0) & (together.return_child >= 0)
    np.testing.assert_array_equal(together.retry_child[both], together.return_child[both])
    q = apart.queue_ix == apart.queues.index("q")
    both = (apart.retry_child >= 0) & (apart.return_child >= 0) & q
    assert both.any()
    assert (apart.retry_child[both] != apart.return_child[both]).all()


def test_a_customer_writes_again_at_most_ten_times() -> None:
    workload = sample(one_queue("volume: {per_week: 50}\npatience: 1 min\ntry_again: {chance: 100 %, after: 1 h}"))
    chain = np.bincount(workload.root)[: workload.n_first]
    assert MAX_FOLLOW_UPS == 10
    assert set(chain.tolist()) == {11}


def test_the_parts_of_a_scenario_that_are_off_cost_no_column() -> None:
    workload = sample(one_queue("volume: {per_week: 500}"))
    assert workload.patience_ms.strides == (0,)
    assert workload.needs_reply.strides == (0,)
    assert workload.retry_child.strides == (0,)
    assert workload.n_bot_slots == 0


def test_a_scenario_without_customers_is_a_workload_without_rows() -> None:
    scenario = two_queues(**{
        "queues.questions.volume.per_week": 0, "queues.phone.volume.per_week": 0, "queues.questions.backlog": 0
    })  # fmt: skip
    workload = sample(scenario)
    assert workload.n_cases == workload.n_turns == 0
    assert workload.queues == ("phone", "questions")


def test_days_are_named_by_their_date() -> None:
    # Instant 0 moves with the warm-up, the customers of a date do not.
    scenario = one_queue("volume: {per_hour: 10}")
    later = one_queue(
        "volume: {per_hour: 10}", calendar="\n  zone: Europe/Prague\n  start: 2026-03-04\n  horizon: 2 days\n"
    )
    one, other = sample(scenario), sample(later)
    day = datetime(2026, 3, 5)
    for workload, clock in ((one, scenario.clock), (other, later.clock)):
        begin, end = clock.instant(day), clock.instant(day + timedelta(days=1))
        inside = workload.arrived_at[(workload.arrived_at >= begin) & (workload.arrived_at < end)] - begin
        if workload is one:
            expected = inside
    np.testing.assert_array_equal(inside, expected)
