"""What ``careplan capacity`` says: what months take, who is there, whom to hire, what it costs, how sure that is.

Comes in: a capacity plan. Goes out: text within a width. Left out: the arithmetic (planning), data (``capacity_data``),
ink.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from careplan.planning.capacity.need import ALIKE
from careplan.planning.capacity.plan import CapacityPlan, GroupCapacity
from careplan.planning.capacity.rows import MONEY, CapacityMonth, GroupMonth
from careplan.reporting.tables import table
from careplan.reporting.words import NOTHING, count, duration, money, number, paragraph, percent

WHAT_IT_MEANS = (
    "Net FTE: hours on duty a week ÷ contract hours, as careplan staff finds them for a plain week of the month; "
    "gross: net ÷ (1 − shrinkage). Simulated months (*) are means of plans on different customers, judged on fresh "
    "replications, ± their 95 % interval; the others lie on a straight line in the work (cases of a plain week × AHT, "
    "before bots take any and agents several at once) between the simulated months next to them. Leavers: heads × "
    "attrition ÷ 12; productive: heads paid less those in training and what new people are slower; over/under: "
    "productive − gross. Months have their calendar days; everybody on contract is paid. Formulas: docs/capacity.md."
)
LINES = {
    "wages": "wages",
    "premiums": "premiums",
    "training": "training",
    "hiring": "hiring",
    "workplace": "workplace",
    "licence": "licences",
}


def capacity_text(plan: CapacityPlan, width: int, *, written: str = "") -> str:
    """Return the whole answer."""
    several = len(plan.groups) > 1
    parts = [paragraph(headline(plan), width)]
    for group in plan.groups:
        name = f"{group.group}: " if several else ""
        parts += [
            f"{name}{'w' if several else 'W'}hat is needed\n" + need_text(plan, group, width),
            f"{name}{'w' if several else 'W'}ho is there\n" + heads_text(plan, group, width),
            f"{name}{'c' if several else 'C'}lasses\n" + classes_text(plan, group, width),
        ]
    parts += [
        "Cost by year\n" + years_text(plan, width) if plan.cost else "",
        "Simulated weeks\n" + weeks_text(plan, width),
        paragraph(held_out_sentence(plan), width),
        "Notes\n" + "\n".join(paragraph(note, width) for note in plan.notes) if plan.notes else "",
        paragraph(WHAT_IT_MEANS, width),
        paragraph(written, width),
        paragraph(made_by(plan), width),
    ]
    return "\n\n".join(filter(None, parts))


def headline(plan: CapacityPlan) -> str:
    """Return the answer in a few sentences."""
    first, last = plan.months[0].label, plan.months[-1].label
    cost = f" for {money(plan.cost, plan.currency)}" if plan.cost else ""
    sentences = [f"{plan.title or plan.name}: {count(len(plan.months), 'month')}, {first} to {last}{cost}."]
    if plan.is_partial:
        sentences.insert(0, "Interrupted: this is what the finished weeks say.")
    for group in plan.groups:
        peak = max(range(len(group.rows)), key=lambda n: group.rows[n].gross)
        a, b, top = group.rows[0], group.rows[-1], group.rows[peak]
        hired = f"{count(group.hires, 'head')} hired in {count(len(group.classes), 'class', 'classes')}"
        sentences.append(
            f"{group.group}: {fte(a.gross)} gross FTE needed in {first}, {fte(b.gross)} in {last}, most in "
            f"{plan.months[peak].label} ({fte(top.gross)}); {fte(a.begin, 0)} heads at the start, "
            f"{hired if group.hires else 'nobody is hired'}, {fte(sum(r.leavers for r in group.rows))} leave."
        )
    under = plan.months_under
    if under:
        worst = min(float(row.over) for group in plan.groups for row in group.rows)
        shown = [*under[:6], "…"] if len(under) > 6 else list(under)
        sentences.append(
            f"Too few in {count(len(under), 'month')} ({', '.join(shown)}), by {-worst:.1f} FTE at the worst."
        )
    else:
        sentences.append("No month has too few.")
    close = months_close(plan)
    if close:
        which = ", ".join(close[:6]) + (", …" if len(close) > 6 else "")
        sentences.append(f"In {which} what is over lies within the interval of the need.")
    return " ".join(sentences)


def months_close(plan: CapacityPlan) -> list[str]:
    """Return the months in which nobody is missing, and somebody would be at the upper end of the need's interval."""
    found = []
    for at, month in enumerate(plan.months):
        rows = [group.rows[at] for group in plan.groups]
        if not any(row.is_under for row in rows) and any(_is_close(row) for row in rows):
            found.append(month.label)
    return found


