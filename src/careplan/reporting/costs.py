"""The full bill for people: lines and totals, what a case and a point of service cost.

Comes in: a :class:`~careplan.study.costs.Costs`. Goes out: text within a width, and CSV. Left out: the arithmetic.
"""

from __future__ import annotations

from decimal import Decimal

from careplan.costing.bill import PARTS_OF_COST, Line
from careplan.metrics.uncertainty import Estimate
from careplan.reporting.assumed import stated_words, worth_figures
from careplan.reporting.files import csv_text
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, count, hours, listed, number, paragraph, percent
from careplan.study.costs import Costs, PointCost, QueueCost
from careplan.units import DAY_MS

_OUTCOMES = {
    "churn": "customers lost (churn)",
    "loyalty": "loyalty of those answered",
    "shaming": "complaints in public",
    "sale": "sales by talking",
    "late": "penalty for late answers",
}
_TITLES = {"people": "People", "bots": "Bots", "telephony": "Telephony", "outcomes": "What service is worth (assumed)"}


def costs_text(costs: Costs, width: int) -> str:
    """Return the bill, then what a case, a queue and a point of service cost."""
    bill = costs.bill
    days = count(_days(costs), "day")
    blocks = [paragraph(f"{costs.scenario.title or costs.scenario.name}: costs of {days}", width)]
    if costs.is_partial:
        done = f"Interrupted after {costs.report.n} of {costs.asked} replications; what follows rests on those."
        blocks.append(paragraph(done, width))
    blocks += [paragraph(note, width) for note in costs.notes]
    rows = []
    for part in (*PARTS_OF_COST, "outcomes"):
        lines = bill.of(part)
        if lines:
            rows += [[_label(line), _cents(line.amount), _interval(line.estimate)] for line in lines]
            total = sum((line.amount for line in lines), Decimal(0))
            rows.append([f"{_TITLES[part]} in all", _cents(total), ""])
    rows.append(["Cost in all (people, bots, telephony)", _cents(bill.cost), _interval(_around(costs))])
    if bill.value is not None:
        rows.append(["Cost minus what service is worth", _cents(bill.cost - bill.value), _interval(costs.net)])
    blocks.append(table(["line", bill.currency, "95 % interval"], rows, width))
    if bill.wages.unpriced:
        blocks.append(f"Without {listed(bill.wages.unpriced)}, which has no wage.")
    blocks += _assumptions(costs, width)
    blocks.append(paragraph(_paid_hours(costs), width))
    blocks.append(paragraph(_each_case(costs), width))
    if len(costs.queues) > 1:
        blocks.append(_queues(costs, width))
        blocks += [paragraph(text, width) for text in _live_against_messages(costs)]
    if costs.points:
        blocks.append(_points(costs, width))
    blocks.append(paragraph(_formulas(costs), width))
    return "\n\n".join(blocks)


def _label(line: Line) -> str:
    return f"{line.concerns}: {line.what}" if line.part != "outcomes" else _OUTCOMES[line.what]


def answer_sentences(costs: Costs) -> list[str]:
    """Return what the staffing costs, where its paid hours go, and what a case costs."""
    bill = costs.bill
    parts = [f"{part} {_cents(sum((line.amount for line in bill.of(part)), Decimal(0)))}" for part in PARTS_OF_COST]
    whole = f"{count(_days(costs), 'day')} of this staffing cost {_cents(bill.cost)} {bill.currency}: {listed(parts)}."
    return [whole, _paid_hours(costs), _each_case(costs)]


def _assumptions(costs: Costs, width: int) -> list[str]:
    """Say what the worth of service rests on, and who says so; nothing where none is stated."""
    outcomes = costs.scenario.outcomes
    figures = () if outcomes is None else worth_figures(outcomes)
    if not figures:
        return []
    lines = [paragraph(stated_words(one), width, "  ") for one in figures]
    return ["\n".join(["What service is worth rests on:", *lines])]


def _days(costs: Costs) -> int:
    return round((costs.bill.end - costs.bill.begin) / DAY_MS)


def _around(costs: Costs) -> Estimate:
    """The cost in all with its interval, that of the lines which are simulated."""
    simulated = [line for line in costs.bill.of(*PARTS_OF_COST) if line.each is not None]
    whole = Line("people", "all", "cost", costs.bill.cost, costs.bill.cost_each if simulated else None)
    return whole.estimate


def _paid_hours(costs: Costs) -> str:
    """Say where the paid hours go, what is planned and what is not apart where the scenario says so."""
    found = costs.paid_hours
    words = {"on_duty": "on duty", "paid_breaks": "paid breaks", "planned": "planned shrinkage"}
    words |= {"unplanned": "unplanned shrinkage", "shrinkage": "shrinkage"}
    parts = [f"{hours(found[key])} {word}" for key, word in words.items() if found[key]]
    return f"Of {hours(found['paid'])} paid, {listed(parts)}." if parts else "Nobody is paid."


