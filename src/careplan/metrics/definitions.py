"""Every published definition of how well customers were served, by name: what is divided by what.

Comes in: nothing. Goes out: ``DEFINITIONS``, and :class:`Definitions`, what a run is to count beyond the ordinary
report. Left out: the counting (variants), figures of a report (defined), who uses which (docs/definitions.md).

In formulas T is the threshold, S the time within which an abandoned case is a short one, W the window in which
customers come back, and the share wanted is that of the target.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from careplan.metrics.service import VARIANTS
from careplan.units import format_share

Family = Literal["within T", "replies", "waits", "giving up", "resolution", "bots"]
How = Literal["ratio", "seconds", "mean of intervals", "intervals met", "median", "median of all", "fastest 90 %"]
On = Literal["every clock", "first message", "waiting", "later messages", "bot answers", "wall"]

SHORT_MS = 5_000
"""Within this, an abandoned case is a short one, unless another time is asked for. Source: ICMI's example."""


@dataclass(frozen=True)
class Definitions:
    """What ``--definitions`` asks a run to count.

    ``within_ms`` are thresholds beyond those of the answer targets, ``short_ms`` is S.
    """

    within_ms: tuple[int, ...] = ()
    short_ms: int = SHORT_MS


@dataclass(frozen=True)
class Definition:
    """One definition, and where its figure stands.

    ``figure`` is the name of the metric, or of the sample for medians and the mean of the fastest 90 %, with
    ``{level}`` for the service level (threshold and clock) and ``{clock}`` for what names end in on another clock.
    ``counts`` are numerator and denominator of metrics that only reports asked for definitions have. ``on`` says
    which clocks can make a difference: every one; those from the first message; those that change a time of
    waiting (bot answers do not) or of later messages (the hand-off does not either); bot answers alone; none.
    """

    name: str
    family: Family
    formula: str
    figure: str
    on: On = "wall"
    how: How = "ratio"
    counts: tuple[str, str] | None = None
    judges: str = ""
    """The kind of target that is judged by this figure; empty: none is."""

    @property
    def is_time(self) -> bool:
        """Whether the figure is a duration, not a share."""
        return self.how not in ("ratio", "mean of intervals", "intervals met")

    def is_on(self, clock: str) -> bool:
        """Return whether the figure is given on a clock, by what names end in there (``_open``, ``_bots_never``)."""
        if self.on == "every clock" or not clock:
            return True
        of_bots, from_hand_off = "_bots_" in clock, clock.endswith("_from_hand_off")
        if self.on == "first message":
            return not from_hand_off
        if self.on == "waiting":
            return not of_bots
        if self.on == "later messages":
            return not of_bots and not from_hand_off
        return self.on == "bot answers" and of_bots and not clock.startswith("_open")

    def worded(self, *, within: str = "T", short: str = "S", window: str = "W", share: float | None = None) -> str:
        """Return the formula with its times, and the share wanted, filled in."""
        filled = {"T": within, "S": short, "W": window}
        text = re.sub(r"\b[TSW]\b", lambda match: filled[match[0]], self.formula)
        return text if share is None else text.replace("the share wanted", format_share(share, 4))


_NEED = "cases that need a reply"


def _level(
    name: str, formula: str, tail: str, *counts: str, on: On = "every clock", how: How = "ratio", judges: str = ""
) -> Definition:
    given = (f"{{level}}_{counts[0]}", f"{{level}}_{counts[1]}") if counts else None
    return Definition(name, "within T", formula, f"{{level}}{tail}", on, how, given, judges)


def _customers(name: str, formula: str, tail: str, part: str) -> Definition:
    counts = (f"{{level}}_{part}", "customers")
    return Definition(name, "within T", formula, f"{{level}}_{tail}", "first message", "ratio", counts)


def _wait(
    name: str, formula: str, figure: str, *, how: How = "seconds", on: On = "every clock", judges: str = ""
) -> Definition:
    return Definition(name, "waits", formula, f"{figure}{{clock}}", on, how, judges=judges)


def _more_wait(name: str, formula: str, part: str) -> Definition:
    counts = (f"{part}{{clock}}_ms", f"{part}{{clock}}_n")
    return Definition(name, "waits", formula, f"mean_{part}{{clock}}", "waiting", "seconds", counts)


