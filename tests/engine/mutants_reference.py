"""Mutants of the reference engine: one broken rule each (``mutants.py`` says what is done with them)."""

# ruff: noqa: E501 - pieces of source are easier to compare unbroken
from __future__ import annotations

from tests.engine.mutants import Mutant

MOMENTS, CASES, AGENTS = "reference/moments.py", "reference/cases.py", "reference/agents.py"
TURNS, DISPATCH = "reference/turns.py", "reference/dispatch.py"

REFERENCE = [
    # 1. One instant
    Mutant("1", "the end of the run is played", MOMENTS, "self._env.peek() < until", "self._env.peek() <= until"),
    Mutant(
        "1.1", "agents go off before work ends", MOMENTS,
        "WORK_ENDS = 1\n    GOES_OFF = 2", "WORK_ENDS = 2\n    GOES_OFF = 1",
    ),
    Mutant(
        "1.1", "agents come on before work ends", MOMENTS,
        "WORK_ENDS = 1\n    GOES_OFF = 2\n    COMES_ON = 3", "COMES_ON = 1\n    WORK_ENDS = 2\n    GOES_OFF = 3",
    ),
    Mutant(
        "1.2", "agents come on before others go off", MOMENTS,
        "GOES_OFF = 2\n    COMES_ON = 3", "GOES_OFF = 3\n    COMES_ON = 2",
        equivalent="no agent does both at one instant (touching spells are merged), and what going off changes "
        "(own duty, holds, owners) no agent's coming on reads.",
    ),
    Mutant(
        "1.4", "dispatch comes before cases come forward", MOMENTS,
        "COMES_FORWARD = 4\n    DISPATCH = 5", "COMES_FORWARD = 5\n    DISPATCH = 4",
    ),
    Mutant(
        "1.5", "no dispatch where only duty changes", MOMENTS,
        "if step < Step.DISPATCH:", "if step in (Step.WORK_ENDS, Step.COMES_FORWARD):",
    ),
    Mutant(
        "1.6", "giving up comes before dispatch", MOMENTS,
        "DISPATCH = 5\n    PATIENCE_ENDS = 6\n    EXPIRES = 7", "PATIENCE_ENDS = 5\n    EXPIRES = 6\n    DISPATCH = 7",
    ),
    Mutant(
        "1.6", "expiry comes before patience", MOMENTS,
        "PATIENCE_ENDS = 6\n    EXPIRES = 7", "PATIENCE_ENDS = 7\n    EXPIRES = 6",
    ),
    # 2. Arriving
    Mutant(
        "2.1", "backlog is queued by its entry", CASES,
        "first.waits_since = self.arrived_at if self.is_backlog else self.clock.now", "first.waits_since = self.clock.now",
    ),
    Mutant("2.1", "backlog meets bots", CASES, "if self.is_backlog or not self.needs_reply:", "if not self.needs_reply:"),
    Mutant(
        "2.1", "backlog has patience", CASES,
        "if self.is_backlog or not self.needs_reply or self.patience_ms == NEVER:",
        "if not self.needs_reply or self.patience_ms == NEVER:",
    ),
    Mutant(
        "2.2", "a case without need of a reply meets bots", CASES,
        "if self.is_backlog or not self.needs_reply:", "if self.is_backlog:",
    ),
    Mutant(
        "2.2", "a case without need of a reply has patience", CASES,
        "if self.is_backlog or not self.needs_reply or self.patience_ms == NEVER:",
        "if self.is_backlog or self.patience_ms == NEVER:",
    ),
    Mutant(
        "2.2", "a case without need of a reply has a follow-up", CASES,
        "if self.has_child or not self.needs_reply:", "if self.has_child:",
    ),
    Mutant(
        "2.3", "the last listed bot takes the case", CASES,
        "enumerate(self.queue.bots)", "reversed(list(enumerate(self.queue.bots)))",
    ),
    Mutant("2.3", "a bot is on at the end of its window", CASES, "on <= self.clock.now < off", "on <= self.clock.now <= off"),
    Mutant(
        "2.3", "the work is the same after a bot", CASES,
        "return turn.work_ms if self.bot_slot == NEVER else turn.work_after_bot_ms[self.bot_slot]", "return turn.work_ms",
    ),
    Mutant(
        "2.4", "patience runs from the arrival, not the hand-off", CASES,
        "return self.clock.now + self.patience_ms", "return max(self.clock.now, self.arrived_at + self.patience_ms)",
    ),
    Mutant(
        "2.4", "expiry of backlog runs from 0", CASES,
        "self.turns[0].waits_since + self.queue.expires_after_ms", "self.clock.now + self.queue.expires_after_ms",
    ),
    # 3. Giving up
    Mutant("3.1", "messages never withdraw", CASES, "if self.queue.is_live or self.queue.withdraws:", "if self.queue.is_live:"),
    Mutant(
        "3.1", "a lapsed message costs all its turns", CASES,
        "return None if self.lapsed_at != NEVER else turn.next", "return turn.next",
    ),
    Mutant(
        "3.1", "a lapsed message is closed", CASES,
        "            self.lapsed_at = self.clock.now\n            self.try_again()",
        "            self.lapsed_at = self.clock.now\n            self.leave(Outcome.LAPSED)\n            self.try_again()",
    ),
    Mutant(
        "3.2", "a lapsed message does not expire", CASES,
        '        """The brand closes the case unanswered (3.2)."""\n', "        if self.lapsed_at != NEVER:\n            return\n",
    ),
    # 4. Turns and owners
    Mutant(
        "4.2", "a transfer has an owner", CASES,
        "if following.queue is not self.queue or not agent.is_skilled_for(self.queue):",
        "if not agent.is_skilled_for(following.queue):",
    ),
    Mutant(
        "4.3", "an agent without the skill owns", CASES,
        "if following.queue is not self.queue or not agent.is_skilled_for(self.queue):", "if following.queue is not self.queue:",
    ),
    Mutant(
        "4.3", "off duty nobody becomes owner of a live conversation", CASES,
        "agent.is_on_duty or self.queue.is_live or (self.queue.keeps_owner and agent.has_later_spell)",
        "agent.is_on_duty or (self.queue.keeps_owner and agent.has_later_spell)",
    ),
    Mutant(
        "4.3", "off duty nobody becomes owner of a managed message", CASES,
        "agent.is_on_duty or self.queue.is_live or (self.queue.keeps_owner and agent.has_later_spell)",
        "agent.is_on_duty or self.queue.is_live",
    ),
    Mutant(
        "4.3", "a manager off duty becomes owner without a later spell", CASES,
        "agent.is_on_duty or self.queue.is_live or (self.queue.keeps_owner and agent.has_later_spell)",
        "agent.is_on_duty or self.queue.is_live or self.queue.keeps_owner",
    ),
    Mutant(
        "4.3", "any agent off duty becomes owner", CASES,
        "return agent.is_on_duty or self.queue.is_live or (self.queue.keeps_owner and agent.has_later_spell)", "return True",
    ),
    Mutant("4.4", "anyone takes a reserved turn", DISPATCH, "if turn.is_reserved and turn.owner is not None", "if False"),
    Mutant("4.4", "endless stick_for reserves nothing", CASES, "if self.queue.stick_for_ms == 0:", "if self.queue.stick_for_ms <= 0:"),
    Mutant(
        "4.4", "stick_for 0 reserves for 0 ms", CASES, "if self.queue.stick_for_ms == 0:", "if False:",
        equivalent="the reservation ends in step 1.4 of the instant in which it is made, before dispatch, with its hold.",
    ),
    Mutant(
        "4.4", "the reservation ends after dispatch", CASES,
        "self.clock.after(self.queue.stick_for_ms, Step.COMES_FORWARD, ends)",
        "self.clock.after(self.queue.stick_for_ms, Step.PATIENCE_ENDS, ends)",
    ),
    Mutant(
        "4.4", "the reservation ends a millisecond late", CASES,
        "self.clock.after(self.queue.stick_for_ms, Step", "self.clock.after(self.queue.stick_for_ms + 1, Step",
    ),
    Mutant("4.4", "a finite stick_for is endless", CASES, "if self.queue.stick_for_ms != NEVER:", "if False:"),
    Mutant(
        "4.5", "managed messages lose their owner at going off", AGENTS,
        "if not (turn.case.queue.keeps_owner and self.has_later_spell):", "if True:",
    ),
    Mutant(
        "4.5", "managed messages keep an owner who does not come back", AGENTS,
        "if not (turn.case.queue.keeps_owner and self.has_later_spell):", "if not turn.case.queue.keeps_owner:",
    ),
    Mutant(
        "4.5", "all messages keep an owner who comes back", AGENTS,
        "if not (turn.case.queue.keeps_owner and self.has_later_spell):", "if not self.has_later_spell:",
    ),
    Mutant(
        "4.5", "live conversations lose their owner at going off", AGENTS,
        "if not turn.case.queue.is_live:\n                self.stop", "if True:\n                self.stop",
    ),
    Mutant(
        "4.6", "the kind is that of the turn just worked", AGENTS,
        "if not turn.case.queue.is_live:\n                self.stop", "if not turn.before.queue.is_live:\n                self.stop",
    ),
    # 5. Agents
    Mutant("5.1", "a paused turn takes units", AGENTS, "for turn in self.working) + self.units_held", "for turn in self.working + self.paused) + self.units_held"),
    Mutant(
        "5.2", "more is held than was freed", AGENTS,
        "return min(turn.before.queue.units, queue.units * queue.hold // 1000)", "return queue.units * queue.hold // 1000",
    ),
    Mutant("5.2", "messages are held off duty", AGENTS, "if not (self.is_on_duty or queue.is_live):", "if False:"),
    Mutant("5.2", "live conversations are not held off duty", AGENTS, "if not (self.is_on_duty or queue.is_live):", "if not self.is_on_duty:"),
    Mutant(
        "5.2", "a managed message is held over the gap", AGENTS,
        "                self.stop_holding_for(turn)\n                if not", "                if not",
    ),
    Mutant(
        "5.2", "the hold outlives the reservation", CASES,
        "        if turn.owner is not None:\n            turn.owner.stop_holding_for(turn)\n        self.open", "        self.open",
    ),
    Mutant(
        "5.2", "the hold outlives the return that is not reserved", CASES,
        "                turn.owner.stop_holding_for(turn)\n            else:", "                pass\n            else:",
    ),
    Mutant("5.3", "the own hold counts against the return", AGENTS, "return turn.held_units if turn.owner is self else 0", "return 0"),
    Mutant("5.3", "agents fill up to below their capacity", AGENTS, "turn.queue.units <= self.capacity\n\n    def fits_by", "turn.queue.units < self.capacity\n\n    def fits_by"),
    Mutant("5.4", "time is rounded down", AGENTS, "-(-rest // self.rate(turn))", "rest // self.rate(turn)"),
    Mutant("5.4", "paused turns count for the pace", AGENTS, "min(len(self.working), len", "min(len(self.working) + len(self.paused), len"),
    Mutant(
        "5.4", "past the table's end pace begins anew", AGENTS,
        "self.pace[min(len(self.working), len(self.pace)) - 1]", "self.pace[(len(self.working) - 1) % len(self.pace)]",
    ),
    Mutant("5.4", "all turns have the same speed", AGENTS, "return pace * self.speed[turn.queue.number]", "return pace * 1000"),
    Mutant(
        "5.4", "speed is that of the case's queue", AGENTS,
        "return pace * self.speed[turn.queue.number]", "return pace * self.speed[turn.case.queue.number]",
    ),
    Mutant(
        "5.4", "gains are rounded at each change", AGENTS,
        "turn.to_gain -= elapsed * self.rate(turn)", "turn.to_gain -= elapsed * self.rate(turn) // WORK_PER_MS * WORK_PER_MS",
    ),
    Mutant("5.5", "nobody is interrupted", DISPATCH, "(agent.fits(turn) or agent.fits_by_interrupting(turn))", "agent.fits(turn)"),
    Mutant("5.5", "agents off duty are interrupted", AGENTS, "if not (turn.queue.interrupts and self.is_on_duty):", "if not turn.queue.interrupts:",
        equivalent="dispatch asks first whether the agent is on duty or takes a reserved turn of their own (5.7), and a turn of an "
        "interrupting queue is never reserved: owners exist only in a case's own queue, which then has one turn (4.2, 5.8).",
    ),
    Mutant("5.5", "calls push holds aside", AGENTS, "return fixed + self.units_held - ", "return fixed - "),
    Mutant(
        "5.5", "calls push all work aside", AGENTS,
        "for other in self.working if not other.queue.interruptible)", "for other in self.working if other.queue.interrupts)",
    ),
    Mutant("5.5", "a call always interrupts", AGENTS, "return paused + self.units_in_use - self.own_hold(turn) + turn.queue.units > self.capacity", "return True"),
    Mutant("5.5", "paused turns do not count for must-interrupt", AGENTS, "return paused + self.units_in_use", "return self.units_in_use"),
    Mutant(
        "5.5", "a call pauses one turn only", AGENTS,
        "for turn in [turn for turn in self.working if turn.queue.interruptible]:", "for turn in [turn for turn in self.working if turn.queue.interruptible][:1]:",
    ),
    Mutant("5.5", "paused turns resume after any call", AGENTS, "if not any(turn.queue.interrupts for turn in self.working):", "if True:"),
    Mutant("5.6", "with paused turns agents take anything", DISPATCH, "return not agent.paused or turn.queue.interrupts", "return True"),
    Mutant("5.6", "with paused turns agents take no further call", DISPATCH, "return not agent.paused or turn.queue.interrupts", "return not agent.paused"),
    Mutant("5.7", "off duty nothing starts", DISPATCH, "return agent.is_on_duty or (turn.owner is agent and turn.is_reserved_live)", "return agent.is_on_duty"),
    Mutant(
        "5.7", "off duty unreserved turns of own conversations start", DISPATCH,
        "(turn.owner is agent and turn.is_reserved_live)", "(turn.owner is agent and turn.case.queue.is_live)",
    ),
    Mutant("5.7", "off duty own messages start", DISPATCH, "(turn.owner is agent and turn.is_reserved_live)", "(turn.owner is agent and turn.is_reserved)"),
    # 6. Dispatch
    Mutant("6.1", "a turn that cannot start blocks all behind it", DISPATCH, "for turn in waiting_room.candidates():", "for turn in waiting_room.candidates()[:1]:"),
    Mutant("6.1", "one start an instant", DISPATCH, "while (start := next_start", "if (start := next_start"),
    Mutant(
        "6.1", "dispatch does not look again after a start", DISPATCH,
        "    while (start := next_start(waiting_room, agents)) is not None:\n        turn, agent = start\n        agent.start(turn)",
        "    tried = set()\n    while True:\n        found = None\n        for turn in waiting_room.candidates():\n            if turn.key in tried:\n                continue\n"
        "            agent = agent_for(turn, agents)\n            if agent is not None:\n                found = turn, agent\n                break\n            tried.add(turn.key)\n"
        "        if found is None:\n            return\n        found[1].start(found[0])",
    ),
    Mutant("6.1", "no priorities", TURNS, "return (self.queue.priority, 0 if", "return (0, 0 if"),
    Mutant("6.1", "priorities reversed", TURNS, "return (self.queue.priority, 0 if", "return (-self.queue.priority, 0 if"),
    Mutant("6.1", "returning turns last", TURNS, "0 if is_returning else 1", "1 if is_returning else 0"),
    Mutant("6.1", "no turn returns first", TURNS, "0 if is_returning else 1", "1"),
    Mutant("6.1", "the case's queue says what returns first", TURNS, "self.before is not None and self.queue.returning_first", "self.before is not None and self.case.queue.returning_first"),
    Mutant(
        "6.1", "priority after returning", TURNS,
        "return (self.queue.priority, 0 if is_returning else 1, due_at", "return (0 if is_returning else 1, self.queue.priority, due_at",
    ),
    Mutant(
        "6.1", "returning after the deadline", TURNS,
        "0 if is_returning else 1, due_at, self", "due_at, 0 if is_returning else 1, self",
    ),
    Mutant("6.1", "no deadlines", TURNS, "due_at = self.waits_since + self.queue.due_within_ms", "due_at = self.waits_since"),
    Mutant("6.1", "the greater case number first", TURNS, "due_at, self.case.number)", "due_at, -self.case.number)"),
    Mutant("6.1", "a returning turn is queued by its case's arrival", CASES, "turn.waits_since = self.clock.now", "turn.waits_since = self.arrived_at"),
    Mutant(
        "6.2", "the owner before who need not interrupt", DISPATCH,
        "        agent.must_interrupt(turn),\n        agent is not turn.owner,", "        agent is not turn.owner,\n        agent.must_interrupt(turn),",
        equivalent="only turns of interrupting queues must interrupt, and those have no owner: owners exist only in a case's own queue, "
        "which then has one turn (4.2, 5.8).",
    ),
    Mutant("6.2", "who must interrupt comes first", DISPATCH, "        agent.must_interrupt(turn),", "        not agent.must_interrupt(turn),"),
    Mutant("6.2", "nobody minds interrupting", DISPATCH, "        agent.must_interrupt(turn),\n", "        False,\n"),
    Mutant("6.2", "owners are like others", DISPATCH, "        agent is not turn.owner,\n", "        False,\n"),
    Mutant(
        "6.2", "rank before the owner", DISPATCH,
        "        agent is not turn.owner,\n        agent.rank[turn.queue.number],", "        agent.rank[turn.queue.number],\n        agent is not turn.owner,",
    ),
    Mutant(
        "6.2", "units in use before rank", DISPATCH,
        "        agent.rank[turn.queue.number],\n        agent.units_in_use,", "        agent.units_in_use,\n        agent.rank[turn.queue.number],",
    ),
    Mutant("6.2", "rank reversed", DISPATCH, "        agent.rank[turn.queue.number],", "        -agent.rank[turn.queue.number],"),
    Mutant(
        "6.2", "last start before units in use", DISPATCH,
        "        agent.units_in_use,\n        agent.last_start_at,", "        agent.last_start_at,\n        agent.units_in_use,",
    ),
    Mutant("6.2", "the busiest first", DISPATCH, "        agent.units_in_use,", "        -agent.units_in_use,"),
    Mutant("6.2", "holds are no units in use", DISPATCH, "        agent.units_in_use,", "        agent.units_in_use - agent.units_held,"),
    Mutant(
        "6.2", "paused turns are units in use", DISPATCH,
        "        agent.units_in_use,", "        agent.units_in_use + sum(t.queue.units for t in agent.paused),",
    ),
    Mutant("6.2", "the latest start first", DISPATCH, "        agent.last_start_at,", "        -agent.last_start_at,"),
    Mutant("6.2", "the greater agent number first", DISPATCH, "        agent.number,\n", "        -agent.number,\n"),
    Mutant("6.2", "the agent number before the last start", DISPATCH, "        agent.last_start_at,\n        agent.number,", "        agent.number,\n        agent.last_start_at,"),
    # 7. Ends and follow-ups
    Mutant("7.1", "a lapsed case ends answered", CASES, "if self.lapsed_at == NEVER else Outcome.LAPSED", "if True else Outcome.LAPSED"),
    Mutant("7.2", "who lapses does not try again", CASES, "            self.lapsed_at = self.clock.now\n            self.try_again()", "            self.lapsed_at = self.clock.now"),
    Mutant("7.2", "whose message expires does not try again", CASES, "if outcome in (Outcome.ABANDONED, Outcome.EXPIRED):", "if outcome == Outcome.ABANDONED:"),
    Mutant("7.3", "a lapsed case comes back", CASES, "elif outcome in (Outcome.ANSWERED, Outcome.CONTAINED):", "elif outcome in (Outcome.ANSWERED, Outcome.CONTAINED, Outcome.LAPSED):"),
    Mutant("7.3", "after a bot the delay is that after an answer", CASES, "contained = self.outcome == Outcome.CONTAINED", "contained = False"),
    Mutant("7.4", "every trigger bears", CASES, "if self.has_child or not self.needs_reply:", "if not self.needs_reply:"),
    Mutant("7.5", "follow-ups come when due, open or not", CASES, "return max(due_at, opens)", "return due_at"),
    Mutant("7.5", "a window takes at its end", CASES, "if due_at < closes:", "if due_at <= closes:"),
    Mutant("7.5", "a follow-up due in closed hours never comes", CASES, "            if due_at < closes:", "            if opens <= due_at < closes:"),
]  # fmt: skip
"""The module ``turns`` of the reference says the key, ``dispatch`` the preference; the rest is where its rule is."""
