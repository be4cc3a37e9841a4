"""Answers that are worked out once for each object, and forgotten with it.

Comes in: a function of one frozen object. Goes out: the same function, which remembers. Left out: functions of values
that can be compared (``functools.cache``).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")


def once_each(function: Callable[[Thing], Answer]) -> Callable[[Thing], Answer]:
    """Return the function so that it is called once for each object, for as long as that object lives.

    Parameters
    ----------
    function
        Of one frozen object, compared by identity. Its answer must not hold the object, or both live for ever.
    """
    known: WeakKeyDictionary[Thing, Answer] = WeakKeyDictionary()

    @wraps(function)
    def remembering(of: Thing) -> Answer:
        found = known.get(of)
        if found is None:
            # Two threads may both get here: they work out the same.
            found = known[of] = function(of)
        return found

    return remembering
