"""The per-agent report: what each agent did, mean over replications.

Comes in: measures of all replications. Goes out: a table with a row per agent. Left out: pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from careplan.columns import FloatArray
from careplan.errors import TableError
from careplan.metrics.uncertainty import Estimates, ratios
from careplan.units import HOUR_MS

if TYPE_CHECKING:
    import pandas as pd

    from careplan.metrics.measures import Measures


@dataclass(frozen=True, eq=False)
class AgentReport:
    """A row per agent, in the order of (group, ordinal); every column has shape (n_agents,).

    Hours, turns and interruptions are means over the replications, within the measured time. On duty = busy
    + held + idle; paused is a part of busy; overtime lies outside duty. ``occupancy`` is Σ busy ÷ Σ on duty
    with its interval, NaN for an agent never on duty.
    """

    agents: tuple[str, ...]
    groups: tuple[str, ...]
    on_duty_h: FloatArray
    busy_h: FloatArray
    held_h: FloatArray
    idle_h: FloatArray
    paused_h: FloatArray
    overtime_h: FloatArray
    turns_started: FloatArray
    interruptions: FloatArray
    occupancy: Estimates

    @classmethod
    def of(cls, measures: Sequence[Measures]) -> AgentReport:
        """Combine replications; agents are matched by name, and one missing from a roster was not on duty
        there.

        Raises
        ------
        TableError
            If there is no replication.
        """
        if not measures:
            raise TableError("agent report", ["there is no run to report"])
        group_of = {name: group for m in measures for name, group in zip(m.agents.agents, m.agent_group, strict=True)}
        # care-10 stands behind care-9: by group, then by ordinal.
        names = sorted(group_of, key=lambda name: (group_of[name], int(name.rpartition("-")[2])))
        row = {name: i for i, name in enumerate(names)}

        def column(pick: str) -> FloatArray:
            stack = np.zeros((len(measures), len(names)))
            for r, m in enumerate(measures):
                values = getattr(m.agents, pick) if hasattr(m.agents, pick) else getattr(m, pick)
                stack[r, [row[name] for name in m.agents.agents]] = values
            return stack

        hours = {
            f"{what}_h": column(f"{what}_ms").mean(axis=0) / HOUR_MS
            for what in ("on_duty", "busy", "held", "idle", "paused", "overtime")
        }
        return cls(
            agents=tuple(names),
            groups=tuple(group_of[name] for name in names),
            **hours,
            turns_started=column("agent_starts").mean(axis=0),
            interruptions=column("agent_interruptions").mean(axis=0),
            occupancy=ratios(column("busy_ms"), column("on_duty_ms")).clipped(0, 1),
        )

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a dict per agent, for JSON."""
        plain = (
            "on_duty_h",
            "busy_h",
            "held_h",
            "idle_h",
            "paused_h",
            "overtime_h",
            "turns_started",
            "interruptions",
        )
        return [
            {"agent": name, "group": group}
            | {what: round(float(getattr(self, what)[i]), 6) for what in plain}
            | {"occupancy": self.occupancy.at(i).to_dict()}
            for i, (name, group) in enumerate(zip(self.agents, self.groups, strict=True))
        ]

    def to_frame(self) -> pd.DataFrame:
        """Return the table with a row per agent; occupancy in the columns occupancy, low and high."""
        import pandas as pd

        rows = self.to_rows()
        for r in rows:
            estimate = r.pop("occupancy")
            r |= {"occupancy": estimate["value"], "low": estimate["low"], "high": estimate["high"]}
        return pd.DataFrame(rows)
