"""An ordered map over threads: answers in the order of the questions, faults and interrupts at once."""

from __future__ import annotations

import threading
import time

import pytest

from careplan.executor import Workers


@pytest.mark.parametrize("workers", [1, 3])
def test_answers_stand_in_the_order_of_the_items(workers: int) -> None:
    def slow_when_early(item: int) -> int:
        time.sleep(0.02 if item == 0 else 0)
        return item * item

    done: list[tuple[int, int]] = []
    with Workers(workers) as threads:
        squares = threads.map(slow_when_early, range(7), on_done=lambda n, of: done.append((n, of)))
    assert squares == [0, 1, 4, 9, 16, 25, 36]
    assert done == [(n, 7) for n in range(1, 8)]


def test_calls_run_side_by_side() -> None:
    meeting = threading.Barrier(3)
    with Workers(3) as threads:
        assert threads.map(lambda item: meeting.wait(timeout=10) >= 0, range(3)) == [True] * 3


def test_quick_calls_run_in_the_calling_thread() -> None:
    with Workers(3) as threads:
        assert set(threads.map(lambda item: threading.get_ident(), range(20), is_quick=True)) == {threading.get_ident()}


@pytest.mark.parametrize("workers", [1, 3])
def test_a_fault_is_raised_and_the_rest_is_dropped(workers: int) -> None:
    begun: list[int] = []

    def fails_at_two(item: int) -> int:
        begun.append(item)
        if item == 2:
            raise ValueError("two")
        return item

    with Workers(workers) as threads:
        with pytest.raises(ValueError, match="two"):
            threads.map(fails_at_two, range(1000))
        assert len(begun) < 100
        assert threads.map(abs, [-1, -2, -3]) == [1, 2, 3]  # the threads are still there


def test_of_several_faults_the_earliest_item_counts() -> None:
    together = threading.Barrier(2)

    def fails(item: int) -> int:
        together.wait(timeout=10)
        time.sleep(0.02 * (1 - item))  # the later item fails first
        raise ValueError(str(item))

    with Workers(2) as threads, pytest.raises(ValueError, match="0"):
        threads.map(fails, range(2))


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_ends_the_map_and_leaves_the_threads_usable(workers: int) -> None:
    def interrupt(done: int, of: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    begun: list[int] = []
    with Workers(workers) as threads:
        with pytest.raises(KeyboardInterrupt):
            threads.map(begun.append, range(100_000), on_done=interrupt)
        assert 5 <= len(begun) <= 5 + 2 * workers
        assert threads.map(abs, [-4, 5]) == [4, 5]


def test_nothing_to_do_is_done() -> None:
    with Workers(2) as threads:
        assert threads.map(abs, []) == []
