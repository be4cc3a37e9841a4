"""Imports go down only, and quick commands import nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "careplan"
FLOORS = [
    "errors", "units", "columns", "clock provenance executor remembering saving streams", "scenario", "roster",
    "trace staffing", "workload", "engine", "metrics", "costing", "planning", "study", "reporting", "cli",
]  # fmt: skip
"""From the ground up. Names on one floor do not import one another."""
HEAVY = {
    "numpy", "numba", "scipy", "pandas", "matplotlib", "simpy", "holidays", "rich", "xlsxwriter", "python_calamine",
}  # fmt: skip


def test_imports_go_down_only() -> None:
    height = {name: number for number, floor in enumerate(FLOORS) for name in floor.split()}
    top = {path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert top - {"__init__", "__main__"} == set(height), "a module without a floor, or a floor without its module"
    wrong = []
    for file in sorted(SOURCE.rglob("*.py")):
        own = file.relative_to(SOURCE).parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if own[:2] != "__" else ():
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            modules += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            for other in (module.split(".")[1] for module in modules if module.startswith("careplan.")):
                if other != own and height[other] >= height[own]:
                    wrong.append(f"{file.relative_to(SOURCE)} imports careplan.{other}")
    assert wrong == []


def test_the_map_shows_the_same_floors() -> None:
    page = (SOURCE.parents[1] / "docs" / "README.md").read_text(encoding="utf-8")
    drawn = page.split("## The house")[1].splitlines()
    names = [name for line in drawn if line[:4] == "    " for name in line[4:40].replace("|", " ").split()]
    assert names == [name for floor in reversed(FLOORS) for name in floor.split()]


def imported_by(*arguments: str) -> set[str]:
    """The top-level packages in memory after a command."""
    code = (
        "import sys\nfrom careplan.cli.app import app\n"
        f"try: app({list(arguments)!r}, prog_name='careplan')\nexcept SystemExit: pass\n"
        "print('\\nmodules:', *{name.split('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("modules:", 1)[1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["--version"]])
def test_help_imports_no_more_than_typer(arguments: list[str]) -> None:
    assert imported_by(*arguments) & (HEAVY | {"pydantic", "ruamel"}) == set()


@pytest.mark.parametrize("command", ["validate", "new", "schema"])
def test_the_help_of_a_command_imports_nothing_heavy(command: str) -> None:
    assert imported_by(command, "--help") & HEAVY == set()


def test_validate_imports_nothing_heavy(tmp_path: Path) -> None:
    from careplan.scenario.template import template_text

    path = tmp_path / "s.yaml"
    path.write_text(template_text(), encoding="utf-8")
    assert imported_by("validate", str(path)) & HEAVY == set()


def test_importing_careplan_loads_no_floor() -> None:
    code = "import sys, careplan; print(*[m for m in sys.modules if m.startswith('careplan.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_public_name_that_is_none_is_refused_with_the_names_there_are() -> None:
    import careplan

    with pytest.raises(AttributeError, match="read_scenario"):
        careplan.read_scenarios  # noqa: B018
    assert set(careplan.__all__) <= set(dir(careplan))


def test_the_package_can_be_run_where_its_script_is_not_on_the_path() -> None:
    done = subprocess.run([sys.executable, "-m", "careplan", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("careplan ")
