"""The three priority structures of the kernel: events, agents with room, and turns that join a queue late.

All are plain arrays changed in place; nothing is allocated. Keys are packed so that one comparison mostly decides.
"""

from __future__ import annotations

from numba import njit

from careplan.engine.fast.layout import EVENTS, FOREVER, HOLE, LATE_CHILD, LATE_SIBLING, START
from careplan.engine.fast.unsigned import KernelCompiler

options = {"nogil": True, "error_model": "numpy", "_nrt": False, "pipeline_class": KernelCompiler}
"""No reference counting: nothing here allocates, and counting the kernel's arrays cost twenty times its work."""
inlined = {**options, "inline": "always"}
cached = {**options, "cache": True}
"""For the functions that Python calls; they hold the code of all others."""


# Events: a binary heap of (key, payload). A popped event leaves a hole at the root, which the next push fills.


@njit(**inlined)
def next_key(keys, counters):
    """Return the smallest event key, FOREVER if there is none."""
    n = counters[EVENTS]
    if counters[HOLE] == 0:
        return keys[0] if n > 0 else FOREVER
    key = FOREVER
    if n > 1:
        key = keys[1]
        if n > 2 and keys[2] < key:
            key = keys[2]
    return key


@njit(**options)
def sink(keys, payloads, n, key, payload):
    """Let (key, payload) sink from the root of a heap of n entries."""
    i = 0
    child = 1
    while child + 1 < n:
        child += keys[child + 1] < keys[child]
        if keys[child] >= key:
            break
        keys[i] = keys[child]
        payloads[i] = payloads[child]
        i = child
        child = 2 * i + 1
    else:
        if child < n and keys[child] < key:
            keys[i] = keys[child]
            payloads[i] = payloads[child]
            i = child
    keys[i] = key
    payloads[i] = payload


@njit(**inlined)
def settle(keys, payloads, counters):
    """Close the hole at the root, if there is one."""
    if counters[HOLE] == 1:
        counters[HOLE] = 0
        n = counters[EVENTS] - 1
        counters[EVENTS] = n
        if n > 0:
            sink(keys, payloads, n, keys[n], payloads[n])


@njit(**inlined)
def pop(keys, payloads, counters):
    """Take the smallest event, leave a hole and return the payload."""
    settle(keys, payloads, counters)
    counters[HOLE] = 1
    return payloads[0]


@njit(**options)
def push(keys, payloads, counters, key, payload):
    """Add an event; room for it is ensured at the start of each instant."""
    n = counters[EVENTS]
    if counters[HOLE] == 1:
        counters[HOLE] = 0
        sink(keys, payloads, n, key, payload)
        return
    counters[EVENTS] = n + 1
    i = n
    while i > 0:
        up = (i - 1) >> 1
        if keys[up] <= key:
            break
        keys[i] = keys[up]
        payloads[i] = payloads[up]
        i = up
    keys[i] = key
    payloads[i] = payload


# Agents with room: one indexed heap per group over (key, agent number), key = units in use and last start packed.


@njit(**options)
def _lift(keys, who, agents, place, base, i, key, agent):
    while i > 0:
        up = (i - 1) >> 1
        above = keys[base + up]
        if above < key or (above == key and who[base + up] < agent):
            break
        keys[base + i] = above
        who[base + i] = who[base + up]
        agents[who[base + i], place] = i
        i = up
    keys[base + i] = key
    who[base + i] = agent
    agents[agent, place] = i


@njit(**options)
def _lower(keys, who, agents, place, base, n, i, key, agent):
    while True:
        child = 2 * i + 1
        if child >= n:
            break
        if child + 1 < n:
            left = keys[base + child]
            right = keys[base + child + 1]
            if right < left or (right == left and who[base + child + 1] < who[base + child]):
                child += 1
        below = keys[base + child]
        if below > key or (below == key and who[base + child] > agent):
            break
        keys[base + i] = below
        who[base + i] = who[base + child]
        agents[who[base + i], place] = i
        i = child
    keys[base + i] = key
    who[base + i] = agent
    agents[agent, place] = i


@njit(**options)
def put_agent(keys, who, agents, place, groups, size, group, agent, key):
    """Put an agent into the group's heap, or move it there to a new key.

    ``place`` and ``size`` are the columns of ``agents`` and ``groups`` that belong to the heap.
    """
    base = groups[group, START]
    i = agents[agent, place]
    if i < 0:
        i = groups[group, size]
        groups[group, size] = i + 1
        _lift(keys, who, agents, place, base, i, key, agent)
    elif key < keys[base + i]:
        _lift(keys, who, agents, place, base, i, key, agent)
    elif key > keys[base + i]:
        _lower(keys, who, agents, place, base, groups[group, size], i, key, agent)


@njit(**options)
def drop_agent(keys, who, agents, place, groups, size, group, agent):
    """Take an agent out of the group's heap, if there."""
    base = groups[group, START]
    i = agents[agent, place]
    if i < 0:
        return
    agents[agent, place] = -1
    n = groups[group, size] - 1
    groups[group, size] = n
    if i == n:
        return
    key = keys[base + n]
    last = who[base + n]
    if i > 0 and (
        key < keys[base + ((i - 1) >> 1)] or (key == keys[base + ((i - 1) >> 1)] and last < who[base + ((i - 1) >> 1)])
    ):
        _lift(keys, who, agents, place, base, i, key, last)
    else:
        _lower(keys, who, agents, place, base, n, i, key, last)


# Late joiners: turns whose reservation ended join their queue behind turns already there but with an older key.
# A pairing heap per queue and class, its nodes being cases (key_at, case number).


@njit(**options)
def meld(talks, key_at, a, b):
    """Return the root of two pairing heaps joined; −1 is the empty heap."""
    if a < 0:
        return b
    if b < 0:
        return a
    if key_at[b] < key_at[a] or (key_at[b] == key_at[a] and b < a):
        a, b = b, a
    talks[b, LATE_SIBLING] = talks[a, LATE_CHILD]
    talks[a, LATE_CHILD] = b
    return a


@njit(**options)
def without_root(talks, key_at, root):
    """Return the pairing heap without its root."""
    pairs = -1
    node = talks[root, LATE_CHILD]
    while node >= 0:
        second = talks[node, LATE_SIBLING]
        after = -1
        if second >= 0:
            after = talks[second, LATE_SIBLING]
            talks[second, LATE_SIBLING] = -1
        talks[node, LATE_SIBLING] = -1
        pair = meld(talks, key_at, node, second)
        talks[pair, LATE_SIBLING] = pairs
        pairs = pair
        node = after
    merged = -1
    while pairs >= 0:
        after = talks[pairs, LATE_SIBLING]
        talks[pairs, LATE_SIBLING] = -1
        merged = meld(talks, key_at, merged, pairs)
        pairs = after
    talks[root, LATE_CHILD] = -1
    return merged
