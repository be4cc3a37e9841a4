"""The rules of a scenario: units, hours and defaults resolved to the numbers an engine reads.

Comes in: a scenario. Goes out: :class:`~careplan.engine.contract.Rules`. Left out: customers and rosters.
"""

from __future__ import annotations

from functools import lru_cache

from careplan.columns import NEVER
from careplan.engine.contract import ALWAYS_FROM, ALWAYS_TO, FULL_CAPACITY, Bot, Group, Queue, Rules, Windows
from careplan.scenario import people, queues
from careplan.scenario.models import Scenario

_ALWAYS: Windows = ((ALWAYS_FROM, ALWAYS_TO),)


@lru_cache(maxsize=64)
def rules_of(scenario: Scenario) -> Rules:
    """Return how the queues, groups and bots of a scenario behave.

    Follow-ups may arrive on message queues at any time, on live queues while they are open (rule 7.5).
    A queue with ``ownership: agent`` keeps returning turns for their owner without end, unless the scenario states
    ``stick_for``. Live conversations never lose their owner, so ``ownership`` changes nothing there.
    """
    return Rules.of(
        queues={name: _queue(scenario, name, queue) for name, queue in scenario.queues.items()},
        groups={name: _group(group) for name, group in scenario.groups.items()},
        bots={name: Bot(_windows(scenario, bot.hours)) for name, bot in scenario.bots.items()},
    )


def _queue(scenario: Scenario, name: str, queue: queues.Queue) -> Queue:
    keeps_owner = queue.ownership == "agent" and not queue.is_live
    waits_for_owner = keeps_owner and "stick_for" not in queue.model_fields_set
    return Queue(
        is_live=queue.is_live,
        concurrency=queue.concurrency,
        hold=round(queue.hold * 1000),
        priority=queue.priority,
        returning_first=queue.returning == "first",
        due_within_ms=queue.order.due_within,
        withdraws=queue.withdraw,
        expires_after_ms=queue.expires_after,
        stick_for_ms=NEVER if waits_for_owner else queue.stick_for,
        keeps_owner=keeps_owner,
        interrupts=name in scenario.interrupting,
        interruptible=name in scenario.interruptible,
        bots=queue.bots,
        takes=_windows(scenario, queue.open) if queue.is_live else _ALWAYS,
    )


def _group(group: people.Group) -> Group:
    return Group(
        skills={name: (skill.rank, round(skill.speed * 1000)) for name, skill in group.skills.items()},
        capacity=round(group.capacity * FULL_CAPACITY),
        pace=tuple(round(share * 1000) for share in group.pace),
    )


def _windows(scenario: Scenario, hours: str) -> Windows:
    return _ALWAYS if hours == "always" else scenario.open_windows(hours)
