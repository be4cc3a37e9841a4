"""What bots cost.

Comes in: a bot, how many cases it took and contained, and a time. Goes out: its fees by kind, exact. Left out: counting
(usage).
"""

from __future__ import annotations

from fractions import Fraction

from careplan.costing.heads import amount
from careplan.scenario.models import Scenario
from careplan.scenario.money import MONTH_MS
from careplan.scenario.people import Bot


def bots_used(scenario: Scenario) -> dict[str, Bot]:
    """Return the bots that some queue lists, by name: the others cost nothing."""
    used = {name for queue in scenario.queues.values() for name in queue.bots}
    return {name: bot for name, bot in scenario.bots.items() if name in used}


def bot_fees(bot: Bot, *, sessions: int, resolutions: int, span_ms: int) -> dict[str, Fraction]:
    """Return the fees of a bot over a time by kind (``per session``, ``per resolution``, ``per month``), if stated.

    ``sessions`` are the cases it took, ``resolutions`` those it contained; a month is a twelfth of 365.25 days.
    """
    fee, times = bot.fee, {"per session": sessions, "per resolution": resolutions}
    months = Fraction(span_ms, MONTH_MS)
    prices = {"per session": fee.per_session, "per resolution": fee.per_resolution, "per month": fee.per_month}
    return {
        kind: amount(price) * Fraction(times.get(kind, months)) for kind, price in prices.items() if price is not None
    }
