"""An ordered map over threads: replications side by side, answers in the order of the questions.

Comes in: a function and its inputs. Goes out: a list of its answers in the same order, whatever finished first.
Left out: processes. The compiled engine and numpy let go of the interpreter while they work, so threads are enough,
and nothing needs to be copied.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, partial
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Done = Callable[[int, int], None]
"""Called as (how many are done, how many there are)."""


_KEEPING = ((-3, 1 << 30), (-1, (1 << 31) - 1), (-2, 1 << 26))
"""glibc's M_MMAP_THRESHOLD, M_TRIM_THRESHOLD and M_TOP_PAD, in bytes (malloc.h)."""


def default_workers() -> int:
    """Return how many threads to use: as many as there are processors this process may run on."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on every platform
        return os.cpu_count() or 1


@cache
def keep_memory() -> bool:
    """Let the process keep the memory it frees, as replications ask for the same again at once; return whether it does.

    By default glibc returns every large array to the system and asks for fresh pages for the next one; filling those
    takes as long as a short replication, and two threads wait for each other at it. Other C libraries are left alone.
    """
    import ctypes

    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):  # not glibc
        return False
    return all(mallopt(what, value) == 1 for what, value in _KEEPING)


class Workers:
    """Threads that stay for many maps. Use as a context, or call :meth:`close`.

    With one worker everything runs in the calling thread.

    Parameters
    ----------
    n
        How many; None: :func:`default_workers`.
    """

    def __init__(self, n: int | None = None) -> None:
        keep_memory()
        self.n = max(1, default_workers() if n is None else n)
        self._pool = ThreadPoolExecutor(self.n, "careplan") if self.n > 1 else None

    def map(
        self,
        function: Callable[[Item], Answer],
        items: Iterable[Item],
        *,
        on_done: Done | None = None,
        is_quick: bool = False,
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
        is_quick
            Whether a call takes less than about a millisecond: everything runs in the calling thread then, as threads
            would wait for the interpreter, and for each other, longer than they work.

        Raises
        ------
        BaseException
            What a call raised; the earliest in the order of the items if several did. Calls not yet begun are
            dropped then, and when the user interrupts.
        """
        todo = list(items)
        if self._pool is None or len(todo) < 2 or is_quick:
            answers = []
            for item in todo:
                answers.append(function(item))
                if on_done is not None:
                    on_done(len(answers), len(todo))
            return answers
        # Only a few calls are handed out ahead, and each comes back through a queue: waiting for all futures at once
        # takes time by their square, and an interrupt there can leave their locks held for ever.
        ended: SimpleQueue[int] = SimpleQueue()
        given: list[Future[Answer]] = []
        n_ended, has_failed = 0, False
        try:
            while n_ended < (len(given) if has_failed else len(todo)):
                while not has_failed and len(given) < min(len(todo), n_ended + 2 * self.n):
                    given.append(self._pool.submit(function, todo[len(given)]))
                    given[-1].add_done_callback(partial(_put, ended, len(given) - 1))
                has_failed |= given[ended.get()].exception() is not None
                n_ended += 1
                if on_done is not None and not has_failed:
                    on_done(n_ended, len(todo))
        except BaseException:
            for future in given:
                future.cancel()
            raise
        failed = [future for future in given if future.exception() is not None]
        return [future.result() for future in failed or given]

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


def _put(ended: SimpleQueue[int], number: int, _: Future[Any]) -> None:
    ended.put(number)
