"""Levers: changes of a scenario with a name, a price and a source.

Comes in: the section ``levers``. Goes out: frozen blocks. Left out: making the changes (``pulling``), trying them
(planning). A lever says what one would do; a scenario is the same scenario as long as none is pulled.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from careplan.errors import UnitError
from careplan.scenario.faults import Faults
from careplan.scenario.fields import (
    Block,
    Change,
    Growth,
    Name,
    Points,
    PositiveMilliseconds,
    PositiveShare,
    RunningCost,
    Share,
    Text,
)
from careplan.units import DAY_MS

DAYS_PER = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}
"""Days of a period; a month is a twelfth of 365.25 days, as for bots."""


class Move(Block):
    """A share of one queue's customers who come in another one instead."""

    origin: Name = Field(alias="from")
    """The queue they leave."""
    to: Name
    """The queue they come in, at its hours and with its handle time."""
    share: PositiveShare
    """Which share of the first queue's cases."""


class Ramp(Block):
    """New people, who work slower at first: the speed of a group with some of them in it."""

    groups: tuple[Name, ...] = ()
    """Groups they join; all, if not given."""
    new: Share | None = None
    """Share of the agents who are new; or give turnover and over."""
    turnover: Growth | None = None
    """Agents replaced, as a share of all, such as 26 % per year."""
    start: PositiveShare = Field(alias="from")
    """Speed on the first day, against those who are not new."""
    over: PositiveMilliseconds | None = None
    """How long until they are as fast as the others, growing evenly."""

    @model_validator(mode="after")
    def _says_how_many(self) -> Ramp:
        given = [key for key in ("new", "turnover", "over") if getattr(self, key) is not None]
        if given not in (["new"], ["turnover", "over"]):
            raise UnitError(" and ".join(given) or None, "either new, or turnover and over")
        if self.turnover is not None and self.turnover[0] < 0:
            raise UnitError(f"{self.turnover[0]:.4g} per {self.turnover[1]}", "a share above 0 %", at=("turnover",))
        if self.share_of_new > 1:
            raise UnitError(
                f"{self.share_of_new * 100:.4g} % of the agents", "turnover × over of at most 100 %", at=("over",)
            )
        return self

    @property
    def share_of_new(self) -> float:
        """Agents in their ramp ÷ all: as stated, or turnover × over (Little's law)."""
        if self.turnover is None or self.over is None:
            return self.new or 0.0
        share, per = self.turnover
        return share * (self.over / DAY_MS) / DAYS_PER[per]

    @property
    def speed(self) -> float:
        """Mean speed of the group: 1 − share of new × (1 − from) ÷ 2, since a ramp's mean is half way."""
        return 1 - self.share_of_new * (1 - self.start) / 2


_SET_SCHEMA = WithJsonSchema({"type": "object"}, mode="validation")
RELATIVE = ("handle_time", "first_contact_resolution", "come_back", "volume")
"""Keys of a lever that change what its queues have."""
CHANGES = (*RELATIVE, "move", "ramp", "set")
"""Keys of a lever that change anything."""


def _paths(value: Any) -> Any:
    if not isinstance(value, dict) or not value:
        raise UnitError(value, "paths and their values, such as {queues.chat.concurrency: 2}")
    return value


def _moves(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


class Lever(Block):
    """A change of the scenario: what it does, what it costs, and who says so."""

    handle_time: Change | None = None
    """Change of the handle time of the queues: every draw is scaled, the shape stays."""
    first_contact_resolution: Points | None = None
    """Change of the share of customers who need not come back: 1 − the chance of come_back."""
    come_back: Change | None = None
    """Instead: relative change of the chance of come_back."""
    volume: Change | None = None
    """Change of the number of cases."""
    queues: tuple[Name, ...] = ()
    """Whose; all that have such a thing, if not given."""
    move: Annotated[tuple[Move, ...], BeforeValidator(_moves)] = ()
    """Customers who change the queue: one move, or a list."""
    ramp: Ramp | None = None
    """New people who work slower at first."""
    changes: Annotated[dict[str, Any], BeforeValidator(_paths), _SET_SCHEMA] | None = Field(default=None, alias="set")
    """Path to value, as after --set: anything else."""
    cost: RunningCost | None = None
    """What the lever itself costs."""
    source: Text = "our assumption"
    """Who says so."""

    @property
    def cost_a_week(self) -> float:
        """What the lever itself costs in seven days; 0 if nothing is stated."""
        return 0.0 if self.cost is None else float(self.cost[0].amount) * 7 / DAYS_PER[self.cost[1]]

    @model_validator(mode="after")
    def _changes_something(self) -> Lever:
        given = {key for key in RELATIVE if getattr(self, key) is not None}
        errors = []
        if not given and not self.move and self.ramp is None and self.changes is None:
            raise UnitError("no change", f"at least one of {', '.join(CHANGES)}")
        if {"first_contact_resolution", "come_back"} <= given:
            errors.append(UnitError("given beside first_contact_resolution", "one of the two", at=("come_back",)))
        if self.queues and not given:
            what = f"something that queues have: {', '.join(RELATIVE)}"
            errors.append(UnitError("queues without a change", what, at=("queues",)))
        errors += [
            UnitError(move.to, "another queue than from", at=("move", *(() if len(self.move) == 1 else (at,)), "to"))
            for at, move in enumerate(self.move)
            if move.to == move.origin
        ]
        if errors:
            raise Faults(errors)
        return self
