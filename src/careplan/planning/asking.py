"""What ``explain_brand`` is asked: published figures, tolerances, hours, volumes, reasons, whose staffing; all checked.

Comes in: loose input, as from a command line. Goes out: :class:`Asked`, or every finding at once. Left out: the search
(explaining).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from careplan.errors import CareplanError, UnitError, shown
from careplan.planning.explanation import BECAUSE, Because, Published
from careplan.planning.patterns import Pattern, patterns_of
from careplan.scenario.models import Scenario
from careplan.units import DAY_MS, NEVER, parse_duration, parse_share

USUAL_LIFE_MS = DAY_MS
"""How long a message is kept where no time is published and the scenario never gives one up: our choice."""


@dataclass(frozen=True)
class Asked:
    """What was asked, read and checked."""

    published: Published
    volumes: tuple[float, ...]
    because: tuple[Because, ...]
    group: str
    queues: tuple[str, ...]
    kept: int | None
    """How long messages are kept, ms (−1: for ever); None: to be solved for."""
    patterns: tuple[Pattern, ...]
    """Hours of duty to try."""

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        answered: float | str | None,
        mean_response: float | str | None,
        share_within: float | str,
        time_within: float | str,
        volumes: Sequence[float | str],
        because: Sequence[Because] | None,
        expires_after: str | None,
        group: str | None,
        queues: Sequence[str] | None,
        hours: Sequence[str] | None,
    ) -> Asked:
        """Read what was asked; parameters as of :func:`~careplan.planning.explaining.explain_brand`.

        Raises
        ------
        CareplanError
            With everything that cannot be read.
        """
        wrong: list[str] = []

        def share(name: str, value: float | str, most: float = 1.0) -> float:
            try:
                found = parse_share(value, most=most) if isinstance(value, str) else float(value)
                if not 0 < found <= most:
                    raise UnitError(value, f"a share above 0 % and up to {100 * most:g} %, such as 94 %")
                return found
            except UnitError as error:
                wrong.append(f"{name} {error}")
                return 1.0

        def seconds(value: float | str) -> float:
            try:
                found = parse_duration(value, least_ms=1) / 1000 if isinstance(value, str) else float(value)
                if not found > 0:
                    raise UnitError(value, "a duration above zero, such as 27 min")
                return found
            except UnitError as error:
                wrong.append(f"mean_response {error}")
                return 1.0

        if answered is None and mean_response is None:
            wrong.append("neither answered nor mean_response is given; expected at least one published figure")
        published = Published(
            None if answered is None else share("answered", answered),
            None if mean_response is None else seconds(mean_response),
            share("share_within", share_within),
            share("time_within", time_within),
        )
        kept: int | None = None
        try:
            if expires_after is not None:
                kept = NEVER if expires_after == "never" else parse_duration(expires_after, least_ms=1)
        except UnitError as error:
            wrong.append(f"expires_after {error}")
        scales = tuple(share("volume", one, 1000.0) for one in volumes)
        reasons: tuple[Because, ...] = tuple(BECAUSE) if because is None else tuple(because)
        wrong += [
            f"because is {shown(one)}; expected one of: {', '.join(BECAUSE)}" for one in reasons if one not in BECAUSE
        ]
        if not scales or not reasons:
            wrong.append("there is no volume or no reason to try; expected at least one of each")
        names = tuple(scenario.queues) if queues is None else tuple(queues)
        unknown = [name for name in names if name not in scenario.queues]
        wrong += [f"there is no queue {shown(name)}; known queues: {', '.join(scenario.queues)}" for name in unknown]
        if not unknown and all(scenario.queues[name].is_live for name in names):
            wrong.append(f"{', '.join(names)}: all live; published response times are of messages")
        team = _group_of(scenario, group, [name for name in names if name not in unknown], wrong)
        patterns: tuple[Pattern, ...] = ()
        try:
            patterns = patterns_of(scenario, team if team in scenario.groups else next(iter(scenario.groups)), hours)
        except CareplanError as error:
            wrong += map(str, error.findings)
        if wrong:
            raise CareplanError("explain-brand", wrong)
        if kept is None and published.mean_response_s is None:
            kept = _as_written(scenario, names) or USUAL_LIFE_MS
        return cls(published, scales, reasons, team, names, kept, patterns)


def _group_of(scenario: Scenario, group: str | None, queues: Sequence[str], wrong: list[str]) -> str:
    """The group whose staffing is unknown: the one named, or the only one that serves the queues."""
    able = [name for name, one in scenario.groups.items() if set(queues) & set(one.skills)]
    if group is not None and group not in scenario.groups:
        wrong.append(f"there is no group {shown(group)}; known groups: {', '.join(scenario.groups)}")
        return group
    if not queues:  # none is known: said before
        return group or ""
    if group is None and len(able) == 1:
        return able[0]
    if group is None:
        wrong.append(f"{len(able)} groups serve the queues; name the one that is unknown: {', '.join(able) or 'none'}")
    elif group not in able:
        wrong.append(f"{group} serves none of the queues; groups that do: {', '.join(able) or 'none'}")
    return group or ""


def _as_written(scenario: Scenario, queues: Sequence[str]) -> int | None:
    """How long the scenario keeps messages of the queues; None where it does not say, or not one time."""
    kept = {scenario.queues[name].expires_after for name in queues if not scenario.queues[name].is_live} - {NEVER}
    return kept.pop() if len(kept) == 1 else None
