"""What a trace says each agent and each case did, worked out the slow way, and the laws it must obey.

Comes in: a world and a trace of it. Goes out: for every law a list of sentences that say where it is broken.
Left out: playing anything. Nothing here is shared with an engine or a metric: an account is what an auditor
would write from the columns of the trace and the rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from careplan.engine.contract import Rules
from careplan.roster import Roster
from careplan.trace.tables import Outcome, Trace
from careplan.workload.tables import Workload

Stretch = tuple[int, int]
"""[begin, end), ms."""


@dataclass
class Turn:
    """One row of the turn table with what the rules say of its queue."""

    row: int
    case: int
    ordinal: int
    queue: int
    key: tuple[int, int, int, int]
    is_unreserved: bool
    """No owner can have it reserved: a first turn, a transfer, or a queue that does not stick."""
    need: int
    """Work × 1 000 000 (rule 5.4)."""
    queued: int
    started: int
    ended: int
    over: int
    """Instant at which it stops waiting or being worked: its end, its case's leaving, or the end of the run."""
    agent: int
    must_interrupt: bool
    pauses: list[Stretch] = field(default_factory=list)

    def is_worked_at(self, at: int) -> bool:
        """In hand and not paused."""
        return 0 <= self.started <= at < self.over and not any(a <= at < b for a, b in self.pauses)

    def waits_for_dispatch_at(self, at: int) -> bool:
        """Whether dispatch at an instant (step 1.5, before 1.6) could have started it and did not."""
        if self.queued < 0 or self.queued > at:
            return False
        return self.started > at if self.started >= 0 else self.over >= at


@dataclass
class Hold:
    """Room kept after a turn."""

    row: int
    agent: int
    begin: int
    end: int
    units: int


