"""What one queue's customers bring: replies, turns, work, thinking, patience, bots, and the next contact.

Comes in: a batch of cases, first contacts or follow-ups, of one queue. Goes out: its columns, each a function of
the cases' identities. Left out: when they arrive (``sampling``), and the rows of the whole table.

Choices. A follow-up always needs a reply: somebody who writes again wants an answer. A transfer puts one turn into
another queue after ``after_turn``, for the share of those cases that have so many turns; what is left goes on in
the case's own queue. Its work is drawn from the other queue; where customers of the case's queue have no think
time, it queues there at once (1 ms). A case's handle time is split evenly over its own turns.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from careplan.columns import NEVER, BoolArray, IntArray
from careplan.scenario.models import Scenario
from careplan.scenario.queues import FollowUp, Queue
from careplan.streams import Identities, key_of, next_identities, uniforms
from careplan.workload.distributions import draw

MAX_FOLLOW_UPS = 10
"""A customer writes again at most so often (chains ≤ 10)."""


@dataclass
class Batch:
    """Cases of one queue that are drawn together; columns of length n in one order."""

    queue: str
    people: Identities
    arrived_at: IntArray
    """Instants in ms; 0 for follow-ups, which are born in the run."""
    is_first: bool
    rows: slice | IntArray = field(default_factory=lambda: slice(0, 0))
    """Where the cases stand in the whole table."""
    needs_reply: BoolArray | None = None
    """None: all of them."""
    own_turns: IntArray | None = None
    """Turns in the case's own queue; None: one each."""
    transfer: IntArray | None = None
    """Number of the transfer among the queue's, −1 none; None: nobody is transferred."""
    columns: dict[str, IntArray | BoolArray] = field(default_factory=dict)
    """Columns of the case table, by name."""

    def __len__(self) -> int:
        return len(self.people)

    @property
    def turns(self) -> IntArray | None:
        """Turns of each case, the transferred one included; None: one each."""
        if self.transfer is None:
            return self.own_turns
        own = np.ones(len(self), dtype=np.int64) if self.own_turns is None else self.own_turns
        return own + (self.transfer >= 0)


def draw_cases(scenario: Scenario, batch: Batch, n_bot_slots: int) -> None:
    """Fill in what a batch needs before its turns: replies, number of turns, transfers, patience, bots."""
    queue = scenario.queues[batch.queue]
    if queue.needs_reply < 1 and batch.is_first:
        batch.needs_reply = _happens(batch.people, queue.needs_reply, "needs reply")
        batch.columns["needs_reply"] = batch.needs_reply
    _draw_turn_numbers(queue, batch)
    if queue.patience.kind != "never":
        patience = draw(queue.patience, batch.people, ("patience",), least=0)
        endless = batch.arrived_at < 0
        if batch.needs_reply is not None:
            endless |= ~batch.needs_reply
        patience[endless] = NEVER
        batch.columns["patience_ms"] = patience
    if n_bot_slots:
        _draw_bots(scenario, queue, batch, n_bot_slots)


def _happens(people: Identities, chance: float, *names: str | int) -> BoolArray:
    return uniforms(people, key_of(*names)) < chance


def _draw_turn_numbers(queue: Queue, batch: Batch) -> None:
    """How many turns each case has, and whether one of them goes to another queue."""
    people, needs_reply = batch.people, batch.needs_reply
    if queue.max_turns > 1:
        numbers = np.array([number for number, _ in queue.turns], dtype=np.int64)
        ends = np.cumsum([share for _, share in queue.turns])[:-1]
        own = numbers[np.searchsorted(ends, uniforms(people, key_of("turns")), side="right")]
        batch.own_turns = own if needs_reply is None else np.where(needs_reply, own, 1)
    if queue.transfers:
        share = uniforms(people, key_of("transfer"))
        ends = np.cumsum([transfer.share for transfer in queue.transfers])
        chosen = np.searchsorted(ends, share, side="right")
        after = np.array([*(transfer.after_turn for transfer in queue.transfers), 0])[chosen]
        goes = chosen < len(ends)
        if batch.own_turns is not None:
            goes &= batch.own_turns >= after
        if needs_reply is not None:
            goes &= needs_reply
        batch.transfer = np.where(goes, chosen, NEVER)


