"""A given workload: history, or a hand-made example, from tables of cases and turns.

Comes in: CSV files or data frames with the columns of ``CASE_FIELDS`` and ``TURN_FIELDS``. Goes out: the same checked
:class:`~careplan.workload.tables.Workload` that sampling gives, so that either engine plays it. Left out: writing
such tables (``export.py``), and tables for machines, npz and Parquet (``careplan.trace.files``).

Where a name has a unit, ``work_s``, it may be seconds (``_s``, fractions allowed) or milliseconds (``_ms``).
Bots are numbered in the order in which the case's queue lists them: ``bot1_…`` is the first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from careplan.clock import Clock
from careplan.columns import NEVER, BoolArray, IntArray
from careplan.errors import shown
from careplan.scenario.models import Scenario
from careplan.scenario.suggest import did_you_mean
from careplan.workload.tables import Workload
from careplan.workload.textcolumns import ABSENT, Source, TextColumns, stop_if_any

CASE_FIELDS: dict[str, str] = {
    "case": "name or number of the case, each once; needed where turns or follow-ups name it (default: 1, 2, …)",
    "queue": "name of its queue; needed",
    "arrived_at": "when the customer first wrote: local time such as 2026-03-02 09:30:15.250, or with an offset "
    "(+01:00); empty for follow-ups; before the first simulated day: opening backlog",
    "arrived_at_ms": "instead: milliseconds from instant 0, local midnight of the first simulated day",
    "needs_reply": "yes or no (default yes)",
    "patience_s": "how long the customer waits for the first turn to start; empty or never: for ever (default)",
    "retry_case": "the follow-up born when this case is abandoned, lapses or expires; empty: none",
    "retry_after_s": "how long after that; needed with retry_case",
    "return_case": "the follow-up born when this case ends answered or contained, unsolved; empty: none",
    "return_after_s": "how long after an answered end; empty: not born then",
    "work_s": "work of the only turn, in a table without a table of turns",
    "bot1_s": "how long the first listed bot talks; needed for every listed bot, or for none",
    "bot1_contains": "whether it ends the case: yes or no (default no)",
    "bot1_return_after_s": "how long after containment return_case is born; empty: not born then",
    "work_after_bot1_s": "work of the only turn after a hand-off by it (default: work_s)",
}
TURN_FIELDS: dict[str, str] = {
    "case": "the case it belongs to; turns of a case stand in their order; needed",
    "queue": "the queue the turn waits in, for a transfer; empty: the case's",
    "work_s": "handle time of the turn by an agent who works on nothing else; needed",
    "think_s": "how long the customer thinks after it; empty after the last turn",
    "work_after_bot1_s": "handle time after a hand-off by the first listed bot (default: work_s)",
}
_BOT = re.compile(r"(bot)([1-9][0-9]?)(_s|_ms|_contains|_return_after_s|_return_after_ms)")
_AFTER_BOT = re.compile(r"(work_after_bot)([1-9][0-9]?)(_s|_ms)")


def replay(cases: Source, turns: Source | None = None, *, scenario: Scenario | None = None) -> Workload:
    """Return the workload written in tables of cases and turns.

    Parameters
    ----------
    cases
        A CSV file (also ``.csv.gz``) or a data frame; its columns are described in ``CASE_FIELDS``.
    turns
        Likewise, columns in ``TURN_FIELDS``. Without it every case has one turn, of ``work_s`` in ``cases``.
    scenario
        Whose calendar gives local times their instants, and whose queues there are. Without it, instants must stand
        in ``arrived_at_ms``, and the queues are those named in the tables.

    Returns
    -------
    Workload
        Rows by (arrival, queue name, order in the table), then follow-ups.

    Raises
    ------
    TableError
        With every finding as file:line:column.
    """
    table = TextColumns(cases, "cases")
    turn_table = None if turns is None else TextColumns(turns, "turns")
    slots = max(_bot_slots(table), _bot_slots(turn_table) if turn_table is not None else 0)
    _check_headers(table, turn_table, slots)
    reading = _Reading(table, turn_table, scenario, slots)
    return reading.workload()


def _bot_slots(table: TextColumns) -> int:
    found = [_BOT.fullmatch(name) or _AFTER_BOT.fullmatch(name) for name in table.header]
    return max((int(match[2]) for match in found if match is not None), default=0)


def _names(fields: dict[str, str], slots: int) -> tuple[list[str], list[tuple[str, str]]]:
    """Every allowed column, and the pairs that say the same in two units."""
    known: list[str] = []
    pairs = [("arrived_at", "arrived_at_ms")] if "arrived_at" in fields else []
    for field in fields:
        numbered = [field.replace("bot1", f"bot{n}") for n in range(1, slots + 1)] if "bot1" in field else [field]
        for name in numbered:
            known.append(name)
            if name.endswith("_s"):
                known.append(f"{name[:-2]}_ms")
                pairs.append((name, known[-1]))
    return known, pairs


def _check_headers(table: TextColumns, turns: TextColumns | None, slots: int) -> None:
    case_fields = CASE_FIELDS
    if turns is not None:
        case_fields = {name: text for name, text in CASE_FIELDS.items() if not name.startswith("work")}
        turns.check_header(*_names(TURN_FIELDS, slots))
        turns.need("case")
        turns.need("work_s", "work_ms")
        table.need("case", why="that the turns name")
    else:
        table.need("work_s", "work_ms", why="or a table of turns")
    table.check_header(*_names(case_fields, slots))
    table.need("queue")
    table.need("arrived_at", "arrived_at_ms")
    for slot in range(1, slots + 1):
        table.need(f"bot{slot}_s", f"bot{slot}_ms", why=f"beside the other columns of bot {slot}")
    stop_if_any(table.file, [*table.findings, *(turns.findings if turns is not None else ())])


class _Reading:
    """One pass over both tables: columns in the order of the files, then rows in the order of the workload."""

    def __init__(self, table: TextColumns, turns: TextColumns | None, scenario: Scenario | None, slots: int) -> None:
        self.table, self.turns, self.slots = table, turns, slots
        self.clock: Clock | None = None if scenario is None else scenario.clock
        self.known_queues = None if scenario is None else sorted(scenario.queues)
        self.names = table.texts("case") if "case" in table else [str(n + 1) for n in range(len(table))]
        self.row_of: dict[str, int] = {}
        for row, name in enumerate(self.names):
            if not name:
                table.refuse(row, "case", "is empty; expected a name or number")
            elif name in self.row_of:
                table.refuse(row, "case", f"is {shown(name)}, as in an earlier row; expected each case once")
            self.row_of.setdefault(name, row)

    def workload(self) -> Workload:
        """Read everything, raise what was found, and build the table."""
        table, turns = self.table, self.turns
        queues, queue_ix = self._queues()
        arrived_at = table.instants("arrived_at", self.clock)
        needs_reply = table.switches("needs_reply", default=True)
        patience = table.durations("patience", least=0, never="empty for ever")
        retry, retry_after = self._children("retry")
        returns, return_after = self._children("return")
        bots = [f"bot{n + 1}" for n in range(self.slots)]
        bot_ms = [table.durations(bot) for bot in bots]
        contains = [table.switches(f"{bot}_contains", default=False) for bot in bots]
        bot_after = [table.durations(f"{bot}_return_after", never="empty for not born then") for bot in bots]
        source, case_of_turn = (table, np.arange(len(table))) if turns is None else (turns, self._case_of_turn(turns))
        turn_queue = self._turn_queues(turns, case_of_turn, queues, queue_ix)
        work = source.durations("work")
        after_bots = [self._work_after(source, bot, work) for bot in bots]
        think = self._thinks(turns, case_of_turn, needs_reply)
        is_child = self._check_children(retry, returns, arrived_at, retry_after, [return_after, *bot_after])
        stop_if_any(table.file, [*table.findings, *(turns.findings if turns is not None else ())])

        order = _order(arrived_at, queue_ix, is_child, retry, returns)
        place = np.empty(len(order) + 1, dtype=np.int64)
        place[order] = np.arange(len(order))
        place[-1] = NEVER  # where a child is −1, the last entry answers
        turn_order = np.argsort(place[case_of_turn], kind="stable")
        per_case = np.bincount(place[case_of_turn], minlength=len(order))

        columns: dict[str, Any] = {
            "arrived_at": np.where(is_child, 0, arrived_at)[order],
            "queue_ix": queue_ix[order],
            "turn_start": np.concatenate(([0], np.cumsum(per_case))),
            "work_ms": work[turn_order],
            "needs_reply": needs_reply[order],
            "patience_ms": patience[order],
            "retry_child": place[retry[order]],
            "retry_after_ms": retry_after[order],
            "return_child": place[returns[order]],
            "return_after_ms": return_after[order],
            "is_child": is_child[order],
            "turn_queue_ix": turn_queue[turn_order],
            "think_ms": think[turn_order],
        }
        if self.slots:
            columns["bot_ms"] = np.stack(bot_ms, axis=1)[order]
            columns["bot_contains"] = np.stack(contains, axis=1)[order]
            columns["bot_return_after_ms"] = np.stack(bot_after, axis=1)[order]
            columns["work_after_bot_ms"] = np.stack(after_bots, axis=1)[turn_order]
        return Workload(queues=tuple(queues), **columns)

    def _queues(self) -> tuple[list[str], IntArray]:
        """The names of all queues, and the row of each case's."""
        texts = self.table.texts("queue")
        for row, text in enumerate(texts):
            if not text:
                self.table.refuse(row, "queue", "is empty; expected the name of a queue")
        named = set(texts) - {""}
        if self.turns is not None and "queue" in self.turns:
            named |= set(self.turns.texts("queue")) - {""}
        queues = sorted(named) if self.known_queues is None else self.known_queues
        return queues, self._queue_rows(self.table, texts, queues)

    def _queue_rows(self, table: TextColumns, texts: Sequence[str], queues: Sequence[str]) -> IntArray:
        row_of = {name: row for row, name in enumerate(queues)}
        for row, text in enumerate(texts):
            if text and text not in row_of:
                hint = did_you_mean(text, queues)
                table.refuse(
                    row, "queue", f"is {shown(text)}; known queues: {', '.join(queues)}{'. ' if hint else ''}{hint}"
                )
        return np.array([row_of.get(text, 0) for text in texts], dtype=np.int64)

    def _children(self, kind: str) -> tuple[IntArray, IntArray]:
        """The rows (in the file) of follow-ups named in ``kind``_case, and their delays."""
        table, column = self.table, f"{kind}_case"
        rows = np.full(len(table), NEVER, dtype=np.int64)
        if column in table:
            for row, name in enumerate(table.texts(column)):
                if name and name not in self.row_of:
                    table.refuse(row, column, f"is {shown(name)}; expected a case of this table, or nothing")
                elif name:
                    rows[row] = self.row_of[name]
        return rows, table.durations(f"{kind}_after", never=f"empty where no {column} is born")

    def _check_children(
        self,
        retry: IntArray,
        returns: IntArray,
        arrived_at: IntArray,
        retry_after: IntArray,
        return_afters: list[IntArray],
    ) -> BoolArray:
        """Note everything wrong with follow-ups; return which rows are one."""
        table = self.table
        parent = np.full(len(table), NEVER, dtype=np.int64)
        for row in np.flatnonzero((retry >= 0) | (returns >= 0)).tolist():
            for column, child in (("retry_case", int(retry[row])), ("return_case", int(returns[row]))):
                if child >= 0 and parent[child] not in (NEVER, row):
                    other = self.names[parent[child]]
                    table.refuse(row, column, f"is {shown(self.names[child])}, which already follows up {shown(other)}")
                elif child >= 0:
                    parent[child] = row
        is_child = parent >= 0
        has_arrived = arrived_at != ABSENT
        at = "arrived_at_ms" if "arrived_at_ms" in table else "arrived_at"
        for row in np.flatnonzero(is_child & has_arrived).tolist():
            table.refuse(row, at, "is given for a follow-up; expected nothing, it is born in the run")
        if at in table and (self.clock is not None or at == "arrived_at_ms"):
            for row in np.flatnonzero(~is_child & ~has_arrived).tolist():
                table.refuse(row, at, "is empty; expected a time (only follow-ups, named by another case, have none)")
        for row in np.flatnonzero((retry >= 0) & (retry_after < 0)).tolist():
            table.refuse(
                row, "retry_after_s", "is empty beside a retry_case; expected how long after giving up it is born"
            )
        self._refuse_delays(retry, [retry_after], ["retry_after"], "retry_case")
        names = ["return_after", *(f"bot{n + 1}_return_after" for n in range(self.slots))]
        self._refuse_delays(returns, return_afters, names, "return_case")
        for row in np.flatnonzero(_generations(retry, returns, is_child) == NEVER).tolist():
            table.refuse(row, "case", f"is {shown(self.names[row])}, which follows up itself in a circle")
        return is_child

    def _refuse_delays(self, children: IntArray, delays: list[IntArray], names: list[str], needed: str) -> None:
        """Note delays of follow-ups that no column names."""
        for name, delay in zip(names, delays, strict=True):
            column = f"{name}_s" if f"{name}_s" in self.table else f"{name}_ms"
            for row in np.flatnonzero((children < 0) & (delay >= 0)).tolist():
                self.table.refuse(row, column, f"is given without a {needed}; expected nothing")

    def _case_of_turn(self, turns: TextColumns) -> IntArray:
        rows = np.zeros(len(turns), dtype=np.int64)
        for turn, name in enumerate(turns.texts("case")):
            if name not in self.row_of:
                turns.refuse(turn, "case", f"is {shown(name or None)}; expected a case of {self.table.file}")
            rows[turn] = self.row_of.get(name, 0)
        without = np.bincount(rows, minlength=len(self.table)) == 0
        for row in np.flatnonzero(without).tolist():
            self.table.refuse(row, "case", f"is {shown(self.names[row])}, which has no turn; expected at least one")
        return rows

    def _turn_queues(
        self, turns: TextColumns | None, case: IntArray, queues: list[str], queue_ix: IntArray
    ) -> IntArray:
        """The queue of each turn: its own, else its case's; a case's first turn waits in the case's queue."""
        own = queue_ix[case]
        if turns is None or "queue" not in turns:
            return own
        texts = turns.texts("queue")
        given = np.array([bool(text) for text in texts], dtype=bool)
        named = self._queue_rows(turns, texts, queues)
        first = _first_turns(case)
        for turn in np.flatnonzero(first & given & (named != own)).tolist():
            wanted = f"{shown(queues[own[turn]])}, its case's queue (or nothing): it is the first turn"
            turns.refuse(turn, "queue", f"is {shown(texts[turn])}; expected {wanted}")
        return np.where(given, named, own)

    def _thinks(self, turns: TextColumns | None, case: IntArray, needs_reply: BoolArray) -> IntArray:
        """Think times: given between the turns of a case, and not after the last."""
        if turns is None:
            return np.full(len(case), NEVER, dtype=np.int64)
        think = turns.durations("think", never="empty after the last turn of a case")
        known = np.array([turns.is_sound(turn, "case") for turn in range(len(turns))], dtype=bool)
        own_case = np.where(known, case, len(self.table) + np.arange(len(turns)))  # of no case: a case of its own
        last = _first_turns(own_case[::-1])[::-1]
        column = "think_ms" if "think_ms" in turns else "think_s"
        for turn in np.flatnonzero(last & (think >= 0)).tolist():
            turns.refuse(turn, column, "is given after the last turn of a case; expected nothing")
        for turn in np.flatnonzero(~last & (think < 0)).tolist():
            turns.refuse(turn, column, "is empty; expected a duration: another turn of the case follows")
        for turn in np.flatnonzero(~needs_reply[case] & ~last).tolist():
            turns.refuse(turn, "case", "needs no reply and has more than one turn; expected one, of triage")
        return think

    def _work_after(self, table: TextColumns, bot: str, work: IntArray) -> IntArray:
        after = table.durations(f"work_after_{bot}", never="empty as without the bot")
        return np.where(after >= 0, after, work)


