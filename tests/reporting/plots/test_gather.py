"""The plain data of pictures: numbers that can be counted on the fingers."""

from __future__ import annotations

import json

import pytest

from careplan.errors import CareplanError
from careplan.reporting.plots.data import Pictures
from careplan.reporting.plots.gather import of_report
from tests.reporting.plots.weeks import report


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return of_report(report())


def test_service_is_the_share_in_time_by_hour_of_the_week(pictures: Pictures) -> None:
    (mail,) = pictures.service  # cover is no service of cases
    assert (mail.aim.name, mail.aim.does, mail.aim.share) == ("Mail", "answered within 30 min", 0.65)
    assert mail.aim.value == 5 / 8  # 2 + 0 + (1, 0) of 4 in both replications
    there = {hour: share for hour, share in enumerate(mail.share.value) if share is not None}
    assert there == {9: 1.0, 25: 0.0, 167: 0.5}
    assert mail.cases[9] == 2 and mail.cases[167] == 1 and mail.cases[0] == 0
    assert mail.share.low[9] is not None and mail.share.low[9] < 0.65 and mail.share.high[9] == 1.0  # all hours at once
    assert all(mail.is_open)


def test_groups_without_a_queue_in_common_are_pools_of_their_own(pictures: Pictures) -> None:
    duty = pictures.duty
    assert duty is not None and [pool.groups for pool in duty.pools] == [["care"], ["desk"]]
    care = duty.pools[0]
    assert len(duty.axis.edges_h) == 337 and duty.axis.edges_h[-1] == 168 and not duty.axis.is_folded
    assert [day.name for day in duty.axis.days][:2] == ["Mon 2 Mar", "Tue 3 Mar"]
    assert care.on_duty[0][15:21] == [0, 1, 1, 2, 2, 1]  # from 07:30; two from 09:00 to 10:00
    assert (duty.peak, duty.peak_when) == (3, "Mon 09:00-10:00")


def test_work_counts_by_the_hour_in_which_it_came(pictures: Pictures) -> None:
    """Two mails of 15 min came after nine: half an agent for that hour, though both were worked at once."""
    assert pictures.duty is not None
    load = pictures.duty.pools[0].load.value
    assert load[17:21] == [0, 0.5, 0.5, 0] and load[50] == 0.5 and sum(x or 0 for x in load) / 2 == pytest.approx(4 / 3)
    assert pictures.duty.pools[0].load.low == []  # two replications have no middle 80 %


def test_the_backlog_is_what_waits_and_opening_hours_are_shaded(pictures: Pictures) -> None:
    backlog = pictures.backlog
    assert backlog is not None and [line.queue for line in backlog.queues] == ["mail", "phone"]
    mail = backlog.queues[0].waiting.value
    assert mail[49:55] == [0, 1, 1, 1, 1, 0]  # Tuesday 01:00 to 03:00
    assert mail[333:] == [0, 0.5, 0.5]  # from Sunday 23:00, in every other replication
    assert (backlog.shaded_h, backlog.shaded_means) == ([(8.0, 20.0)], "open: phone")


def test_the_curve_of_waits_ends_below_what_is_never_answered(pictures: Pictures) -> None:
    assert pictures.waits is not None
    (wall,) = pictures.waits
    (mail,) = wall.curves  # no target names the phone
    by_time = dict(zip(mail.at_s, mail.share.value, strict=True))
    assert wall.clock == "time since the first message"
    assert by_time[1800.0] == 5 / 8 and mail.share.value[-1] == 1.0 and mail.cases == 4
    assert [(t.name, t.within_s, t.share) for t in wall.targets] == [("Mail", 1800.0, 0.65)]


def test_many_weeks_become_a_typical_one(pictures: Pictures) -> None:
    folded = of_report(report(weeks=3))
    assert folded.duty is not None and folded.backlog is not None
    assert folded.duty.axis.is_folded and folded.duty.axis.edges_h == list(range(169))
    assert [day.name for day in folded.duty.axis.days][-1] == "Sun"
    care = folded.duty.pools[0]
    assert care.on_duty[0][8] == 1 and care.on_duty[0][9] == pytest.approx(4 / 3)  # the second agent in one of three
    assert care.load.value[9] == pytest.approx(0.5 / 3)
    assert care.load.low[9] == 0 and care.load.high[9] == 0.5  # six weeks in all: four without, two with
    assert folded.backlog.shaded_h == [(8.0, 20.0)]


def test_plain_data_survives_json(pictures: Pictures) -> None:
    text = json.dumps(pictures.to_dict(), allow_nan=False)
    again = Pictures.from_dict(json.loads(text), "x")
    assert again.to_dict() == pictures.to_dict()
    assert again.source.scenario == "told" and again.tradeoff is None


def test_plain_data_that_is_none_is_refused_by_place(pictures: Pictures) -> None:
    broken = pictures.to_dict()
    broken["duty"]["peak"] = "many"
    with pytest.raises(CareplanError, match=r"plan\.json: not as careplan writes it.*\n.*pictures\.duty\.peak"):
        Pictures.from_dict(broken, "plan.json")
    with pytest.raises(CareplanError, match="version is 7; expected 1"):
        Pictures.from_dict({**broken, "version": 7}, "plan.json")
    with pytest.raises(CareplanError, match="version is None"):
        Pictures.from_dict(None, "plan.json")
