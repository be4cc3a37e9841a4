"""Bytes a case that a run of the compiled engine needs above the workload's own columns.

Two ways to count, the larger is reported: what numpy allocated (tracemalloc, exact, in steady state), and how much
the process's resident memory grew at its peak (``/proc``, whole pages, everything included) in a fresh process.
"""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import tracemalloc
from pathlib import Path

from benchmarks.report import Row, Section, Unmeasured, count
from benchmarks.settings import Settings
from benchmarks.tools.careplan_tool import Tables, tables
from benchmarks.works import YARDSTICKS

STATUS, PEAK_RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def measure(settings: Settings) -> Section:
    """Measure works a to d, each in a process of its own."""
    section = Section("memory", "Memory", head=("work", "cases", "workload's columns", "numpy's peak", "resident peak"))
    for name in YARDSTICKS:
        n = settings.cases(1_000_000)
        command = [sys.executable, "-m", "benchmarks.sections.memory", name, str(n), str(settings.seed)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        what = f"{name}: bytes a case above the workload's columns"
        if done.returncode:
            section.rows.append(Unmeasured(what, done.stderr.strip().splitlines()[-1]))
            continue
        found = json.loads(done.stdout)
        known = [found[way] for way in ("allocated", "resident") if found[way] is not None]
        section.rows.append(Row(what, max(known), "bytes", at_most=120))
        resident = "–" if found["resident"] is None else f"{found['resident']:.1f}"
        section.table.append((name, count(n), f"{found['columns']:.1f}", f"{found['allocated']:.1f}", resident))
    return section


def bytes_a_case(name: str, n_cases: int, seed: int) -> dict[str, float | None]:
    """Measure one work in this process, which should be fresh."""
    draw = YARDSTICKS[name].draw
    tables(draw(100, seed)).play()  # compile and import, so that only the run itself is counted
    given = tables(draw(n_cases, seed))
    gc.collect()
    resident = _resident_growth(given)
    tracemalloc.start()
    gc.collect()
    before = tracemalloc.get_traced_memory()[0]
    tracemalloc.reset_peak()
    trace = given.play()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del trace
    return {
        "columns": column_bytes(given) / n_cases,
        "allocated": (peak - before) / n_cases,
        "resident": None if resident is None else resident / n_cases,
    }


def column_bytes(given: Tables) -> int:
    """Bytes of the workload's own columns; a column filled in with one value, broadcast, costs nothing."""
    columns = {name: getattr(given.workload, name) for name in given.workload.__dataclass_fields__}
    return sum(column.nbytes for column in columns.values() if hasattr(column, "nbytes") and any(column.strides))


def _resident_growth(given: Tables) -> int | None:
    """Return by how many bytes the resident set grew at its peak during a run; None where the system does not say."""
    try:
        PEAK_RESET.write_text("5")  # Linux: the peak starts again from now
        before = _status("VmRSS")
        trace = given.play()
        peak = _status("VmHWM")
        del trace
    except OSError:
        return None
    return peak - before


def _status(key: str) -> int:
    line = next(line for line in STATUS.read_text().splitlines() if line.startswith(key))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    print(json.dumps(bytes_a_case(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))))
