"""What a sweep varies: paths with their values, turned into scenarios and staffings.

Comes in: a scenario, values by dotted path, scales of the staffing. Goes out: a :class:`Variant` for each point, all of
them checked before anything runs. Left out: playing them (``sweep``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from careplan.errors import CareplanError, Finding, ScenarioError, TableError, UnitError, shown
from careplan.metrics.goals import goals_of
from careplan.roster import Roster
from careplan.scenario.models import Scenario
from careplan.staffing import as_written, scaled
from careplan.units import parse_share

STAFFING = "staffing"
"""Stands for the scale of the staffing among the paths of a sweep."""
AS_WRITTEN = "as written"
MOST_POINTS = 1000
"""More are refused: a slip of the finger rather than a question. Our choice."""


@dataclass(frozen=True, eq=False)
class Variant:
    """One point of a sweep, ready to be played."""

    values: Mapping[str, str]
    """Path → value as written."""
    scenario: Scenario
    roster: Roster | None
    """Who is on duty; None: as the scenario states."""

    @property
    def on_duty(self) -> Roster:
        """Who is planned to be on duty, nobody absent."""
        return as_written(self.scenario) if self.roster is None else self.roster


def variants_of(
    scenario: Scenario,
    over: Mapping[str, Iterable[Any]],
    *,
    staffing: Iterable[float | str] = (),
    roster: Roster | None = None,
    one_at_a_time: bool = False,
) -> tuple[Variant, ...]:
    """Return every point of a sweep.

    Parameters
    ----------
    scenario
        What is varied.
    over
        Dotted path → its values, as they would stand in the file.
    staffing
        Scales of the staffing, such as ``"80 %"`` or 0.8.
    roster
        Who is on duty instead of the scenario's staffing.
    one_at_a_time
        Whether each path is varied alone, after a point as written; else every combination.

    Raises
    ------
    TableError, ScenarioError
        With everything that is wrong with paths, values and scales.
    """
    axes: dict[str, list[Any]] = {path: _listed(values) for path, values in over.items()}
    scales = _listed(staffing)
    if scales:
        axes[STAFFING] = scales
    _check_axes(axes, roster)
    single = {path: dict.fromkeys(map(text_of, values)) for path, values in axes.items()}
    points = _points({path: list(values) for path, values in single.items()}, one_at_a_time)
    raw = {path: dict(zip(map(text_of, values), values, strict=True)) for path, values in axes.items()}
    if len(points) > MOST_POINTS:
        raise TableError("sweep", [f"has {len(points):,} points; expected at most {MOST_POINTS:,}"])
    _check_values(scenario, raw)
    found, wrong = [], []
    for values in points:
        changes = {path: raw[path][text] for path, text in values.items() if path != STAFFING and text != AS_WRITTEN}
        try:
            world = scenario.with_changes(changes) if changes else scenario
        except ScenarioError as error:  # values that are right alone may clash
            wrong += [finding for finding in error.findings if finding not in wrong]
            continue
        on_duty = roster
        if values.get(STAFFING, AS_WRITTEN) != AS_WRITTEN:
            scale = share_of(raw[STAFFING][values[STAFFING]])
            on_duty = scaled(as_written(world) if roster is None else roster, scale, world.clock)
        found.append(Variant(values, world, on_duty))
    if wrong:
        raise ScenarioError(str(scenario.path or scenario.name), wrong)
    _check_targets(found)
    return tuple(found)


def share_of(scale: float | str) -> float:
    """Return a scale of the staffing as a number: ``"80 %"`` and 0.8 are 0.8.

    Raises
    ------
    UnitError
        If it is not above 0 and at most 10.
    """
    share = float(scale) if isinstance(scale, int | float) else parse_share(scale, most=10)
    if not 0 < share <= 10:
        raise UnitError(scale, "a share of the staffing above 0, at most 1000 %, such as 90 %")
    return share


def text_of(value: Any) -> str:
    """Return a value as it would be written after ``--set``.

    >>> text_of(0.2), text_of("3 min"), text_of({"office": 6}), text_of(True)
    ('0.2', '3 min', '{office: 6}', 'true')
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {text_of(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(text_of, value)) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _listed(values: Iterable[Any]) -> list[Any]:
    return [values] if isinstance(values, str) else list(values)


def _points(axes: Mapping[str, Sequence[str]], one_at_a_time: bool) -> list[dict[str, str]]:
    if not one_at_a_time:
        return [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    usual = dict.fromkeys(axes, AS_WRITTEN)
    return [usual, *(usual | {path: text} for path, values in axes.items() for text in values)]


def _check_axes(axes: Mapping[str, Sequence[Any]], roster: Roster | None) -> None:
    wrong = [] if axes else ["varies nothing; expected a path with values, or scales of the staffing"]
    for path, values in axes.items():
        texts = [text_of(value) for value in values]
        twice = sorted({text for text in texts if texts.count(text) > 1})
        wrong += [] if values else [f"{path} has no value"]
        wrong += [f"{path} has {', '.join(twice)} more than once"] if twice else []
        parts = path.split(".")
        if roster is not None and parts[0] == "groups" and parts[2:3] in (["headcount"], ["shifts"]):
            wrong.append(f"{path} changes nothing, since the roster is given; leave one of them out")
    for scale in axes.get(STAFFING, ()):
        try:
            share_of(scale)
        except UnitError as error:
            wrong.append(f"{STAFFING} {error}")
    if wrong:
        raise TableError("sweep", wrong)


def _check_values(scenario: Scenario, axes: Mapping[str, Mapping[str, Any]]) -> None:
    """Try every value alone, so that all that is wrong is said at once."""
    findings: dict[object, Finding | str] = {}
    for path, values in axes.items():
        for text, value in values.items() if path != STAFFING else ():
            try:
                scenario.with_changes({path: value})
            except ScenarioError as error:
                for finding in error.findings:  # what is wrong with the path is wrong with all its values
                    same = (finding.path, finding.message) if isinstance(finding, Finding) else finding
                    findings.setdefault(same, _placed(finding, path, text))
    if findings:
        raise ScenarioError(str(scenario.path or scenario.name), findings.values())


def _placed(finding: Finding | str, path: str, text: str) -> Finding | str:
    """A finding of a value that was tried, with the value."""
    if isinstance(finding, Finding) and not finding.line:
        return Finding(f"{path}={text}", 0, 0, finding.path, finding.message)
    return finding


def _check_targets(variants: Sequence[Variant]) -> None:
    """Points are compared target by target."""
    kinds = [[goal.kind for goal in goals_of(one.scenario)] for one in variants]
    for one, found in zip(variants, kinds, strict=True):
        if found != kinds[0]:
            place = ", ".join(f"{path}={text}" for path, text in one.values.items())
            raise CareplanError(
                f"sweep: with {shown(place)} the targets are {', '.join(found) or 'none'}; "
                f"expected as at the first point: {', '.join(kinds[0]) or 'none'}"
            )
