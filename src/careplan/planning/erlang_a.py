"""Erlang A: customers wait no longer than their patience (M/M/n+M, Palm's model).

Comes in: a rate, mean handle time and patience, a number of agents. Goes out: shares, mean waits, service levels,
all on the offered basis (÷ all cases, the abandoned included).
Left out: patience that is not exponential, retrials, time-varying rates.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import ClassVar

import numpy as np

from careplan.columns import FloatArray
from careplan.planning.erlang_b import erlang_b, offered_load
from careplan.planning.erlang_c import ErlangC, Until

_NEGLIGIBLE = 45.0
"""exp(−45) is 3e-20: below the last digit of any share."""
_PANELS = 96
_NODES = 12


@dataclass(frozen=True)
class ErlangA:
    """A queue with Poisson arrivals, exponential handle times and patience, and n agents.

    Parameters
    ----------
    arrivals_per_hour
        Cases an hour, ≥ 0.
    handle_s
        Mean handle time, seconds, > 0.
    patience_s
        Mean patience, seconds, ≥ 0. Infinite gives Erlang C, zero Erlang B.
    agents
        Agents, ≥ 0; need not be whole.

    Raises
    ------
    ValueError
        If an argument is out of range.

    Notes
    -----
    A customer who would wait x finds that wait with density λ exp(λH(x) − nx ÷ h) ÷ (ε + λJ), where
    H(x) = ∫ exp(−u ÷ p) du over [0, x], J is the integral of that exponential over x > 0 and ε = 1 ÷ B(n − 1)
    (Baccelli and Hebuterne, 1981; Zeltyn and Mandelbaum, "Call centers with impatient customers: many-server
    asymptotics of the M/M/n+G queue", Queueing Systems 51, 2005; for exponential patience it is the
    incomplete-gamma formula of Palm, 1957). The exponent is concave, so every figure is one integral around its
    peak: nothing overflows, whatever the number of agents.
    """

    name: ClassVar[str] = "Erlang A"
    arrivals_per_hour: float
    handle_s: float
    patience_s: float
    agents: float

    def __post_init__(self) -> None:
        offered_load(self.arrivals_per_hour, self.handle_s)
        if not self.patience_s >= 0:
            raise ValueError(f"patience_s is {self.patience_s}; expected ≥ 0")
        if not (self.agents >= 0 and math.isfinite(self.agents)):
            raise ValueError(f"agents is {self.agents}; expected ≥ 0")

    @property
    def load(self) -> float:
        """Offered load, erlangs."""
        return offered_load(self.arrivals_per_hour, self.handle_s)

    @property
    def is_stable(self) -> bool:
        """Whether a steady state exists: always, unless patience is endless and the load not below the agents."""
        return math.isfinite(self.patience_s) or self._endless.is_stable

    @property
    def occupancy(self) -> float:
        """Share of the agents' time with work in hand."""
        if self.agents == 0:
            return float(self.load > 0)
        return min(1.0, self.load * (1.0 - self.share_abandoned) / self.agents)

    @cached_property
    def share_waiting(self) -> float:
        """Share of the cases that cannot start at once."""
        if self.load == 0:
            return 0.0
        if math.isinf(self.patience_s):
            return self._endless.share_waiting
        if self.patience_s == 0 or self.agents == 0:
            return erlang_b(self.load, self.agents)
        return min(1.0, self._waiting_mass(np.ones_like))

    @cached_property
    def share_abandoned(self) -> float:
        """Share of the cases that leave before their start."""
        if self.load == 0 or math.isinf(self.patience_s):
            return 0.0
        if self.patience_s == 0 or self.agents == 0:
            return erlang_b(self.load, self.agents)
        return min(1.0, self._waiting_mass(lambda x: -np.expm1(-x / self.patience_s)))

    @property
    def mean_wait_s(self) -> float:
        """Mean time in the queue of all cases, those who leave included, seconds.

        With exponential patience it is the mean patience times the share that leaves (rate balance, L23).
        """
        if math.isinf(self.patience_s):
            return self._endless.mean_wait_s
        return self.patience_s * self.share_abandoned

    @property
    def mean_wait_of_answered_s(self) -> float:
        """Mean wait of the cases that are answered, seconds; NaN where none is."""
        if math.isinf(self.patience_s):
            return self._endless.mean_wait_s
        if self.share_abandoned >= 1.0:
            return math.nan
        if self.load == 0 or self.patience_s == 0:
            return 0.0
        return self._waiting_mass(lambda x: x * np.exp(-x / self.patience_s)) / (1.0 - self.share_abandoned)

    @property
    def mean_waiting(self) -> float:
        """Mean number of cases that wait (Little's law)."""
        return self.arrivals_per_hour / 3600.0 * self.mean_wait_s if self.load > 0 else 0.0

    def service_level(self, within_s: float, *, until: Until = "start") -> float:
        """Return the share of all cases answered within a time: those who leave count as not answered.

        Parameters
        ----------
        within_s
            Threshold, seconds. Below zero nothing is in time.
        until
            ``"start"``: work must start within it; ``"end"``: it must end within it.
        """
        if within_s < 0:
            return 0.0
        if math.isinf(self.patience_s):
            return self._endless.service_level(within_s, until=until)
        handled = -math.expm1(-within_s / self.handle_s) if until == "end" else 1.0
        at_once = (1.0 - self.share_waiting) * handled
        if self.load == 0 or self.patience_s == 0 or self.agents == 0:
            return at_once

        def in_time(x: FloatArray) -> FloatArray:
            stays = np.exp(-x / self.patience_s)
            return stays * -np.expm1((x - within_s) / self.handle_s) if until == "end" else stays

        return min(1.0, at_once + self._waiting_mass(in_time, up_to_s=within_s))

    @property
    def _endless(self) -> ErlangC:
        return ErlangC(self.arrivals_per_hour, self.handle_s, self.agents)

    @cached_property
    def _peak(self) -> tuple[float, float, float]:
        """Where the density of waits is not negligible, (from, to) in seconds, and its exponent at the peak."""
        peak = max(0.0, self.patience_s * math.log(self.load / self.agents))
        top = self._exponent_at(peak)
        floor = top - _NEGLIGIBLE

        def edge(inside: float, outside: float) -> float:
            for _ in range(30):
                middle = 0.5 * (inside + outside)
                if self._exponent_at(middle) > floor:
                    inside = middle
                else:
                    outside = middle
            return outside

        low = 0.0 if floor < 0.0 else edge(peak, 0.0)
        step = self.handle_s / self.agents
        while self._exponent_at(peak + step) > floor:
            step *= 2.0
        return low, edge(peak, peak + step), top

    def _exponent_at(self, x: float) -> float:
        """λH(x) − nx ÷ h: concave in x, zero at zero."""
        return (-self.load * self.patience_s * math.expm1(-x / self.patience_s) - self.agents * x) / self.handle_s

    @cached_property
    def _scale(self) -> float:
        """λ ÷ (ε exp(−top) + λJ exp(−top)), so that the waiting mass is this times the scaled integral."""
        low, high, top = self._peak
        rate = self.load / self.handle_s
        blocked = erlang_b(self.load, self.agents)
        if blocked == 0.0:
            return 0.0
        # ε = 1 ÷ B(n − 1) through B(n), which holds for servers that are not whole, too.
        no_wait = (1.0 / blocked - 1.0) * self.load / self.agents * math.exp(-top)
        whole = self._integral(np.ones_like, low, high)
        return rate / (no_wait + rate * whole)

    def _waiting_mass(self, weight: Callable[[FloatArray], FloatArray], *, up_to_s: float = math.inf) -> float:
        """Return the integral of ``weight`` over the density of positive offered waits."""
        low, high, _ = self._peak
        if up_to_s <= low or self._scale == 0.0:
            return 0.0
        return self._scale * self._integral(weight, low, min(high, up_to_s))

    def _integral(self, weight: Callable[[FloatArray], FloatArray], low: float, high: float) -> float:
        """Return ∫ weight(x) exp(exponent(x) − top) dx by Gauss and Legendre on equal panels.

        Patience and handle time may be far shorter than the range: their stretches at its ends get panels of
        their own.
        """
        cuts = sorted({low, high, *(c for c in (_NEGLIGIBLE * self.patience_s, high - _NEGLIGIBLE * self.handle_s)
                                    if low < c < high)})  # fmt: skip
        nodes, weights = _gauss()
        total = 0.0
        for left, right in pairwise(cuts):
            edges = np.linspace(left, right, _PANELS + 1)
            half = 0.5 * np.diff(edges)[:, None]
            x = edges[:-1, None] + half * (nodes[None, :] + 1.0)
            growth = -self.load * self.patience_s * np.expm1(-x / self.patience_s)
            density = np.exp((growth - self.agents * x) / self.handle_s - self._peak[2])
            total += float(np.sum(half * weights * weight(x) * density))
        return total


@lru_cache(maxsize=1)
def _gauss() -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    return nodes, weights
