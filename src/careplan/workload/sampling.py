"""Sampling: one throw of the dice. Everything random about a scenario's customers, drawn before any engine runs.

Comes in: a scenario, a seed, a replication. Goes out: a :class:`~careplan.workload.tables.Workload`. Left out: who
serves them; staffing and routing change no draw.

Arrivals are a Poisson process whose clock runs with the queue's rate: the i-th customer of a local day comes when
the expected count reaches the i-th point of a unit-rate process. So customer i of a day keeps their questions,
patience and follow-ups when the volume changes, and only comes a little earlier or later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careplan.columns import NEVER, IntArray
from careplan.scenario.models import Scenario
from careplan.streams import Identities, identities, key_of
from careplan.workload.cases import (
    MAX_FOLLOW_UPS,
    Batch,
    NextContacts,
    TurnColumns,
    draw_cases,
    draw_next_contacts,
    draw_turns,
)
from careplan.workload.distributions import draw
from careplan.workload.tables import Workload
from careplan.workload.volume import Rate, drawn_rate, poisson_process

_DEFAULTS: dict[str, tuple[str, int]] = {
    "needs_reply": ("bool", 1),
    "patience_ms": ("int64", NEVER),
    "retry_child": ("int64", NEVER),
    "retry_after_ms": ("int64", NEVER),
    "return_child": ("int64", NEVER),
    "return_after_ms": ("int64", NEVER),
    "bot_ms": ("int64", 1),
    "bot_contains": ("bool", 0),
    "bot_return_after_ms": ("int64", NEVER),
}


def sample(scenario: Scenario, *, seed: int | None = None, replication: int = 0) -> Workload:
    """Draw the customers of a scenario: cases, turns, and everything they will do.

    Parameters
    ----------
    scenario
        The world. Reads calendar, queues and bots; groups and targets change nothing (but the run-off, which
        decides how long customers go on arriving).
    seed
        The seed; by default the scenario's ``run.seed``.
    replication
        Which throw of the dice.

    Returns
    -------
    Workload
        First contacts that arrive before the run's end, opening backlog included, in the order of (arrival,
        queue name, draw); then follow-ups, by generation and queue. Equal for equal arguments.
    """
    seed = scenario.run.seed if seed is None else seed
    names = sorted(scenario.queues)
    slots = max((len(queue.bots) for queue in scenario.queues.values()), default=0)
    batches = [_first_contacts(scenario, name, seed, replication) for name in names]
    _number(batches)
    for batch in batches:
        draw_cases(scenario, batch, slots)
    generation, n_cases = batches, sum(map(len, batches))
    batches = list(batches)
    for _ in range(MAX_FOLLOW_UPS):
        found = [(batch, n) for batch in generation for n in draw_next_contacts(scenario, batch, slots)]
        generation = _born(scenario, found, n_cases, slots)
        if not generation:
            break
        n_cases += sum(map(len, generation))
        batches += generation
    return _assembled(scenario, batches, names, slots)


def _first_contacts(scenario: Scenario, name: str, seed: int, replication: int) -> Batch:
    """The arrivals of a queue in order: opening backlog, then day by day to the end of the run."""
    clock = scenario.clock
    rate = drawn_rate(scenario, name, seed=seed, replication=replication)
    day_cells = np.searchsorted(rate.begin, clock.midnights)
    arrivals, people = _backlog(scenario, name, seed, replication)
    times, who = [arrivals], [people]
    for number, day in enumerate(clock.days):
        cells = slice(int(day_cells[number]), int(day_cells[number + 1]))
        key = key_of(seed, replication, "cases", name, day.isoformat())
        at = _arrivals(rate, cells, key)
        times.append(at)
        who.append(identities(key, 0, len(at)))
    arrived_at, everyone = np.concatenate(times), np.concatenate(who)
    before_end = int(np.searchsorted(arrived_at, clock.end))
    return Batch(name, everyone[:before_end], arrived_at[:before_end], is_first=True)


def _arrivals(rate: Rate, cells: slice, key: np.uint64) -> IntArray:
    """Arrivals in the cells of a day, in order."""
    begin, end, per_ms = rate.begin[cells], rate.end[cells], rate.per_ms[cells]
    if not len(begin):
        return np.zeros(0, dtype=np.int64)
    reached = np.concatenate(([0.0], np.cumsum(rate.cases[cells])))
    points = poisson_process(key, float(reached[-1]))
    cell = np.searchsorted(reached[1:-1], points, side="right")
    at = begin[cell] + ((points - reached[cell]) / per_ms[cell]).astype(np.int64)
    return np.minimum(at, end[cell] - 1)


def _backlog(scenario: Scenario, name: str, seed: int, replication: int) -> tuple[IntArray, Identities]:
    """The cases that wait when the run begins, the oldest first."""
    backlog = scenario.queues[name].backlog
    people = identities(key_of(seed, replication, "backlog", name), 0, backlog.cases)
    arrived_at = -draw(backlog.age, people, ("age",))
    order = np.argsort(arrived_at, kind="stable")
    return arrived_at[order], people[order]


def _number(batches: Sequence[Batch]) -> None:
    """Give first contacts their rows: by (arrival, queue name, draw)."""
    if len(batches) == 1:
        batches[0].rows = slice(0, len(batches[0]))
        return
    order = np.argsort(np.concatenate([batch.arrived_at for batch in batches]), kind="stable")
    row = np.empty(len(order), dtype=np.int64)
    row[order] = np.arange(len(order))
    begin = 0
    for batch in batches:
        batch.rows = row[begin : begin + len(batch)]
        begin += len(batch)


def _born(scenario: Scenario, found: Iterable[tuple[Batch, NextContacts]], first_row: int, slots: int) -> list[Batch]:
    """Make the next generation: a batch for each queue its follow-ups are born in, in the order of their parents."""
    by_queue: dict[str, list[tuple[Batch, NextContacts]]] = {}
    for batch, contacts in found:
        by_queue.setdefault(contacts.queue, []).append((batch, contacts))
    generation = []
    for name in sorted(by_queue):
        group = by_queue[name]
        parent_rows = [_rows(batch)[contacts.parents] for batch, contacts in group]
        order = np.argsort(np.concatenate(parent_rows), kind="stable")
        row = np.empty(len(order), dtype=np.int64)
        row[order] = first_row + np.arange(len(order))
        begin = 0
        for batch, contacts in group:
            mine = row[begin : begin + len(contacts.parents)]
            for column, applies in (("retry_child", contacts.is_retry), ("return_child", contacts.is_return)):
                if applies:
                    children = batch.columns.setdefault(column, np.full(len(batch), NEVER, dtype=np.int64))
                    children[contacts.parents] = mine
            begin += len(mine)
        people = np.concatenate([contacts.people for _, contacts in group])[order]
        born = Batch(name, people, np.zeros(len(people), dtype=np.int64), is_first=False)
        born.rows = slice(first_row, first_row + len(people))
        first_row += len(people)
        draw_cases(scenario, born, slots)
        generation.append(born)
    return generation


def _rows(batch: Batch) -> IntArray:
    if isinstance(batch.rows, slice):
        return np.arange(batch.rows.start, batch.rows.stop, dtype=np.int64)
    return batch.rows


def _assembled(scenario: Scenario, batches: Sequence[Batch], names: Sequence[str], slots: int) -> Workload:
    """Put the batches' columns into one table."""
    n_cases = sum(map(len, batches))
    columns: dict[str, Any] = {}
    wanted = {"arrived_at": ("int64", 0)}
    wanted |= {name: kind for name, kind in _DEFAULTS.items() if any(name in batch.columns for batch in batches)}
    for name, (dtype, default) in wanted.items():
        shape = (n_cases, slots) if name.startswith("bot_") else (n_cases,)
        parts = [batch.arrived_at if name == "arrived_at" else batch.columns.get(name) for batch in batches]
        if len(batches) == 1 and parts[0] is not None:
            columns[name] = parts[0]
            continue
        columns[name] = np.full(shape, default, dtype=dtype)
        for batch, part in zip(batches, parts, strict=True):
            if part is not None:
                columns[name][batch.rows] = part
    queue_ix = np.zeros(n_cases, dtype=np.int32)
    is_child = np.zeros(n_cases, dtype=bool)
    for batch in batches:
        queue_ix[batch.rows] = names.index(batch.queue)
        is_child[batch.rows] = not batch.is_first
    if is_child.any():
        columns["is_child"] = is_child
    columns |= {"queue_ix": queue_ix, **_turns(scenario, batches, queue_ix, slots)}
    return Workload(queues=tuple(names), **columns)


