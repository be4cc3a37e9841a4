"""``python -m tests.theory``: every study at full effort, as a Markdown table. Takes a few minutes.

``--quick`` runs what the suite runs. Exit status 1 if any figure is off by more than four standard errors.
"""

from __future__ import annotations

import sys
import time

from tests.theory import networks, studies
from tests.theory.comparison import ALLOWED, FULL, QUICK, as_markdown, compare


def main(arguments: list[str]) -> int:
    """Run all studies and print the table."""
    effort = QUICK if "--quick" in arguments else FULL
    rows = []
    for build in (*studies.STUDIES, *networks.STUDIES):
        begin = time.perf_counter()
        study = build()
        found = compare(study, effort, seed=20260302)
        rows += found
        worst = max(abs(row.error_in_se) for row in found)
        least = max(row.catches for row in found)
        took = time.perf_counter() - begin
        print(
            f"{study.name}: furthest off {worst:.2f} s.e., catches {least:.1%} at least, {took:.1f} s",
            file=sys.stderr,
            flush=True,
        )
    print(as_markdown(rows))
    off = [row for row in rows if abs(row.error_in_se) > ALLOWED]
    spread = (sum(row.error_in_se**2 for row in rows) / len(rows)) ** 0.5
    print(f"\n{len(rows)} figures, {len(off)} off by more than {ALLOWED:g} s.e.; root mean square {spread:.2f} s.e.")
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
