"""Prove that the tests have teeth: break one rule of one engine at a time and see who notices.

``python -m tests.engine.mutants`` prints, as a Markdown table, for every mutant how many hand-worked tests
(``test_rules_*.py``) fail and how many random worlds it takes until its trace differs from the other engine's.
Options: ``--engine``, ``--only`` (part of a name), ``--worlds`` (default 1000), ``--jobs`` (default 2). The exit code
is 1 if a mutant that is not argued to be equivalent lives.

A mutant is one exact replacement in a copy of the package; the string must stand there exactly once, else the
command fails. The compiled engine runs as plain Python here (``NUMBA_DISABLE_JIT=1``): the same source.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "careplan"
PATIENCE_S = 20
"""A test or world that takes longer has been made endless by its mutant, which counts as noticed."""


@dataclass(frozen=True)
class Mutant:
    """One broken rule: in ``file`` (below ``engine/``), ``old`` becomes ``new``.

    With ``to``, all from ``old`` up to ``new`` is moved to before ``to`` instead: a step at another place.
    """

    rule: str
    what: str
    file: str
    old: str
    new: str
    equivalent: str = ""
    """Why no trace can show it, where that is so."""
    to: str = ""

    @property
    def engine(self) -> str:
        """The engine it breaks."""
        return "compiled" if self.file.startswith("fast/") else "reference"

    def text(self) -> str:
        """Return the broken module.

        Raises
        ------
        ValueError
            If ``old`` (for a move, also ``new`` and ``to``) does not stand exactly once in the module as it is.
        """
        source = (PACKAGE / "engine" / self.file).read_text(encoding="utf-8")
        for part in (self.old, self.new, self.to) if self.to else (self.old,):
            if source.count(part) != 1:
                raise ValueError(
                    f"{self.what}: found {source.count(part)} times in {self.file}; expected once:\n{part}"
                )
        if not self.to:
            return source.replace(self.old, self.new)
        block = source[source.index(self.old) : source.index(self.new)]
        return source.replace(block, "").replace(self.to, block + self.to)


@dataclass(frozen=True)
class Verdict:
    """Who noticed a mutant: rule tests that failed, and the number of worlds played until one differed."""

    mutant: Mutant
    tests: int | None
    world: int | None

    @property
    def is_caught(self) -> bool:
        """Whether anything noticed."""
        return bool(self.tests) or self.world is not None


def all_mutants() -> list[Mutant]:
    """Return the mutants of both engines."""
    from tests.engine.mutants_compiled import COMPILED
    from tests.engine.mutants_reference import REFERENCE

    return [*REFERENCE, *COMPILED]


def expected_digests(engine: str, worlds: int) -> list[str]:
    """Return the digests of the first worlds' traces on an engine."""
    from tests.engine.worlds import random_world

    return [random_world(seed).play(engine).digest for seed in range(1, worlds + 1)]


