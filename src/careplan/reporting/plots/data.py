"""What the pictures are drawn from: plain numbers and words, as they stand under ``pictures`` in a result's document.

Comes in: nothing, or that part of a document. Goes out: frozen :class:`Pictures`, and back. Left out: where the
numbers come from (``gather``, ``sweeps``, ``outlooks``), and ink.

Shares run from 0 to 1, times are hours or seconds as their names say, None stands where there is nothing to measure.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

from careplan.reporting.documents import from_plain

Kind: TypeAlias = Literal["service", "duty", "backlog", "waits", "tradeoff", "price", "outlook"]
KINDS: tuple[Kind, ...] = ("service", "duty", "backlog", "waits", "tradeoff", "price", "outlook")
Numbers: TypeAlias = list[float | None]

VERSION = 1
"""Of the layout of ``pictures``."""


@dataclass(frozen=True)
class Source:
    """What result it is, for the line below a title."""

    scenario: str
    """Name of the scenario; empty for a run without one."""
    what: str
    """Such as ``plan``, ``staffing as written``, ``cases as given``."""
    replications: int
    seed: int | None = None
    digest: str | None = None
    version: str = ""
    is_partial: bool = False


@dataclass(frozen=True)
class Band:
    """A figure along an axis with its lower and upper bound; bounds are empty where there are none."""

    value: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True)
class Aim:
    """A target on the service of cases."""

    name: str
    does: str
    """What is asked of a case: ``answered within 30 min``."""
    share: float
    value: float | None
    """What came of it over the whole time."""
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Service:
    """One target by hour of the week, 168 values from Monday 00:00."""

    aim: Aim
    share: Band
    """Bounds hold for all hours at once (``metrics.joint``)."""
    cases: Numbers
    """Cases of that hour, mean over replications, in the whole measured time."""
    is_open: list[bool]
    """Which hours were measured at all."""


@dataclass(frozen=True)
class Day:
    """A local midnight on a time axis."""

    at_h: float
    name: str
    """Such as ``Mon 2 Mar``, or ``Mon`` in a typical week."""


@dataclass(frozen=True)
class Axis:
    """Time from the first measured instant, in elapsed hours."""

    edges_h: list[float]
    days: list[Day]
    is_folded: bool
    """Whether it is a typical week, the mean of several."""


@dataclass(frozen=True)
class Pool:
    """Groups that share queues, and the work of those queues."""

    groups: list[str]
    queues: list[str]
    on_duty: list[list[float]]
    """Agents by group and step."""
    load: Band
    """Work that comes in, in agents; the band holds the middle 80 % of replications."""
    planned: list[float]
    """Agents a plan asks for, by step; empty where there is no plan beside the roster."""


@dataclass(frozen=True)
class Duty:
    """Agents on duty, and the work that asks for them."""

    axis: Axis
    pools: list[Pool]
    peak: int
    peak_when: str


@dataclass(frozen=True)
class QueueLine:
    """One queue over time."""

    queue: str
    waiting: Band
    """Turns waiting for an agent; the band holds the middle 80 % of replications."""


@dataclass(frozen=True)
class Backlog:
    """What waits for an agent over time."""

    axis: Axis
    queues: list[QueueLine]
    shaded_h: list[tuple[float, float]]
    shaded_means: str
    """What the shaded hours are; empty where none are."""


@dataclass(frozen=True)
class Curve:
    """Share answered within a time, of one queue; its intervals are those of the estimates."""

    queue: str
    cases: float
    at_s: list[float]
    share: Band


@dataclass(frozen=True)
class Threshold:
    """A target on a curve."""

    name: str
    queues: list[str]
    """None named: all."""
    within_s: float
    share: float


@dataclass(frozen=True)
class Waits:
    """How many are answered by when, on one clock."""

    clock: str
    """Such as ``since the first message``."""
    curves: list[Curve]
    targets: list[Threshold]


@dataclass(frozen=True)
class Step:
    """One point of a sweep. ``shares`` has an aim for each target of cases, in their order."""

    at: dict[str, str]
    """What was changed → its value, as written."""
    numbers: dict[str, float | None]
    """The same as numbers, where they are."""
    paid_hours_a_week: float
    agents_at_peak: int
    cost_a_week: float | None
    shares: list[Aim]
    holds: bool
    """Whether every target holds."""
    mean_first_response_s: list[float | None]
    """Figure, lower and upper bound."""
    median_first_response_s: list[float | None]


@dataclass(frozen=True)
class Tradeoff:
    """Service against staff, or against whatever was varied."""

    paths: list[str]
    units: dict[str, str | None]
    """Path → unit of its values as numbers; None where they are none."""
    changes_staff: bool
    """Whether paid hours differ from point to point."""
    currency: str | None
    steps: list[Step]
    mean_limits_s: list[float]
    """What targets allow the mean time to an answer to be."""


@dataclass(frozen=True)
class PriceStep:
    """One step of a price curve in one way."""

    step: str
    hours_a_week: float
    cost_a_week: float
    in_time: list[float | None]
    """Figure, lower and upper bound; of all customers."""


@dataclass(frozen=True)
class Price:
    """Cost and service against hours covered, by way."""

    currency: str
    does: str
    """What is asked of a case: ``answered within 30 min``."""
    ways: dict[str, list[PriceStep]]


@dataclass(frozen=True)
class Staffing:
    """One group of a capacity plan by month, in gross FTE."""

    group: str
    required: Band
    productive: list[float]
    paid: list[float]
    """Heads on contract, mean of the month."""
    hires: list[int]
    is_simulated: list[bool]
    """Months of which a week was simulated; the need of the others is interpolated."""


@dataclass(frozen=True)
class Outlook:
    """Required against available FTE over the months."""

    months: list[str]
    groups: list[Staffing]


@dataclass(frozen=True)
class Pictures:
    """What can be drawn of a result; None or empty what it does not hold."""

    source: Source
    service: list[Service]
    duty: Duty | None = None
    backlog: Backlog | None = None
    waits: list[Waits] | None = None
    tradeoff: Tradeoff | None = None
    price: Price | None = None
    outlook: Outlook | None = None

    def holds(self, kind: Kind) -> bool:
        """Whether one kind of picture can be drawn."""
        return bool(getattr(self, kind))

    def to_dict(self) -> dict[str, Any]:
        """Return plain data for JSON, numbers to six digits."""
        plain: dict[str, Any] = _short(asdict(self))
        return {"version": VERSION, **plain}

    @classmethod
    def from_dict(cls, data: Any, where: str) -> Pictures:
        """Return what :meth:`to_dict` wrote.

        Raises
        ------
        CareplanError
            If it is not what was written, naming the place.
        """
        return from_plain(cls, data, where, "pictures", VERSION)


def number(value: float) -> float | None:
    """Return a number for plain data; None where it is not finite."""
    return float(value) if math.isfinite(value) else None


def _short(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return value
