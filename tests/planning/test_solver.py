"""The solver's door keeps stdout for answers."""

from __future__ import annotations

import os

import pytest

from careplan.planning.solver import linprog, milp, quiet


def test_what_compiled_code_writes_on_stdout_is_not_seen(capfd: pytest.CaptureFixture[str]) -> None:
    with quiet():
        os.write(1, b"from below\n")
    print("the answer")
    assert capfd.readouterr().out == "the answer\n"


def test_an_error_gives_stdout_back(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), quiet():
        raise ZeroDivisionError
    os.write(1, b"here\n")
    assert capfd.readouterr().out == "here\n"


def test_the_door_leads_to_the_solver() -> None:
    assert milp([1.0, 2.0], integrality=[1, 1], bounds=(0.5, 3.0)).x.tolist() == [1.0, 1.0]
    assert linprog([1.0, 2.0], bounds=(0.5, 3.0)).x.tolist() == [0.5, 0.5]