def _is_close(row: GroupMonth) -> bool:
    need = row.need
    return need.high is not None and row.available < Fraction(need.high)


def fte(value: Any, digits: int = 1) -> str:
    """Return FTE or heads; a rounded −0.0 is 0.0."""
    return f"{round(float(value), digits) + 0.0:,.{digits}f}"


def _signed(value: Any) -> str:
    rounded = round(float(value), 1) + 0.0
    return f"{rounded:+.1f}" if rounded else "0.0"


def work_of(month: CapacityMonth, group: GroupCapacity, plan: CapacityPlan) -> tuple[int, float]:
    """Return the cases of a group's queues in a month, and their AHT in seconds."""
    queues = [month.queues[name] for name in plan.queues_of[group.group]]
    volume = sum(queue.volume for queue in queues)
    seconds = sum(queue.volume * queue.handle_s for queue in queues)
    return volume, seconds / volume if volume else 0.0


def need_text(plan: CapacityPlan, group: GroupCapacity, width: int) -> str:
    """Return volume, AHT and required FTE by month."""
    rows = []
    for month, row in zip(plan.months, group.rows, strict=True):
        volume, seconds = work_of(month, group, plan)
        need = row.need
        half = NOTHING if need.low is None or need.high is None else f"{float(need.high - need.low) / 2:.2f}"
        rows.append(
            [
                f"{month.label}{' *' if need.is_simulated else ''}",
                number(volume),
                f"{number(seconds)} s" if volume else NOTHING,
                number(float(need.load * group.terms.contract_hours)),
                f"{need.net:.2f}",
                half,
                f"{float(row.gross):.2f}",
                "simulated" if need.is_simulated else "between",
            ]
        )
    heads = ["month", "volume", "AHT", "work|h/week", "net|FTE", "±|95 %", "gross|FTE", "week"]
    return table(heads, rows, width)


def heads_text(plan: CapacityPlan, group: GroupCapacity, width: int) -> str:
    """Return heads, over and under, and cost by month."""
    rows = []
    for month, row in zip(plan.months, group.rows, strict=True):
        rows.append(
            [
                f"{month.label}{' !' if row.is_under else ''}",
                fte(row.begin),
                str(row.hires) if row.hires else "·",
                fte(row.leavers),
                fte(row.end),
                fte(row.training) if row.training else "·",
                fte(row.ramp) if row.ramp else "·",
                fte(row.productive),
                _signed(row.over),
                number(float(row.cost)) if plan.cost else NOTHING,
            ]
        )
    heads = ["month", "heads", "hired", "leave", "end", "train|-ing", "ramp", "produc-|tive"]
    text = table([*heads, "over/|under", plan.currency or "cost"], rows, width)
    return text + ("\n! too few" if any(row.is_under for row in group.rows) else "")


def classes_text(plan: CapacityPlan, group: GroupCapacity, width: int) -> str:
    """Return the classes, and how they were found."""
    solver = group.hiring
    how = ""
    if solver is not None and group.classes:
        what = {"cost": plan.currency or "cost", "head-months": "head-months"}[solver.counts]
        how = paragraph(
            f"Found by a mixed-integer program: {number(solver.solver.cost)} {what} until the end of the plan against "
            f"a bound of {number(solver.solver.bound)}, a gap of {percent(solver.solver.gap, 2)}, in "
            f"{duration(solver.solver.seconds, is_fine=True)}"
            + (
                "."
                if solver.short_price is None
                else f"; a head missing for a month counts {money(solver.short_price, plan.currency)}."
            ),
            width,
        )
    if not group.classes:
        return "Nobody is hired: no class is stated." if solver is None else "Nobody is hired: no class would help."
    rows = [
        [
            plan.months[one.begins].label,
            str(one.heads),
            one.since.isoformat() if one.since else "",
            one.recruit_from.isoformat() if one.recruit_from else "",
            _as_fast(plan, group, one.begins),
        ]
        for one in group.classes
    ]
    heads = ["class", "heads", "joins", "recruiting|begins", "as fast as|everybody"]
    return table(heads, rows, width) + (f"\n{how}" if how else "")


def _as_fast(plan: CapacityPlan, group: GroupCapacity, begins: int) -> str:
    """The first month in which a class is as fast as everybody."""
    at = begins + len(group.tenures)
    return plan.months[at].label if at < len(plan.months) else f"after {plan.months[-1].label}"


