"""The cheapest row of shifts of one person, by dynamic programming over days: exact, whatever shifts cost.

Comes in: what each choice costs on each day, and the rules as plain numbers (``rowrules``). Goes out: the choices of
the cheapest row that keeps to all rules, and its cost. Left out: where prices come from (``solving``).

A state after a day is: the shift worked and the days in a row up to it, or the days off since and the shift before;
hours of the week; hours of the roster; whether the week has its weekly rest; weekends worked. Anchors are the times of
day a row (stable starts) or a week of it (rotating starts) may keep to: each is walked by itself, and the cheapest
kept at the end of the stretch.

Whether a week has its rest is decided by the day after its last one at the latest. That is exact where the daily rest
is 23 h or less: what exceeds it lies in the week, and the day after is longer than the daily rest.
"""

from __future__ import annotations

import numpy as np
from numba import njit

NEVER_WORKED = -(10**15)


@njit(cache=True, nogil=True)
def _nowhere(n_status):
    """No state reached: the first and last hours of the week and of the roster that were, by status."""
    found = np.zeros((n_status, 4), dtype=np.int64)
    found[:, 1] = found[:, 3] = -1
    return found


@njit(cache=True, nogil=True)
def _reach(some, status, h, t):
    """Widen what was reached of a status."""
    one = some[status]
    if one[0] > one[1]:
        one[0] = one[1] = h
        one[2] = one[3] = t
        return
    one[0], one[1] = min(one[0], h), max(one[1], h)
    one[2], one[3] = min(one[2], t), max(one[3], t)


@njit(cache=True, nogil=True)
def _forget(values, some, n_hours, n_total, deep):
    """Make all states unreached again."""
    for status in range(len(some)):
        for h in range(some[status, 0], some[status, 1] + 1):
            a = (status * n_hours + h) * n_total * deep
            values[a + some[status, 2] * deep : a + (some[status, 3] + 1) * deep] = np.inf
        some[status, 0], some[status, 1], some[status, 2], some[status, 3] = 0, -1, 0, -1


