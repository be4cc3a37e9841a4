"""Tables as plain text, within a width.

Comes in: headings and rows of text. Goes out: lines. Left out: colour and boxes; a table reads the same on a screen,
in a file, in a mail and through a pipe. (Set by hand: rich would take a tenth of a second to load for it, and breaks
what does not fit, where here it moves below.)
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

GAP = 2
"""Spaces between two columns."""
LEAST_NAME = 12
"""Names are not folded to less, nor to less than their heading."""


def table(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int, *, keys: int = 1) -> str:
    """Return a table whose first ``keys`` columns name the row (left) and whose others are figures (right).

    Columns that do not fit go into a second table below with the same keys: no figure is cut off.

    Parameters
    ----------
    headings
        One for each column; ``|`` breaks a heading into lines.
    rows
        Text of each cell.
    width
        The most characters of a line.
    keys
        Columns that are repeated where the table is split.

    Returns
    -------
    str
        Without a line break at the end; empty without rows.
    """
    if not rows:
        return ""
    names = [heading.split("|") for heading in headings]
    height = max(map(len, names))
    heads = [[""] * (height - len(lines)) + lines for lines in names]
    widths = [max(map(len, (*heads[i], *(row[i] for row in rows)))) for i in range(len(headings))]
    # Long names are folded: to half the width, and further if the table then stays in one piece.
    least = [max(LEAST_NAME, *map(len, heads[i])) for i in range(keys)]  # headings are not folded
    room = width - sum(widths[keys:]) - GAP * (len(widths) - 1)
    room = room if room >= sum(least) else width // 2 - GAP * (keys - 1)
    for left, i in zip(range(keys, 0, -1), sorted(range(keys), key=lambda i: widths[i]), strict=True):
        widths[i] = min(widths[i], max(room // left, least[i]))  # what a narrow name leaves is the wider ones'
        room -= widths[i]
    return "\n\n".join(
        _part(heads, rows, [*range(keys), *columns], widths, keys) for columns in _split(widths, keys, width)
    )


def _split(widths: Sequence[int], keys: int, width: int) -> list[list[int]]:
    """Return the figure columns of each part of the table."""
    parts: list[list[int]] = [[]]
    left = room = width - sum(widths[:keys]) - GAP * (keys - 1)
    for i in range(keys, len(widths)):
        if widths[i] + GAP > left and parts[-1]:
            parts.append([])
            left = room
        parts[-1].append(i)
        left -= widths[i] + GAP
    return parts


def _part(
    heads: Sequence[Sequence[str]],
    rows: Sequence[Sequence[str]],
    columns: Sequence[int],
    widths: Sequence[int],
    keys: int,
) -> str:
    def line(cells: Sequence[str]) -> str:
        set_out = (
            cell.ljust(widths[i]) if i < keys else cell.rjust(widths[i]) for i, cell in zip(columns, cells, strict=True)
        )
        return (" " * GAP).join(set_out).rstrip()

    above = zip(*(heads[i] for i in columns), strict=True)
    lines = [line(cells) for cells in above if any(cells)]  # a part may have lower headings than the others
    lines.append("─" * (sum(widths[i] for i in columns) + GAP * (len(columns) - 1)))
    for row in rows:
        folded = [_folded(row[i], widths[i]) if i < keys else [row[i]] for i in columns]
        lines += [line(cells) for cells in zip_longest(*folded, fillvalue="")]
    return "\n".join(lines)


def _folded(name: str, width: int) -> list[str]:
    """Return a name in pieces of at most ``width``, broken at a space or behind a hyphen where there is one."""
    pieces = []
    while len(name) > width:
        at = max(name.rfind("-", 0, width), name.rfind(" ", 0, width + 1)) + 1 or width
        pieces.append(name[:at].rstrip())
        name = name[at:]
    return [*pieces, name]


def side_by_side(blocks: Sequence[str], width: int, gap: int = 4) -> str:
    """Return blocks of lines beside one another, as many as fit, the others below with an empty line between."""
    shelves: list[list[list[str]]] = []
    used = 0
    for block in blocks:
        lines = block.splitlines()
        wide = max(map(len, lines), default=0)
        if shelves and used + gap + wide <= width:
            shelves[-1].append(lines)
            used += gap + wide
        else:
            shelves.append([lines])
            used = wide
    text = []
    for shelf in shelves:
        widths = [max(map(len, lines), default=0) for lines in shelf]
        text.append(
            "\n".join(
                (" " * gap).join(cell.ljust(w) for cell, w in zip(cells, widths, strict=True)).rstrip()
                for cells in zip_longest(*shelf, fillvalue="")
            )
        )
    return "\n\n".join(text)
