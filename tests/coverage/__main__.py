"""``python -m tests.coverage``: how many of 200 seeds' intervals hold the truth, as a Markdown table.

Takes some ten minutes on two processors. ``--seeds N`` counts others than 200; the bounds go in proportion and are then
a rough guide. Exit status 1 if a count lies outside 180 to 198 of 200.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from careplan.executor import default_workers
from tests.coverage.cases import CASES
from tests.coverage.counting import Row, as_markdown, count, count_joint, is_right


def main(arguments: list[str]) -> int:
    """Count all cases and print the table."""
    seeds = int(arguments[arguments.index("--seeds") + 1]) if "--seeds" in arguments else 200
    rows = []
    with ProcessPoolExecutor(default_workers()) as pool:
        for number, found in enumerate(pool.map(partial(_counted, seeds), range(len(CASES) + 1)), start=1):
            rows += found
            print(f"{found[0].case}: {number} of {len(CASES) + 1}", file=sys.stderr, flush=True)
    print(as_markdown(rows))
    wrong = [row for row in rows if not is_right(row)]
    print(f"\n{len(rows)} counts of {seeds} seeds, {len(wrong)} outside what 95 % intervals give.")
    return 1 if wrong else 0


def _counted(seeds: int, number: int) -> list[Row]:
    return count(CASES[number], range(seeds)) if number < len(CASES) else count_joint(range(seeds))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
