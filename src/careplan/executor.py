"""An ordered map over threads: replications side by side, answers in the order of the questions.

Comes in: a function and its inputs. Goes out: a list of its answers in the same order, whatever finished first.
Left out: processes. The compiled engine and numpy let go of the interpreter while they work, so threads are enough,
and nothing needs to be copied.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Done = Callable[[int, int], None]
"""Called as (how many are done, how many there are)."""


def default_workers() -> int:
    """Return how many threads to use: as many as there are processors this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every platform
        return os.cpu_count() or 1


class Workers:
    """Threads that stay for many maps. Use as a context, or call :meth:`close`.

    With one worker everything runs in the calling thread.

    Parameters
    ----------
    n
        How many; None: :func:`default_workers`.
    """

    def __init__(self, n: int | None = None) -> None:
        self.n = max(1, default_workers() if n is None else n)
        self._pool = ThreadPoolExecutor(self.n, "careplan") if self.n > 1 else None

    def map(
        self, function: Callable[[Item], Answer], items: Iterable[Item], *, on_done: Done | None = None
    ) -> list[Answer]:
        """Return ``[function(item) for item in items]``, computed side by side.

        Parameters
        ----------
        function
            Must not change what other calls read.
        items
            Its inputs.
        on_done
            Called in this thread whenever an answer is there.

        Raises
        ------
        BaseException
            What a call raised; the earliest in the order of the items if several did. Calls not yet begun are
            dropped then, and when the user interrupts.
        """
        todo = list(items)
        if self._pool is None or len(todo) < 2:
            answers = []
            for item in todo:
                answers.append(function(item))
                if on_done is not None:
                    on_done(len(answers), len(todo))
            return answers
        futures = [self._pool.submit(function, item) for item in todo]
        try:
            pending: set[Future[Answer]] = set(futures)
            while pending:
                done, pending = wait(pending, return_when=FIRST_COMPLETED)
                if any(future.exception() is not None for future in done):
                    break
                if on_done is not None:
                    on_done(len(todo) - len(pending), len(todo))
        finally:
            for future in futures:
                future.cancel()
        failed = [future for future in futures if future.done() and not future.cancelled() and future.exception()]
        return [future.result() for future in failed or futures]

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def ordered_map(
    function: Callable[[Item], Answer],
    items: Iterable[Item],
    *,
    workers: int | None = None,
    on_done: Done | None = None,
) -> list[Answer]:
    """Return ``[function(item) for item in items]``, computed side by side: :meth:`Workers.map`, once."""
    with Workers(workers) as threads:
        return threads.map(function, items, on_done=on_done)
