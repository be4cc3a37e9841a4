"""Notebooks: one question each, public names only, stored without outputs, and their last cell's claim holds."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import careplan
from careplan.engine.simulate import has_numba
from tests.examples.shipped import ROOT

FOLDER = ROOT / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))


def cells(path: Path, kind: str) -> list[str]:
    """The texts of a notebook's cells of a kind."""
    notebook: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == kind]


def test_the_readme_lists_every_notebook() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert len(PATHS) >= 2
    assert all(f"({path.name})" in readme for path in PATHS)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_asks_a_question_and_ends_in_its_claim(path: Path) -> None:
    title, *texts = cells(path, "markdown")
    assert title.splitlines()[0].startswith("# ") and title.splitlines()[0].endswith("?")
    assert any(text.startswith("## Exercises") for text in "\n".join(texts).split("\n\n"))
    assert any(text.startswith("## Sources") for text in "\n\n".join(texts).split("\n\n"))
    assert "assert " in cells(path, "code")[-1]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_uses_public_names_only(path: Path) -> None:
    tree = ast.parse("\n".join(cells(path, "code")))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] != "careplan"
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("careplan.") for alias in node.names)
        if isinstance(node, ast.Attribute):
            assert not node.attr.startswith("_")
            if isinstance(node.value, ast.Name) and node.value.id == "cp":
                assert node.attr in careplan.__all__


@pytest.mark.skipif(not has_numba(), reason="the reference engine takes minutes")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_runs_to_its_claim(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    names: dict[str, Any] = {"__name__": "__main__"}
    for number, code in enumerate(cells(path, "code")):
        exec(compile(code, f"{path.name}, code cell {number}", "exec"), names)
