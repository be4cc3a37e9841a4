"""The fewest people who hold seats, as a plan: the sum, the bounds, the rotation.

Comes in: what ``cover`` found. Goes out: a frozen :class:`CoverPlan` that says what every person works. Left out:
searching (``cover``), layout (reporting).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from careplan.planning.cover.relaxing import WayOut
from careplan.planning.cover.rota import RotaRules, Rows, minutes_of
from careplan.planning.cover.seats import Seats, ShiftKind, weekday
from careplan.provenance import Provenance


@dataclass(frozen=True)
class Bound:
    """Fewer people cannot hold the seats, whatever they work."""

    why: str
    sum: str
    people: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain data."""
        return {"why": self.why, "sum": self.sum, "people": self.people}


@dataclass(frozen=True)
class CoverPlan:
    """The fewest people, and how they take turns.

    Person k works row k of the rotation in the first week, the next row in the next week, and the first row after the
    last. After ``people`` weeks everybody has worked the same nights and weekends.
    """

    name: str
    title: str
    seats: Seats
    rules: RotaRules
    rows: Rows
    """A row for each person; a relief row has no shifts of its own."""
    relief: tuple[int, ...]
    """Which rows are relief."""
    bounds: tuple[Bound, ...]
    """The largest is the least number of people there can be."""
    tried: int
    """The most people of a rotation (without relief) of which the solver proved that they do not do; 0: none tried."""
    is_proven: bool
    """Whether nobody can do with fewer, within these shifts and rules."""
    ways_out: tuple[WayOut, ...]
    """What would have to give way for one person less in the rotation, where it is the rules that ask for one more."""
    wage: Decimal | None
    """A week: contract hours × wage; None without a wage."""
    premiums: dict[str, Decimal]
    """A week, by name."""
    currency: str | None
    seconds: float
    provenance: Provenance

    @property
    def people(self) -> int:
        """How many, relief included."""
        return len(self.rows)

    @property
    def working(self) -> int:
        """Rows with shifts of their own."""
        return self.people - len(self.relief)

    @property
    def held_hours(self) -> Fraction:
        """Hours of the shifts a week."""
        return Fraction(sum(map(minutes_of, self.rows)), 60)

    @property
    def needed_hours(self) -> Fraction:
        """Paid hours a week that it takes: hours of the shifts ÷ (1 − shrinkage)."""
        return self.held_hours / (1 - self.seats.shrinkage)

    @property
    def contract_hours(self) -> Fraction:
        """Paid hours a week of all people."""
        return self.people * self.seats.weekly_hours

    @property
    def spare_hours(self) -> Fraction:
        """Paid hours a week beyond what it takes: people are whole."""
        return self.contract_hours - self.needed_hours

    @property
    def weekends_off(self) -> int:
        """Free weekends of a person in so many weeks as there are people; relief weeks are not free."""
        return sum(1 for r, row in enumerate(self.rows) if r not in self.relief and row[5] is None and row[6] is None)

    @property
    def each(self) -> dict[str, int]:
        """Shifts of a person by name, in so many weeks as there are people."""
        return dict(sorted(Counter(kind.name for row in self.rows for kind in row if kind is not None).items()))

    @property
    def shifts(self) -> tuple[ShiftKind, ...]:
        """One of each shift that is worked, whatever the day."""
        found = {kind.of_day: kind for row in self.rows for kind in row if kind is not None}
        return tuple(sorted(found.values(), key=lambda kind: (kind.begin, kind.length)))

    @property
    def cost(self) -> Decimal | None:
        """Wages and premiums a week."""
        return None if self.wage is None else sum(self.premiums.values(), self.wage)

    def __str__(self) -> str:
        seats = ", ".join(f"{n} × {'24/7' if name == 'always' else name}" for name, n in self.seats.asked)
        proof = "the fewest" if self.is_proven else "not proved to be the fewest"
        relief = f", {len(self.relief)} of them relief" if self.relief else ""
        return f"{self.people} people hold {seats} ({proof}{relief}); {self.seats.arithmetic}"

    def to_dict(self) -> dict[str, Any]:
        """Return plain data, money as text."""
        return {
            "careplan_cover": 1,
            "name": self.name,
            **self.seats.to_dict(),
            "people": self.people,
            "people_in_rotation": self.working,
            "relief": len(self.relief),
            "is_proven": self.is_proven,
            "bounds": [bound.to_dict() for bound in self.bounds],
            "ways_out": [way.to_dict() for way in self.ways_out],
            "hours_a_week": {
                "shifts": float(self.held_hours),
                "needed": float(self.needed_hours),
                "contracts": float(self.contract_hours),
                "spare": float(self.spare_hours),
            },
            "each_person": {
                "weeks": self.people,
                "shifts": self.each,
                "weekends_off": self.weekends_off,
                "relief_weeks": len(self.relief),
            },
            "cost_a_week": None
            if self.wage is None
            else {
                "currency": self.currency,
                "wage": str(self.wage),
                "premiums": {name: str(money) for name, money in self.premiums.items()},
                "total": str(self.cost),
            },
            "rotation": [
                {
                    "row": number + 1,
                    "is_relief": number in self.relief,
                    "hours": minutes_of(row) / 60,
                    "days": {
                        weekday(day): None if kind is None else {"shift": kind.name, "hours": kind.hours}
                        for day, kind in enumerate(row)
                    },
                }
                for number, row in enumerate(self.rows)
            ],
            "solver_seconds": round(self.seconds, 2),
            "provenance": self.provenance.to_dict(),
        }
