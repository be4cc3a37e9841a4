"""People exchange days, by simulated annealing, in compiled code.

Comes in: tables, a row for everybody that keeps to all rules. Goes out: such rows that cost less. Left out: how long
and how hot (``improving``), reading rules from a scenario (``puzzle``).

Two people exchange what they do on a day or a run of days, and back as many shifts as one of them gave more; three pass
theirs on in a circle; one takes another shift, one that is needed mostly, and gives one away elsewhere. Whose row costs
much exchanges more often. A day is a shift number, the last one for a day off. A row that breaks a rule costs inf. What
costs less stays, what costs more now and then: with the chance exp(-more ÷ heat), and heat falls as exchanges are
tried. Nothing depends on time or place: the same numbers give the same rows.

All compiled functions are in this one module, since numba looks at no other to find out whether stored code is stale.

Sources: Kirkpatrick, Gelatt and Vecchi, Optimization by simulated annealing (1983); Burke, De Causmaecker, Petrovic and
Vanden Berghe, The state of the art of nurse rostering (2004), on such exchanges; random numbers are xorshift64* (Vigna,
An experimental exploration of Marsaglia's xorshift generators, scrambled, 2016).
"""

from __future__ import annotations

import numpy as np
from numba import njit

NEVER_WORKED = -(10**15)
_TWO, _THREE, _MOVE = 0.6, 0.7, 0.9
"""Shares of the kinds of exchange, summed up: two people, three, one who keeps their hours; the rest: one who may not.
Our choice, as measured."""
_LONGEST, _GOES_ON = 20, 0.75
"""Days of a run at most, and how often one more follows. Our choice, as measured."""
_OF = 3
"""So many people are drawn, and the one whose row costs most exchanges: our choice, as measured."""
_MOSTLY_NEEDED = 0.9
"""How often a shift that is taken must be one that is needed. Our choice."""
_LOOKED_AT = 400
"""Places that are looked at for it, at most."""


