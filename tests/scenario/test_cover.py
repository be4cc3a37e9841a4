"""The section ``cover``: what it may say, and what is said of what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from careplan.errors import ScenarioError
from careplan.scenario.files import read_scenario
from careplan.units import HOUR_MS
from tests.scenario.worlds import FULL, written


def test_seats_may_be_one_number_and_no_section_changes_no_digest(tmp_path: Path) -> None:
    read = read_scenario(written(tmp_path, FULL))
    assert read.cover is None
    more = read.with_changes({"cover": {"seats": 2, "weekly_hours": "38 h", "lengths": "12 h"}})
    assert more.cover is not None and more.cover.seats == {"always": 2}
    assert (more.cover.weekly_hours, more.cover.lengths) == (38 * HOUR_MS, (12 * HOUR_MS,))
    assert more.digest != read.digest == more.with_changes({"cover": None}).digest


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("cover.seats", {"dask": 1}, "known hours"),
        ("cover.seats", 0, "holds no seat"),
        ("cover.seats", "many", "whole number"),
        ("cover.groop", "care", 'Did you mean "group"'),
        ("cover.group", "caer", 'Did you mean "care"'),
        ("cover.bot", "greter", 'Did you mean "greeter"'),
        ("cover.steps", ["always", "alwais"], 'Did you mean "always"'),
        ("cover.steps", ["always", "always"], "each of the hours once"),
        ("cover.steps", "always", "a list of named hours"),
        ("cover.promise", "no such", "known targets of the kind answer"),
        ("cover.weekly_hours", "200 h", "1 h to 168 h"),
        ("cover.lengths", ["8 h", "30 h"], "1 h to 24 h"),
        ("cover", {"lengths": "8 h", "shifts": {"day": "07:00-19:00"}}, "either lengths or shifts"),
        ("cover.shifts", {"day": "07:03-19:00"}, "in steps of 5 min"),
    ],
)
def test_what_is_wrong_with_cover_is_said_with_its_place(key: str, value: object, said: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=said) as error:
        read_scenario(written(tmp_path, FULL)).with_changes({key: value})
    assert "cover" in str(error.value)


def test_all_that_is_wrong_with_cover_is_said_at_once(tmp_path: Path) -> None:
    wrong = {"seats": {"dask": 1}, "group": "caer", "bot": "greter", "steps": ["alwais"]}
    with pytest.raises(ScenarioError) as error:
        read_scenario(written(tmp_path, FULL)).with_changes({"cover": wrong})
    assert len(error.value.findings) == 4
