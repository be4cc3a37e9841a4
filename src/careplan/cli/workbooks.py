"""``--xlsx FILE`` and ``--also RESULT``: what is wrong with them is said before the work, the file is written after it.

Comes in: the options. Goes out: a workbook. Left out: its content (``careplan.reporting.workbook``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from careplan.cli.app import COMMAND_LINE

if TYPE_CHECKING:
    from careplan.reporting.workbook.data import Book
    from careplan.reporting.workbook.documents import Result


@dataclass(frozen=True)
class Workbook:
    """A workbook that was asked for."""

    path: Path
    others: list[Result]

    def write(self, book: Book) -> None:
        """Write it."""
        from careplan.reporting.workbook.documents import join
        from careplan.reporting.workbook.write import write_book

        whole, joined = join(book, self.others)
        write_book(self.path, whole, command=COMMAND_LINE.get(), joined=joined)


def workbook_wanted(xlsx: Path | None, also: list[Path] | None) -> Workbook | None:
    """Return the workbook that is asked for, with the results to join; None without ``--xlsx``.

    Raises
    ------
    CareplanError
        If it cannot be written there, or a result cannot be read: all findings at once.
    typer.BadParameter
        If ``--also`` stands alone.
    """
    if xlsx is None:
        if also:
            raise typer.BadParameter("goes with --xlsx", param_hint="--also")
        return None
    from careplan.errors import CareplanError
    from careplan.reporting.workbook.documents import read_results
    from careplan.reporting.workbook.write import check_path

    wrong: list[object] = []
    others: list[Result] = []
    try:
        check_path(xlsx)
    except CareplanError as error:
        wrong += error.findings
    try:
        others = read_results(also or ())
    except CareplanError as error:
        wrong += [f"--also: {finding}" for finding in error.findings]
    if wrong:
        raise CareplanError("command line", map(str, wrong))
    return Workbook(xlsx, others)
