"""How a run of the benchmark is set: sizes, rounds, seed, tools."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.timing import Timer, wall_seconds


@dataclass(frozen=True)
class Settings:
    """What the command line asks for.

    ``scale`` multiplies every number of cases; ``tools`` are the rivals wanted, lower case, or all if empty.
    ``timer`` reads wall time or processor time, where all lanes run in one thread of this process; rows about threads
    and commands always read wall time.
    """

    rounds: int = 5
    scale: float = 1.0
    seed: int = 1
    tools: tuple[str, ...] = ()
    timer: Timer = wall_seconds

    def cases(self, n: int) -> int:
        """Return a number of cases at this scale, at least a hundred."""
        return max(int(n * self.scale), 100)

    def wants(self, tool: str) -> bool:
        """Whether a rival is to be run."""
        return not self.tools or tool.lower() in self.tools
