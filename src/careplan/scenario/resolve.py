"""From sections as written to sections that stand alone: channel defaults and default names filled in.

Comes in: the merged tree. Goes out: a tree in which each queue carries its channel's defaults, and each entry of the
outcomes and of the money what holds in general; every value keeps the place it was written.
"""

from __future__ import annotations

from careplan.errors import Finding
from careplan.scenario.merge import merged
from careplan.scenario.money import TERMS
from careplan.scenario.nodes import Node, node_of, with_value
from careplan.scenario.outcomes import KINDS, NO_FIGURES
from careplan.scenario.targets import ABOUT_QUEUES


def resolved(tree: Node) -> Node:
    """Return the tree with queues and outcomes complete, follow-ups naming their queue and targets their queues."""
    value = dict(tree.value)
    channels, queues = tree.child("channels"), tree.child("queues")
    if queues is not None and isinstance(queues.value, dict):
        complete = {name: _queue(name, queue, channels) for name, queue in queues.value.items()}
        value["queues"] = with_value(queues, complete)
        targets = tree.child("targets")
        if targets is not None and isinstance(targets.value, list):
            value["targets"] = with_value(targets, [_target(target, complete) for target in targets.value])
    if channels is not None and isinstance(channels.value, dict):
        only_kind = {
            name: with_value(channel, {key: node for key, node in channel.value.items() if key == "kind"})
            if isinstance(channel.value, dict)
            else channel
            for name, channel in channels.value.items()
        }
        value["channels"] = with_value(channels, only_kind)
    outcomes = tree.child("outcomes")
    if outcomes is not None and isinstance(outcomes.value, dict):
        value["outcomes"] = _outcomes(outcomes, queues)
    money = tree.child("money")
    if money is not None and isinstance(money.value, dict):
        value["money"] = _money(money)
    return with_value(tree, value)


def channel_findings(tree: Node) -> list[Finding]:
    """What is wrong with channels: their defaults, whether a queue uses them or not, and queues that play channel."""
    from pydantic import ValidationError

    from careplan.scenario.queues import Queue
    from careplan.scenario.translate import findings_of

    queues, channels = tree.child("queues"), tree.child("channels")
    findings: list[Finding] = []
    for queue in queues.value.values() if queues is not None and isinstance(queues.value, dict) else ():
        kind = queue.child("kind")
        if kind is not None:
            findings.append(kind.finding("is not a key of a queue; its channel says what kind it is", at_key=True))
    if channels is None or not isinstance(channels.value, dict):
        return findings
    for name, channel in channels.value.items():
        if not isinstance(channel.value, dict):
            continue
        stand_in = {
            "channel": name,
            "kind": "message",
            "volume": {"per_week": 0},
            "handle_time": "1 min",
            "think_time": "1 min",
            "window_concurrency": 1,
        }
        whole = merged(node_of(stand_in, channel.file), channel)
        if "channel" in channel.value:
            findings.append(
                channel.value["channel"].finding("is not a key here; a channel names no channel", at_key=True)
            )
        try:
            Queue.model_validate(whole.plain())
        except ValidationError as error:
            findings.extend(findings_of(error, whole))
    return findings


def _queue(name: str, queue: Node, channels: Node | None) -> Node:
    """A queue with its channel's keys as defaults, and its follow-ups naming it."""
    if not isinstance(queue.value, dict):
        return queue
    named = queue.child("channel")
    channel = channels.child(named.value) if channels is not None and named is not None else None
    whole = queue
    if channel is not None and isinstance(channel.value, dict):
        whole = merged(with_value(channel, {k: n for k, n in channel.value.items() if k != "channel"}), whole)
    value = dict(whole.value)
    if "kind" not in value:
        value["kind"] = node_of("message", queue.file)
    for key in ("try_again", "come_back"):
        follow = value.get(key)
        if follow is not None and isinstance(follow.value, dict) and "queue" not in follow.value:
            value[key] = with_value(follow, {**follow.value, "queue": node_of(name, follow.file)})
    return with_value(whole, value)


def _target(target: Node, queues: dict[str, Node]) -> Node:
    """A target that names its queues: all, unless it says which; a named one all message queues."""
    if isinstance(target.value, str):
        target = with_value(target, {"named": target})
    if not isinstance(target.value, dict) or "queues" in target.value:
        return target
    if not set(ABOUT_QUEUES) & set(target.value):
        return target
    names = sorted(queues)
    if "named" in target.value:
        names = [name for name in names if _is_message(queues[name])] or names
    return with_value(target, {**target.value, "queues": node_of(names, target.file)})


def _is_message(queue: Node) -> bool:
    kind = queue.child("kind")
    return kind is not None and kind.value == "message"


def _outcomes(outcomes: Node, queues: Node | None) -> Node:
    """Outcomes whose channels carry the general figures, and whose queues those of their channel."""
    value = {key: _sourced(node) if key in (*KINDS, "late") else node for key, node in outcomes.value.items()}
    general = with_value(outcomes, {key: node for key, node in value.items() if key in KINDS})
    for section in ("channels", "queues"):
        entries = value.get(section)
        if entries is None or not isinstance(entries.value, dict):
            continue
        complete = {}
        for name, entry in entries.value.items():
            queue = queues.child(name) if section == "queues" and queues is not None else None
            channel = queue.child("channel") if queue is not None else None
            of_channel = value["channels"].child(channel.value) if channel is not None and "channels" in value else None
            if isinstance(entry.value, dict):
                entry = with_value(entry, {key: _sourced(node) for key, node in entry.value.items()})
            complete[name] = merged(of_channel or general, entry)
        value[section] = with_value(entries, complete)
    return with_value(outcomes, value)


def _money(money: Node) -> Node:
    """Money whose groups carry the general terms."""
    groups = money.child("groups")
    if groups is None or not isinstance(groups.value, dict):
        return money
    general = with_value(money, {key: node for key, node in money.value.items() if key in TERMS})
    complete = {name: merged(general, entry) for name, entry in groups.value.items()}
    return with_value(money, {**money.value, "groups": with_value(groups, complete)})


_PLAIN = {"value": "amount", "penalty": "amount"}
"""What a figure written as one value is, where it is no share."""


def _sourced(block: Node) -> Node:
    """A kind of outcome in which every figure says its source: that of the block, if both stand in one file."""
    source = block.child("source")
    if source is None:
        return block
    value = dict(block.value)
    for key, figure in value.items():
        if key in NO_FIGURES or figure.file != source.file:
            continue
        inside = figure.value if isinstance(figure.value, dict) else {_PLAIN.get(key, "share"): figure}
        value[key] = with_value(figure, {"source": source, **inside})
    return with_value(block, value)
