"""A given roster: who is on duty when, from a table of spells.

Comes in: a CSV file or a data frame with the columns of ``ROSTER_FIELDS``. Goes out: a checked
:class:`~careplan.roster.Roster`. Left out: writing such a table (``export.py``), and the roster a scenario states
(``careplan.staffing``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from careplan.errors import shown
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.scenario.suggest import did_you_mean
from careplan.workload.textcolumns import ABSENT, Source, TextColumns

ROSTER_FIELDS: dict[str, str] = {
    "group": "name of the agent's group; needed",
    "agent": "number of the agent in the group, from 1; needed",
    "on": "when the spell begins: local time such as 2026-03-02 09:30, or with an offset (+01:00)",
    "off": "when it ends (the agent is off duty at that instant); breaks are gaps between spells",
    "on_ms": "instead of on: milliseconds from instant 0, local midnight of the first simulated day",
    "off_ms": "instead of off: likewise",
    "paid_break": "yes: the row is a break, in which the agent is off duty and paid all the same (default no)",
}


def read_roster(source: Source, *, scenario: Scenario | None = None, groups: Sequence[str] = ()) -> Roster:
    """Return the roster written in a table of spells.

    Parameters
    ----------
    source
        A CSV file (also ``.csv.gz``) or a data frame; its columns are described in ``ROSTER_FIELDS``.
    scenario
        Whose calendar gives local times their instants, and whose groups there are. Without it, instants must stand
        in ``on_ms`` and ``off_ms``.
    groups
        Further groups, without agents if the table has none of them.

    Raises
    ------
    TableError
        With every finding as file:line:column.
    """
    table = TextColumns(source, "roster")
    table.check_header(ROSTER_FIELDS, [("on", "on_ms"), ("off", "off_ms")])
    table.need("group")
    table.need("agent")
    table.need("on", "on_ms")
    table.need("off", "off_ms")
    table.stop_if_any()
    names = table.texts("group")
    known = sorted({*groups, *(scenario.groups if scenario is not None else names)})
    for row, name in enumerate(names):
        if name not in known or not name:
            hint = did_you_mean(name, known)
            table.refuse(
                row, "group", f"is {shown(name or None)}; known groups: {', '.join(known)}{'. ' if hint else ''}{hint}"
            )
    agents = table.whole_numbers("agent", least=1, expected="the agent's number in the group, from 1")
    clock = None if scenario is None else scenario.clock
    on, off = table.instants("on", clock), table.instants("off", clock)
    columns = [name if name in table else f"{name}_ms" for name in ("on", "off")]
    for column, instants in zip(columns, (on, off), strict=True):
        if clock is not None or column.endswith("_ms"):
            table.refuse_cells(instants == ABSENT, column, "a time")
    given = (on != ABSENT) & (off != ABSENT)
    for row in np.flatnonzero(given & (off <= on)).tolist():
        table.refuse(
            row, columns[1], f"is {shown(table.texts(columns[1])[row])}; expected a time after the spell begins"
        )
    for row in np.flatnonzero(given & (on < 0)).tolist():
        table.refuse(row, columns[0], f"is {shown(table.texts(columns[0])[row])}; expected a time within the run")
    paid = table.switches("paid_break", default=False)
    _check_overlaps(table, names, agents.tolist(), on.tolist(), off.tolist(), columns[0])
    table.stop_if_any()
    rows = list(zip(names, agents.tolist(), on.tolist(), off.tolist(), strict=True))
    spells, pauses = (
        [row for row, is_paid in zip(rows, paid, strict=True) if is_paid == kind] for kind in (False, True)
    )
    return Roster.from_spells(spells, known, pauses=pauses)


def _check_overlaps(
    table: TextColumns, names: list[str], agents: list[int], on: list[int], off: list[int], column: str
) -> None:
    """Note spells that begin before another of the same agent has ended."""
    rows = [row for row in range(len(names)) if table.is_sound(row)]
    rows.sort(key=lambda row: (names[row], agents[row], on[row]))
    for earlier, row in zip(rows, rows[1:], strict=False):
        same = (names[earlier], agents[earlier]) == (names[row], agents[row])
        if same and on[row] < off[earlier]:
            who = f"agent {agents[row]} of {names[row]}"
            table.refuse(row, column, f"is {shown(table.texts(column)[row])}; {who} is on duty then by another row")
