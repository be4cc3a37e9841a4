"""Worlds of customers who storm, call and are sent on: what is published or promised in their heads comes out."""

from __future__ import annotations

import numpy as np

from careplan.engine.rules import rules_of
from careplan.engine.simulate import simulate
from careplan.metrics.report import Report
from careplan.scenario.models import Scenario
from careplan.staffing import staffed_roster
from careplan.trace.tables import Outcome
from careplan.units import HOUR_MS
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload
from tests.examples.shipped import report_of, scenario_of

REPLICATIONS = range(6)


def met(name: str, goal: str) -> float:
    """The figure of a target over three replications."""
    report = report_of(name)
    return next(score.overall.value for score in report.scorecard if score.goal.name == goal)


def first_contacts(workload: Workload, begin: int, end: int) -> np.ndarray:
    return ~workload.is_child & (workload.arrived_at >= begin) & (workload.arrived_at < end)


class TestViralCrisis:
    """A storm over a desk of the usual size."""

    def messages(self, hours: tuple[int, int]) -> dict[str, float]:
        """Messages by queue, mean of a few replications, in hours after the storm broke on Tuesday at 10:00."""
        scenario = scenario_of("viral-crisis")
        broke = scenario.clock.horizon_from + 34 * HOUR_MS
        counts = []
        for replication in REPLICATIONS:
            workload = sample(scenario, seed=1, replication=replication)
            inside = first_contacts(workload, broke + hours[0] * HOUR_MS, broke + hours[1] * HOUR_MS)
            counts.append(np.bincount(workload.queue_ix[inside], minlength=3))
        return dict(zip(workload.queues, np.mean(counts, axis=0).tolist(), strict=True))

    def test_the_first_day_is_a_twentieth_of_the_published_storm(self) -> None:
        first_day = self.messages((0, 24))
        assert abs((first_day["storm"] + first_day["shaming"]) / (47_826 / 20) - 1) < 0.10

    def test_two_days_bring_as_many_as_the_head_says(self) -> None:
        two_days = self.messages((0, 48))
        assert abs((two_days["storm"] + two_days["shaming"]) / 2700 - 1) < 0.03

    def test_a_third_of_the_storm_is_shaming(self) -> None:
        week = self.messages((0, 5 * 24))
        assert abs(week["shaming"] / (week["storm"] + week["shaming"]) - 1 / 3) < 0.02

    def test_a_day_later_an_eighth_of_it_is_left(self) -> None:
        """Three half-lives, at the same hours of the day, so that the daily profile drops out."""
        ratio = self.messages((24, 32))["storm"] / self.messages((0, 8))["storm"]
        assert abs(ratio - 1 / 8) < 0.02

    def test_shaming_is_answered_and_the_others_wait(self) -> None:
        assert met("viral-crisis", "Shaming") > 0.98
        assert met("viral-crisis", "Storm") < 0.25

    def test_ordinary_customers_pay_for_two_days(self) -> None:
        scores = report_of("viral-crisis").score_over(0, "day")
        by_day = scores.by_period.value
        assert by_day[0] > 0.95 and by_day[2] < 0.05 and by_day[4] > 0.9


class TestPhoneFirst:
    """What customers say they want, read as what they do."""

    def shares(self) -> tuple[float, float]:
        """Customers who are on the phone, and who write on a social site, at any time."""
        scenario = scenario_of("phone-first")
        phone = social = customers = 0
        for replication in REPLICATIONS:
            workload, outcome = played(scenario, replication)
            begin, end = scenario.clock.horizon_from, scenario.clock.horizon_to
            roots = np.flatnonzero(first_contacts(workload, begin, end))
            was_there = outcome != Outcome.UNBORN
            on = workload.queues.index("phone")
            called = np.unique(workload.root[was_there & (workload.queue_ix == on)])
            phone += np.isin(roots, called).sum()
            social += (workload.queue_ix[roots] != on).sum()
            customers += len(roots)
        return phone / customers, social / customers

    def test_nine_in_ten_call_and_one_in_five_writes(self) -> None:
        phone, social = self.shares()
        assert abs(phone - 0.90) < 0.02
        assert abs(social - 0.22) < 0.02

    def test_two_people_hold_the_phone_but_not_the_messages_of_the_weekend(self) -> None:
        report = report_of("phone-first")
        assert met("phone-first", "Phone") > 0.80
        assert met("phone-first", "Social") < 0.60
        by_day = report.score_over(1, "day").by_period.value
        assert by_day[1:5].mean() > 0.7 and by_day[5:7].mean() < 0.2


