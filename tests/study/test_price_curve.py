"""The price of the hours: heads that are the fewest, bills by hand, bots in the rest, and what is refused."""

from __future__ import annotations

import csv
from decimal import Decimal

import pytest

from careplan.clock import outside
from careplan.errors import CareplanError, InfeasibleError
from careplan.executor import Workers
from careplan.reporting.price_curve import curve_csv
from careplan.scenario.models import Scenario
from careplan.staffing import as_written
from careplan.study.covering import Desk, Trials, fewest_heads, hours_as_dates
from careplan.study.price_curve import PARTS, PriceCurve, desk_of, price_curve
from tests.planning.scenarios import PAGE, scenario_of

HOURS = {
    "office": {"mon-fri": "09:00-17:00"},
    "late": {"mon-fri": "09:00-22:00"},
    "sundays": {"sun": "09:00-17:00"},
}


def page(**changes: object) -> Scenario:
    """A page with 900 questions a week in three steps: office, late, always."""
    cover = {"steps": ["office", "late", "always"]}
    return scenario_of(PAGE, **{"calendar.hours": HOURS, "cover": cover, **changes})


def with_bot(contained: str, **changes: object) -> Scenario:
    """The same with a bot that is paid by the session."""
    bot = {"time": "1 min", "containment": contained, "fee": {"per_session": "0.10 EUR"}}
    return page(**{"bots": {"greeter": bot}, "queues.questions.bots": ["greeter"], **changes})


@pytest.fixture(scope="module")
def curve() -> PriceCurve:
    """People, a bot that contains all, and both."""
    return price_curve(with_bot("100 %"), replications=4)


def test_heads_are_the_fewest_with_which_the_promise_holds_in_every_block() -> None:
    desk, _ = desk_of(page())
    with Workers(1) as workers:
        trials = Trials(desk, page(), 3, range(3), workers)
        heads = fewest_heads(trials, dict.fromkeys(range(len(desk.blocks)), 1))

        def holds(tried: tuple[int, ...]) -> bool:
            shares = trials(tried).sum(axis=0)
            return all(shares[k, 0] >= 0.65 * shares[k, 1] for k in range(len(heads)))

        assert holds(heads)
        fewer = [(*heads[:k], heads[k] - 1, *heads[k + 1 :]) for k in range(len(heads)) if heads[k] > 1]
        assert fewer and not any(holds(one) and _is_sure(trials, one) for one in fewer)


def _is_sure(trials: Trials, heads: tuple[int, ...]) -> bool:
    """Whether the search would have taken it: with a standard error to spare."""
    from careplan.study.covering import _is_held

    counts = trials(heads)
    return all(_is_held(counts[:, k, 0], counts[:, k, 1], 0.65) for k in range(len(heads)))


def test_steps_go_from_few_hours_to_all_and_service_grows(curve: PriceCurve) -> None:
    people = curve.of("people")
    assert [point.hours_a_week for point in people] == [40, 65, 168]
    shares = [point.in_time.value for point in people]
    assert shares == sorted(shares) and shares[0] < 0.4 and shares[-1] >= 0.65
    assert str(curve).splitlines()[0].startswith("office (people): ")
    assert [len(curve.of(way)) for way in ("people", "bot", "mixed")] == [3, 3, 3]
    assert curve.of("bot")[0] is curve.of("people")[0] and curve.holds


def test_a_week_of_people_costs_heads_times_hours_at_the_wage(curve: PriceCurve) -> None:
    hours = [h for _, _, h in curve.blocks]
    assert [(name, h) for (name, _, _), h in zip(curve.blocks, hours, strict=True)] == [
        ("office, day", 40),
        ("late, evening", 25),
        ("always, night", 56),
        ("always, morning", 21),
        ("always, day", 16),
        ("always, evening", 10),
    ]
    for point in curve.of("people"):
        paid = sum(h * n for h, n in zip(hours, point.heads, strict=True)) / 0.8  # shrinkage 20 %
        wages = float(point.parts["wages"])
        assert 0 <= wages - 20 * paid < 0.02 * wages, "overtime"
        assert point.people == pytest.approx(paid / 40)


def test_a_bot_that_ends_everything_answers_all_who_come_in_its_hours(curve: PriceCurve) -> None:
    alone = curve.of("bot")[-1]
    assert alone.people_hours_a_week == 40 and not any(alone.heads[1:])
    outside_office = 1 - 5 / 7 * 82 / 166  # by_hour: 82 of 166 from 09:00 to 17:00
    assert alone.contained.value == pytest.approx(outside_office, abs=0.03) and alone.in_time.value > 0.85
    assert float(alone.parts["bot"]) == pytest.approx(0.10 * 900 * alone.contained.value, rel=0.1)
    beside = curve.of("mixed")[-1]
    assert set(beside.heads[1:]) == {1}, "nobody more than must be there"