def _first_turns(case: IntArray) -> BoolArray:
    """Whether each turn is the first row of its case."""
    first = np.zeros(len(case), dtype=bool)
    first[np.unique(case, return_index=True)[1]] = True
    return first


def _generations(retry: IntArray, returns: IntArray, is_child: BoolArray) -> IntArray:
    """0 for first contacts, 1 for their follow-ups, …; −1 for rows that have no first contact above them."""
    generation = np.full(len(is_child), NEVER, dtype=np.int64)
    reached, number = np.flatnonzero(~is_child), 0
    while reached.size:
        generation[reached] = number
        born = np.concatenate((retry[reached], returns[reached]))
        reached, number = np.unique(born[born >= 0]), number + 1
    return generation


def _order(
    arrived_at: IntArray, queue_ix: IntArray, is_child: BoolArray, retry: IntArray, returns: IntArray
) -> IntArray:
    """Rows of the file in the order of the workload: first contacts by (arrival, queue, file), then follow-ups.

    Follow-ups stay in the file's order, unless one stands before its parent: then they go by generation.
    """
    rows = np.arange(len(arrived_at))
    first = rows[~is_child]
    first = first[np.lexsort((queue_ix[first], arrived_at[first]))]
    children = rows[is_child]
    late = np.zeros(len(rows), dtype=bool)
    for born in (retry, returns):
        named = np.flatnonzero(born >= 0)
        late[named] |= is_child[named] & (born[named] < named)
    if late.any():
        generation = _generations(retry, returns, is_child)
        children = children[np.argsort(generation[children], kind="stable")]
    return np.concatenate((first, children))
