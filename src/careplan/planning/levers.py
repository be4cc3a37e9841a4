"""``levers``: which of the things one might do helps most, each tried alone on the same customers.

Comes in: a scenario, with or without a section ``levers``. Goes out: a :class:`LeverRanking`.
Left out: combinations (pull one with ``with_lever`` and rank again).

The scenario as it is is planned as ``staff`` plans it. Then every lever, and nothing, is planned in some rounds, each
on customers of its own and all of a round on the same ones, by the same quick search that begins at that plan. What
differs between two plans of a round is the lever, and the noise of the search, which the rounds show. Last, the plan is
kept as it is and played with every lever: the other way to take the gain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from careplan.columns import IntArray
from careplan.engine.simulate import has_numba
from careplan.errors import CareplanError, InfeasibleError
from careplan.executor import Workers
from careplan.metrics.uncertainty import Estimate
from careplan.planning.effort import Progress, Stage, Ticker
from careplan.planning.ranking import LeverRanking, LeverResult
from careplan.planning.savings import savings
from careplan.planning.staff import staff
from careplan.planning.trials import FRESH_FROM, Kept, Trial, kept, trial
from careplan.provenance import Provenance
from careplan.scenario.models import Scenario
from careplan.scenario.pulling import lever_of, levers_of

_FIRST_PLAN = 6.0
"""What the plan as it is takes, in quick searches, about: for the estimate of time."""
_KEPT = 0.5
"""What playing the unchanged staffing takes, likewise."""
_MOST_TRIES = 3
"""Rounds looked at for every one that is wanted: our choice."""


def levers(
    scenario: Scenario,
    *,
    only: Sequence[str] | None = None,
    seed: int | None = None,
    rounds: int = 4,
    replications: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> LeverRanking:
    """Return the levers of a scenario ranked by what they save.

    Parameters
    ----------
    scenario
        With ``levers`` of its own; without, the standard ones that fit are tried.
    only
        Names of the levers to try; None: all.
    seed
        Of all luck; None: the scenario's.
    rounds
        How often each plan is searched, 2 at least: what one round does not tell from chance, more may.
    replications
        On which the unchanged staffing is played; None: the scenario's, 20 at least.
    workers
        Threads; None: one for each processor.
    progress
        Called with a :class:`~careplan.planning.effort.Stage` now and then.

    Raises
    ------
    InfeasibleError
        If the targets cannot be met as things are. A lever with which they cannot be met is listed as such.
    CareplanError
        If a name is no lever.

    Notes
    -----
    An interrupt (Ctrl-C) keeps the levers that are finished.
    """
    if rounds < 2:
        raise CareplanError(f"rounds is {rounds}; expected 2 at least, or nothing can be told from chance")
    names = list(levers_of(scenario)) if only is None else list(dict.fromkeys(only))
    pulled = {name: scenario.with_lever(name) for name in names}
    seed = scenario.run.seed if seed is None else seed
    count = max(20, scenario.run.replications) if replications is None else replications
    return _Job(scenario, pulled, seed, rounds, count, workers, Ticker(progress)).ranking()


@dataclass(eq=False)
class _Job:
    """A ranking in the making."""

    scenario: Scenario
    pulled: Mapping[str, Scenario]
    seed: int
    rounds: int
    replications: int
    n_workers: int | None
    ticker: Ticker
    done: float = 0.0
    numbers: tuple[int, ...] = ()
    """Of the rounds in which the targets can be met as things are."""
    trials: dict[str, list[Trial]] = field(default_factory=dict)
    """Finished levers, by round."""
    why_not: dict[str, str] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)

    def ranking(self) -> LeverRanking:
        """Plan, try, rank."""
        plan = staff(self.scenario, seed=self.seed, cover_nights=False, workers=self.n_workers, progress=self._as_part)
        self._step("as it is", _FIRST_PLAN)
        base: list[Trial] = []
        before: Kept | None = None
        if not plan.is_partial:
            start = dict(zip(plan.groups, plan.headcount, strict=True))
            with Workers(self.n_workers) as workers:
                try:
                    base = self._base(start, workers)
                    before = self._kept(self.scenario, "as it is", start, workers)
                    for name, scenario in self.pulled.items():
                        self._try(name, scenario, start, workers)
                except KeyboardInterrupt:
                    pass  # what is finished is told
        self.ticker.tell("done", 1.0)
        return LeverRanking(
            name=self.scenario.name,
            plan=plan,
            results=self._ranked(base, before),
            are_standard=not self.scenario.levers,
            left_out=tuple(name for name in self.pulled if name not in self.kept),
            rounds=self.rounds,
            replications=self.replications,
            provenance=Provenance.now(
                scenario=self.scenario.digest,
                seed=self.seed,
                replications=tuple(range(FRESH_FROM, FRESH_FROM + self.replications)),
                engine="compiled" if has_numba() else "reference",
            ),
        )

    def _try(self, name: str, scenario: Scenario, start: Mapping[str, IntArray], workers: Workers) -> None:
        """Plan one lever in all rounds and play the unchanged staffing with it; noted when both are finished."""
        trials: list[Trial] = []
        why_not = ""
        try:
            trials = self._planned(scenario, name, start, workers)
        except InfeasibleError as error:
            why_not = " ".join(str(finding) for finding in error.findings) or error.heading
        found = self._kept(scenario, name, start, workers)
        self.trials[name], self.why_not[name], self.kept[name] = trials, why_not, found

    def _base(self, start: Mapping[str, IntArray], workers: Workers) -> list[Trial]:
        """Plan the scenario as it is in as many rounds as asked for.

        Where a group may have no more people, the few weeks of a round may be too much for it although the usual week
        is not. Such a round has nothing to compare with, and the next one is taken.
        """
        found: dict[int, Trial] = {}
        for number in range(_MOST_TRIES * self.rounds):
            try:
                found[number] = trial(self.scenario, self.seed, number, start, workers)
            except InfeasibleError:
                if number + 1 == _MOST_TRIES * self.rounds and len(found) < self.rounds:
                    raise
                continue
            self._step("as it is", 1.0)
            if len(found) == self.rounds:
                break
        self.numbers = tuple(found)
        return list(found.values())

    def _planned(self, scenario: Scenario, name: str, start: Mapping[str, IntArray], workers: Workers) -> list[Trial]:
        found = []
        for number in self.numbers:
            found.append(trial(scenario, self.seed, number, start, workers))
            self._step(name, 1.0)
        return found

    def _kept(self, scenario: Scenario, name: str, start: Mapping[str, IntArray], workers: Workers) -> Kept:
        found = kept(scenario, self.seed, start, self.replications, workers)
        self._step(name, _KEPT)
        return found

    def _ranked(self, base: Sequence[Trial], before: Kept | None) -> tuple[LeverResult, ...]:
        planned = [name for name in self.kept if not self.why_not[name]]
        saved = {
            what: dict(zip(planned, self._saved(base, [self.trials[name] for name in planned], what), strict=True))
            for what in ("agents", "hours", "cost")
        }
        results = []
        for name, after in self.kept.items():
            lever = lever_of(self.scenario, name)
            assert before is not None  # it is played first
            results.append(
                LeverResult(
                    name=name,
                    changes={k: v for k, v in levers_of(self.scenario)[name].plain().items() if k not in _ABOUT},
                    source=lever.source,
                    agents=saved["agents"].get(name),
                    hours=saved["hours"].get(name),
                    wages=saved["cost"].get(name),
                    own_cost=lever.cost_a_week,
                    fees=after.fees - before.fees,
                    gained=after.gained(before),
                    why_not=self.why_not[name],
                )
            )
        return tuple(sorted(results, key=_place))

    def _saved(self, base: Sequence[Trial], others: Sequence[Sequence[Trial]], what: str) -> list[Estimate | None]:
        table = np.array([[getattr(one, what) for one in row] for row in (base, *others)], dtype=np.float64)
        if not others or np.isnan(table).any():  # no wages: None became NaN
            return [None] * len(others)
        return list(savings(table[0], table[1:]))

    @property
    def _all(self) -> float:
        return _FIRST_PLAN + (1 + len(self.pulled)) * (self.rounds + _KEPT)

    def _as_part(self, stage: Stage) -> None:
        self.ticker.tell(f"as it is: {stage.name}", stage.fraction * _FIRST_PLAN / self._all)

    def _step(self, name: str, much: float) -> None:
        self.done += much
        self.ticker.tell(name, self.done / self._all)


_ABOUT = ("source", "cost")
"""Keys of a lever that say something about it."""


def _place(one: LeverResult) -> tuple[bool, float, float]:
    """The best first."""
    by = one.deciding
    if by is None or one.agents is None:
        return True, 0.0, 0.0
    return False, -by.value, -one.agents.value
