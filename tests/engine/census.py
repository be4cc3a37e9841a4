"""Count what really happened in a world: a feature that never fires is a feature no test compares.

Comes in: a world and a trace of it. Goes out: a Counter from what happened (a short phrase) to how often.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter

import numpy as np

from careplan.columns import NEVER
from careplan.trace.tables import Outcome, Trace
from tests.engine.tiny import World

HAPPENINGS = (
    # ends
    "ended open", "ended answered", "ended contained", "ended triaged", "ended abandoned", "ended lapsed",
    "ended expired", "ended unborn",
    # waiting
    "patience of zero abandoned", "patience of zero answered", "started as patience ended", "lapsed and worked",
    "lapsed and expired", "lapsed and open", "expired without lapse", "withdrawn message", "started as expiry came",
    "triage expired",
    # arriving
    "backlog answered", "backlog expired at 0", "backlog older than its expiry answered", "follow-up met a bot",
    "second bot listed", "hand-off worked", "hand-off overtaken", "bot finished after its window",
    # follow-ups
    "retry after abandoned", "retry after lapsed", "retry after expired", "return after answered",
    "return after contained", "follow-up waited for opening", "follow-up never opened", "chain of three",
    "parent with two rows",
    # turns and owners
    "returning turn worked", "transfer worked", "back from transfer to owner", "unskilled agent owned nothing",
    "owner kept by a queue over a gap", "owner lost at going off", "taken by another as stick_for ended",
    "taken by owner as stick_for ended", "taken by another after stick_for", "owner preferred without reservation",
    "live turn off duty", "waited for the owner with a colleague idle",
    # agents
    "hold", "hold for no time", "hold ended at going off", "hold ended with stick_for", "hold ended at the return",
    "hold to the end", "hold of less than a turn", "two or more at once", "paced down", "speed other than 1000",
    "overtime", "work into the next spell", "came on as another went off",
    # interrupting
    "must interrupt", "paused turn", "paused turn resumed and ended", "two turns paused at once",
    "call beside work", "second call during a pause", "chat paused", "paused off duty", "transfer to calls interrupted",
    # order
    "two starts at one instant", "end and start at one instant", "returning turn overtook", "deadline overtook",
    "priority overtook",
)  # fmt: skip
"""Everything that random worlds must show, in phrases that RULES.md explains."""


def happenings(world: World, trace: Trace) -> Counter[str]:
    """Count what happened on a trace of a world."""
    return _cases(world, trace) + _turns(world, trace) + _agents(world, trace) + _order(world, trace)


def _entry(world: World, trace: Trace) -> np.ndarray:  # type: ignore[type-arg]
    return trace.turn_queued_at[world.workload.turn_start[:-1]]


def _cases(world: World, trace: Trace) -> Counter[str]:
    count: Counter[str] = Counter()
    load, rules = world.workload, world.rules
    entry, first = _entry(world, trace), load.turn_start[:-1]
    started = trace.turn_started_at[first]
    depth = np.zeros(load.n_cases, dtype=int)
    for i in range(load.n_cases):
        q, outcome = load.queue_ix[i], Outcome(trace.case_outcome[i])
        patience, expiry = load.patience_ms[i], rules.expires_after_ms[q]
        lapsed = trace.case_lapsed_at[i] != NEVER
        is_backlog = load.arrived_at[i] < 0
        waits_in_patience = patience != NEVER and not is_backlog and load.needs_reply[i] and entry[i] != NEVER
        count[f"ended {outcome.name.lower()}"] += 1
        if waits_in_patience:
            count["patience of zero abandoned"] += patience == 0 and outcome == Outcome.ABANDONED
            count["patience of zero answered"] += patience == 0 and started[i] == entry[i]
            count["started as patience ended"] += patience > 0 and started[i] == entry[i] + patience
        count["lapsed and worked"] += bool(lapsed and started[i] != NEVER)
        count["lapsed and expired"] += lapsed and outcome == Outcome.EXPIRED
        count["lapsed and open"] += bool(lapsed and outcome == Outcome.OPEN and started[i] == NEVER)
        count["expired without lapse"] += outcome == Outcome.EXPIRED and not lapsed
        count["withdrawn message"] += outcome == Outcome.ABANDONED and not rules.is_live[q]
        count["triage expired"] += outcome == Outcome.EXPIRED and not load.needs_reply[i]
        if expiry != NEVER and started[i] != NEVER:
            count["started as expiry came"] += (load.arrived_at[i] if is_backlog else entry[i]) + expiry == started[i]
            count["backlog older than its expiry answered"] += bool(is_backlog and load.arrived_at[i] + expiry < 0)
        count["backlog answered"] += bool(is_backlog and outcome == Outcome.ANSWERED)
        count["backlog expired at 0"] += bool(is_backlog and outcome == Outcome.EXPIRED and trace.case_ended_at[i] == 0)
        slot = trace.case_bot_slot[i]
        if slot != NEVER:
            bot = world.bots[world.queues[world.cases[i].queue].bots[slot]]
            done = trace.case_arrived_at[i] + load.bot_ms[i, slot]
            count["second bot listed"] += slot == 1
            count["hand-off worked"] += bool(started[i] != NEVER)
            count["follow-up met a bot"] += bool(load.is_child[i])
            on = [w for w in bot.windows if w[0] <= trace.case_arrived_at[i] < w[1]]
            count["bot finished after its window"] += bool(on[0][1] < done < trace.until)
            rivals = (load.queue_ix == q) & (trace.case_arrived_at > trace.case_arrived_at[i]) & (started != NEVER)
            count["hand-off overtaken"] += bool(started[i] != NEVER and (rivals & (started < started[i])).any())
        for child, after, kind in (
            (load.retry_child[i], load.retry_after_ms[i], "retry"),
            (load.return_child[i], load.return_after_ms[i], "return"),
        ):
            if child == NEVER:
                continue
            trigger = trace.case_lapsed_at[i] if kind == "retry" and lapsed else trace.case_ended_at[i]
            why = outcome.name.lower()
            if kind == "retry":
                fires = lapsed or outcome in (Outcome.ABANDONED, Outcome.EXPIRED)
                why = "lapsed" if lapsed else why
            else:
                fires = outcome in (Outcome.ANSWERED, Outcome.CONTAINED) and not lapsed
                if outcome == Outcome.CONTAINED:
                    after = load.bot_return_after_ms[i, slot]
            if not fires or after == NEVER or not load.needs_reply[i]:
                continue
            if trace.case_outcome[child] == Outcome.UNBORN:
                takes = world.queues[world.cases[child].queue].takes
                count["follow-up never opened"] += not any(off > trigger + after for _, off in takes)
                continue
            count[f"{kind} after {why}"] += 1
            count["follow-up waited for opening"] += bool(trace.case_arrived_at[child] > trigger + after)
            count["parent with two rows"] += bool(min(load.retry_child[i], load.return_child[i]) >= 0
                                                  and load.retry_child[i] != load.return_child[i])  # fmt: skip
            depth[child] = depth[i] + 1
            count["chain of three"] += bool(depth[child] == 2)
    return count


def _turns(world: World, trace: Trace) -> Counter[str]:
    count: Counter[str] = Counter()
    load, rules, roster = world.workload, world.rules, world.roster
    spells: dict[int, list[tuple[int, int]]] = {}
    for agent, on, off in zip(roster.spell_agent, roster.spell_on, roster.spell_off, strict=True):
        spells.setdefault(int(agent), []).append((int(on), int(off)))

    def on_duty(agent: int, at: int) -> bool:
        return any(on <= at < off for on, off in spells.get(agent, []))

    def went_off(agent: int, after: int, before: int) -> bool:
        return any(after <= off <= before for _, off in spells.get(agent, []))

    for case in range(load.n_cases):
        q = load.queue_ix[case]
        stick = rules.stick_for_ms[q]
        for turn in range(load.turn_start[case], load.turn_start[case + 1]):
            held, ended, agent = trace.turn_held_until[turn], trace.turn_ended_at[turn], int(trace.turn_agent_ix[turn])
            is_first = turn == load.turn_start[case]
            if trace.turn_started_at[turn] != NEVER and not is_first:
                count["returning turn worked"] += 1
                count["transfer worked"] += load.turn_queue_ix[turn] != q
                count["live turn off duty"] += not on_duty(agent, int(trace.turn_started_at[turn]))
            if held != NEVER:
                count["hold"] += 1
                count["hold for no time"] += held == ended
                count["hold to the end"] += held == trace.until
                count["hold of less than a turn"] += 0 < rules.hold[q] < 1000
                later = turn + 1
                back, start = trace.turn_queued_at[later], trace.turn_started_at[later]
                if held < trace.until and held != start:
                    count["hold ended at going off"] += went_off(agent, int(held), int(held))
                    count["hold ended with stick_for"] += bool(back != NEVER and stick > 0 and held == back + stick)
                    count["hold ended at the return"] += bool(stick == 0 and held == back)
            if is_first or trace.turn_started_at[turn] == NEVER or load.turn_queue_ix[turn] != q:
                continue
            before, start, back = (
                int(trace.turn_agent_ix[turn - 1]),
                int(trace.turn_started_at[turn]),
                int(trace.turn_queued_at[turn]),
            )
            ended = int(trace.turn_ended_at[turn - 1])
            if rules.rank[roster.agent_group[before], q] == NEVER:
                count["unskilled agent owned nothing"] += 1
                continue
            count["back from transfer to owner"] += load.turn_queue_ix[turn - 1] != q and agent == before
            if not rules.is_live[q] and went_off(before, ended, start):
                count["owner kept by a queue over a gap"] += bool(
                    rules.keeps_owner[q] and agent == before and on_duty(before, start)
                )
                count["owner lost at going off"] += agent != before
            elif stick != NEVER:
                is_end = stick > 0 and start == back + stick
                count["taken by another as stick_for ended"] += is_end and agent != before
                count["taken by owner as stick_for ended"] += is_end and agent == before
                count["taken by another after stick_for"] += stick >= 0 and agent != before
                count["owner preferred without reservation"] += stick == 0 and agent == before and roster.n_agents > 1
            reserved = start > back and agent == before
            idle = any(
                other != before and on_duty(other, back) and rules.rank[roster.agent_group[other], q] != NEVER
                and not ((trace.turn_agent_ix == other) & (trace.turn_started_at <= back)
                         & ((trace.turn_ended_at > back) | (trace.turn_ended_at == NEVER))).any()
                for other in range(roster.n_agents)
            ) if reserved else False  # fmt: skip
            count["waited for the owner with a colleague idle"] += idle
    return count


def _agents(world: World, trace: Trace) -> Counter[str]:
    count: Counter[str] = Counter()
    load, rules, roster = world.workload, world.rules, world.roster
    case_of = np.repeat(np.arange(load.n_cases), np.diff(load.turn_start))
    starts = trace.turn_started_at
    ends = np.where((trace.turn_ended_at == NEVER) & (starts != NEVER), trace.until, trace.turn_ended_at)
    ons, offs = set(roster.spell_on.tolist()), set(roster.spell_off.tolist())
    came = ons & offs & set(starts.tolist())
    count["came on as another went off"] += len({at for at in came if at < trace.until})
    for agent in range(roster.n_agents):
        mine = np.flatnonzero((trace.turn_agent_ix == agent) & (starts != NEVER))
        g = roster.agent_group[agent]
        spells = [
            (int(a), int(b))
            for k, a, b in zip(roster.spell_agent, roster.spell_on, roster.spell_off, strict=True)
            if k == agent
        ]
        for turn in mine:
            q, at, end = load.turn_queue_ix[turn], starts[turn], ends[turn]
            others = [t for t in mine if t != turn and starts[t] <= at < ends[t]]
            offs_within = [off for _, off in spells if at < off < end]
            count["two or more at once"] += bool(others)
            count["paced down"] += bool(others) and bool(rules.pace[g].min() < 1000)
            count["speed other than 1000"] += bool(rules.speed[g, q] != 1000)
            count["overtime"] += bool(offs_within)
            count["work into the next spell"] += any(off < on < end for off in offs_within for on, _ in spells)
            if rules.interrupts[q]:
                beside = [t for t in others if rules.interruptible[load.turn_queue_ix[t]]]
                count["must interrupt"] += bool(trace.turn_interrupted[turn])
                count["call beside work"] += bool(beside) and not trace.turn_interrupted[turn]
                count["second call during a pause"] += any(trace.turn_interrupted[t] for t in others)
                count["two turns paused at once"] += bool(trace.turn_interrupted[turn]) and len(beside) > 1
                count["transfer to calls interrupted"] += (
                    bool(trace.turn_interrupted[turn]) and q != load.queue_ix[case_of[turn]]
                )
            if rules.interruptible[q]:
                calls = [t for t in mine if trace.turn_interrupted[t] and at <= starts[t] < end]
                count["paused turn"] += bool(calls)
                count["paused turn resumed and ended"] += bool(calls) and trace.turn_ended_at[turn] != NEVER
                count["chat paused"] += bool(calls) and bool(rules.is_live[q])
                count["paused off duty"] += any(starts[t] < off < ends[t] for t in calls for _, off in spells)
    return count


def _order(world: World, trace: Trace) -> Counter[str]:
    count: Counter[str] = Counter()
    load, rules = world.workload, world.rules
    started = np.flatnonzero(trace.turn_started_at != NEVER)
    starts = sorted(trace.turn_started_at[started].tolist())
    ends = sorted(trace.turn_ended_at[started].tolist())
    count["two starts at one instant"] += len(starts) - len(set(starts))
    count["end and start at one instant"] += len(
        {at for at in ends if at >= 0 and starts[bisect_right(starts, at) - 1] == at}
    )
    later = np.ones(load.n_turns, dtype=bool)
    later[load.turn_start[:-1]] = False
    queued, q = trace.turn_queued_at, load.turn_queue_ix
    for turn in started:
        # Those whose wait began before this one's, and lasts beyond its start.
        passed = (queued >= 0) & (queued < queued[turn]) & (trace.turn_started_at > trace.turn_started_at[turn])
        count["returning turn overtook"] += bool(later[turn] and rules.returning_first[q[turn]]
                                                 and (passed & ~later & (q == q[turn])).any())  # fmt: skip
        count["deadline overtook"] += bool((passed & (rules.due_within_ms[q] > rules.due_within_ms[q[turn]])
                                            & (rules.priority[q] == rules.priority[q[turn]])).any())  # fmt: skip
        count["priority overtook"] += bool((passed & (rules.priority[q] > rules.priority[q[turn]])).any())
    return count