DEFINITIONS: tuple[Definition, ...] = (
    _level("offered", VARIANTS["offered"].removesuffix(" (the default)"), "", judges="answer"),
    _level("answered", VARIANTS["answered"].split(":")[0], "_of_answered"),
    _level("without abandons", f"answered within T ÷ ({_NEED} − abandoned)", "_without_abandons",
           "in_time", "counted_but_abandoned"),
    _level("without early abandons", VARIANTS["without early abandons"], "_without_early_abandons"),
    _level("without short abandons", f"answered within T ÷ ({_NEED} − abandoned within S)", "_without_short_abandons",
           "in_time", "counted_but_short"),
    _level("early abandons as good", VARIANTS["early abandons as good"], "_early_abandons_as_good"),
    _level("short abandons as good", f"(answered within T + abandoned within S) ÷ {_NEED}", "_short_abandons_as_good",
           "in_time_or_short", "counted"),
    _level("virtual", VARIANTS["virtual"].split(";")[0], "_virtual"),
    _level("mean of intervals", "mean of the offered percentages of the planning intervals with cases, quiet ones "
           "weighing as much as busy ones: never used for a target",
           "_mean_of_intervals", "in_time", "counted", how="mean of intervals"),
    _level("intervals met", "planning intervals whose own offered percentage is at least the share wanted ÷ planning "
           "intervals with cases", "_intervals_at_{share}", "in_time", "counted", how="intervals met"),
    _customers("customers, first message", "customers any of whose contacts was answered within T of the first message "
               "of their first contact ÷ customers", "of_customers", "customers_in_time"),
    _customers("customers, contact answered", "customers whose first answered contact was answered within T of its own "
               "first message ÷ customers", "of_customers_by_contact", "customers_in_time_by_contact"),
    _level("replied in time", f"answered within T, whether or not the customer had given up ÷ {_NEED}",
           "_replied", "replied_in_time", "counted", judges="reply"),
    _level("next responses in time", "later customer messages answered within T ÷ later customer messages",
           "_next_responses", "next_in_time", "next_all", on="later messages", judges="next_response"),
    _level("resolved in time", f"resolved within T ÷ {_NEED}",
           "_resolved", "resolved_in_time", "counted", judges="resolution"),
    Definition("response rate", "replies", f"cases that got a reply, however late ÷ {_NEED}",
               "response_rate{clock}", "bot answers", "ratio", ("replied{clock}", "needing_reply"), "reply"),
    Definition("customers replied", "replies", "customers any of whose contacts got a reply, however late ÷ customers",
               "share_customers_replied", "wall", "ratio", ("customers_replied", "customers")),
    _wait("speed of answer", "mean of: first message → start of the first turn, over cases started (ASA)",
          "mean_wait", on="waiting"),
    _more_wait("time in queue", "mean of: first message → start of the first turn, or the customer's giving up, or "
                "the message's expiry, or the end of the run, over cases that waited for people", "time_in_queue"),
    _more_wait("time to abandon", "mean of: first message → the customer's giving up, over cases whose customer left "
                "or lapsed", "time_to_abandon"),
    _wait("first response", "mean of: first message → first answer, over cases that got one", "mean_first_response",
          judges="mean_answer"),
    _wait("first response, median", "the nearest-rank median of the same", "first_response", how="median"),
    _wait("first response, fastest 90 %", "mean of the fastest 90 % of the same (⌈0.9 n⌉ of n)",
          "first_response", how="fastest 90 %"),
    _wait("first response, median of all", f"the nearest-rank median over all {_NEED}, where no answer is longer than "
          "any", "first_response", how="median of all", on="first message"),
    _wait("next response", "mean of: later customer message → its answer, over later messages that got one",
          "mean_next_response", on="later messages"),
    _wait("next response, median", "the nearest-rank median of the same", "next_response", how="median",
          on="later messages"),
    _wait("resolution", "mean of: first message → end of the last turn, over cases resolved", "mean_resolution"),
    _wait("resolution, median", "the nearest-rank median of the same", "resolution", how="median"),
    Definition("abandoned", "giving up", f"cases whose customer left unanswered ÷ {_NEED}", "share_abandoned"),
    Definition("abandoned, without short", "giving up", f"cases whose customer left unanswered after S ÷ ({_NEED} − "
               "abandoned within S)", "share_abandoned_without_short", "wall", "ratio",
               ("abandoned_but_short", "needing_reply_but_short")),
    Definition("abandoned of queued", "giving up", "cases whose customer left unanswered ÷ cases that waited for "
               "people", "share_abandoned_of_queued", "wall", "ratio", ("abandoned", "queued")),
    Definition("gave up", "giving up", f"customers who gave up waiting, left or lapsed ÷ {_NEED}", "share_given_up",
               judges="abandon"),
    Definition("contacts lost", "giving up", f"contacts whose customer gave up, or that expired ÷ {_NEED}",
               "share_contacts_lost"),
    Definition("customers lost", "giving up", "customers whose last contact was lost ÷ customers",
               "share_customers_lost"),
    Definition("first contact ended", "resolution", "first contacts that ended answered or contained ÷ customers: "
               "first contact resolution, nominal", "first_contacts_ended", "wall", "ratio",
               ("first_ended", "customers")),
    Definition("first contact resolution", "resolution", "first contacts that ended answered or contained, whose "
               "customer did not come back on any channel within W ÷ first contacts that ended so",
               "first_contact_resolution"),
    Definition("customers resolved at once", "resolution", "first contacts that ended answered or contained, whose "
               "customer did not come back on any channel within W ÷ customers", "customers_resolved_at_once", "wall",
               "ratio", ("solved_at_once", "customers_seen")),
    Definition("containment, nominal", "bots", "cases a bot ended ÷ cases a bot took", "containment"),
    Definition("containment, true", "bots", "cases a bot ended whose customer did not come back within W ÷ cases a bot "
               "ended or handed off", "containment_true"),
    Definition("handed off", "bots", "cases a bot passed on to people ÷ cases a bot took", "hand_off"),
)  # fmt: skip
"""Every definition, in the order it is printed in."""
