"""The name that was probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``Did you mean "billing"?`` for the nearest known word, or nothing.

    >>> did_you_mean("billng", ["tech", "billing"])
    'Did you mean "billing"?'
    >>> did_you_mean("xyz", ["tech", "billing"])
    ''
    """
    from difflib import get_close_matches

    words = sorted(known)
    folded = {candidate.lower().replace("_", "-"): candidate for candidate in reversed(words)}
    near = get_close_matches(word[:80].lower().replace("_", "-"), folded, n=1, cutoff=0.6)
    return f'Did you mean "{folded[near[0]]}"?' if near else ""
