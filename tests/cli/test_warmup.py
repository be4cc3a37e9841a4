"""``careplan warmup``: the engine is compiled before it is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_it_says_what_it_did_and_where_the_code_lies(run: Run) -> None:
    text = run("warmup").stdout
    assert "by playing 2 tiny worlds (one pool, talks and calls)" in text
    assert Path(text.splitlines()[-1].removeprefix("the code lies in ")).is_dir()


def test_json(run: Run) -> None:
    document = json.loads(run("warmup", "--json").stdout)
    assert list(document) == ["careplan_warmup", "engine", "compiled", "seconds", "folder", "worlds"]


def test_without_numba_the_reference_engine_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("careplan.engine.simulate.has_numba", lambda: False)
    result = run("warmup")
    assert result.exit_code == 0 and "the reference engine will be used" in result.stdout
    assert json.loads(run("warmup", "--json").stdout)["engine"] == "reference"


def test_after_it_no_world_compiles_anything() -> None:
    from careplan.engine.fast import edges, kernel, pool
    from careplan.engine.fast.warm import warm_up
    from tests.engine.worlds import random_world

    def signatures() -> dict[str, int]:
        functions = [
            f for m in (edges, kernel, pool) for f in vars(m).values() if getattr(f, "__module__", "") == m.__name__
        ]
        return {f.__name__: len(f.signatures) for f in functions if hasattr(f, "signatures")}

    warm_up()
    before = signatures()
    for seed in range(60):
        random_world(seed).play("compiled")
    assert signatures() == before