def judge(mutant: Mutant, digests: Sequence[str], *, with_tests: bool = True) -> Verdict:
    """Break a copy of the package, and let the rule tests and the worlds look at it in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="mutant-") as folder:
        copy = Path(folder) / "careplan"
        shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        (copy / "engine" / mutant.file).write_text(mutant.text(), encoding="utf-8")
        task = {"engine": mutant.engine, "digests": list(digests), "with_tests": with_tests, "package": str(copy)}
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join((folder, str(ROOT))),
            "PYTHONDONTWRITEBYTECODE": "1",
            "NUMBA_DISABLE_JIT": "1",
        }
        done = subprocess.run(
            [sys.executable, "-m", "tests.engine.mutants", "--look"],
            input=json.dumps(task), capture_output=True, text=True, cwd=folder, env=environment, check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{mutant.what}: the process that looks at it failed:\n{done.stdout}\n{done.stderr}")
    answer = json.loads(done.stdout.splitlines()[-1])
    return Verdict(mutant, answer["tests"], answer["world"])


def look() -> None:
    """Read a task, look at the package this process has, and print who noticed something. See :func:`judge`."""
    import careplan.engine.simulate

    task = json.load(sys.stdin)
    if not Path(careplan.engine.simulate.__file__).is_relative_to(task["package"]):
        raise RuntimeError(f"looks at {careplan.engine.simulate.__file__}, which is not the mutant")
    tests = failing_rule_tests(task["engine"]) if task["with_tests"] else None
    world = first_differing_world(task["engine"], task["digests"])
    print(json.dumps({"tests": tests, "world": world}))


@contextmanager
def limited(seconds: int) -> Iterator[None]:
    """Raise TimeoutError inside the block when it takes too long."""

    def ring(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def first_differing_world(engine: str, digests: Sequence[str]) -> int | None:
    """Return the first world whose trace is not the expected one, or has none; None if all are."""
    from tests.engine.worlds import random_world

    for seed, digest in enumerate(digests, start=1):
        world = random_world(seed)
        try:
            with limited(PATIENCE_S):
                same = world.play(engine).digest == digest
                if same and engine == "compiled" and world.is_one_pool:
                    same = world.play("kernel").digest == digest
        except Exception:  # a mutant may fail in any way
            same = False
        if not same:
            return seed
    return None


def failing_rule_tests(engine: str) -> int:
    """Return how many rule tests of an engine fail."""
    import pytest

    class Counting:
        failed = 0

        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_call(self) -> Iterator[None]:
            with limited(PATIENCE_S):
                yield

        def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
            self.failed += report.failed

    counting = Counting()
    files = sorted(str(path) for path in Path(__file__).parent.glob("test_rules_*.py"))
    with open(os.devnull, "w") as nowhere:
        out, sys.stdout = sys.stdout, nowhere
        try:
            pytest.main(
                [
                    "-q",
                    "-p",
                    "no:cacheprovider",
                    "-p",
                    "no:xdist",
                    f"--rootdir={ROOT}",
                    "--tb=no",
                    "-k",
                    engine,
                    *files,
                ],
                plugins=[counting],
            )
        finally:
            sys.stdout = out
    return counting.failed


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the verdicts as a Markdown table."""
    rows = ["| engine | rule | mutant | rule tests failing | worlds until noticed | |", "|---|---|---|---:|---:|---|"]
    for v in verdicts:
        word = "caught" if v.is_caught else "equivalent" if v.mutant.equivalent else "**lives**"
        world = "—" if v.world is None else v.world
        rows.append(f"| {v.mutant.engine} | {v.mutant.rule} | {v.mutant.what} | {v.tests} | {world} | {word} |")
    return "\n".join(rows)


def summary(verdicts: Sequence[Verdict], worlds: int) -> str:
    """Return the totals by engine, and the argument for every mutant that is called equivalent."""
    lines = []
    for engine in sorted({v.mutant.engine for v in verdicts}):
        mine = [v for v in verdicts if v.mutant.engine == engine and not v.mutant.equivalent]
        by_tests, by_worlds = sum(bool(v.tests) for v in mine), sum(v.world is not None for v in mine)
        lines.append(f"{engine}: {sum(v.is_caught for v in mine)} of {len(mine)} mutants caught;")
        lines.append(f"  by the hand-worked rule tests alone {by_tests}, by {worlds} random worlds alone {by_worlds}.")
    for v in verdicts:
        if v.mutant.equivalent:
            noticed = " BUT IT WAS NOTICED." if v.is_caught else ""
            lines.append(
                f"Equivalent ({v.mutant.engine}, {v.mutant.rule}): {v.mutant.what}: {v.mutant.equivalent}{noticed}"
            )
    return "\n".join(lines)


def judged(mutants: Sequence[Mutant], worlds: int, jobs: int, say: Callable[[str], None]) -> list[Verdict]:
    """Judge mutants, some at a time, against the unbroken other engine."""
    other = {"reference": "compiled", "compiled": "reference"}
    digests = {engine: expected_digests(other[engine], worlds) for engine in {m.engine for m in mutants}}
    began = time.perf_counter()
    verdicts = []
    with ThreadPoolExecutor(jobs) as pool:
        for verdict in pool.map(lambda m: judge(m, digests[m.engine]), mutants):
            verdicts.append(verdict)
            word = "caught" if verdict.is_caught else "not noticed"
            say(
                f"{len(verdicts)} of {len(mutants)}, {time.perf_counter() - began:.0f} s: {verdict.mutant.what}: {word}"
            )
    return verdicts


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description="Break one rule at a time and see who notices.")
    parser.add_argument("--engine", choices=("reference", "compiled"))
    parser.add_argument("--only", default="")
    parser.add_argument("--worlds", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--look", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.look:
        look()
        return 0
    mutants = [m for m in all_mutants() if options.only in m.what and options.engine in (None, m.engine)]
    for mutant in mutants:
        mutant.text()
    verdicts = judged(mutants, options.worlds, options.jobs, lambda line: print(line, file=sys.stderr, flush=True))
    print(table(verdicts))
    print()
    print(summary(verdicts, options.worlds))
    wrong = [v for v in verdicts if v.is_caught == bool(v.mutant.equivalent)]
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
