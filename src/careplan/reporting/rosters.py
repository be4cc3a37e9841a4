"""What ``careplan roster`` says: who works how much, which rules are broken, and how the roster does.

Comes in: a roster of people, what it breaks, and how it played. Goes out: text within a width, and plain data for JSON.
Left out: files of the roster (``roster_files``), tables of the play (``roster_play``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from careplan.costing.wages import WageBill
from careplan.planning.rosters.assign import Found
from careplan.planning.rosters.cells import breaks_text, clock_text
from careplan.planning.rosters.duties import Duty, NamedRoster
from careplan.planning.rosters.labour import Breach
from careplan.planning.rosters.paying import wages_of_people
from careplan.reporting.roster_files import wish_words
from careplan.reporting.roster_found import days_text, search_text
from careplan.reporting.roster_play import broken_dict, broken_text, chance_words, play_text
from careplan.reporting.scenario import scenario_dict
from careplan.reporting.tables import table
from careplan.reporting.targets import main_target, target_sentences, verdict
from careplan.reporting.words import count, hours, money, paid_hours, paragraph
from careplan.scenario.models import Scenario
from careplan.scenario.persons import Member
from careplan.study.rosters import RosterRun
from careplan.units import HOUR_MS

VERSION = 1
"""Of the layout of ``roster_dict``."""
NOT_PLAYED = "Interrupted before a replication was finished: the roster is whole, but what it does is not known."
_SHOWN = 25
"""People in the text; all are in roster.json."""


@dataclass(frozen=True, eq=False)
class Rostered:
    """A roster of people: what it is, what it breaks, how it does."""

    scenario: Scenario
    """Over the weeks of the roster."""
    roster: NamedRoster
    broken: Mapping[str, Sequence[Breach]]
    """By person."""
    run: RosterRun | None
    """None if it was not played."""
    is_given: bool = False
    """Whether it was read from a table instead of found."""
    found: Found | None = None
    """How it was found; None if it was given."""
    needed: int | None = None
    """Shifts that are needed; None if that was not asked."""
    was_stopped: bool = False
    """Whether playing it was interrupted before a replication was finished."""

    @property
    def n_broken(self) -> int:
        """How many times a rule is broken."""
        return sum(map(len, self.broken.values()))

    @property
    def is_sound(self) -> bool:
        """Whether every rule is kept, no needed shift is uncovered and, as far as it was played, every target holds."""
        return not self.n_broken and not self.roster.uncovered and (self.run is None or self.run.holds)

    @property
    def is_partial(self) -> bool:
        """Whether finding or playing it was interrupted."""
        return (
            self.was_stopped
            or (self.found is not None and self.found.is_partial)
            or (self.run is not None and self.run.is_partial)
        )

    @property
    def wages(self) -> WageBill:
        """What the shifts are paid, whether people come or not."""
        return wages_of_people(self.roster, self.scenario)


def roster_text(run: Rostered, width: int, *, written: str = "") -> str:
    """Return the whole answer."""
    parts = [
        paragraph(headline(run), width),
        "" if run.found is None else search_text(run.found, width),
        "Who works when\n" + days_text(run.roster, run.scenario, width),
        broken_text(run.broken, width),
        uncovered_text(run.roster, width),
        "People\n" + people_text(run, width),
        paragraph(NOT_PLAYED, width) if run.was_stopped else "" if run.run is None else play_text(run.run, width),
        paragraph(written, width),
        paragraph(made_by(run), width),
    ]
    return "\n\n".join(filter(None, parts))


def headline(run: Rostered) -> str:
    """Return the answer in a few sentences."""
    roster, bill = run.roster, run.wages
    working = sum(1 for rows in roster.duties_of.values() if rows)
    cost = "" if bill.cost is None else f" and {money(bill.cost, bill.currency)}"
    what = "The roster as edited" if run.is_given else "The roster"
    sentences = [
        f"{what}: {count(working, 'person', 'people')} work {count(len(roster.duties), 'shift')} in "
        f"{count(roster.weeks, 'week')}, {paid_hours(bill.paid_hours)}{cost}."
    ]
    if run.n_broken:
        sentences.append(f"Rules are broken {count(run.n_broken, 'time')}.")
    missing = sum(one.people for one in roster.uncovered)
    if missing:
        sentences.append(f"Nobody works {count(missing, 'needed shift')}.")
    elif run.is_given and run.needed:
        sentences.append(f"All {run.needed:,} needed shifts are covered.")
    if run.run is not None:
        scores = run.run.simulated.scorecard
        main = main_target(scores)
        if main is not None:
            sentences += target_sentences(main, tuple(run.scenario.queues))
        sentences += [f"Played with absence, it {verdict(scores)}.", chance_words(run.run)]
    return " ".join(filter(None, sentences))


def uncovered_text(roster: NamedRoster, width: int) -> str:
    """Return the needed shifts that nobody works; nothing where there are none."""
    rows = [
        [
            f"{one.group} {one.day:%a} {one.day} {one.words}",
            str(one.needed),
            str(one.people),
            hours(one.hours),
            one.reason,
        ]
        for one in roster.uncovered[:_SHOWN]
    ]
    if not rows:
        return ""
    more = len(roster.uncovered) - len(rows)
    last = f"\n… and {more:,} more, in roster.json" if more else ""
    return "Uncovered\n" + table(["shift", "needed", "missing", "each", "why"], rows, width) + last


def people_text(run: Rostered, width: int) -> str:
    """Return a line for each person: hours a week against the contract, shifts, weekends, wishes."""
    rows = [list(one.values()) for one in people_rows(run)[:_SHOWN]]
    heads = ["person", "group", "hours|a week", "contract", "shifts", "weekends", "wishes|granted"]
    shown = [
        [row[0], row[1], f"{row[2]:.1f}", row[3], str(row[4]), str(row[5]), f"{row[6]} of {row[7]}" if row[7] else "–"]
        for row in rows
    ]
    more = len(run.roster.people) - len(rows)
    return table(heads, shown, width, keys=2) + (f"\n… and {more:,} more, in roster.json" if more else "")


def people_rows(run: Rostered) -> list[dict[str, Any]]:
    """Return what each person works, in the order of people; hours with leave counted in."""
    roster, worked, weekends = run.roster, run.roster.hours(run.scenario), run.roster.weekends()
    rows = []
    for member in roster.people:
        granted, wished = _wishes(member, run)
        rows.append(
            {
                "person": member.name,
                "group": member.group,
                "hours_a_week": round(sum(worked[member.name]) / roster.weeks / HOUR_MS, 4),
                "contract": _contract(member),
                "shifts": len(roster.duties_of[member.name]),
                "weekends": weekends[member.name],
                "wishes_granted": granted,
                "wishes": wished,
            }
        )
    return rows


def _wishes(member: Member, run: Rostered) -> tuple[int, int]:
    """Days on which everything wished is granted, and all days with a wish."""
    duties = {duty.laid.day: duty for duty in run.roster.duties_of[member.name]}
    said = [wish_words(member, day, duties.get(day), run.scenario) for day in run.roster.days]
    return said.count("granted"), sum(map(bool, said))


def _contract(member: Member) -> str:
    """Hours of a week: ``38 h``, ``20-30 h``, ``≤ 48 h``."""
    one = member.person.contract
    if one.hours is not None:
        return f"{one.hours / HOUR_MS:g} h"
    most = "" if one.most is None else f"{one.most / HOUR_MS:g} h"
    return f"≤ {most}" if one.least is None else f"{one.least / HOUR_MS:g}-{most}"


def made_by(run: Rostered) -> str:
    """Return who found or played it; without either, nothing."""
    if run.run is not None:
        return str(run.run.provenance)
    return "" if run.found is None else str(run.found.provenance)


def roster_dict(run: Rostered, *, files: Sequence[str] = ()) -> dict[str, Any]:
    """Return the answer for JSON, with stable keys; ``files`` are those written beside it."""
    roster = run.roster
    return {
        "careplan_roster": VERSION,
        "scenario": scenario_dict(run.scenario),
        "headline": headline(run),
        "is_given": run.is_given,
        "is_partial": run.is_partial,
        "rules_kept": not run.n_broken,
        "targets_met": None if run.run is None else run.run.holds,
        "start": roster.start.isoformat(),
        "weeks": roster.weeks,
        "people": people_rows(run),
        "duties": [_duty(duty, run.scenario) for duty in roster.duties],
        "broken": broken_dict(run.broken),
        "uncovered": [
            {"group": one.group, "date": one.day.isoformat(), "shift": one.words, "needed": one.needed,
             "missing": one.people, "paid_hours": one.hours, "reason": one.reason}
            for one in roster.uncovered
        ],
        "wages": run.wages.to_dict(),
        "search": None if run.found is None else run.found.to_dict(),
        "play": None if run.run is None else run.run.to_dict(),
        "provenance": provenance_dict(run),
        "files": list(files),
    }  # fmt: skip


def provenance_dict(run: Rostered) -> dict[str, Any] | None:
    """Return who made it for JSON: of the play, else of the search."""
    made = run.run or run.found
    return None if made is None else made.provenance.to_dict()


def _duty(duty: Duty, scenario: Scenario) -> dict[str, Any]:
    clock, laid = scenario.clock_of(duty.group), duty.laid
    return {
        "person": duty.person,
        "group": duty.group,
        "date": laid.day.isoformat(),
        "kind": laid.kind,
        "begin": clock_text(laid.pieces[0][0], clock),
        "end": clock_text(laid.pieces[-1][1], clock),
        "breaks": breaks_text(laid, clock),
    }
