"""The closed forms by their names, and how many agents each asks for.

Comes in: a rate, a mean handle time, a target. Goes out: the least number of agents.
Left out: everything the formulas cannot see (profiles inside the interval, several turns, routing, nights); the
planner takes their answer as a first guess and prints it, by name, beside what was simulated.
"""

from __future__ import annotations

import math
from functools import lru_cache

from careplan.errors import InfeasibleError
from careplan.planning.erlang_a import ErlangA
from careplan.planning.erlang_b import erlang_b, offered_load
from careplan.planning.erlang_c import ErlangC, Until, erlang_c

__all__ = [
    "ErlangA",
    "ErlangC",
    "Until",
    "agents_needed",
    "erlang_b",
    "erlang_c",
    "offered_load",
    "queue_law",
]

_MOST_AGENTS = 10_000_000


def queue_law(
    arrivals_per_hour: float, handle_s: float, agents: float, *, patience_s: float = math.inf
) -> ErlangA | ErlangC:
    """Return Erlang C where patience is endless, Erlang A where it is not."""
    if math.isinf(patience_s):
        return ErlangC(arrivals_per_hour, handle_s, agents)
    return ErlangA(arrivals_per_hour, handle_s, patience_s, agents)


@lru_cache(maxsize=4096)  # the intervals of a week repeat a few hundred loads
def agents_needed(
    *,
    arrivals_per_hour: float,
    handle_s: float,
    share: float = 0.0,
    within_s: float = 0.0,
    patience_s: float = math.inf,
    until: Until = "start",
    max_occupancy: float = 1.0,
    max_abandoned: float = 1.0,
    multiple: float = 1.0,
) -> int:
    """Return the least whole number of agents with which every target holds in steady state.

    Parameters
    ----------
    arrivals_per_hour
        Cases an hour, ≥ 0.
    handle_s
        Mean handle time, seconds, > 0.
    share, within_s
        Answer target: at least ``share`` (0 to 1) of all cases answered within ``within_s`` seconds.
    patience_s
        Mean patience, seconds; infinite: Erlang C, else Erlang A.
    until
        Whether a case is answered when work on it starts (live queues) or ends (messages).
    max_occupancy, max_abandoned
        Upper bounds, 0 to 1, not zero for the occupancy.
    multiple
        Cases handled per agent hour relative to one at a time: n agents stand for n × multiple servers.

    Returns
    -------
    int
        At least 1 where there are arrivals and a target that asks for someone, else as few as hold: perhaps 0.

    Raises
    ------
    ValueError
        If an argument is out of range.
    InfeasibleError
        If no number of agents reaches the targets; the message names the best that can be reached.

    Notes
    -----
    All four figures move one way in n (law L19), so the least n is found by doubling and halving. The search begins
    at the load itself, not one above it: 33.6 an hour × 10 min with 65 % within 30 min takes 6 agents, and a load
    of 0.6 may take a single one.
    """
    for what, value in (("share", share), ("max_occupancy", max_occupancy), ("max_abandoned", max_abandoned)):
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{what} is {value}; expected 0 to 1")
    if not (multiple > 0 and math.isfinite(multiple)):
        raise ValueError(f"multiple is {multiple}; expected > 0")
    load = offered_load(arrivals_per_hour, handle_s)
    best = -math.expm1(-within_s / handle_s) if until == "end" else 1.0
    if share >= best:
        raise InfeasibleError(
            f"no number of agents answers {100 * share:.1f} % within {within_s:g} s; "
            f"the limit with endless staff is {100 * best:.1f} %, never reached"
        )
    if load > 0 and (max_occupancy == 0 or (max_abandoned == 0 and math.isfinite(patience_s))):
        raise InfeasibleError("no number of agents brings occupancy or abandonment to zero; expected a bound above 0")

    def holds(agents: int) -> bool:
        law = queue_law(arrivals_per_hour, handle_s, agents * multiple, patience_s=patience_s)
        return (
            law.is_stable
            and law.service_level(within_s, until=until) >= share
            and law.occupancy <= max_occupancy
            and law.share_abandoned <= max_abandoned
        )

    if load == 0 or holds(0):
        return 0
    low, high = 0, max(1, math.ceil(load / multiple))
    while not holds(high):
        low, high = high, 2 * high
        if high > _MOST_AGENTS:
            raise InfeasibleError(f"more than {_MOST_AGENTS:,} agents would be needed")
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle
    return high
