"""One staffing, played until its figures are as precise as wished.

Comes in: a scenario, and a half-width. Goes out: a report that says what was reached. Left out: which figures, and when
to look (``careplan.metrics.precision``); layout (reporting).

The rule. Look first at 40 replications. If an interval is still too wide, play on to as many as it seems to take, at
most twice and at least 1.1 times what there are, and look again. So the intervals are the ordinary ones over all
replications, and there are few looks, none of them early: stopping by a lucky look costs less than half a point of
coverage (docs/precision.md has the counts, docs/decisions/few-late-looks.md the alternatives).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from careplan.engine.simulate import EngineName
from careplan.errors import TableError
from careplan.executor import Workers
from careplan.metrics.definitions import Definitions
from careplan.metrics.goals import View
from careplan.metrics.measures import Measures
from careplan.metrics.precision import (
    FIRST_LOOK,
    MOST,
    Ended,
    Precision,
    Wanted,
    figures_of,
    next_look,
    replications_needed,
)
from careplan.metrics.report import Report
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.study.replicate import measured, numbers_of


def replicate_until(
    scenario: Scenario,
    roster: Roster | None = None,
    *,
    precision: str | Wanted,
    most: int = MOST,
    controls: bool = True,
    seed: int | None = None,
    engine: EngineName | None = None,
    workers: int | None = None,
    definitions: Definitions | None = None,
    on_done: Callable[[int, int], object] | None = None,
) -> Report:
    """Play replications until the intervals of the targets' figures are as narrow as wished.

    Parameters
    ----------
    scenario, roster, seed, engine, workers, definitions
        As in :func:`~careplan.study.replicate.replicate`. Replications are numbered from 0.
    precision
        The half-width that every target's 95 % interval is to have at most, such as ``0.5pp``; or ``2 min``, for the
        mean first reply.
    most
        Replications at most.
    controls
        Whether to sharpen the targets' figures by how busy each replication happened to be (control variates).
    on_done
        Called as (replications done, replications it will take as far as known).

    Returns
    -------
    Report
        ``precision`` says what was reached and after how many. An interrupt (Ctrl-C) keeps what was finished. The waits
        of single cases are kept of the first 40 replications, on which percentiles rest: in a large world they take ten
        times the memory of all sums, and their bootstrap takes its time.

    Raises
    ------
    UnitError
        If the precision is not written as its unit asks.
    TableError
        If ``most`` is below 1.
    """
    wanted = Wanted.of(precision)
    if most < 1:
        raise TableError("replications", [f"may be at most {most}; expected at least 1"])
    seed, _ = numbers_of(scenario, seed, 1)
    finished: dict[int, Measures] = {}
    view = View(scenario, definitions)

    def one(number: int) -> None:
        found = measured(view, roster, seed, number, engine, with_luck=controls)
        finished[number] = found if number < FIRST_LOOK else found.without_samples()

    def report() -> Report:
        return Report.of([finished[number] for number in sorted(finished)], uses_controls=controls)

    looks: list[int] = []
    about, upto = FIRST_LOOK, min(FIRST_LOOK, most)
    ended: Ended = "most"
    with Workers(workers) as threads:
        try:
            while True:
                threads.map(one, range(len(finished), upto), on_done=_told(on_done, len(finished), about))
                looks.append(upto)
                figures = figures_of(report(), wanted)
                about = replications_needed(figures, wanted, upto)
                if all(figure.half_width <= wanted.half_width for figure in figures):
                    ended = "reached"
                if ended == "reached" or upto >= most:
                    break
                upto = next_look(upto, about, most)
        except KeyboardInterrupt:
            if not finished:
                raise
            ended = "interrupted"
    found = report()
    return replace(found, precision=Precision(wanted, tuple(looks), most, about, ended, figures_of(found, wanted)))


def _told(on_done: Callable[[int, int], object] | None, before: int, about: int) -> Callable[[int, int], None] | None:
    """Count on from the replications there were before."""
    if on_done is None:
        return None
    return lambda done, total: (on_done(before + done, max(about, before + total)), None)[1]
