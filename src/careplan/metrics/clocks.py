"""From when to when a customer's wait is measured: which instant counts as the answer, on which clock.

Comes in: a workload, its trace and rules. Goes out: for every case, the instants of its milestones and the
time between them. Left out: thresholds (service) and averages (waiting).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from careplan.columns import NEVER, BoolArray, IntArray, frozen
from careplan.engine.contract import Rules
from careplan.errors import TableError
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload

BotCounts = Literal["contained", "always", "never"]
Since = Literal["first message", "hand-off"]


@dataclass(frozen=True, eq=False)
class OpenHours:
    """Windows [opens, closes), ms, increasing and apart: a clock that runs only inside them."""

    opens: IntArray
    closes: IntArray

    def __post_init__(self) -> None:
        try:
            opens: IntArray = frozen(self.opens, "int64")
            closes: IntArray = frozen(self.closes, "int64", shape=(len(self.opens),))
        except (ValueError, TypeError, OverflowError) as error:
            raise TableError("open hours", [str(error)]) from None
        if (opens >= closes).any() or (closes[:-1] > opens[1:]).any():
            raise TableError("open hours", ["windows are not in order, empty, or overlap"])
        object.__setattr__(self, "opens", opens)
        object.__setattr__(self, "closes", closes)

    def before(self, at: IntArray) -> IntArray:
        """Return the open time before each instant, ms."""
        if not len(self.opens):
            return np.zeros(np.shape(at), dtype=np.int64)
        total = np.concatenate(([0], np.cumsum(self.closes - self.opens)))
        window = np.searchsorted(self.opens, at, side="right") - 1
        inside = np.minimum(at, self.closes[np.maximum(window, 0)]) - self.opens[np.maximum(window, 0)]
        return np.where(window >= 0, total[np.maximum(window, 0)] + inside, 0)

    def elapsed(self, begin: IntArray, end: IntArray) -> IntArray:
        """Return the open time from ``begin`` to ``end``, ms."""
        return self.before(end) - self.before(begin)


@dataclass(frozen=True, eq=False)
class Clock:
    """How a response is timed.

    ``bot_counts`` says when a bot's answer is an answer: ``contained`` (where the bot ended the case),
    ``always`` (a hand-off, too, was a first answer) or ``never`` (a contained case stays unanswered).
    ``since`` is where the clock starts. Measured from the hand-off, only cases that reached their human
    queue are looked at, and no bot answer counts. ``open_hours`` by queue name: those queues are timed in
    open hours; all others by the wall.
    """

    bot_counts: BotCounts = "contained"
    since: Since = "first message"
    open_hours: Mapping[str, OpenHours] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.bot_counts not in ("contained", "always", "never"):
            raise TableError("clock", [f'bot_counts is "{self.bot_counts}"; expected contained, always or never'])
        if self.since not in ("first message", "hand-off"):
            raise TableError("clock", [f'since is "{self.since}"; expected first message or hand-off'])

    def elapsed(self, workload: Workload, case: IntArray | None, begin: IntArray, end: IntArray) -> IntArray:
        """Return the time between two instants of cases, ms; ``case`` names the rows, ``None`` all of them
        in order.
        """
        wall = end - begin
        if not self.open_hours:
            return wall
        queue = workload.queue_ix if case is None else workload.queue_ix[case]
        for name, hours in self.open_hours.items():
            mine = queue == workload.queues.index(name)
            wall[mine] = hours.elapsed(begin[mine], end[mine])
        return wall


WALL = Clock()
"""By the wall, from the first message; a contained case is answered."""
BOT_COUNTS: tuple[BotCounts, ...] = ("contained", "always", "never")


def ending_of(clock: Clock, *, usual: BotCounts, has_bots: bool) -> str:
    """Return what names of figures end in on a clock: ``_open``, ``_from_hand_off``, ``_bots_never``; nothing by the
    wall from the first message, with bot answers counted as ``usual``.
    """
    ending = "_open" if clock.open_hours else ""
    if not has_bots:
        return ending
    if clock.since == "hand-off":
        return f"{ending}_from_hand_off"
    return ending if clock.bot_counts == usual else f"{ending}_bots_{clock.bot_counts}"


def clocks_by_ending(
    workload: Workload, clock: Clock, *, every: bool = False, targets: Sequence[Clock] = ()
) -> dict[str, Clock]:
    """Return the clocks on which figures of a workload can differ, by what their names end in; the wall first.

    Parameters
    ----------
    workload
        Whether it has bots is what is looked at.
    clock
        Its ``bot_counts`` are the usual ones; its open hours give the open clock.
    every
        Also open hours from the hand-off, and every other way to count bot answers.
    targets
        With ``every``: clocks of targets, which are added where they differ from all others.
    """
    wall = replace(clock, since="first message", open_hours={})
    opened = replace(wall, open_hours=clock.open_hours)
    has_bots = workload.n_bot_slots > 0
    wanted = [wall]
    if has_bots:
        wanted.append(replace(wall, since="hand-off"))
    if clock.open_hours:
        wanted.append(opened)
    if every and has_bots:
        wanted.append(replace(opened, since="hand-off"))
        wanted += [replace(wall, bot_counts=counts) for counts in BOT_COUNTS]
    if every:
        wanted += targets
    found: dict[str, Clock] = {}
    for one in wanted:
        found.setdefault(ending_of(one, usual=clock.bot_counts, has_bots=has_bots), one)
    return found


def clock_words(ending: str, usual: BotCounts) -> tuple[str, str, str]:
    """Return clock, where it starts and how bot answers count, of what names end in: ``("open", "hand-off",
    "never")``.

    From the hand-off no bot answer counts, whatever is usual.
    """
    clock = "open" if ending.startswith("_open") else "wall"
    if ending.endswith("_from_hand_off"):
        return clock, "hand-off", "never"
    return clock, "first message", ending.partition("_bots_")[2] or usual


def is_live(workload: Workload, rules: Rules) -> BoolArray | bool:
    """Return which cases are live; a plain ``True`` or ``False`` where all are alike."""
    if rules.is_live.all() or not rules.is_live.any():
        return bool(rules.is_live.all())
    return np.asarray(rules.is_live[workload.queue_ix])


def at_first(workload: Workload, turn_column: IntArray) -> IntArray:
    """Return a column of the turn table for the first turn of every case, shape (n_cases,)."""
    one_each = workload.n_turns == workload.n_cases
    return turn_column if one_each else turn_column[workload.turn_start[:-1]]


def born(workload: Workload, trace: Trace) -> BoolArray | bool:
    """Return which cases came to be; a plain ``True`` where there are no follow-ups."""
    return np.asarray(trace.case_outcome != Outcome.UNBORN) if workload.has_children else True


def first_answer_by_agent(workload: Workload, trace: Trace, rules: Rules) -> IntArray:
    """Return when an agent first answered each case, −1 where none did.

    On a live queue at the start of the first turn (pick-up), on a message queue at its end (sent).
    """
    live = is_live(workload, rules)
    if live is True:
        return at_first(workload, trace.turn_started_at)
    if live is False:
        return at_first(workload, trace.turn_ended_at)
    return np.where(live, at_first(workload, trace.turn_started_at), at_first(workload, trace.turn_ended_at))


def answered_at(workload: Workload, trace: Trace, rules: Rules, clock: Clock = WALL) -> IntArray:
    """Return when each case got its first answer by the clock's ``bot_counts``, −1 where it got none.

    A customer who had given up on a message and is answered all the same counts: it is a reply, if never in
    time.
    """
    answer = first_answer_by_agent(workload, trace, rules)
    if not workload.n_bot_slots or clock.bot_counts == "never" or clock.since == "hand-off":
        return answer
    answer = np.where(trace.case_outcome == Outcome.CONTAINED, trace.case_ended_at, answer)
    if clock.bot_counts == "always":
        handed_off = (trace.case_bot_slot >= 0) & (trace.case_outcome != Outcome.CONTAINED)
        answer = np.where(handed_off, at_first(workload, trace.turn_queued_at), answer)
    return answer


def resolved_at(workload: Workload, trace: Trace, clock: Clock = WALL) -> IntArray:
    """Return when each case was resolved: the end of its last turn, or of the bot that contained it; −1 if
    it was not.

    A lapsed case is not resolved: its customer had gone. Contained cases are not, where ``bot_counts`` is
    ``never``.
    """
    resolved = trace.case_outcome == Outcome.ANSWERED
    if clock.bot_counts != "never" and clock.since != "hand-off":
        resolved |= trace.case_outcome == Outcome.CONTAINED
    return np.where(resolved, trace.case_ended_at, NEVER)


def counted(workload: Workload, trace: Trace, clock: Clock = WALL) -> BoolArray:
    """Return which cases a response metric counts: those that came to be and need a reply.

    From the hand-off: of those, the ones that reached their human queue.
    """
    has = workload.needs_reply & born(workload, trace)
    if clock.since == "hand-off":
        has &= at_first(workload, trace.turn_queued_at) >= 0
    return has


def begun_at(workload: Workload, trace: Trace, clock: Clock = WALL) -> IntArray:
    """Return when each case's clock starts: its first message, or its entry into the human queue."""
    if clock.since == "hand-off" and workload.n_bot_slots:
        # An opening backlog enters its queue at 0 without a bot; when its customers wrote is what counts.
        met_bot = trace.case_bot_slot >= 0
        return np.where(met_bot, at_first(workload, trace.turn_queued_at), trace.case_arrived_at)
    return trace.case_arrived_at