def _draw_bots(scenario: Scenario, queue: Queue, batch: Batch, n_slots: int) -> None:
    """What each listed bot would do with each case, whether it will be on or not."""
    n = len(batch)
    time = np.ones((n, n_slots), dtype=np.int64)
    contains = np.zeros((n, n_slots), dtype=bool)
    for slot, name in enumerate(queue.bots):
        bot = scenario.bots[name]
        time[:, slot] = draw(bot.time, batch.people, ("bot time", name))
        contains[:, slot] = _happens(batch.people, bot.containment_of(batch.queue, queue.topic), "bot contains", name)
    if batch.needs_reply is not None:
        contains &= batch.needs_reply[:, None]
    batch.columns["bot_ms"] = time
    batch.columns["bot_contains"] = contains


@dataclass(frozen=True)
class TurnColumns:
    """Turn columns of the whole table, filled batch by batch; ``start[i]`` is the first turn of case i."""

    start: IntArray
    queue_ix: NDArray[np.int32] | None
    """None: every turn waits in its case's queue."""
    work_ms: IntArray
    think_ms: IntArray | None
    """None: every case has one turn."""
    work_after_bot_ms: IntArray | None
    """None: no bot saves work."""


def draw_turns(scenario: Scenario, batch: Batch, table: TurnColumns) -> None:
    """Write the work and think times of a batch's turns to their places."""
    queue = scenario.queues[batch.queue]
    first_turn = table.start[:-1][batch.rows]
    own = np.ones(len(batch), dtype=np.int64) if batch.own_turns is None else batch.own_turns
    after = _transferred_after(queue, batch)
    last = own - 1 if after is None else own - 1 + (after > 0)
    total = None
    if queue.handle_time_is == "case":
        total = draw(queue.handle_time, batch.people, ("work", "case"))
    for number in range(queue.max_turns if batch.own_turns is not None else 1):
        cases = np.flatnonzero(own > number) if number else slice(None)
        people = batch.people[cases]
        if total is None:
            work = draw(queue.handle_time, people, ("work", number), factor=per_turn_factor(queue))
        else:
            whole, parts = total[cases], own[cases]
            work = np.maximum(whole // parts + (number < whole % parts), 1)
        if number == 0 and batch.needs_reply is not None:
            triaged = np.flatnonzero(~batch.needs_reply)
            work[triaged] = draw(queue.triage_time, people[triaged], ("triage",))
        place = np.full(len(people), number) if after is None else number + ((after > 0) & (number >= after))[cases]
        _put(table, queue, people, first_turn[cases] + place, work, place < last[cases], ("think", number))
        if number == 0 and table.work_after_bot_ms is not None:
            for slot, name in enumerate(queue.bots):
                left = np.rint(work * (1 - scenario.bots[name].saves)).astype(np.int64)
                table.work_after_bot_ms[first_turn, slot] = np.maximum(left, 1)
    if after is not None and batch.transfer is not None:
        for number, transfer in enumerate(queue.transfers):
            cases = np.flatnonzero(batch.transfer == number)
            people, other = batch.people[cases], scenario.queues[transfer.to]
            share = 1 / other.mean_turns if other.handle_time_is == "case" else per_turn_factor(other)
            work = draw(other.handle_time, people, ("work", "transferred", transfer.to), factor=share)
            place = after[cases]
            at = first_turn[cases] + place
            _put(table, queue, people, at, work, place < last[cases], ("think", "transferred", transfer.to))
            assert table.queue_ix is not None
            table.queue_ix[at] = sorted(scenario.queues).index(transfer.to)


def _transferred_after(queue: Queue, batch: Batch) -> IntArray | None:
    """For each case the number of own turns before the transferred one, 0 without; None: nobody is transferred."""
    if batch.transfer is None:
        return None
    return np.array([*(transfer.after_turn for transfer in queue.transfers), 0])[batch.transfer]


def per_turn_factor(queue: Queue) -> float:
    """What a drawn handle time is multiplied by to give the work of a turn."""
    return 1 / queue.window_concurrency if queue.handle_time_is == "window" and queue.window_concurrency else 1.0


def _put(
    table: TurnColumns,
    queue: Queue,
    people: Identities,
    at: IntArray,
    work: IntArray,
    goes_on: BoolArray,
    decision: tuple[str | int, ...],
) -> None:
    """Write turns with their work, and the thinking after those that are not the last."""
    table.work_ms[at] = work
    if table.work_after_bot_ms is not None:
        table.work_after_bot_ms[at] = work[:, None]
    if table.think_ms is not None and goes_on.any():
        table.think_ms[at[goes_on]] = (
            1 if queue.think_time is None else draw(queue.think_time, people[goes_on], decision)
        )


@dataclass(frozen=True)
class NextContacts:
    """The follow-ups of a batch: one entry a row to be born, in the order of their parents."""

    queue: str
    parents: IntArray
    """Positions in the parents' batch."""
    people: Identities
    is_retry: bool
    is_return: bool
    """Both, where the same row follows up whatever ends the case."""


def draw_next_contacts(scenario: Scenario, batch: Batch, n_bot_slots: int) -> list[NextContacts]:
    """Draw whether, when and where each customer of a batch writes again; fill in the delays.

    A case has at most one child. Where giving up and coming back lead to the same queue they are the same row;
    else two rows, of which at most one is born. Whether a bot or an agent ends a case is not known here, so the
    delays of all triggers are drawn; the queue of the return row is that of the first of (listed bots that contain
    the case, agent) that brings the customer back. (Only where a bot's ``come_back`` names another queue than the
    case's does it matter that a bot may be off.)
    """
    queue = scenario.queues[batch.queue]
    bots = [scenario.bots[name] for name in queue.bots]
    if not (queue.try_again or queue.come_back or any(bot.come_back for bot in bots)):
        return []
    chosen = np.ones(len(batch), dtype=bool) if batch.needs_reply is None else batch.needs_reply
    retry_after = _delays(queue.try_again, batch, "try again", chosen & _may_give_up(queue, batch))
    return_after = _delays(queue.come_back, batch, "come back", chosen)
    bot_after = np.full((len(batch), n_bot_slots), NEVER, dtype=np.int64)
    to_queue = np.full(len(batch), NEVER, dtype=np.int64)  # of the return row, numbered as in names
    names = sorted(scenario.queues)
    if return_after is not None:
        assert queue.come_back is not None
        to_queue[return_after >= 0] = names.index(queue.come_back.queue or batch.queue)
    for slot, name in reversed(list(enumerate(queue.bots))):
        follow = bots[slot].come_back
        after = _delays(follow, batch, f"come back after {name}", batch.columns["bot_contains"][:, slot].astype(bool))
        if follow is not None and after is not None:
            bot_after[:, slot] = after
            to_queue[after >= 0] = names.index(follow.queue or batch.queue)
    found = []
    retries = np.zeros(len(batch), dtype=bool) if retry_after is None else retry_after >= 0
    retry_ix = names.index(queue.try_again.queue or batch.queue) if queue.try_again is not None else NEVER
    born_in = np.bincount(to_queue + 1, minlength=len(names) + 1)[1:] > 0
    if retry_ix != NEVER:
        born_in[retry_ix] = True
    for ix in np.flatnonzero(born_in).tolist():
        returns = to_queue == ix
        again = retries if ix == retry_ix else np.zeros_like(retries)
        for rows, is_retry, is_return in (
            (again & returns, True, True),
            (again & ~returns, True, False),
            (returns & ~again, False, True),
        ):
            parents = np.flatnonzero(rows)
            if parents.size:
                people = next_identities(batch.people[parents], key_of("next contact"))
                found.append(NextContacts(names[ix], parents, people, is_retry, is_return))
    for name, after in (("retry_after_ms", retry_after), ("return_after_ms", return_after)):
        if after is not None:
            batch.columns[name] = after
    if (bot_after >= 0).any():
        batch.columns["bot_return_after_ms"] = bot_after
    return found


def _may_give_up(queue: Queue, batch: Batch) -> BoolArray:
    """Whether a case can be abandoned, lapse or expire at all."""
    if queue.expires_after != NEVER:
        return np.ones(len(batch), dtype=bool)
    patience = batch.columns.get("patience_ms")
    return np.zeros(len(batch), dtype=bool) if patience is None else patience >= 0


def _delays(follow: FollowUp | None, batch: Batch, name: str, able: BoolArray) -> IntArray | None:
    """The delay of a follow-up for each case, −1 where there is none; None: for nobody."""
    if follow is None or follow.chance <= 0:
        return None
    comes = np.flatnonzero(able & _happens(batch.people, follow.chance, name))
    delays = np.full(len(batch), NEVER, dtype=np.int64)
    delays[comes] = draw(follow.after, batch.people[comes], (name, "after"))
    return delays
