"""What every roster of named people keeps to, and what it is weighed by: the section ``rosters``.

Comes in: rest, days in a row, weekends, starts, weights. Goes out: frozen blocks. Left out: the people (``persons``),
and the rules themselves (``planning/rosters/labour``).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import model_validator

from careplan.errors import UnitError
from careplan.scenario.faults import Faults
from careplan.scenario.fields import (
    Amount,
    Block,
    Count,
    LocalDate,
    Milliseconds,
    PositiveCount,
    PositiveMilliseconds,
    Switch,
    one_of,
)
from careplan.units import DAY_MS, HOUR_MS

MOST_WEEKS = 8


class Weights(Block):
    """What each shortcoming of a roster costs, in points. Defaults are our choice: uncovered comes first."""

    uncovered: Amount = 100.0
    """An hour of a needed shift that nobody works."""
    hours: Amount = 1.0
    """An hour that somebody works less than the contract says."""
    wish: Amount = 10.0
    """A day on which a wish is not granted, times the weight of the wish."""
    weekend: Amount = 20.0
    """A weekend that somebody works beyond a fair share."""
    day_off_alone: Amount = 5.0
    """A run of days off that is shorter than ``days_off_together``."""
    start: Amount = 5.0
    """A shift that begins at another time of day than the person's (or the person's week's) other shifts."""


class Rosters(Block):
    """Rules of a roster of named people."""

    weeks: PositiveCount = 4
    """How long it is: 1 to 8 weeks."""
    start: LocalDate | None = None
    """Its first day; None: the calendar's."""
    daily_rest: Milliseconds = 11 * HOUR_MS
    """Between two shifts of a person at least: directive 2003/88/EC, article 3."""
    weekly_rest: Milliseconds = 35 * HOUR_MS
    """In each week of the roster at least, around a day off: 24 h and the daily rest (2003/88/EC, article 5)."""
    days_in_a_row: PositiveCount = 6
    """Days with a shift, one after the other, at most: our choice."""
    week_at_most: PositiveMilliseconds = 48 * HOUR_MS
    """Hours of a week at most, leave counted in, where the contract does not say: 2003/88/EC, article 6."""
    days_off_together: PositiveCount = 2
    """A shorter run of days off is priced."""
    weekends_at_most: Count | None = None
    """Weekends of the roster that a person may work; None: any number, shared fairly."""
    starts: Annotated[Literal["free", "stable", "rotating"], one_of("free", "stable", "rotating")] = "free"
    """stable: a person begins at much the same time all along; rotating: within each week; free: anyhow."""
    alike_within: Milliseconds = 2 * HOUR_MS
    """Begins this near to one another are much the same time."""
    spare: Switch = False
    """Whether people are rostered for those who are absent unplanned: needed / (1 - shrinkage.unplanned)."""
    weights: Weights = Weights()
    """What each shortcoming costs."""

    @model_validator(mode="after")
    def _fits(self) -> Rosters:
        errors = []
        if self.weeks > MOST_WEEKS:
            errors.append(UnitError(str(self.weeks), f"1 to {MOST_WEEKS} weeks", at=("weeks",)))
        if self.daily_rest >= DAY_MS:
            errors.append(UnitError(f"{self.daily_rest / HOUR_MS:g} h", "less than 24 h", at=("daily_rest",)))
        if not self.daily_rest <= self.weekly_rest <= 7 * DAY_MS:
            errors.append(
                UnitError(f"{self.weekly_rest / HOUR_MS:g} h", "from daily_rest to 7 days", at=("weekly_rest",))
            )
        if self.weights.uncovered <= 0:
            errors.append(UnitError("0", "a number above 0", at=("weights", "uncovered")))
        if errors:
            raise Faults(errors)
        return self