@njit(cache=True, nogil=True, error_model="numpy")
def points_of_row(row, tables, kind):
    """Return what a row of shifts costs a person of a class, in points; inf if it breaks a rule."""
    n_days, off = tables.begin.shape
    within = tables.weekly_rest - tables.daily_rest
    points = 0.0
    last_end, last_day, in_row = NEVER_WORKED, -2, 0
    hours, total, weekends, has_rested = 0, 0, 0, False
    for day in range(n_days):
        shift = row[day]
        works = shift < off
        price = tables.cost[kind, day, shift]
        if not price < np.inf:
            return np.inf
        points += price
        if day > 0:
            week = (day - 1) // 7
            if last_day != day - 1 and not has_rested:
                free_to = tables.begin[day, shift] if works else tables.midnight[kind, day + 1]
                inside = min(free_to, tables.midnight[kind, 7 * week + 7]) - max(
                    last_end, tables.midnight[kind, 7 * week]
                )
                has_rested = free_to - last_end >= tables.weekly_rest and inside >= within
            if day % 7 == 0:
                if not has_rested:
                    return np.inf
                points += max(0.0, tables.week_least[kind, week] - hours) * tables.short_price[kind]
                hours, has_rested = 0, False
        if not works:
            continue
        if tables.begin[day, shift] - last_end < tables.daily_rest:
            return np.inf
        if last_day == day - 1:
            in_row += 1
        else:
            in_row = 1
            if last_day >= 0 and day - last_day <= tables.together:
                points += tables.alone_price
        if in_row > tables.most_in_row:
            return np.inf
        if tables.weekday[day] == 5 or (tables.weekday[day] == 6 and last_day != day - 1):
            weekends += 1
            if weekends > tables.weekend_most[kind]:
                return np.inf
            if weekends > tables.share[kind]:
                points += tables.weekend_price
        hours += tables.length[kind, shift]
        total += tables.length[kind, shift]
        if hours > tables.week_most[kind, day // 7]:
            return np.inf
        last_end, last_day = tables.end[day, shift], day
    week = n_days // 7 - 1
    if last_day != n_days - 1 and not has_rested:
        has_rested = tables.midnight[kind, n_days] - max(last_end, tables.midnight[kind, 7 * week]) >= within
    if total > tables.total_most[kind] or not has_rested:
        return np.inf
    points += max(0.0, tables.week_least[kind, week] - hours) * tables.short_price[kind]
    points += max(0.0, tables.total_least[kind] - total) * tables.short_price[kind]
    if tables.n_anchors[kind] > 1:
        points += _begins_apart(row, tables, kind) * tables.start_price
    return points


@njit(cache=True, nogil=True)
def _begins_apart(row, tables, kind):
    """Shifts that begin at another time of day than most of their stretch."""
    n_days, off = tables.begin.shape
    found = 0
    for first in range(0, n_days, tables.segment):
        least = tables.segment
        for anchor in range(tables.n_anchors[kind]):
            apart = 0
            for day in range(first, first + tables.segment):
                if row[day] < off and not tables.alike[kind, anchor, row[day]]:
                    apart += 1
            least = min(least, apart)
        found += least
    return found


@njit(cache=True, nogil=True)
def _bits(luck):
    """64 random bits; ``luck`` is the state of who draws, uint64[1], never 0."""
    x = luck[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    luck[0] = x
    return x * np.uint64(2685821657736338717)


@njit(cache=True, nogil=True)
def _below(n, luck):
    """A random whole number from 0 to n - 1."""
    return np.int64((_bits(luck) >> np.uint64(32)) * np.uint64(n) >> np.uint64(32))


@njit(cache=True, nogil=True)
def _share(luck):
    """A random number from 0 to below 1."""
    return np.float64(_bits(luck) >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True)
def _dearest(mine, luck):
    """Who of some people drawn at random has the row that costs most."""
    found = _below(len(mine), luck)
    for _ in range(_OF - 1):
        other = _below(len(mine), luck)
        if mine[other] > mine[found]:
            found = other
    return found


@njit(cache=True, nogil=True)
def _run(n_days, luck):
    """A run of days: the first, and the day after its last."""
    first, length = _below(n_days, luck), 1
    while length < _LONGEST and _share(luck) < _GOES_ON:
        length += 1
    return first, min(first + length, n_days)


@njit(cache=True, nogil=True)
def _give(rows, person, day, shift, noted, n):
    """Give a person another shift on a day, and note what was there; returns how many are noted."""
    noted[n, 0], noted[n, 1], noted[n, 2] = person, day, rows[person, day]
    rows[person, day] = shift
    return n + 1


@njit(cache=True, nogil=True)
def _swap(rows, one, other, day, noted, n):
    """Two people exchange a day."""
    mine, theirs = rows[one, day], rows[other, day]
    n = _give(rows, one, day, theirs, noted, n)
    return _give(rows, other, day, mine, noted, n)


@njit(cache=True, nogil=True)
def _two_exchange(rows, one, other, off, noted, luck):
    """Two people exchange a run of days, and elsewhere back as many shifts as one gave more."""
    n_days = rows.shape[1]
    first, until = _run(n_days, luck)
    n, given = 0, 0
    for day in range(first, until):
        if rows[one, day] != rows[other, day]:
            given += (rows[one, day] < off) - (rows[other, day] < off)
            n = _swap(rows, one, other, day, noted, n)
    at = _below(n_days, luck)
    for step in range(n_days):
        if given == 0:
            break
        day = (at + step) % n_days
        gives = (rows[one, day] < off) - (rows[other, day] < off)
        if gives * given < 0 and not first <= day < until:
            given += gives
            n = _swap(rows, one, other, day, noted, n)
    return n


@njit(cache=True, nogil=True)
def _three_exchange(rows, one, other, third, noted, luck):
    """Three people pass a run of days on in a circle."""
    first, until = _run(rows.shape[1], luck)
    n = 0
    for day in range(first, until):
        mine, theirs, last = rows[one, day], rows[other, day], rows[third, day]
        if mine != theirs or theirs != last:
            n = _give(rows, one, day, theirs, noted, n)
            n = _give(rows, other, day, last, noted, n)
            n = _give(rows, third, day, mine, noted, n)
    return n


@njit(cache=True, nogil=True)
def _one_changes(rows, one, kind, left, tables, keeps_hours, noted, luck):
    """A person works another shift of a day, or is off; who keeps their hours gives or takes one on another day."""
    n_days, off = left.shape
    day, shift = _below(n_days, luck), _below(off + 1, luck)
    if shift < off and left[day, shift] <= 0 and _share(luck) < _MOSTLY_NEEDED:
        at = day * off + shift
        for _ in range(min(n_days * off, _LOOKED_AT)):
            at = at + 1 if at + 1 < n_days * off else 0
            if left[at // off, at % off] > 0:
                day, shift = at // off, at % off
                break
    was = rows[one, day]
    if was == shift or not tables.cost[kind, day, shift] < np.inf:
        return 0
    n = _give(rows, one, day, shift, noted, 0)
    if keeps_hours and (was < off) != (shift < off):
        at = _below(n_days, luck)
        for step in range(n_days):
            other = (at + step) % n_days
            if other != day and (rows[one, other] < off) == (shift < off):
                return _give(rows, one, other, off if shift < off else was, noted, n)
    return n


@njit(cache=True, nogil=True, error_model="numpy")
def _work(left, day, shift, people):
    """So many people more work a shift; returns how many fewer are missing then. Changes ``left``."""
    if shift >= left.shape[1]:
        return 0.0
    before = max(left[day, shift], 0.0)
    left[day, shift] -= people
    return before - max(left[day, shift], 0.0)


@njit(cache=True, nogil=True, error_model="numpy")
def left_over(rows, tables):
    """Return what is needed beyond what is covered, by day and shift; below 0 where there are more."""
    n_people, n_days = rows.shape
    left = tables.need.copy()
    for person in range(n_people):
        for day in range(n_days):
            if rows[person, day] < left.shape[1]:
                left[day, rows[person, day]] -= 1.0
    return left


@njit(cache=True, nogil=True, error_model="numpy")
def points_of_rows(rows, kind_of, tables):
    """Return what everybody's rows cost, and what is uncovered; inf if one breaks a rule."""
    points = (np.maximum(left_over(rows, tables), 0.0) * tables.price).sum()
    for person in range(len(rows)):
        points += points_of_row(rows[person], tables, kind_of[person])
    return points


@njit(cache=True, nogil=True, error_model="numpy")
def exchange(
    rows,  # int64[n_people, n_days]: worked now; changed
    best,  # int64[n_people, n_days]: the best so far; changed
    best_points,
    kind_of,  # int64[n_people]
    tables,
    luck,  # uint64[1]; changed
    tries,
    heat,
    cooling,  # what heat is multiplied by after each try
    enough,  # stop at so few points
):
    """Try so many exchanges; return the points of the best rows."""
    n_people, n_days = rows.shape
    off = tables.begin.shape[1]
    left = left_over(rows, tables)
    mine = np.empty(n_people)
    for person in range(n_people):
        mine[person] = points_of_row(rows[person], tables, kind_of[person])
    missing = np.maximum(left, 0.0).sum()
    now = mine.sum() + (np.maximum(left, 0.0) * tables.price).sum()
    noted = np.empty((6 * n_days, 3), dtype=np.int64)
    changed, costs = np.empty(3, dtype=np.int64), np.empty(3)
    for _ in range(tries):
        if best_points <= enough:
            break
        heat *= cooling
        what = _share(luck)
        if what >= _THREE and missing <= 0.0 and _share(luck) < _MOSTLY_NEEDED:
            what = 0.0  # nothing is needed that one could take
        changed[0] = _dearest(mine, luck)
        among = 1
        if what < _THREE:
            among = 2 if what < _TWO else 3
            changed[1] = _below(n_people, luck)
            changed[2] = _below(n_people, luck)
            if changed[0] == changed[1] or (among == 3 and (changed[2] == changed[0] or changed[2] == changed[1])):
                continue
        if among == 2:
            n = _two_exchange(rows, changed[0], changed[1], off, noted, luck)
        elif among == 3:
            n = _three_exchange(rows, changed[0], changed[1], changed[2], noted, luck)
        else:
            n = _one_changes(rows, changed[0], kind_of[changed[0]], left, tables, what < _MOVE, noted, luck)
        if n == 0:
            continue
        more = 0.0
        for k in range(among):
            costs[k] = points_of_row(rows[changed[k]], tables, kind_of[changed[k]])
            more += costs[k] - mine[changed[k]]
            if not more < np.inf:
                break
        filled = 0.0
        if among == 1 and more < np.inf:
            for k in range(n):
                day, was, shift = noted[k, 1], noted[k, 2], rows[noted[k, 0], noted[k, 1]]
                emptied, taken = _work(left, day, was, -1.0), _work(left, day, shift, 1.0)
                filled += emptied + taken
                more -= emptied * tables.price[day, was] if was < off else 0.0
                more -= taken * tables.price[day, shift] if shift < off else 0.0
        if more <= 1e-9 or (more < np.inf and more <= -heat * np.log(1.0 - _share(luck))):
            now += more
            missing -= filled
            for k in range(among):
                mine[changed[k]] = costs[k]
            if now < best_points - 1e-9:
                best_points = now
                best[:] = rows
            continue
        if among == 1 and more < np.inf:
            for k in range(n):
                _work(left, noted[k, 1], rows[noted[k, 0], noted[k, 1]], -1.0)
                _work(left, noted[k, 1], noted[k, 2], 1.0)
        for k in range(n - 1, -1, -1):
            rows[noted[k, 0], noted[k, 1]] = noted[k, 2]
    return best_points