class Accounts:
    """All turns, pauses and holds of one run."""

    def __init__(self, workload: Workload, roster: Roster, rules: Rules, trace: Trace) -> None:
        self.workload, self.roster, self.rules, self.trace = workload, roster, rules, trace
        self.until = trace.until
        self.turns = [self._turn(case, row) for case in range(workload.n_cases) for row in self._rows(case)]
        self.of_agent: list[list[Turn]] = [[] for _ in range(roster.n_agents)]
        for turn in self.turns:
            if turn.started >= 0:
                self.of_agent[turn.agent].append(turn)
        for turns in self.of_agent:
            self._note_pauses(turns)
        self.holds = list(self._all_holds())
        self.spells: list[list[Stretch]] = [[] for _ in range(roster.n_agents)]
        for agent, on, off in zip(roster.spell_agent, roster.spell_on, roster.spell_off, strict=True):
            self.spells[int(agent)].append((int(on), int(off)))

    def _rows(self, case: int) -> range:
        return range(int(self.workload.turn_start[case]), int(self.workload.turn_start[case + 1]))

    def _turn(self, case: int, row: int) -> Turn:
        w, r, t = self.workload, self.rules, self.trace
        ordinal = row - int(w.turn_start[case])
        queue, own = int(w.turn_queue_ix[row]), int(w.queue_ix[case])
        slot = int(t.case_bot_slot[case])
        work = int(w.work_after_bot_ms[row, slot] if slot >= 0 else w.work_ms[row])
        queued, started, ended = (int(c[row]) for c in (t.turn_queued_at, t.turn_started_at, t.turn_ended_at))
        entered = int(w.arrived_at[case]) if ordinal == 0 and w.arrived_at[case] < 0 else queued
        comes_first = ordinal > 0 and bool(r.returning_first[queue])
        over = ended if ended >= 0 else self.until
        if started < 0 and t.case_ended_at[case] >= 0:
            over = int(t.case_ended_at[case])
        return Turn(
            row=row,
            case=case,
            ordinal=ordinal,
            queue=queue,
            key=(
                int(r.priority[queue]),
                0 if comes_first else 1,
                entered + int(r.due_within_ms[queue]),
                case,
            ),
            is_unreserved=ordinal == 0 or queue != own or int(r.stick_for_ms[own]) == 0,
            need=work * 1_000_000,
            queued=queued,
            started=started,
            ended=ended,
            over=over,
            agent=int(t.turn_agent_ix[row]),
            must_interrupt=bool(t.turn_interrupted[row]),
        )

    def _note_pauses(self, turns: list[Turn]) -> None:
        """Rule 5.5: from a start that must interrupt until no interrupting turn is left."""
        calls = [turn for turn in turns if self.rules.interrupts[turn.queue]]
        for call in calls:
            if not call.must_interrupt:
                continue
            resumes, grows = call.over, True
            while grows:
                later = max((c.over for c in calls if c.started < resumes), default=resumes)
                grows = later > resumes
                resumes = max(later, resumes)
            for turn in turns:
                if self.rules.interruptible[turn.queue] and turn.started <= call.started < turn.over:
                    if (call.started, resumes) not in turn.pauses and not any(
                        a <= call.started < b for a, b in turn.pauses
                    ):
                        turn.pauses.append((call.started, min(resumes, self.until)))

    def _all_holds(self) -> Iterator[Hold]:
        for turn in self.turns:
            until = int(self.trace.turn_held_until[turn.row])
            if until >= 0:
                own = int(self.workload.queue_ix[turn.case])
                kept = int(self.rules.units[own]) * int(self.rules.hold[own]) // 1000
                units = min(kept, int(self.rules.units[turn.queue]))
                yield Hold(turn.row, turn.agent, turn.ended, until, units)

    # --- states at an instant, after its dispatch -------------------------------------------------------------

    def is_on(self, agent: int, at: int) -> bool:
        """Whether an agent is on duty at an instant."""
        return any(on <= at < off for on, off in self.spells[agent])

    def units_in_use(self, agent: int, at: int, *, only_firm: bool = False) -> int:
        """Units of turns worked and of holds; ``only_firm`` leaves out what may be interrupted."""
        used = sum(hold.units for hold in self.holds if hold.agent == agent and hold.begin <= at < hold.end)
        for turn in self.of_agent[agent]:
            if turn.is_worked_at(at) and not (only_firm and self.rules.interruptible[turn.queue]):
                used += int(self.rules.units[turn.queue])
        return used

    def has_paused(self, agent: int, at: int) -> bool:
        """Whether work of the agent is paused."""
        return any(a <= at < b for turn in self.of_agent[agent] for a, b in turn.pauses)

    def has_skill(self, agent: int, queue: int) -> bool:
        """Whether the agent's group serves the queue."""
        return bool(self.rules.rank[self.roster.agent_group[agent], queue] >= 0)

    def capacity(self, agent: int) -> int:
        """Units of the agent's group."""
        return int(self.rules.capacity[self.roster.agent_group[agent]])

    @cached_property
    def instants(self) -> list[int]:
        """Every instant of the run at which something happened or might have."""
        found = {t for turn in self.turns for t in (turn.queued, turn.started, turn.ended, turn.over)}
        found |= {t for spells in self.spells for spell in spells for t in spell}
        found |= {t for hold in self.holds for t in (hold.begin, hold.end)}
        return sorted(t for t in found if 0 <= t < self.until)

    # --- the laws ---------------------------------------------------------------------------------------------

    def stages(self, case: int) -> list[tuple[str, int, int]]:
        """Return the life of a case as (stage, begin, end), up to its end or that of the run."""
        w, t = self.workload, self.trace
        begin = max(0, int(t.case_arrived_at[case]))
        if t.case_outcome[case] == Outcome.UNBORN or begin >= self.until:
            return []
        life: list[tuple[str, int, int]] = []
        slot = int(t.case_bot_slot[case])
        if slot >= 0:
            life.append(("bot", begin, min(self.until, begin + int(w.bot_ms[case, slot]))))
        for row in self._rows(case):
            turn = self.turns[row]
            if turn.queued < 0:
                break
            life.append(("waiting", turn.queued, turn.started if turn.started >= 0 else turn.over))
            if turn.started >= 0:
                life.append(("worked", turn.started, turn.over))
            ends_here = t.case_ended_at[case] == turn.ended
            if turn.ended >= 0 and w.think_ms[row] > 0 and not ends_here:
                life.append(("thinking", turn.ended, min(self.until, turn.ended + int(w.think_ms[row]))))
        return life

    def breaks_of_flow(self) -> list[str]:
        """L01: at every instant a case that has arrived and not ended is in exactly one stage; each ends once."""
        found = []
        t, w = self.trace, self.workload
        for case in range(w.n_cases):
            life = self.stages(case)
            outcome, ended = Outcome(t.case_outcome[case]), int(t.case_ended_at[case])
            if not life:
                if ended >= 0 or outcome not in (Outcome.UNBORN, Outcome.OPEN):
                    found.append(f"case {case} never arrived and is {outcome.name}")
                continue
            if life[0][1] != max(0, int(t.case_arrived_at[case])):
                found.append(f"case {case} arrives at {t.case_arrived_at[case]} and begins at {life[0][1]}")
            for (a, _, end), (b, begin, _) in pairwise(life):
                if end != begin:
                    found.append(f"case {case}: {a} ends at {end}, {b} begins at {begin}")
            is_open = outcome == Outcome.OPEN
            if is_open != (ended < 0):
                found.append(f"case {case} is {outcome.name} and ended at {ended}")
            if life[-1][2] != (self.until if is_open else ended):
                found.append(f"case {case} ended at {ended}; its last stage {life[-1]}")
            last = {
                Outcome.CONTAINED: "bot",
                Outcome.ABANDONED: "waiting",
                Outcome.EXPIRED: "waiting",
                Outcome.ANSWERED: "worked",
                Outcome.TRIAGED: "worked",
                Outcome.LAPSED: "worked",
            }.get(outcome)
            if last and life[-1][0] != last:
                found.append(f"case {case} is {outcome.name} after {life[-1][0]}")
            if outcome in (Outcome.ANSWERED, Outcome.TRIAGED) and self.turns[self._rows(case)[-1]].ended != ended:
                found.append(f"case {case} is {outcome.name} before its last turn ended")
        return found

    def breaks_of_work(self) -> list[str]:
        """L03: what a turn gained at its agent's pace and speed reaches its work at its end, and not a ms before."""
        found = []
        for turns in self.of_agent:
            cuts = sorted({c for t in turns for c in (t.started, t.over, *(x for p in t.pauses for x in p))})
            gained = dict.fromkeys((t.row for t in turns), 0)
            last_rate = dict.fromkeys((t.row for t in turns), 0)
            for begin, end in pairwise(cuts):
                worked = [t for t in turns if t.is_worked_at(begin)]
                for turn in worked:
                    group = self.roster.agent_group[turn.agent]
                    paces = self.rules.pace[group]
                    rate = int(paces[min(len(worked), len(paces)) - 1]) * int(self.rules.speed[group, turn.queue])
                    gained[turn.row] += (end - begin) * rate
                    if end == turn.over:
                        last_rate[turn.row] = rate
            for turn in turns:
                got, before = gained[turn.row], gained[turn.row] - last_rate[turn.row]
                if turn.ended >= 0 and got < turn.need:
                    found.append(f"turn {turn.row} ended at {turn.ended} with {got} of {turn.need}")
                if before >= turn.need:
                    found.append(f"turn {turn.row} had its work done before {turn.over}")
        return found

    def breaks_of_duty(self) -> list[str]:
        """L07: who starts is on duty, skilled and has room; only one's own live conversation goes on after hours."""
        found = []
        for agent, turns in enumerate(self.of_agent):
            for turn in turns:
                before = self.turns[turn.row - 1] if turn.ordinal else None
                own = int(self.workload.queue_ix[turn.case])
                goes_on = (
                    before is not None and before.agent == agent and turn.queue == own and bool(self.rules.is_live[own])
                )
                if not self.is_on(agent, turn.started) and not goes_on:
                    found.append(f"turn {turn.row} started at {turn.started}, agent {agent} off duty")
                if not self.has_skill(agent, turn.queue):
                    found.append(f"turn {turn.row} was worked by agent {agent} without the skill")
                used = self.units_in_use(agent, turn.started)
                if used > self.capacity(agent):
                    found.append(f"agent {agent} has {used} units in use after a start at {turn.started}")
                interrupts = bool(self.rules.interrupts[turn.queue])
                if not interrupts and any(a < turn.started < b for t in turns for a, b in t.pauses):
                    found.append(f"turn {turn.row} started at {turn.started} beside paused work")
        return found

    def breaks_of_idleness(self) -> list[str]:
        """L05: after dispatch no unreserved turn waits that an agent on duty could start."""
        found = []
        for at in self.instants:
            waiting = [t for t in self.turns if t.is_unreserved and t.waits_for_dispatch_at(at)]
            if not waiting:
                continue
            for agent in range(self.roster.n_agents):
                if not self.is_on(agent, at):
                    continue
                room = self.capacity(agent) - self.units_in_use(agent, at)
                firm_room = self.capacity(agent) - self.units_in_use(agent, at, only_firm=True)
                has_paused = self.has_paused(agent, at)
                for turn in waiting:
                    if not self.has_skill(agent, turn.queue):
                        continue
                    units = int(self.rules.units[turn.queue])
                    if self.rules.interrupts[turn.queue]:
                        fits = units <= firm_room
                    else:
                        fits = units <= room and not has_paused
                    if fits:
                        found.append(f"turn {turn.row} waits at {at} although agent {agent} could start it")
        return found

    def breaks_of_order(self) -> list[str]:
        """L06: an agent starts nothing while an unreserved turn with a smaller key waits that would have fitted."""
        found = []
        for agent, turns in enumerate(self.of_agent):
            for turn in turns:
                at = turn.started
                interrupted = any(t.must_interrupt and t.started == at for t in turns)
                if self.rules.interrupts[turn.queue] or interrupted or not self.is_on(agent, at):
                    continue
                own_hold = sum(h.units for h in self.holds if h.row == turn.row - 1 and h.end == at and turn.ordinal)
                used = self.units_in_use(agent, at) - int(self.rules.units[turn.queue]) + own_hold
                for other in self.turns:
                    if (
                        other.key < turn.key
                        and other.is_unreserved
                        and other.waits_for_dispatch_at(at)
                        and self.has_skill(agent, other.queue)
                        and used + int(self.rules.units[other.queue]) <= self.capacity(agent)
                    ):
                        found.append(f"agent {agent} took turn {turn.row} at {at} before turn {other.row}")
        return found