def _each_case(costs: Costs) -> str:
    bill = costs.bill
    return (
        f"A case costs {_money(bill.per('cases'))} {bill.currency}, a case answered {_money(bill.per('answered'))} "
        f"{bill.currency}, over {number(float(bill.counts('cases').mean()))} cases and "
        f"{number(float(bill.counts('answered').mean()))} answered, by people or bot, however late."
    )


def _queues(costs: Costs, width: int) -> str:
    """Cost of people by queue, and by channel where there are several, against the dearest answer."""
    several = 1 < len(costs.channels) < len(costs.queues)
    dearest = max((one.per_answered.value for one in costs.queues if one.per_answered.value > 0), default=0.0)

    def row(word: str, one: QueueCost) -> list[str]:
        times = f"{dearest / one.per_answered.value:.2f} ×" if one.per_answered.value > 0 and dearest else NOTHING
        cells = (one.cases.value, one.cost.value)
        return [f"{word}{one.name}", *(number(x) for x in cells), _money(one.per_case), _money(one.per_answered), times]

    rows = [row("", one) for one in costs.queues]
    rows += [row("channel ", one) for one in costs.channels] if several else []
    unit = costs.bill.currency
    head = [
        "people, by queue",
        "cases",
        unit,
        f"{unit}|a case",
        f"{unit} a case|answered",
        "cheaper than|the dearest",
    ]
    return table(head, rows, width)


def _live_against_messages(costs: Costs) -> list[str]:
    """Say how many times as much an answered case of the dearest live queue costs as one of each message queue."""
    pairs = costs.live_against_messages
    mine = [one for one in pairs if one.live == pairs[0].live]
    parts = [f"{_money(one.times)} times as much as one of {one.message}" for one in mine]
    without = " What people cost, without telephony by the minute." if costs.bill.of("telephony") else ""
    return [f"An answered case of {mine[0].live} costs {listed(parts)}.{without}"] if mine else []


def _points(costs: Costs, width: int) -> str:
    spread = f"−{costs.step:.0%}".replace("%", " %")
    rows = [[one.target, percent(one.now.value), _signed(one.points), _per_point(one)] for one in costs.points]
    head = [
        "one more point of",
        "now",
        f"points, {spread} to|+{spread[1:]} of all groups",
        f"{costs.bill.currency}|a point",
    ]
    return table(head, rows, width)


def _per_point(one: PointCost) -> str:
    return "cannot be told" if one.per_point is None else _money(one.per_point)


def _signed(e: Estimate) -> str:
    return f"{e.value:+.1f}" + ("" if e.low is None or e.high is None else f" ({e.low:+.1f} to {e.high:+.1f})")


def _formulas(costs: Costs) -> str:
    n = costs.report.n
    return (
        "Wages: on duty ÷ (1 − shrinkage) × wage; premiums by the clock on hours on duty; heads: paid hours a week ÷ "
        "contract hours. Lines with an interval are simulated: means of "
        f"{count(n, 'replication')}, Student's t; every line is rounded once, and totals are sums of lines. A group's "
        "cost goes to queues as its agents' time did, idle time with it. Formulas: docs/money.md."
    )


def _money(e: Estimate) -> str:
    text = f"{e.value:,.2f}"
    return text if e.low is None or e.high is None else f"{text} ({e.low:,.2f} to {e.high:,.2f})"


def _cents(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _interval(e: Estimate) -> str:
    return "" if e.low is None or e.high is None else f"{e.low:,.2f} to {e.high:,.2f}"


def bill_csv(costs: Costs) -> str:
    """Return the lines of the bill, one row each."""
    rows = [list(line.to_dict().values()) for line in costs.bill.lines]
    headings = ["part", "concerns", "what", "amount", "low", "high", "is_simulated"]
    return csv_text([*headings, "currency"], [[*row, costs.bill.currency] for row in rows])


def queues_csv(costs: Costs) -> str:
    """Return what people cost by queue, one row each."""
    rows = []
    for one in costs.queues:
        channel = costs.scenario.queues[one.name].channel
        figures = (one.cases, one.cost.rounded(2), one.per_case, one.per_answered)
        rows.append([one.name, channel, *(x for e in figures for x in (e.value, e.low, e.high))])
    names = ("cases", "cost_of_people", "per_case", "per_answered_case")
    return csv_text(["queue", "channel", *(f"{n}{end}" for n in names for end in ("", "_low", "_high"))], rows)
