"""What is allowed in a scenario and probably not meant. Each warning is a class and says what to do.

Comes in: a checked scenario. Goes out: warnings with their places. Left out: faults (``checks.py``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any

from careplan.errors import CareplanWarning, Finding
from careplan.scenario.checks import place
from careplan.scenario.models import Scenario
from careplan.scenario.nodes import Node, dotted
from careplan.scenario.outcomes import ByWait, Effects
from careplan.scenario.resolve import resolved
from careplan.scenario.targets import CoverTarget, LimitTarget, longest_ms
from careplan.units import DAY_MS, NEVER, format_duration, format_share

HIGH_SHRINKAGE = 0.6
"""Above it a shrinkage is more likely its complement (our choice)."""


class ScenarioWarning(CareplanWarning):
    """A warning about one place of a scenario."""

    def __init__(self, finding: Finding) -> None:
        self.finding = finding
        super().__init__(str(finding))


class InterruptingOff(ScenarioWarning):
    """A phone queue that shares agents with messages does not interrupt them, so it may starve behind them."""


class NobodySkilled(ScenarioWarning):
    """No group can work on a queue."""


class NobodyOnDuty(ScenarioWarning):
    """A group has neither a headcount nor shifts."""


class TargetWithoutVolume(ScenarioWarning):
    """A target names a queue to which no case comes."""


class EndlessPatience(ScenarioWarning):
    """Customers of a live queue wait for ever."""


class HighShrinkage(ScenarioWarning):
    """Most of the paid time is said not to be available."""


class NoWarmUp(ScenarioWarning):
    """The measured time begins with an empty desk."""


class OutsideTheRun(ScenarioWarning):
    """A dated value lies where nothing happens."""


class PeriodBeyondHorizon(ScenarioWarning):
    """A target is judged over a period longer than the horizon, or longer than what is left of it for the last one."""


class NeverUsed(ScenarioWarning):
    """A bot, hold or outcome that changes nothing."""


class LaterIsBetter(ScenarioWarning):
    """A figure of the outcomes says that customers are better off with a later answer, or with none."""


class NoWage(ScenarioWarning):
    """Some groups have a wage and others not, so the cost is too low."""


class BreakLeftOut(ScenarioWarning):
    """Some shifts are too short for a break that they should have, and do without it."""


def warnings_of(scenario: Scenario) -> tuple[ScenarioWarning, ...]:
    """Return every warning, in the order of the file."""
    tree = resolved(scenario.source) if scenario.source is not None else Node({}, scenario.name, 0, 0)
    found = [
        *_queues(scenario, tree),
        *_groups(scenario, tree),
        *_targets(scenario, tree),
        *_calendar(scenario, tree),
        *_bots(scenario, tree),
        *_outcomes(scenario, tree),
    ]
    return tuple(sorted(found, key=lambda w: (w.finding.file, w.finding.line, w.finding.column, w.finding.path)))


def _at(tree: Node, kind: type[ScenarioWarning], message: str, *path: Any, at_key: bool = False) -> ScenarioWarning:
    node = place(tree, *path)
    found = node.finding(message, at_key=at_key)
    return kind(Finding(found.file, found.line, found.column, dotted(path), message))


def _receiving(scenario: Scenario) -> set[str]:
    """Queues that get cases or turns from elsewhere: transfers, and follow-ups of other queues or bots."""
    found = {transfer.to for queue in scenario.queues.values() for transfer in queue.transfers}
    for name, queue in scenario.queues.items():
        follows = [follow.queue for follow in (queue.try_again, queue.come_back) if follow is not None]
        found.update(to for to in follows if to is not None and to != name)
    found.update(
        bot.come_back.queue for bot in scenario.bots.values() if bot.come_back and bot.come_back.queue is not None
    )
    return found


def _queues(scenario: Scenario, tree: Node) -> Iterator[ScenarioWarning]:
    receives = _receiving(scenario)
    for name, queue in scenario.queues.items():
        at = ("queues", name)
        skilled = [group for group in scenario.groups.values() if name in group.skills]
        gets_cases = bool(queue.volume.amount or queue.volume.counts or queue.backlog.cases) or name in receives
        if not skilled and gets_cases:
            text = f"no group is skilled for it, so nobody will answer; add {name} to the skills of a group"
            yield _at(tree, NobodySkilled, text, *at, at_key=True)
        if queue.interrupts == "no" and scenario.would_interrupt(name):
            text = (
                "shares agents with message queues and does not interrupt them, so callers may starve behind messages"
            )
            yield _at(tree, InterruptingOff, f"{text}; use interrupts: auto", *at, "interrupts")
        if queue.is_live and queue.patience.kind == "never":
            text = "never ends, but live customers hang up; state it, such as {exponential: {mean: 5 min}}"
            yield _at(tree, EndlessPatience, text, *at, "patience", at_key=True)
        yield from _dated(scenario, tree, name)


def _dated(scenario: Scenario, tree: Node, name: str) -> Iterator[ScenarioWarning]:
    """Factors and spikes on dates the run does not reach."""
    volume, days = scenario.queues[name].volume, scenario.clock.days
    at = ("queues", name, "volume")
    for day in volume.day_factor:
        if not days[0] <= day <= days[-1]:
            text = f"lies outside the run ({days[0]} to {days[-1]}) and changes nothing; mend the date or drop it"
            yield _at(tree, OutsideTheRun, text, *at, "day_factor", day.isoformat(), at_key=True)
    for index, spike in enumerate(volume.spikes):
        earliest = days[0] - timedelta(milliseconds=20 * spike.half_life)
        if spike.at is not None and not earliest <= spike.at.date() <= days[-1]:
            text = f"lies outside the run ({days[0]} to {days[-1]}) and changes nothing; mend the date or drop it"
            yield _at(tree, OutsideTheRun, text, *at, "spikes", index, "at")
    if volume.counts is not None and (
        volume.counts.starts[0].date() > days[0] or volume.counts.starts[-1].date() < days[-1]
    ):
        first, last = volume.counts.starts[0].date(), volume.counts.starts[-1].date()
        text = (
            f"covers {first} to {last}, the run lasts from {days[0]} to {days[-1]}; the days missing before and after "
            "the horizon are filled from the same weekday"
        )
        yield _at(tree, OutsideTheRun, text, *at, "counts")


def _groups(scenario: Scenario, tree: Node) -> Iterator[ScenarioWarning]:
    paid = [name for name, group in scenario.groups.items() if group.wage is not None]
    for name, group in scenario.groups.items():
        at = ("groups", name)
        if not group.is_staffed:
            text = "has nobody on duty; give headcount or shifts (simulate needs them, staff finds the headcount)"
            yield _at(tree, NobodyOnDuty, text, *at, at_key=True)
        if group.shrinkage > HIGH_SHRINKAGE:
            share = format_share(group.shrinkage)
            paid_each, other = 1 / (1 - group.shrinkage), format_share(1 - group.shrinkage)
            text = f"is {share}, so {paid_each:.1f} agents are paid for one at work; did you mean {other}?"
            yield _at(tree, HighShrinkage, text, *at, "shrinkage")
        if paid and group.wage is None:
            text = "has no wage although other groups have one, so the cost will be too low; give its wage"
            yield _at(tree, NoWage, text, *at, at_key=True)
        rules = group.shift_rules
        for number, pause in enumerate(rules.breaks if rules is not None else ()):
            lengths = {n for _, some in rules.all_lengths() for n in some} if rules is not None else set()
            without = sorted(n for n in lengths if n >= pause.in_shifts_from and not pause.begins(n))
            if without:
                longer = min(n for n in lengths if pause.begins(n))
                text = (
                    f"does not fit into shifts of {', '.join(map(format_duration, without))}, which do without it; say "
                    f"in_shifts_from: {format_duration(longer)} if that is meant, or let it begin earlier"
                )
                yield _at(tree, BreakLeftOut, text, *at, "shift_rules", "breaks", number)


def _targets(scenario: Scenario, tree: Node) -> Iterator[ScenarioWarning]:
    lengths = {"interval": 0, "hour": 0, "day": 1, "week": 7}
    receives = _receiving(scenario)
    for index, target in enumerate(scenario.targets):
        at = ("targets", index)
        if isinstance(target, CoverTarget):
            continue
        queues: Iterable[str] = target.queues
        for name in queues:
            volume = scenario.queues[name].volume
            if not (volume.amount or volume.counts or name in receives) and not isinstance(target, LimitTarget):
                text = f"names {name}, whose volume is 0, so the target cannot fail; give it a volume or drop it"
                yield _at(tree, TargetWithoutVolume, text, *at, "queues")
        days, over = scenario.calendar.horizon, f"is judged over each {target.over}"
        if lengths[target.over] > days:
            yield _at(tree, PeriodBeyondHorizon, f"{over}, but the horizon has {days} days; lengthen it", *at, "over")
        elif target.over == "week" and days % 7:
            text = f"{over}, and the last week of {days} days has {days % 7}; make the horizon whole weeks"
            yield _at(tree, PeriodBeyondHorizon, text, *at, "over")


def _calendar(scenario: Scenario, tree: Node) -> Iterator[ScenarioWarning]:
    has_messages = any(not queue.is_live for queue in scenario.queues.values())
    has_backlog = any(queue.backlog.cases for queue in scenario.queues.values())
    if scenario.calendar.warm_up == 0 and has_messages and not has_backlog:
        text = "is 0, so the first day begins without yesterday's messages; use warm_up: 1 day or give a backlog"
        yield _at(tree, NoWarmUp, text, "calendar", "warm_up")
    longest = max(map(longest_ms, scenario.targets), default=0)
    if scenario.run_off < longest:
        text = (
            "is shorter than the longest target, so late cases look unanswered; leave it out (longest target + 1 day)"
        )
        yield _at(tree, OutsideTheRun, text, "calendar", "run_off")
    comes_back = any(queue.come_back is not None for queue in scenario.queues.values())
    comes_back |= any(bot.come_back is not None for bot in scenario.bots.values())
    if longest <= scenario.run_off < scenario.run.solved_within and comes_back:
        text = (
            "is shorter than run.solved_within, so first contact resolution and true containment leave the late cases "
            "out; leave run_off out (longest target + run.solved_within)"
        )
        yield _at(tree, OutsideTheRun, text, "calendar", "run_off")
    if scenario.run_off > 400 * DAY_MS:
        text = "makes the run more than a year longer than what is measured; leave it out (longest target + 1 day)"
        yield _at(tree, OutsideTheRun, text, "calendar", "run_off")


def _bots(scenario: Scenario, tree: Node) -> Iterator[ScenarioWarning]:
    used = {bot for queue in scenario.queues.values() for bot in queue.bots}
    for name in scenario.bots:
        if name not in used:
            text = f"no queue lists it, so it takes no case; add bots: [{name}] to a queue"
            yield _at(tree, NeverUsed, text, "bots", name, at_key=True)


def _outcomes(scenario: Scenario, tree: Node) -> Iterator[ScenarioWarning]:
    outcomes = scenario.outcomes
    if outcomes is None:
        return
    queues = scenario.queues
    scopes: list[tuple[tuple[str, ...], Effects, list[str]]] = [(("outcomes",), outcomes, list(queues))]
    for channel, effects in outcomes.channels.items():
        mine = [name for name, queue in queues.items() if queue.channel == channel]
        scopes.append((("outcomes", "channels", channel), effects, mine))
    scopes += [(("outcomes", "queues", name), effects, [name]) for name, effects in outcomes.queues.items()]
    for at, effects, concerned in scopes:
        for key, curve, is_good in effects.curves():
            better = _better_later(curve, is_good)
            if better and place(tree, *at, *key).path == (*at, *key):  # said once, where it is written
                text = f"says that customers are better off {better} (not refused: some surveys do); was that meant?"
                yield _at(tree, LaterIsBetter, text, *at, *key)
        is_written = place(tree, *at, "sale").path == (*at, "sale")
        if effects.sale is not None and is_written and not any(queues[name].is_live for name in concerned):
            text = "no live queue is concerned, so there are no talks and no sales; drop it, or name a channel"
            yield _at(tree, NeverUsed, text, *at, "sale", at_key=True)
    longest = max(effects.longest for _, effects, _ in scopes)
    if scenario.run_off < longest:
        wait, seen_for = format_duration(longest), format_duration(scenario.run_off)
        text = f"speaks of waits of {wait}, but the run goes on for {seen_for} only; lengthen calendar.run_off"
        yield _at(tree, OutsideTheRun, text, "outcomes", at_key=True)


def _better_later(curve: ByWait, is_good: bool) -> str:
    """Where a curve says so, in words; empty where it does not."""
    values = [*curve.points, (NEVER, curve.never)]
    for (left, before), (right, after) in pairwise(values):
        if after > before if is_good else after < before:
            later = "unanswered" if right == NEVER else f"answered after {format_duration(right)}"
            return f"{later} than after {format_duration(left)}"
    return ""
