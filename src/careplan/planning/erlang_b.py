"""Erlang B: the share of customers lost when there is no room to wait.

Comes in: a load in erlangs and a number of servers, whole or not. Goes out: one probability.
Left out: waiting and patience, which the other formulas build on this one.
"""

from __future__ import annotations

import math


def offered_load(arrivals_per_hour: float, handle_s: float) -> float:
    """Return the load in erlangs: the mean number of agents that the work alone keeps busy.

    Raises
    ------
    ValueError
        If the rate is negative or the handle time is not above zero.
    """
    if not (arrivals_per_hour >= 0 and math.isfinite(arrivals_per_hour)):
        raise ValueError(f"arrivals_per_hour is {arrivals_per_hour}; expected ≥ 0")
    if not (handle_s > 0 and math.isfinite(handle_s)):
        raise ValueError(f"handle_s is {handle_s}; expected > 0")
    return arrivals_per_hour * handle_s / 3600.0


def erlang_b(load: float, servers: float) -> float:
    """Return the share of customers who find every server busy and are lost (M/G/n/n).

    Parameters
    ----------
    load
        Offered load, erlangs, ≥ 0.
    servers
        Servers, ≥ 0. Need not be whole: agents × effective multiple rarely is.

    Returns
    -------
    float
        Probability, 0 to 1; 1 with no server and some load. Below 1e-308 it is 0.

    Raises
    ------
    ValueError
        If an argument is negative or not finite.

    Notes
    -----
    Recursion B(n) = aB(n − 1) ÷ (n + aB(n − 1)), which only adds and multiplies positive numbers and so loses no
    digits for any n (Erlang, 1917; Jagerman, "Some properties of the Erlang loss function", BSTJ 53, 1974).
    For servers that are not whole it starts from the fractional part with Jagerman's continuation
    1 ÷ B(x) = a ∫ exp(−at)(1 + t)^x dt over t > 0. Exact for every handle-time distribution of the same mean.
    """
    if not (load >= 0 and math.isfinite(load)):
        raise ValueError(f"load is {load}; expected ≥ 0 erlangs")
    if not (servers >= 0 and math.isfinite(servers)):
        raise ValueError(f"servers is {servers}; expected ≥ 0")
    if load == 0:
        return 0.0 if servers > 0 else 1.0
    part = servers - math.floor(servers)
    blocked = 1.0 / _inverse_of_part(part, load) if part else 1.0
    for k in range(1, math.floor(servers) + 1):
        blocked = load * blocked / (part + k + load * blocked)
    return blocked


def _inverse_of_part(part: float, load: float) -> float:
    """Return 1 ÷ B(part) for 0 < part < 1, that is exp(a) a^(−x) Γ(1 + x, a).

    The upper incomplete gamma function by its power series for small loads and by Lentz's continued fraction
    for the rest (Abramowitz and Stegun 6.5.29 and 6.5.31).
    """
    s = 1.0 + part
    if load < 1.5:
        term = total = 1.0 / s
        k = 1
        while term > 1e-18 * total:
            term *= load / (s + k)
            total += term
            k += 1
        upper = math.gamma(s) - math.exp(s * math.log(load) - load) * total
        return upper * math.exp(load - part * math.log(load))
    tiny = 1e-300
    b = load + 1.0 - s
    c, d = 1.0 / tiny, 1.0 / b
    h = d
    for k in range(1, 10_000):
        a_k = -k * (k - s)
        b += 2.0
        d = 1.0 / (a_k * d + b or tiny)
        c = b + a_k / c or tiny
        h *= c * d
        if abs(c * d - 1.0) < 1e-16:
            break
    return load * h