class TestSelfServiceHandover:
    """Sending customers on, and helping them where they asked."""

    def test_the_twins_meet_the_same_customers(self) -> None:
        one, other = (sample(scenario_of(name)) for name in ("self-service-handover", "self-service-handover-stay"))
        first = [~w.is_child for w in (one, other)]
        assert np.array_equal(one.arrived_at[first[0]], other.arrived_at[first[1]])
        assert np.array_equal(one.queue_ix[first[0]], other.queue_ix[first[1]])

    def test_complaints_go_first(self) -> None:
        level = {
            priority: complaints_in_time(report_of("self-service-handover", f"queues.complaints.priority={priority}"))
            for priority in (4, 6)
        }
        assert level[4] > level[6]

    def test_customers_arrive_where_they_are_sent(self) -> None:
        report = report_of("self-service-handover")
        cases = {queue: report.estimate("volume", queue, of="queue").value for queue in report.rows("queue")}
        assert abs(cases["self-service"] / cases["how-to"] - 0.36) < 0.03
        assert cases["phone"] > 0.6 * cases["hard"]

    def test_staying_settles_more_with_less_work(self) -> None:
        handed, stayed = (report_of(name) for name in ("self-service-handover", "self-service-handover-stay"))
        assert met("self-service-handover-stay", "Settled") > met("self-service-handover", "Settled") + 0.10
        hours = [busy_hours(report) for report in (handed, stayed)]
        assert 0.6 < hours[1] / hours[0] < 0.8

    def test_a_fifth_of_the_work_is_starting_anew(self) -> None:
        hours = [work_hours(scenario_of(name)) for name in ("self-service-handover", "self-service-handover-stay")]
        assert abs(hours[0] - 449) < 15 and abs(hours[1] - 358) < 12
        assert abs(hours[1] / hours[0] - 0.8) < 0.02


def played(scenario: Scenario, replication: int) -> tuple[Workload, np.ndarray]:
    workload = sample(scenario, seed=1, replication=replication)
    roster = staffed_roster(scenario, seed=1, replication=replication)
    return workload, simulate(workload, roster, rules_of(scenario), until=scenario.clock.end).case_outcome


def complaints_in_time(report: Report) -> float:
    return next(score.overall.value for score in report.scorecard if score.goal.name == "Complaints")


def work_hours(scenario: Scenario) -> float:
    """Hours of work in the turns worked of cases of the measured time, by people who work on one at a time."""
    begin, end = scenario.clock.horizon_from, scenario.clock.horizon_to
    found = []
    for replication in range(3):
        workload = sample(scenario, seed=1, replication=replication)
        roster = staffed_roster(scenario, seed=1, replication=replication)
        trace = simulate(workload, roster, rules_of(scenario), until=scenario.clock.end)
        case = np.repeat(np.arange(workload.n_cases), np.diff(workload.turn_start))
        arrived = trace.case_arrived_at[case]
        worked = (trace.turn_started_at >= 0) & (arrived >= begin) & (arrived < end)
        found.append(workload.work_ms[worked].sum() / HOUR_MS)
    return float(np.mean(found))


def busy_hours(report: Report) -> float:
    """Hours in which agents had work in hand."""
    return sum(
        report.estimate("occupancy", group, of="group").value
        * report.estimate("on_duty_hours", group, of="group").value
        for group in report.rows("group")
    )
