"""The roster: who is on duty when.

Comes in: spells, or headcount by interval. Goes out: a checked, frozen :class:`Roster`.
Left out: skills and pace (they belong to the group's rules), wages, wall-clock time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from careplan.columns import IntArray, digest_of, frozen
from careplan.errors import TableError

_NONE: Any = None
"""Columns that are filled: no paid break is stated."""
_EMPTY: IntArray = frozen([], "int64")


@dataclass(frozen=True, eq=False)
class Roster:
    """Agents of named groups and their spells [on, off), in int64 milliseconds from instant 0.

    Agents are numbered by (group name, ordinal): ``agent_group`` is sorted. Spells are sorted by (agent, on);
    touching spells are merged, overlapping ones refused. Breaks are gaps; those of them that are paid are the pauses,
    [on, off), sorted and off duty. An engine reads no pause.

    Raises
    ------
    TableError
        On construction, with every requirement that does not hold.
    """

    groups: tuple[str, ...]
    agent_group: IntArray
    spell_agent: IntArray
    spell_on: IntArray
    spell_off: IntArray
    pause_agent: IntArray = _NONE
    pause_on: IntArray = _NONE
    pause_off: IntArray = _NONE

    def __post_init__(self) -> None:
        findings = []
        object.__setattr__(self, "groups", tuple(self.groups))
        for name in ("pause_agent", "pause_on", "pause_off"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, _EMPTY)
        if list(self.groups) != sorted(set(self.groups)):
            findings.append(f"groups are {list(self.groups)}; expected distinct names in alphabetical order")
        try:
            group = frozen(self.agent_group, "int64")
            agent, on, off = (frozen(c, "int64") for c in (self.spell_agent, self.spell_on, self.spell_off))
            pauses = [frozen(c, "int64") for c in (self.pause_agent, self.pause_on, self.pause_off)]
        except (ValueError, TypeError, OverflowError) as error:
            raise TableError("roster", [str(error)]) from None
        if not len(agent) == len(on) == len(off):
            raise TableError("roster", [f"spell columns have {len(agent)}, {len(on)} and {len(off)} rows"])
        if len({len(column) for column in pauses}) > 1:
            raise TableError("roster", [f"pause columns have {', '.join(str(len(c)) for c in pauses)} rows"])
        if group.size and (group.min() < 0 or group.max() >= len(self.groups) or (np.diff(group) < 0).any()):
            findings.append("agents are not in the order of their groups, or name no group")
        if agent.size and (agent.min() < 0 or agent.max() >= len(group)):
            findings.append("a spell names no agent")
        if (off <= on).any():
            row = int(np.argmax(off <= on))
            findings.append(f"spell {row} goes from {on[row]} to {off[row]}; expected to end after it begins")
        if on.size and on.min() < 0:
            findings.append("a spell begins before instant 0")
        order = np.lexsort((on, agent))
        agent, on, off = agent[order], on[order], off[order]
        same = agent[1:] == agent[:-1]
        overlap = same & (on[1:] < off[:-1])
        if overlap.any():
            row = int(np.argmax(overlap))
            findings.append(f"agent {agent[row]} is rostered twice from {on[row + 1]} to {min(off[row], off[row + 1])}")
        if len(pauses[0]):
            order = np.lexsort(pauses[1::-1])
            pauses = [column[order] for column in pauses]
            findings += _wrong_pauses(len(group), (agent, on, off), pauses)
        if findings:
            raise TableError("roster", findings)
        touches = same & (on[1:] == off[:-1])
        begins = np.concatenate((np.ones(min(1, len(on)), dtype=bool), ~touches))
        ends = np.concatenate((~touches, np.ones(min(1, len(on)), dtype=bool)))
        for name, column in (
            ("agent_group", group),
            ("spell_agent", agent[begins]),
            ("spell_on", on[begins]),
            ("spell_off", off[ends]),
            *zip(("pause_agent", "pause_on", "pause_off"), pauses, strict=True),
        ):
            object.__setattr__(self, name, frozen(column, "int64"))

    @classmethod
    def from_headcount(cls, edges: ArrayLike, headcount: Mapping[str, ArrayLike]) -> Roster:
        """Build a roster from a headcount per interval: agent j of a group is on whenever the need is ≥ j.

        Parameters
        ----------
        edges
            Interval edges, ms, increasing, shape (n_intervals + 1,).
        headcount
            Group name → agents on duty, whole numbers, shape (n_intervals,).
        """
        cuts = np.asarray(edges, dtype=np.int64)
        groups = tuple(sorted(headcount))
        agent_group: list[int] = []
        columns: list[IntArray] = [np.zeros((3, 0), dtype=np.int64)]
        for g, name in enumerate(groups):
            need = np.asarray(headcount[name])
            if need.shape != (len(cuts) - 1,) or (need < 0).any() or not np.array_equal(need, need.astype(np.int64)):
                raise TableError("roster", [f"headcount of {name}: expected {len(cuts) - 1} whole numbers ≥ 0"])
            seats = int(need.max(initial=0))
            for ordinal in range(1, seats + 1):
                is_on = np.concatenate(([0], (need >= ordinal).astype(np.int8), [0]))
                change = np.diff(is_on)
                on, off = cuts[:][change == 1], cuts[:][change == -1]
                columns.append(np.stack((np.full(len(on), len(agent_group)), on, off)).astype(np.int64))
                agent_group.append(g)
        agent, on, off = np.concatenate(columns, axis=1)
        return cls(groups, np.array(agent_group, dtype=np.int64), agent, on, off)

    @classmethod
    def from_spells(
        cls,
        spells: Sequence[tuple[str, int, int, int]],
        groups: Sequence[str] = (),
        *,
        pauses: Sequence[tuple[str, int, int, int]] = (),
    ) -> Roster:
        """Build a roster from rows of (group, ordinal from 1, on ms, off ms): spells, and paid breaks."""
        names = tuple(sorted({*groups, *(row[0] for row in (*spells, *pauses))}))
        seats = {name: max((row[1] for row in (*spells, *pauses) if row[0] == name), default=0) for name in names}
        first = dict(zip(names, np.cumsum([0, *seats.values()])[:-1].tolist(), strict=True))
        agent_group = np.repeat(np.arange(len(names)), list(seats.values()))
        rows, paid = (
            np.array([(first[g] + j - 1, on, off) for g, j, on, off in given], dtype=np.int64).reshape(-1, 3)
            for given in (spells, pauses)
        )
        return cls(names, agent_group, *rows.T, *paid.T)

    @property
    def n_agents(self) -> int:
        """Agents, whether they have a spell or not."""
        return len(self.agent_group)

    @cached_property
    def agent_names(self) -> tuple[str, ...]:
        """Names such as ``care-3``: group and ordinal from 1."""
        names, seen = [], dict.fromkeys(range(len(self.groups)), 0)
        for group in self.agent_group.tolist():
            seen[group] += 1
            names.append(f"{self.groups[group]}-{seen[group]}")
        return tuple(names)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over groups, agents and spells, and paid breaks where there are any."""
        columns = [self.agent_group, self.spell_agent, self.spell_on, self.spell_off]
        if len(self.pause_agent):
            columns += [self.pause_agent, self.pause_on, self.pause_off]
        return digest_of(["|".join(self.groups), *columns])

    def on_duty(self, edges: ArrayLike) -> IntArray:
        """Return milliseconds on duty by group and interval, shape (n_groups, n_intervals)."""
        cuts = np.asarray(edges, dtype=np.int64)
        total = np.zeros((len(self.groups), len(cuts) - 1), dtype=np.int64)
        for g in range(len(self.groups)):
            mine = self.agent_group[self.spell_agent] == g
            before = np.zeros(len(cuts), dtype=np.int64)  # duty time before each edge
            for starts, sign in ((self.spell_on[mine], 1), (self.spell_off[mine], -1)):
                at = np.sort(starts)
                count = np.searchsorted(at, cuts)
                sums = np.concatenate(([0], np.cumsum(at)))
                before += sign * (count * cuts - sums[count])
            total[g] = np.diff(before)
        return total


def _wrong_pauses(n_agents: int, spells: Sequence[IntArray], pauses: Sequence[IntArray]) -> list[str]:
    """What is wrong with paid breaks; columns (agent, on, off), each table sorted."""
    agent, on, off = pauses
    if agent[0] < 0 or agent[-1] >= n_agents:
        return ["a paid break names no agent"]
    if (off <= on).any() or on.min() < 0:
        return ["a paid break ends before it begins, or begins before instant 0"]
    agent, on, off = (np.concatenate(columns) for columns in zip(spells, pauses, strict=True))
    order = np.lexsort((on, agent))
    agent, on, off = agent[order], on[order], off[order]
    wrong = (agent[1:] == agent[:-1]) & (on[1:] < off[:-1])
    if wrong.any():
        row = int(np.argmax(wrong))
        return [f"agent {agent[row]} has a paid break on duty, or two at once, at {on[row + 1]}"]
    return []
