"""A bot against a night shift, for people: a table by volume and one by containment.

Comes in: a :class:`~careplan.study.break_even.BreakEven`. Goes out: text within a width, and CSV.
"""

from __future__ import annotations

from careplan.metrics.uncertainty import Estimate
from careplan.reporting.files import csv_text
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, listed, number, paragraph, percent
from careplan.study.break_even import BreakEven, Duel


def break_even_text(found: BreakEven, currency: str, width: int) -> str:
    """Return the hours compared, then which is cheaper at which volume, containment and fee."""
    about = (
        f"Bot against people in the {number(float(found.hours))} hours in which {found.bot} is alone. People of "
        f'the group {found.group}, as many as answer the same share in time ("{found.goal}") of the cases that come '
        "then, on the same customers; wages with premiums and heads. What the bot saves by day is not counted."
    )
    volumes = [(f"volume × {one.volume:g}", one) for one in found.by_volume]
    shares = [(f"contained × {one.containment:g}", one) for one in found.by_containment[:-1]]
    rows = [_row(name, one) for name, one in (*volumes, *shares)]
    heads = ["bot or people", "in time", f"bot|{currency}", "people", f"people|{currency}", "cheaper"]
    equal = f"equal at a fee|per session of|{currency}"
    blocks = [paragraph(about, width), table([*heads, equal], rows, width), paragraph(_verdict(found), width)]
    return "\n\n".join(blocks)


def _verdict(found: BreakEven) -> str:
    """Say where which is cheaper."""
    tried = [(f"volume × {one.volume:g}", one) for one in found.by_volume]
    tried += [(f"containment × {one.containment:g}", one) for one in found.by_containment[:-1]]
    nobody = [name for name, one in tried if one.people is None]
    compared = [(name, one.bot_is_cheaper) for name, one in tried if one.people is not None]
    people = [name for name, bot in compared if bot is False]
    unclear = [name for name, bot in compared if bot is None]
    none = f"At {listed(nobody)} no number of people tried gives this service." if nobody else ""
    if not compared:
        return none
    if not people and not unclear:
        everywhere = "everywhere else" if nobody else "at every volume and containment tried"
        return f"{none} The bot is cheaper {everywhere}.".strip()
    text = f"People are cheaper at {listed(people)}" if people else "People are nowhere cheaper beyond doubt"
    text += f"; it cannot be told at {listed(unclear)}." if unclear else "; the bot is everywhere else."
    return f"{text} {none}".strip()


def _row(name: str, one: Duel) -> list[str]:
    people = "more than tried" if one.people is None else str(one.people)
    wages = NOTHING if one.wages is None else f"{one.wages:,.0f}"
    told = {True: "bot", False: "people", None: "not told"}
    cheaper = NOTHING if one.people is None else told[one.bot_is_cheaper]
    fee = (
        NOTHING
        if one.fee_of_equal_cost is None
        else f"{one.fee_of_equal_cost.value:,.2f}{_half(one.fee_of_equal_cost)}"
    )
    fees = f"{one.fees.value:,.0f}{_half(one.fees, 0)}"
    return [name, percent(one.in_time.value), fees, people, wages, cheaper, fee]


def _half(e: Estimate, digits: int = 2) -> str:
    return "" if e.low is None or e.high is None else f" ±{(e.high - e.low) / 2:,.{digits}f}"


def break_even_csv(found: BreakEven) -> str:
    """Return one row for each volume and containment tried."""
    rows = []
    for one in (*found.by_volume, *found.by_containment[:-1]):
        fee = one.fee_of_equal_cost
        estimates = (one.in_time, one.fees.rounded(2), one.sessions)
        cells = [x for e in estimates for x in (e.value, e.low, e.high)]
        equal = [None] * 3 if fee is None else [fee.value, fee.low, fee.high]
        rows.append([one.volume, one.containment, *cells, one.people, one.wages, one.bot_is_cheaper, *equal])
    names = [f"{name}{end}" for name in ("in_time", "fees", "sessions") for end in ("", "_low", "_high")]
    equals = [f"fee_of_equal_cost{end}" for end in ("", "_low", "_high")]
    return csv_text(["volume", "containment", *names, "people", "wages", "bot_is_cheaper", *equals], rows)
