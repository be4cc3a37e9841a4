"""What is worked out once for each object: once, anew for another one, and forgotten with it."""

from __future__ import annotations

import gc
import weakref

from careplan.remembering import once_each


class Thing:
    """Compared by identity."""


def test_an_answer_is_worked_out_once_for_each_object_and_forgotten_with_it() -> None:
    asked: list[int] = []

    @once_each
    def number(of: Thing) -> list[int]:
        asked.append(id(of))
        return [len(asked)]

    one, other = Thing(), Thing()
    assert number(one) is number(one) and number(other) == [2] and len(asked) == 2
    kept = weakref.ref(other)
    del other
    gc.collect()
    assert kept() is None
    assert number(one) == [1] and len(asked) == 2


def test_an_answer_may_be_false() -> None:
    asked: list[bool] = []

    @once_each
    def never(of: Thing) -> bool:
        asked.append(True)
        return False

    thing = Thing()
    assert not never(thing) and not never(thing) and len(asked) == 1
