"""Findings are counted, also those that are not listed."""

from __future__ import annotations

from careplan.errors import CareplanError, Others


def test_findings_that_are_not_listed_are_counted() -> None:
    assert str(CareplanError("a table", ["line 1", "line 2", Others("and 40 more", 40)])).startswith(
        "a table: 42 findings\n"
    )
    assert str(CareplanError("a table", ["line 1"])).startswith("a table: 1 finding\n")