def _turns(scenario: Scenario, batches: Sequence[Batch], queue_ix: NDArray[np.int32], slots: int) -> dict[str, Any]:
    """Draw every turn into its row; columns of the turn table by name, None where the default holds."""
    n_cases = len(queue_ix)
    start = np.arange(n_cases + 1, dtype=np.int64)
    several = any(batch.turns is not None for batch in batches)
    if several:
        per_case = np.ones(n_cases, dtype=np.int64)
        for batch in batches:
            if batch.turns is not None:
                per_case[batch.rows] = batch.turns
        np.cumsum(per_case, out=start[1:])
    n_turns = int(start[-1])
    transferred = any(batch.transfer is not None for batch in batches)
    saves = slots and any(scenario.bots[name].saves > 0 for queue in scenario.queues.values() for name in queue.bots)
    table = TurnColumns(
        start=start,
        queue_ix=np.repeat(queue_ix, np.diff(start)) if transferred else None,
        work_ms=np.empty(n_turns, dtype=np.int64),
        think_ms=np.full(n_turns, NEVER, dtype=np.int64) if several else None,
        work_after_bot_ms=np.empty((n_turns, slots), dtype=np.int64) if saves else None,
    )
    for batch in batches:
        draw_turns(scenario, batch, table)
    return {
        "turn_start": table.start,
        "turn_queue_ix": table.queue_ix,
        "work_ms": table.work_ms,
        "think_ms": table.think_ms,
        "work_after_bot_ms": table.work_after_bot_ms,
    }