def test_a_further_point_costs_the_difference_over_the_points(curve: PriceCurve) -> None:
    before, after = curve.of("people")[:2]
    assert after.gained is not None and after.per_point is not None
    assert after.gained.value == pytest.approx(100 * (after.in_time.value - before.in_time.value), abs=1e-9)
    assert after.per_point.value == pytest.approx((after.cost.value - before.cost.value) / after.gained.value, abs=0.01)
    assert before.gained is None and (before.before, after.before) == (None, 0)
    assert [point.before for point in curve.of("bot")] == [None, 0, 2]


def test_columns_of_the_table_add_up(curve: PriceCurve) -> None:
    rows = list(csv.DictReader(curve_csv(curve).splitlines()))
    for row, point in zip(rows, curve.points, strict=True):
        assert sum(Decimal(row[f"{part}_a_week"]) for part in PARTS) == Decimal(row["cost_a_week"])
        assert row["cost_a_week"] == f"{point.cost.value:.2f}"
        if point.before is not None:
            gained = Decimal(row["in_time"]) - Decimal(rows[point.before]["in_time"])
            assert Decimal(row["points_gained"]) == 100 * gained
            assert point.gained is not None
            assert float(row["points_gained"]) == pytest.approx(point.gained.value, abs=2e-4)


def test_without_a_bot_there_are_people_only() -> None:
    found = price_curve(page(**{"cover.steps": ["office", "always"]}), replications=2)
    assert [point.way for point in found.points] == ["people", "people"] and found.bot is None


def test_the_paid_breaks_of_the_other_groups_stay() -> None:
    shift = {"hours": "08:00-16:00", "agents": 1, "breaks": [{"at": "12:00", "for": "30 min", "paid": "yes"}]}
    care = {"skills": ["questions"], "wage": "20 EUR per hour"}
    groups = {"care": care, "more": {"skills": ["questions"], "shifts": [shift]}}
    desk = desk_of(page(groups=groups), "care")[0]
    assert len(desk.roster([1] * len(desk.blocks)).pause_on) == len(as_written(desk.scenario).pause_on) > 0


def test_another_group_may_hold_the_promise() -> None:
    groups = {
        name: {"skills": ["questions"], "wage": f"{wage} EUR per hour"} for name, wage in (("care", 20), ("more", 30))
    }
    both = page(groups=groups)
    assert desk_of(both)[0].group == "care" and desk_of(both, "more")[0].group == "more"
    with pytest.raises(CareplanError, match='Did you mean "more"'):
        price_curve(both, group="moer")


def test_seats_are_the_least_heads() -> None:
    found = price_curve(page(cover={"steps": ["office", "always"], "seats": {"always": 4}}), replications=2)
    assert min(found.points[-1].heads) >= 4


def test_an_interrupt_keeps_the_points_that_are_finished() -> None:
    def stops(what: str, share: float) -> None:
        if share > 0.4:
            raise KeyboardInterrupt

    found = price_curve(page(), replications=2, progress=stops)
    assert found.is_partial and [point.step for point in found.points] == ["office", "late"]


def test_a_promise_that_no_number_of_people_can_keep_is_named() -> None:
    slow = page(**{"queues.questions.handle_time": "2 h", "queues.questions.volume": "1 per hour"})
    with pytest.raises(InfeasibleError, match=r'"in time" cannot be held in "office, day".*0.0 % are answered in time'):
        price_curve(slow, replications=2)


def test_all_that_is_wrong_is_said_at_once() -> None:
    broken = page(
        **{
            "groups.care": {"skills": ["questions"]},
            "cover.steps": ["late", "office", "sundays"],
            "targets": [{"name": "open", "cover": "24/7"}],
        }
    )
    with pytest.raises(CareplanError) as error:
        price_curve(broken)
    said = str(error.value)
    assert len(error.value.findings) == 4
    assert (
        '"office" adds no hour of this run' in said and '"sundays" leaves out hours' in said and "has no wage" in said
    )


def test_a_part_of_the_day_that_lasts_an_hour_goes_with_the_next() -> None:
    early = page(
        **{"calendar.hours.early": {"mon-fri": "08:00-18:00"}, "cover.steps": ["early", "always"]},
    )
    desk, _ = desk_of(early)
    assert [block.name for block in desk.blocks if block.step == 0] == ["early, day"]
    assert desk.hours_a_week[0] == 50


def test_the_hours_of_the_bot_are_the_rest_also_where_the_clock_changes() -> None:
    scenario = page(**{"calendar.start": "2026-03-23"})  # the clock changes on the last Sunday of March
    desk: Desk = desk_of(scenario)[0]
    rest = outside(scenario.open_windows("always"), scenario.open_windows("office"))
    assert scenario.clock.open_windows(hours_as_dates(scenario, rest)) == rest
    assert sum(b - a for block in desk.blocks for a, b in block.windows) == scenario.clock.midnights[-1]