@njit(cache=True, nogil=True, error_model="numpy")
def walk(
    cost,  # float64[n_days, n_blocks + 1]: of each block, and of a day off; inf where it may not be
    begin,  # int64[n_days, n_blocks], ms
    end,  # int64[n_days, n_blocks], ms
    midnight,  # int64[n_days + 1], ms
    length,  # int64[n_blocks]: paid hours in units
    daily_rest,
    weekly_rest,
    most_in_row,
    long_off,  # days off from which on they are alike
    together,
    alone_price,
    week_most,  # int64[n_weeks], units
    week_least,  # int64[n_weeks], units
    total_most,
    total_least,
    short_price,  # of a unit
    n_hours,  # states of hours of a week: 1 where they do not matter
    n_total,  # the same of the roster
    weekday,  # int64[n_days]
    n_weekends,  # states of weekends worked
    share,
    weekend_most,
    weekend_price,
    alike,  # bool[n_anchors, n_blocks]
    start_price,
    segment,  # days of a stretch with one anchor
):
    """Return (cost, choice by day); cost is inf where no row keeps to the rules."""
    n_days, n_blocks = begin.shape
    n_anchors = alike.shape[0]
    worked = n_blocks * most_in_row
    n_status = worked + (long_off - 1) * n_blocks + 1
    rested = n_status - 1
    inner = n_hours * n_total * 2 * n_weekends
    size = n_status * inner
    here, merged, now, then = np.full(size, np.inf), np.full(size, np.inf), np.full(size, np.inf), np.full(size, np.inf)
    back = np.empty((n_days, n_anchors, size), dtype=np.int32)  # only what was reached is read
    best_anchor = np.empty((n_days // segment, size), dtype=np.int8)
    some_here, some_merged = _nowhere(n_status), _nowhere(n_status)
    some_now, some_then = _nowhere(n_status), _nowhere(n_status)
    here[rested * inner] = 0.0
    _reach(some_here, rested, 0, 0)
    deep = 2 * n_weekends
    need_within = weekly_rest - daily_rest
    for first in range(0, n_days, segment):
        for anchor in range(n_anchors):
            for status in range(n_status):
                some_now[status] = some_here[status]
                for h in range(some_here[status, 0], some_here[status, 1] + 1):
                    a = (status * n_hours + h) * n_total * deep
                    for k in range(a + some_here[status, 2] * deep, a + (some_here[status, 3] + 1) * deep):
                        now[k] = here[k]
            for day in range(first, first + segment):
                weekends_so_far = 0
                for before in range(day):
                    if weekday[before] == 5 or (before == 0 and weekday[before] == 6):
                        weekends_so_far += 1
                w_here = min(n_weekends, weekends_so_far + 1)
                for status in range(n_status):
                    base = status * inner
                    h_first, h_last = some_now[status, 0], some_now[status, 1]
                    if h_first > h_last:
                        continue
                    t_first, t_last = some_now[status, 2], some_now[status, 3]
                    in_row, off_run, block = 0, 0, 0
                    last = NEVER_WORKED
                    if status < worked:
                        block, in_row = status // most_in_row, status % most_in_row + 1
                        last = end[day - 1, block]
                    elif status < rested:
                        off_run = (status - worked) // n_blocks + 1
                        block = (status - worked) % n_blocks
                        if day - 1 - off_run >= 0:
                            last = end[day - 1 - off_run, block]
                    else:
                        off_run = long_off
                    new_week = day % 7 == 0 and day > 0
                    closing = (day - 1) // 7 if day > 0 else 0
                    for choice in range(n_blocks + 1):
                        price = cost[day, choice]
                        if not price < np.inf:
                            continue
                        weekend = 0
                        if choice < n_blocks:
                            if status < rested and begin[day, choice] - last < daily_rest:
                                continue
                            if in_row >= most_in_row:
                                continue
                            target = choice * most_in_row + in_row
                            if not alike[anchor, choice]:
                                price += start_price
                            if status != rested and 0 < off_run < together:
                                price += alone_price
                            if weekday[day] == 5 or (weekday[day] == 6 and not (status < worked and day > 0)):
                                weekend = 1
                            free_to = begin[day, choice]
                            hours = length[choice]
                        else:
                            if status < worked:
                                target = worked + block if long_off > 1 else rested
                            elif status < rested:
                                target = status + n_blocks if off_run + 1 < long_off else rested
                            else:
                                target = rested
                            free_to = midnight[day + 1]
                            hours = 0
                        rest_now = False
                        if off_run > 0 and day > 0:
                            week_begin, week_end = midnight[closing * 7], midnight[closing * 7 + 7]
                            inside = min(free_to, week_end) - max(last, week_begin)
                            rest_now = free_to - last >= weekly_rest and inside >= need_within
                        for h in range(h_first, h_last + 1):
                            h_to = (0 if new_week else h) + (hours if n_hours > 1 else 0)
                            if n_hours > 1 and h_to > week_most[day // 7]:
                                continue
                            short = 0.0
                            if new_week and n_hours > 1 and h < week_least[closing]:
                                short = (week_least[closing] - h) * short_price
                            for t in range(t_first, t_last + 1):
                                t_to = t + hours if n_total > 1 else 0
                                if n_total > 1 and t_to > total_most:
                                    continue
                                for r in range(2):
                                    r_to = 1 if (r == 1 or rest_now) else 0
                                    if new_week:
                                        if r_to == 0:
                                            continue
                                        r_to = 0
                                    source = base + ((h * n_total + t) * 2 + r) * n_weekends
                                    goal = target * inner + ((h_to * n_total + t_to) * 2 + r_to) * n_weekends
                                    for w in range(w_here):
                                        value = now[source + w]
                                        if not value < np.inf:
                                            continue
                                        w_to = w
                                        value += price + short
                                        if n_weekends > 1 and weekend:
                                            w_to = w + 1
                                            if w_to > weekend_most or w_to >= n_weekends:
                                                continue
                                            if w_to > share:
                                                value += weekend_price
                                        if value < then[goal + w_to]:
                                            then[goal + w_to] = value
                                            back[day, anchor, goal + w_to] = source + w
                                            _reach(some_then, target, h_to, t_to)
                _forget(now, some_now, n_hours, n_total, deep)
                now, then = then, now
                some_now, some_then = some_then, some_now
            for status in range(n_status):
                for h in range(some_now[status, 0], some_now[status, 1] + 1):
                    for t in range(some_now[status, 2], some_now[status, 3] + 1):
                        k_first = ((status * n_hours + h) * n_total + t) * deep
                        for k in range(k_first, k_first + deep):
                            if now[k] < merged[k]:
                                merged[k] = now[k]
                                best_anchor[first // segment, k] = anchor
                                _reach(some_merged, status, h, t)
            _forget(now, some_now, n_hours, n_total, deep)
        _forget(here, some_here, n_hours, n_total, deep)
        here, merged = merged, here
        some_here, some_merged = some_merged, some_here
    best, at = np.inf, -1
    last_week = n_days // 7 - 1
    for status in range(n_status):
        off_run = 0
        last = NEVER_WORKED
        if worked <= status < rested:
            off_run = (status - worked) // n_blocks + 1
            if n_days - 1 - off_run >= 0:
                last = end[n_days - 1 - off_run, (status - worked) % n_blocks]
        elif status == rested:
            off_run = long_off
        rest_now = off_run > 0 and midnight[n_days] - max(last, midnight[last_week * 7]) >= need_within
        for h in range(some_here[status, 0], some_here[status, 1] + 1):
            short = 0.0
            if n_hours > 1 and h < week_least[last_week]:
                short = (week_least[last_week] - h) * short_price
            for t in range(some_here[status, 2], some_here[status, 3] + 1):
                more = 0.0
                if n_total > 1 and t < total_least:
                    more = (total_least - t) * short_price
                for r in range(2):
                    if r == 0 and not rest_now:
                        continue
                    for w in range(n_weekends):
                        k = status * inner + ((h * n_total + t) * 2 + r) * n_weekends + w
                        if here[k] + short + more < best:
                            best, at = here[k] + short + more, k
    choices = np.full(n_days, n_blocks, dtype=np.int64)
    if at >= 0:
        anchor = 0
        for day in range(n_days - 1, -1, -1):
            if day % segment == segment - 1:
                anchor = best_anchor[day // segment, at]
            status = at // inner
            choices[day] = status // most_in_row if status < worked else n_blocks
            at = back[day, anchor, at]
    return best, choices
