"""Workloads and rosters as tables that people read: CSV files with the columns that ``given`` and ``rosters`` read.

Comes in: a workload or a roster. Goes out: files that read back as the same table, with the same digest. Left out:
tables for machines (``careplan.trace.files``).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from os import PathLike
from pathlib import Path

import numpy as np

from careplan.columns import BoolArray, IntArray
from careplan.roster import Roster
from careplan.saving import write_atomically
from careplan.scenario.models import Scenario
from careplan.workload.tables import Workload


def write_cases(workload: Workload, path: str | PathLike[str], *, scenario: Scenario | None = None) -> Path:
    """Write the table of cases as CSV, so that :func:`~careplan.workload.given.replay` reads the same workload from it.

    Parameters
    ----------
    workload
        Its cases get their row, from 1, as name.
    path
        The file to write.
    scenario
        Whose calendar turns instants into local times (with offset); without it they are written as milliseconds.
    """
    when: Callable[[int], str] = str if scenario is None else _local_text(scenario)
    names = np.arange(1, workload.n_cases + 1)
    at = [
        "" if born else when(instant)
        for instant, born in zip(workload.arrived_at.tolist(), workload.is_child.tolist(), strict=True)
    ]
    columns = {
        "case": names.astype(str).tolist(),
        "queue": [workload.queues[ix] for ix in workload.queue_ix.tolist()],
        "arrived_at_ms" if scenario is None else "arrived_at": at,
    }
    if not workload.needs_reply.all():
        columns["needs_reply"] = _yes_or_no(workload.needs_reply)
    columns |= _durations("patience_s", workload.patience_ms)
    for kind, child, delay in (
        ("retry", workload.retry_child, workload.retry_after_ms),
        ("return", workload.return_child, workload.return_after_ms),
    ):
        if (child >= 0).any():
            columns[f"{kind}_case"] = [str(row + 1) if row >= 0 else "" for row in child.tolist()]
        columns |= _durations(f"{kind}_after_s", delay)
    for slot in range(workload.n_bot_slots):
        columns |= _durations(f"bot{slot + 1}_s", workload.bot_ms[:, slot])
        columns[f"bot{slot + 1}_contains"] = _yes_or_no(workload.bot_contains[:, slot])
        columns |= _durations(f"bot{slot + 1}_return_after_s", workload.bot_return_after_ms[:, slot])
    return _write(path, columns)


def write_turns(workload: Workload, path: str | PathLike[str]) -> Path:
    """Write the table of turns as CSV: the other half of :func:`write_cases`."""
    per_case = np.diff(workload.turn_start)
    columns = {"case": np.repeat(np.arange(1, workload.n_cases + 1), per_case).astype(str).tolist()}
    own = np.repeat(workload.queue_ix, per_case)
    if (workload.turn_queue_ix != own).any():
        moved = zip(workload.turn_queue_ix.tolist(), own.tolist(), strict=True)
        columns["queue"] = [workload.queues[ix] if ix != mine else "" for ix, mine in moved]
    columns |= _durations("work_s", workload.work_ms)
    columns |= _durations("think_s", workload.think_ms)
    for slot in range(workload.n_bot_slots):
        columns |= _durations(f"work_after_bot{slot + 1}_s", workload.work_after_bot_ms[:, slot])
    return _write(path, columns)


def write_roster(roster: Roster, path: str | PathLike[str], *, scenario: Scenario | None = None) -> Path:
    """Write a roster as CSV, so that :func:`~careplan.workload.rosters.read_roster` reads the same roster from it.

    Parameters
    ----------
    roster
        A row for each spell and, where there are any, each paid break. Agents and groups without either leave no row.
    path
        The file to write.
    scenario
        Whose calendar turns instants into local times (with offset); without it they are written as milliseconds.
    """
    when: Callable[[int], str] = str if scenario is None else _local_text(scenario)
    unit = "_ms" if scenario is None else ""
    first = np.searchsorted(roster.agent_group, np.arange(len(roster.groups)))
    agent, on, off = (
        np.concatenate(both)
        for both in (
            (roster.spell_agent, roster.pause_agent),
            (roster.spell_on, roster.pause_on),
            (roster.spell_off, roster.pause_off),
        )
    )
    order = np.lexsort((on, agent))
    group = roster.agent_group[agent[order]]
    columns = {
        "group": [roster.groups[ix] for ix in group.tolist()],
        "agent": (agent[order] - first[group] + 1).astype(str).tolist(),
        f"on{unit}": [when(instant) for instant in on[order].tolist()],
        f"off{unit}": [when(instant) for instant in off[order].tolist()],
    }
    if len(roster.pause_agent):
        columns["paid_break"] = _yes_or_no(order >= len(roster.spell_agent))
    return _write(path, columns)


def _local_text(scenario: Scenario) -> Callable[[int], str]:
    clock = scenario.clock
    return lambda instant: clock.local(instant).isoformat(sep=" ", timespec="milliseconds")


def _yes_or_no(column: BoolArray) -> list[str]:
    return ["yes" if value else "no" for value in column.tolist()]


def _durations(name: str, column: IntArray) -> dict[str, list[str]]:
    """A column of seconds with its exact milliseconds, empty for never; no column where that is all."""
    if not (column >= 0).any():
        return {}
    return {name: [seconds_text(ms) if ms >= 0 else "" for ms in column.tolist()]}


def seconds_text(ms: int) -> str:
    """Return whole milliseconds as seconds, exact and without idle zeros.

    >>> [seconds_text(ms) for ms in (90_000, 1_250, 7)]
    ['90', '1.25', '0.007']
    """
    whole, rest = divmod(ms, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


def _write(path: str | PathLike[str], columns: dict[str, list[str]]) -> Path:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return write_atomically(path, text.getvalue())
