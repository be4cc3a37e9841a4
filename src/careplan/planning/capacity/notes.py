"""What a reader of a capacity plan has to know beside its figures, in sentences.

Comes in: what was asked for, and what came of it. Goes out: sentences. Left out: the figures (``plan``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from careplan.planning.capacity.plan import GroupCapacity, SimulatedWeek
from careplan.planning.capacity.rows import CapacityMonth
from careplan.scenario.capacity import month_text
from careplan.scenario.models import Scenario

_APART = 0.1
"""Plans of one week that differ by more are worth a word: our choice."""


def notes_of(
    scenario: Scenario,
    months: Sequence[CapacityMonth],
    groups: Sequence[GroupCapacity],
    weeks: Mapping[int, SimulatedWeek],
    wished: int | Sequence[int],
    *,
    is_partial: bool,
) -> list[str]:
    """Return the sentences; ``weeks`` by number of the month, ``wished`` the months asked for, or how many."""
    found = []
    if is_partial:
        found.append(
            f"Interrupted: the plan rests on the {len(weeks)} simulated weeks that were finished; beyond them, need is "
            "prolonged in proportion to the load."
        )
    if not isinstance(wished, int):
        added = [months[n].label for n in weeks if n not in wished]
        if added:
            found.append(f"Simulated as well, since they have the least or the most load: {', '.join(added)}.")
    every = list(scenario.groups)
    pairs = [(a, b) for n, a in enumerate(every) for b in every[n + 1 :]]
    together = [(a, b) for a, b in pairs if {*scenario.groups[a].skills} & {*scenario.groups[b].skills}]
    if together:
        shared = "; ".join(f"{a} and {b}" for a, b in together)
        found.append(
            f"Groups that share queues ({shared}): who of them takes the work is the search's choice, and may differ "
            "from week to week more than their sum does."
        )
    for number, week in weeks.items():
        totals = [sum(values) for values in zip(*week.net.values(), strict=True)]
        if max(totals) > (1 + _APART) * min(totals):
            found.append(
                f"{months[number].label}: the plans of its week lie far apart, {float(min(totals)):.1f} to "
                f"{float(max(totals)):.1f} net FTE, so a search did not come near the least. More plans, or more "
                "replications to search on, tell which."
            )
        if not week.holds:
            found.append(f"{months[number].label}: a plan of its week misses a target on fresh replications.")
    for group in groups:
        if group.heads_are_assumed:
            found.append(
                f"{group.group}: the scenario does not say how many heads there are "
                f"(capacity.groups.{group.group}.heads); as many as the first month needs were taken, "
                f"{group.intakes[0].heads}."
            )
        if group.terms.wage is None and scenario.currency is not None:
            found.append(f"{group.group} has no wage: its cost is that of heads only.")
        late = [one for one in group.classes if one.recruit_from is not None and one.recruit_from < months[0].first]
        if late:
            names = ", ".join(month_text(months[one.begins].first) for one in late)
            found.append(
                f"{group.group}: recruiting for {names} has to begin before the plan does, with the lead time stated."
            )
        hiring = group.hiring
        if hiring is not None and hiring.least_missing:
            found.append(
                f"{group.group}: {hiring.least_missing:.1f} FTE-months are missing whatever is hired, because no class "
                "can begin or be as fast in time (classes.lead_time, money.training, money.ramp)."
            )
    return found
