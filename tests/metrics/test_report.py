"""Replications combined: figures by queue, channel and period, that add up, with their intervals."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from careplan.engine.contract import Group, Queue, Rules
from careplan.errors import TableError
from careplan.metrics import report as module
from careplan.metrics.clocks import Clock, OpenHours
from careplan.metrics.measures import Measures, measure, words
from careplan.metrics.periods import BY, Periods
from careplan.metrics.report import OF, Report
from careplan.metrics.scorecard import Goal
from careplan.metrics.uncertainty import bootstrap_percentiles, nearest_rank
from careplan.provenance import Provenance
from careplan.roster import Roster
from careplan.trace.tables import Outcome
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told

RULES = Rules.of(
    queues={
        "chat": Queue(is_live=True, concurrency=2),
        "mail": Queue(is_live=False, concurrency=2),
        "phone": Queue(is_live=True, interrupts=True),
    },
    groups={"care": Group(skills={"chat": 1, "mail": 1, "phone": 1})},
)
CHANNELS = {"chat": "web", "mail": "web", "phone": "phone"}
PERIODS = Periods.uniform(48, 1000)
ROSTER = Roster.from_spells([("care", 1, 0, 40_000), ("care", 2, 10_000, 48_000)])
GOALS = (Goal("calls", "answer", 0.8, queues=("phone",), threshold_ms=400, over="total"), Goal("cover", "cover"))


def one(seed: int) -> Measures:
    """A day told by a die: calls of 400 ms, mails of 600 ms by two at once, every third call abandoned."""
    rng = np.random.default_rng(seed)
    cases: list[ToldCase] = []
    calls = 0
    for at in sorted(rng.integers(0, 47_000, size=60).tolist()):
        queue = ("chat", "mail", "phone")[int(rng.integers(0, 3))]
        wait = int(rng.integers(0, 900))
        calls += queue == "phone"
        if queue == "phone" and calls % 3 == 0:
            cases.append(abandoned(queue, at, at + wait))
        else:
            cases.append(answered(queue, at, at + wait, at + wait + 500, agent=int(rng.integers(0, 2))))
    order = sorted(range(60), key=lambda i: (cases[i].at, cases[i].queue))
    workload, trace = told(("chat", "mail", "phone"), [cases[i] for i in order], until=60_000)
    return measure(workload, trace, ROSTER, RULES, PERIODS, goals=GOALS, channels=CHANNELS, within_ms=(600,))


@pytest.fixture(scope="module")
def report() -> Report:
    return Measures.combine([one(seed) for seed in range(6)])


def test_every_count_adds_up_over_intervals_queues_and_channels(report):
    """L08: intervals to hours, days and weeks; queues to channels to the total."""
    counts = [name for name, metric in report.metrics.items() if metric.how == "count" and metric.table == "queues"]
    assert "volume" in counts and "agent_hours" in counts
    for name in counts:
        whole = report.estimate(name).value
        for of in ("total", "queue", "channel"):
            for by in BY:
                assert report.figure(name, of=of, by=by).value.sum() == pytest.approx(whole)


def test_shares_of_longer_periods_are_sums_over_sums(report):
    tables = [m.queue_tables for m in report.measures]
    top = sum(t["service_level_400ms_in_time"][2].sum() for t in tables)
    bottom = sum(t["service_level_400ms_counted"][2].sum() for t in tables)
    assert report.estimate("service_level_400ms", "phone", of="queue").value == top / bottom
    by_interval = report.figure("service_level_400ms", of="queue", by="interval").value[2]
    assert np.nanmean(by_interval) != pytest.approx(top / bottom, abs=1e-6)


def test_a_channel_is_the_sum_of_its_queues(report):
    assert report.rows("channel") == ("phone", "web")
    channel = report.figure("response_rate", of="channel").value[:, 0]
    tables = [m.queue_tables for m in report.measures]
    web = sum(t["replied"][:2].sum() for t in tables) / sum(t["needing_reply"][:2].sum() for t in tables)
    assert channel[1] == web
    assert report.estimate("response_rate", "web").value == web


def test_the_answered_look_fine_while_a_third_give_up(report):
    both = {name: report.estimate(name, "phone", of="queue").value for name in ("share_given_up", "response_rate")}
    assert both["share_given_up"] == pytest.approx(1 / 3, abs=0.03)
    assert both["response_rate"] == pytest.approx(1 - both["share_given_up"])
    offered = report.estimate("service_level_600ms", "phone", of="queue").value
    flattering = report.estimate("service_level_600ms_of_answered", "phone", of="queue").value
    assert flattering > offered + 0.1
    assert "service_level_600ms_of_answered" in str(report) and "share_given_up" in str(report)


def test_a_period_without_cases_has_no_service_level(report):
    volume = report.figure("needing_reply", of="queue", by="interval").value
    level = report.figure("service_level_400ms", of="queue", by="interval").value
    assert np.array_equal(np.isnan(level), volume == 0)
    assert (volume == 0).any()


def test_a_channel_of_one_queue_has_the_percentiles_of_its_queue_and_they_are_drawn_once(report, monkeypatch):
    fresh, drawn = Report.of(list(report.measures)), []

    def noted(*arguments, **options):
        drawn.append(arguments)
        return bootstrap_percentiles(*arguments, **options)

    monkeypatch.setattr(module, "bootstrap_percentiles", noted)
    by_queue = dict(zip(fresh.rows("queue"), fresh.percentiles("wait", of="queue"), strict=True))
    assert len(drawn) == 3
    by_channel = dict(zip(fresh.rows("channel"), fresh.percentiles("wait", of="channel"), strict=True))
    assert len(drawn) == 4 and by_channel["phone"] == by_queue["phone"]  # web has two queues
    assert by_channel["web"] not in by_queue.values()
    assert fresh.percentiles("wait", queues=["phone"]) == [by_queue["phone"]]


def test_percentiles_are_over_the_cases_of_all_replications(report):
    pooled = np.concatenate([m.samples["wait"].value_ms for m in report.measures])
    found = report.percentiles("wait")[0][0]
    wanted = nearest_rank(pooled, [0.5, 0.8, 0.9, 0.95]) / 1000
    assert [found[name].value for name in ("median", "p80", "p90", "p95")] == wanted.tolist()
    assert all(e.low <= e.value <= e.high for e in found.values())
    by_hour = report.percentiles("wait", of="queue", by="hour")
    assert len(by_hour) == 3 and len(by_hour[0]) == report.figure("volume", by="hour").value.shape[1]


def test_the_effective_multiple_is_against_phone_and_one_for_phone_itself(report):
    found = report.figure("effective_multiple", of="queue")
    assert found.value[2, 0] == 1 and found.low[2, 0] == found.high[2, 0] == 1
    hours = report.figure("cases_per_agent_hour", of="queue").value[:, 0]
    assert found.value[:, 0] == pytest.approx(hours / hours[2])


def test_without_phone_there_is_no_multiple():
    rules = Rules.of(queues={"mail": Queue(is_live=False)}, groups={"care": Group(skills={"mail": 1})})
    workload, trace = told(("mail",), [answered("mail", 0, 10, 20)], until=1000)
    roster = Roster.from_spells([("care", 1, 0, 500)])
    found = Report.of([measure(workload, trace, roster, rules, Periods.uniform(1, 500))])
    assert math.isnan(found.estimate("effective_multiple").value)
    assert found.estimate("cases_per_agent_hour").value == pytest.approx(3_600_000 / 10)


def test_social_worked_two_at_once_handles_about_twice_the_cases_of_phone():
    """Two mails of 600 side by side take their agent 300 each; a call of 600 takes 600: the multiple is 2."""
    cases = [answered("mail", 0, 0, 600), answered("mail", 0, 0, 600), answered("phone", 700, 700, 1300)]
    workload, trace = told(("chat", "mail", "phone"), cases, until=5000)
    found = Report.of([measure(workload, trace, ROSTER, RULES, PERIODS)])
    assert found.estimate("effective_multiple", "mail", of="queue").value == 2


def test_backlog_is_a_mean_over_time_and_its_age_is_at_interval_starts():
    """New from 0 to 1500 and 500 to 1500; intervals of 1000: means 1.5 and 1, at 1000 both wait, aged 1000 and 500."""
    cases = [answered("mail", 0, 1500, 2000), answered("mail", 500, 1500, 2500)]
    workload, trace = told(("chat", "mail", "phone"), cases, until=5000)
    found = Report.of([measure(workload, trace, ROSTER, RULES, Periods.uniform(2, 1000))])
    assert found.figure("backlog_new", of="queue", by="interval").value[1].tolist() == [1.5, 1.0]
    assert found.figure("backlog_new_mean_age", by="interval").value[0].tolist() == [0.0, 0.75]
    assert found.figure("backlog_new_oldest", by="interval").value[0].tolist() == [0, 1.0]
    halves = Report.of([measure(workload, trace, ROSTER, RULES, Periods.uniform(4, 500))])
    assert halves.figure("backlog_new_oldest", by="interval").value[0].tolist() == [0, 0.5, 1.0, 0]
    assert halves.estimate("backlog_new_oldest").value == 1.0
    assert found.estimate("backlog_new").value == 1.25
    assert found.estimate("queue_length").value == 1.25


def test_a_single_replication_says_that_it_has_no_intervals():
    single = Report.of([one(0)])
    assert single.estimate("response_rate").low is None
    assert single.percentiles("wait")[0][0]["p90"].low is None
    assert "one replication, no intervals" in str(single)
    assert single.to_dict()["figures"]["total"]["total"]["total"]["response_rate"]["low"] is None


def test_the_report_goes_to_json_with_stable_keys(report):
    first = report.to_dict(by=("total", "day"))
    text = json.dumps(first, allow_nan=False)
    again = json.dumps(Measures.combine([one(seed) for seed in range(6)]).to_dict(by=("total", "day")), allow_nan=False)
    assert text == again
    assert set(first) == {
        "careplan_report", "replications", "confidence", "provenance", "settings", "metrics", "percentiles", "periods",
        "figures", "scorecard", "targets", "all_targets_at_once", "agents",
    }  # fmt: skip
    assert set(first["figures"]["total"]) == {"total", "queue", "channel", "group"}
    assert set(first["figures"]["total"]["queue"]) == {"chat", "mail", "phone"}
    assert len(first["figures"]["day"]["total"]["total"]["volume"]["value"]) == len(first["periods"]["day"])
    assert first["figures"]["total"]["queue"]["mail"]["p90_first_response"]["n"] == 6
    assert all(metric["formula"] for metric in first["metrics"].values())


def test_the_report_goes_to_a_frame_with_a_line_per_figure(report):
    frame = report.to_frame(of="queue", by="day")
    assert list(frame.columns) == ["of", "row", "by", "period", "metric", "unit", "value", "low", "high", "n"]
    line = frame[(frame["row"] == "phone") & (frame["metric"] == "response_rate")]
    assert line["value"].iloc[0] == report.figure("response_rate", of="queue", by="day").value[2, 0]
    assert set(report.to_frame(of="group", by="total")["metric"]) >= {"occupancy", "desk_load"}
    assert not frame.duplicated(["row", "period", "metric"]).any()
    assert "median_wait" in set(frame["metric"])


def test_a_level_in_open_hours_is_printed_only_where_it_differs():
    def text(opens: int) -> str:
        clock = Clock(open_hours={"mail": OpenHours(np.array([opens]), np.array([60_000]))})
        workload, trace = told(("chat", "mail", "phone"), [answered("mail", 0, 500, 700)], until=60_000)
        return str(Report.of([measure(workload, trace, ROSTER, RULES, PERIODS, clock=clock, within_ms=(600,))]))

    assert "service_level_600ms_open" not in text(0)
    assert "service_level_600ms_open" in text(200)


def test_agents_are_reported_one_by_one(report):
    agents = report.agents
    assert agents.agents == ("care-1", "care-2")
    assert agents.on_duty_h == pytest.approx([40_000 / 3_600_000, 38_000 / 3_600_000])
    assert agents.busy_h + agents.held_h + agents.idle_h == pytest.approx(agents.on_duty_h)
    assert (agents.occupancy.high <= 1).all()
    started = sum(np.count_nonzero([s >= 0 for s in m.agent_starts]) for m in report.measures)
    assert started == 12 and agents.turns_started.sum() > 0
    assert len(agents.to_frame()) == 2


def test_agents_on_leave_in_one_replication_are_matched_by_name():
    cases = [answered("mail", 0, 10, 20)]
    workload, trace = told(("chat", "mail", "phone"), cases, until=60_000)
    small = Roster.from_spells([("care", 1, 0, 40_000)])
    both = [measure(workload, trace, roster, RULES, PERIODS) for roster in (ROSTER, small)]
    agents = Report.of(both).agents
    assert agents.on_duty_h == pytest.approx([40_000 / 3_600_000, 19_000 / 3_600_000])


def test_ten_agents_are_listed_by_number_not_by_letter():
    roster = Roster.from_spells([("care", n, 0, 100) for n in range(1, 12)])
    workload, trace = told(("chat", "mail", "phone"), [answered("mail", 0, 10, 20)], until=1000)
    agents = Report.of([measure(workload, trace, roster, RULES, PERIODS)]).agents
    assert agents.agents[8:] == ("care-9", "care-10", "care-11")


def test_scores_stand_beside_the_figures(report):
    calls, cover = report.scorecard
    assert calls.overall.value == report.estimate("service_level_400ms", "phone", of="queue").value
    assert cover.holds and cover.overall.value == 1.0
    assert not calls.holds


def test_the_chance_that_a_single_day_or_week_meets_a_target_is_always_given(report):
    """The horizon is 48 s long: one day, so the chance of a day is the share of replications that meet the goal."""
    singles = [Report.of([m]).score_over(0, "total") for m in report.measures]
    day = report.score_over(0, "day")
    assert day.chance.n == report.n
    assert day.chance.value == np.mean([score.values[0, 0] >= 0.8 for score in singles])
    told_score = report.to_dict(by=("total",))["scorecard"][0]
    assert told_score["chance_of_a_day"] == told_score["chance_of_a_week"] == day.chance.to_dict()


def test_occupancy_is_between_0_and_1_everywhere(report):
    for by in BY:
        value = report.figure("occupancy", of="group", by=by).value
        assert ((value >= 0) & (value <= 1) | np.isnan(value)).all()


def test_names_that_are_none_are_refused(report):
    with pytest.raises(TableError, match="known metrics: volume"):
        report.figure("speed")
    with pytest.raises(TableError, match='no rows by "group"'):
        report.figure("volume", of="group")
    with pytest.raises(TableError, match='no row "night"'):
        report.estimate("volume", "night")
    with pytest.raises(TableError, match="known: wait"):
        report.percentiles("speed")
    with pytest.raises(TableError, match="at least one replication"):
        Report.of([])


def test_replications_of_different_worlds_do_not_combine():
    workload, trace = told(("chat", "mail", "phone"), [answered("mail", 0, 10, 20)], until=60_000)
    other = measure(workload, trace, ROSTER, RULES, Periods.uniform(2, 1000))
    with pytest.raises(TableError, match="replication 1 differs from 0 in its periods") as refused:
        Report.of([one(0), other])
    assert len(refused.value.findings) >= 3


def test_every_metric_has_the_rows_it_claims(report):
    for of in OF:
        if report.rows(of):
            for name in report.metrics_of(of):
                assert report.figure(name, of=of).value.shape == (len(report.rows(of)), 1)


def test_a_report_says_who_made_it():
    made_by = [Provenance("1", workload=f"w{r}", seed=7, replications=(r,), engine="compiled") for r in (3, 4)]
    both = [replace(one(r), provenance=p) for r, p in enumerate(made_by)]
    assert Report.of(both[:1]).provenance == made_by[0]
    found = Report.of(both)
    assert found.provenance == Provenance("1", seed=7, replications=(3, 4), engine="compiled")
    assert found.to_dict()["provenance"]["replications"] == [3, 4]


def test_lost_customers_are_those_whose_last_contact_was_lost():
    cases = [
        abandoned("phone", 0, 10),
        abandoned("phone", 1, 11),
        ToldCase("phone", 20, Outcome.ANSWERED, (ToldTurn(20, 21, 30, 0),), follows=(0, "retry")),
    ]
    workload, trace = told(("chat", "mail", "phone"), cases, until=60_000)
    found = Report.of([measure(workload, trace, ROSTER, RULES, PERIODS)])
    assert found.estimate("share_contacts_lost").value == pytest.approx(2 / 3)
    assert found.estimate("share_customers_lost").value == 0.5


def test_durations_are_named_exactly():
    assert [words(ms) for ms in (0, 1, 1500, 20_000, 90_000, 1_800_000, 5_400_000, 86_400_000)] == [
        "0 ms", "1 ms", "1500 ms", "20 s", "90 s", "30 min", "90 min", "24 h",
    ]  # fmt: skip
