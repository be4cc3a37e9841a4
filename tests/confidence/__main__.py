"""``python -m tests.confidence``: plans 20 random scenarios and counts whether they keep the confidence they state.

Each plan is played on 400 replications that neither its search nor its judges saw (``--replications N``; at least 100).
``--scenarios N`` takes others than 20. Takes some minutes on two processors. Exit status 1 if all scenarios together,
or those alone whose people are there for the stated confidence, stay below it by more than two standard errors, or a
plan was judged on fewer than 100 replications.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from careplan.executor import default_workers
from tests.confidence.counting import (
    ALLOWED,
    Row,
    as_markdown,
    borne_out,
    in_the_mean,
    kept,
    kept_where_it_binds,
    rows_of,
)

FEWEST = 100


def main(arguments: list[str]) -> int:
    """Plan, play, count, and print."""
    scenarios = _option(arguments, "--scenarios", 20)
    played = max(FEWEST, _option(arguments, "--replications", 400))
    rows: list[Row] = []
    began = time.perf_counter()
    with ProcessPoolExecutor(default_workers()) as pool:
        for number, found in enumerate(pool.map(partial(rows_of, played=played), range(scenarios)), start=1):
            rows += found
            words = "; ".join(f"{row.target} {100 * row.seen:.1f} %" for row in found) or "no plan can meet it"
            left = (time.perf_counter() - began) / number * (scenarios - number)
            print(f"{number} of {scenarios}, {left:.0f} s left: {words}", file=sys.stderr, flush=True)
    print(as_markdown(rows))
    pools = kept(rows), kept_where_it_binds(rows)
    print(f"\nKept less stated: {pools[0]}.")
    print(f"The same where the stated confidence binds: {pools[1]}.")
    print(f"Fresh less judges, shares of periods: {borne_out(rows)}.")
    print(f"Fresh less judges, figures in the mean: {in_the_mean(rows)}.")
    fewest = min(row.judges for row in rows)
    print(f"Every plan was judged on at least {fewest} replications and played on {played} others.")
    is_kept = all(pool.is_kept for pool in pools)
    print(f"The stated confidence is {'' if is_kept else 'NOT '}kept to within {ALLOWED:g} standard errors.")
    return 0 if is_kept and fewest >= FEWEST else 1


def _option(arguments: list[str], name: str, usual: int) -> int:
    return int(arguments[arguments.index(name) + 1]) if name in arguments else usual


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
