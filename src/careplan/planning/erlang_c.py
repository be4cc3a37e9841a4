"""Erlang C: everybody waits as long as it takes (M/M/n).

Comes in: a rate, a mean handle time, a number of agents. Goes out: shares, mean waits, service levels.
Left out: impatience (``erlang_a``), time-varying rates, handle times that are not exponential.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

from careplan.planning.erlang_b import erlang_b, offered_load

Until = Literal["start", "end"]
"""A case counts as answered when work on it *starts* (live queues) or *ends* (messages)."""


def erlang_c(load: float, servers: float) -> float:
    """Return the share of customers who wait when nobody leaves (M/M/n).

    Parameters
    ----------
    load
        Offered load, erlangs, ≥ 0.
    servers
        Servers, ≥ 0; need not be whole.

    Returns
    -------
    float
        Probability; 1 where the load is not below the servers (the queue then grows without end).

    Notes
    -----
    C = nB ÷ (n − a(1 − B)) with B of Erlang B (Erlang, 1917).
    """
    blocked = erlang_b(load, servers)
    if load >= servers:
        return 1.0
    return servers * blocked / (servers - load * (1.0 - blocked))


@dataclass(frozen=True)
class ErlangC:
    """A queue with Poisson arrivals, exponential handle times, n agents, and endless patience.

    With the load at or above the agents there is no steady state: everybody waits, for ever.

    Parameters
    ----------
    arrivals_per_hour
        Cases an hour, ≥ 0.
    handle_s
        Mean handle time, seconds, > 0.
    agents
        Agents, ≥ 0. Need not be whole: agents × effective multiple stands for agents who work on several at once.

    Raises
    ------
    ValueError
        If an argument is out of range.
    """

    name: ClassVar[str] = "Erlang C"
    arrivals_per_hour: float
    handle_s: float
    agents: float

    def __post_init__(self) -> None:
        offered_load(self.arrivals_per_hour, self.handle_s)
        if not (self.agents >= 0 and math.isfinite(self.agents)):
            raise ValueError(f"agents is {self.agents}; expected ≥ 0")

    @property
    def load(self) -> float:
        """Offered load, erlangs."""
        return offered_load(self.arrivals_per_hour, self.handle_s)

    @property
    def is_stable(self) -> bool:
        """Whether the load is below the agents."""
        return self.load < self.agents or self.load == 0

    @property
    def occupancy(self) -> float:
        """Share of the agents' time with work in hand; 1 where the load is above the agents."""
        return min(1.0, self.load / self.agents) if self.load > 0 and self.agents > 0 else float(self.load > 0)

    @cached_property
    def share_waiting(self) -> float:
        """Share of the cases that wait at all."""
        return erlang_c(self.load, self.agents) if self.load > 0 else 0.0

    @property
    def share_abandoned(self) -> float:
        """Zero: nobody leaves."""
        return 0.0

    @property
    def mean_wait_s(self) -> float:
        """Mean wait of all cases (ASA), seconds; infinite where the load is not below the agents."""
        if not self.is_stable:
            return math.inf
        return self.share_waiting * self.handle_s / (self.agents - self.load) if self.load > 0 else 0.0

    @property
    def mean_waiting(self) -> float:
        """Mean number of cases that wait (Little's law)."""
        return self.arrivals_per_hour / 3600.0 * self.mean_wait_s if self.load > 0 else 0.0

    def service_level(self, within_s: float, *, until: Until = "start") -> float:
        """Return the share of all cases answered within a time.

        Parameters
        ----------
        within_s
            Threshold, seconds. Below zero nothing is in time.
        until
            ``"start"``: the wait must be over; ``"end"``: the handling too.

        Notes
        -----
        P(W > t) = C exp(−(n − a)t ÷ h); the sojourn adds an independent exponential handle time (Cooper,
        *Introduction to Queueing Theory*, 1981, section 3.5).
        """
        if within_s < 0:
            return 0.0
        if not self.is_stable:
            return 0.0
        t = within_s / self.handle_s
        if self.load == 0:
            return 1.0 if until == "start" else -math.expm1(-t)
        waiting, spare = self.share_waiting, self.agents - self.load
        if until == "start":
            return 1.0 - waiting * math.exp(-spare * t)
        if abs(spare - 1.0) < 1e-7:  # both stages equally fast: the limit of the difference below
            late_after_wait = (1.0 + t) * math.exp(-t)
        else:
            late_after_wait = (spare * math.exp(-t) - math.exp(-spare * t)) / (spare - 1.0)
        return 1.0 - (1.0 - waiting) * math.exp(-t) - waiting * late_after_wait
