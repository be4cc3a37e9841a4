"""Names of cells that every spreadsheet takes.

Comes in: what a value is and whose. Goes out: a name. Left out: cells.

A name has letters, digits and ``_`` only, begins with a letter, and is told from the others also where capitals are
not (``Wage_care``). Each has an underscore, so that none can be read as a cell: ``AB12``, ``R1C1``.
"""

from __future__ import annotations

import re
import unicodedata

MOST = 200
"""Characters of a name; spreadsheets take 255."""


class Names:
    """Gives out names, each once."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def give(self, what: str, whose: str = "") -> str:
        """Return a new name.

        >>> names = Names()
        >>> names.give("Wage", "e-mail team"), names.give("Wage", "e_mail team"), names.give("Hours", "péče")
        ('Wage_e_mail_team', 'Wage_e_mail_team_2', 'Hours_pece')
        """
        letters = unicodedata.normalize("NFKD", f"{what}_{whose}").encode("ascii", "ignore").decode()
        plain = re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")[:MOST]
        assert re.match(r"[A-Za-z]+_", plain), plain
        name, copy = plain, 1
        while name.lower() in self._given:
            copy += 1
            name = f"{plain}_{copy}"
        self._given.add(name.lower())
        return name