def years_text(plan: CapacityPlan, width: int) -> str:
    """Return the lines of the cost by calendar year, all groups, and the mean FTE that is over or under."""
    every = [(month, row) for group in plan.groups for month, row in zip(plan.months, group.rows, strict=True)]
    lines = [name for name in MONEY if any(row.line(name) for _, row in every)]
    years = sorted({month.first.year for month in plan.months})
    rows = []
    for year in years:
        mine = [row for month, row in every if month.first.year == year]
        months = sum(month.first.year == year for month in plan.months)
        rows.append([str(year), str(months), *_sums(mine, lines)])
    if len(years) > 1:
        rows.append(["all", str(len(plan.months)), *_sums([row for _, row in every], lines)])
    return table([plan.currency or "", "months", *(LINES[name] for name in lines), "cost"], rows, width)


def _sums(rows: Sequence[GroupMonth], lines: Sequence[str]) -> list[str]:
    sums = [sum((row.line(name) for row in rows), Decimal(0)) for name in lines]
    return [number(float(value)) for value in (*sums, sum(sums, Decimal(0)))]


def weeks_text(plan: CapacityPlan, width: int) -> str:
    """Return the weeks that were simulated: FTE of each plan, the first target, and whether targets hold."""
    rows = []
    held = plan.held_out
    for week in (*plan.weeks, *([] if held is None else [held.week])):
        score = min((p.scores[0] for p in week.plans if p.scores), key=lambda s: s.overall.value, default=None)
        figure = NOTHING
        if score is not None:
            low, high = score.overall.low, score.overall.high
            figure = score.goal.words(score.overall.value)
            if low is not None and high is not None:
                figure += f" ({score.goal.words(low)} to {score.goal.words(high)})"
        out = " †" if held is not None and week is held.week else ""
        rows.append(
            [
                f"{plan.months[week.number].label}{out}",
                week.first.isoformat(),
                *(", ".join(f"{float(value):.2f}" for value in week.net[group.group]) for group in plan.groups),
                figure,
                "yes" if week.holds else "no",
            ]
        )
    names = [f"net FTE|{group.group}" for group in plan.groups] if len(plan.groups) > 1 else ["net FTE|by plan"]
    target = plan.weeks[0].plans[0].scores[0].goal.name if plan.weeks[0].plans[0].scores else ""
    text = table(["month", "week of", *names, "first target|(95 %)", "all|hold"], rows, width)
    fresh = min(len(p.provenance.replications) for week in plan.weeks for p in week.plans)
    notes = [f"Every plan was judged on fresh replications, {fresh} at least."]
    notes += [f"First target: {target}; of several plans the lowest figure."] if target else []
    notes += ["† held out: compared with the line, not used for it."] if held is not None else []
    return "\n".join([text, *notes])


def held_out_sentence(plan: CapacityPlan) -> str:
    """Return what the week that was held out says of the line."""
    held = plan.held_out
    between = sum(not row.need.is_simulated for row in plan.groups[0].rows)
    if held is None:
        if not between:
            return "Every month was simulated."
        if _is_flat(plan):
            return "Every month has the load of a simulated one, so there is nothing to interpolate or to hold out."
        return "No week was held out, so the line between simulated months is not checked."
    parts = []
    for group in plan.groups:
        name = group.group
        error = held.error(name)
        which = f"{name}: " if len(plan.groups) > 1 else ""
        off = "" if error is None else f", {100 * error:+.1f} %".replace("-", "−")
        parts.append(f"{which}{held.interpolated[name]} on the line against {held.simulated[name]} simulated{off}")
    return (
        f"Interpolation checked: the week of {plan.months[held.week.number].label} was simulated and not used: "
        f"{'; '.join(parts)} net FTE. Its load lies farthest from the simulated ones; {between} of "
        f"{count(len(plan.months), 'month')} are interpolated."
    )


def _is_flat(plan: CapacityPlan) -> bool:
    """Whether the load of every month is that of a simulated one."""
    for group in plan.groups:
        known = [row.need.load for row in group.rows if row.need.is_simulated]
        if any(
            all(abs(row.need.load - load) > Decimal(str(ALIKE)) * max(known) for load in known) for row in group.rows
        ):
            return False
    return True


def made_by(plan: CapacityPlan) -> str:
    """Return who made the plan."""
    who = plan.provenance
    return f"careplan {who.version}, scenario {(who.scenario or '')[:8]}, seed {who.seed}, {who.engine}, HiGHS"
