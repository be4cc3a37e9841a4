"""``plot``: a result as a picture.

Comes in: a result in memory, or the folder one was written to. Goes out: a matplotlib figure, or files. Left out: what
each picture shows (a module each beside this one).
"""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from careplan.errors import CareplanError, shown
from careplan.metrics.report import Report
from careplan.planning.capacity.plan import CapacityPlan
from careplan.planning.plan import StaffPlan
from careplan.reporting.plots.data import KINDS, Kind, Pictures
from careplan.reporting.plots.folder import HOW_TO_GET, load
from careplan.reporting.plots.gather import of_plan, of_report
from careplan.reporting.plots.outlooks import of_capacity
from careplan.reporting.plots.sweeps import of_curve, of_sweep
from careplan.study.price_curve import PriceCurve
from careplan.study.sweep import Sweep

if TYPE_CHECKING:
    from careplan.reporting.plots.paper import Picture

Result: TypeAlias = StaffPlan | Report | Sweep | PriceCurve | CapacityPlan | Pictures | str | PathLike[str]


def plot(result: Result, kind: Kind | None = None, *, to: str | PathLike[str] | None = None) -> Picture:
    """Return one picture of a result.

    Parameters
    ----------
    result
        A plan (``cp.staff``), a report (``cp.replicate``), a sweep (``cp.sweep``), a price curve
        (``cp.price_curve``), a capacity plan (``cp.capacity``), or a folder that a command wrote.
    kind
        ``service``, ``duty``, ``backlog``, ``waits``, ``tradeoff``, ``price`` or ``outlook``; None: the first that the
        result holds, for a plan ``duty``.
    to
        A file ending in ``.png`` or ``.svg`` to write as well.

    Returns
    -------
    Picture
        A matplotlib ``Figure``; ``finding`` is its title. A notebook shows it as it is.

    Raises
    ------
    CareplanError
        If there is no such kind, or the result does not hold it: says how to get it.
    """
    if kind is not None and kind not in KINDS:
        raise CareplanError(f"kind is {shown(kind)}; known kinds: {', '.join(KINDS)}")
    held = pictures_of(result)
    if kind is None:
        usual: Kind | None = "duty" if isinstance(result, StaffPlan) else next(iter(held), None)
        if usual is None:
            raise CareplanError("the result holds nothing to draw")
        kind = usual
    if kind not in held:
        raise CareplanError(f"no picture {kind} in this result; it has {', '.join(held)}. {_way_out(result, kind)}")
    picture = draw(held[kind], kind)
    if to is not None:
        save(picture, Path(to))
    return picture


def pictures_of(result: Result) -> dict[Kind, Pictures]:
    """Return what each kind of picture of a result is drawn from, in the order of ``KINDS``."""
    if isinstance(result, str | PathLike):
        return load(Path(result))
    if isinstance(result, StaffPlan):
        data = of_plan(result)
    elif isinstance(result, Report):
        data = of_report(result)
    elif isinstance(result, Sweep):
        data = of_sweep(result)
    elif isinstance(result, PriceCurve):
        data = of_curve(result)
    elif isinstance(result, CapacityPlan):
        data = of_capacity(result)
    elif isinstance(result, Pictures):
        data = result
    else:
        raise CareplanError(
            f"a {type(result).__name__} has no pictures; expected a plan, a report, a sweep, a price curve, a capacity "
            "plan, or a folder"
        )
    return {kind: data for kind in KINDS if data.holds(kind)}


def draw(data: Pictures, kind: Kind) -> Picture:
    """Return one picture from plain data that holds it."""
    from careplan.reporting.plots import backlog, duty, outlook, price, service, tradeoff, waits
    from careplan.reporting.plots.paper import style

    with style():
        if kind == "service":
            return service.draw(data.service, data.source)
        if kind == "duty" and data.duty is not None:
            return duty.draw(data.duty, data.source)
        if kind == "backlog" and data.backlog is not None:
            return backlog.draw(data.backlog, data.source)
        if kind == "waits" and data.waits:
            return waits.draw(data.waits, data.source)
        if kind == "tradeoff" and data.tradeoff is not None:
            return tradeoff.draw(data.tradeoff, data.source)
        if kind == "price" and data.price is not None:
            return price.draw(data.price, data.source)
        if kind == "outlook" and data.outlook is not None:
            return outlook.draw(data.outlook, data.source)
    raise AssertionError(f"there is nothing to draw {kind} from")


def save(picture: Picture, path: Path) -> None:
    """Write a picture to a file, by its ending."""
    from careplan.reporting.plots.paper import png, svg
    from careplan.saving import write_atomically

    formats = {".png": png, ".svg": svg}
    if path.suffix.lower() not in formats:
        raise CareplanError(f"{path} ends in {shown(path.suffix)}; expected .png or .svg")
    write_atomically(path, formats[path.suffix.lower()](picture))


def _way_out(result: Result, kind: Kind) -> str:
    """What to do to get a picture that a result does not hold."""
    if isinstance(result, StaffPlan) and kind in ("backlog", "waits"):
        return (
            "Play the plan: cp.replicate(scenario, plan.roster(), seed=plan.provenance.seed, "
            "replications=plan.provenance.replications)"
        )
    return f"To get it: {HOW_TO_GET[kind]}"
