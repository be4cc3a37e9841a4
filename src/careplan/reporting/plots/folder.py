"""From what the commands wrote to what can be drawn of it.

Comes in: a folder written by ``careplan staff``, ``simulate``, ``replay``, ``sweep``, ``roster``, ``cover`` or
``capacity``, or its JSON document. Goes out: for each kind of picture the plain data to draw it from. Left out:
drawing, and any new simulation.

A folder may hold several results. ``report.json`` comes before ``plan.json``; where both are there, the picture of who
is on duty shows the plan's headcount beside the roster that was played.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from careplan.errors import CareplanError
from careplan.reporting.documents import read_document
from careplan.reporting.plots.data import KINDS, Duty, Kind, Pictures, Pool

DOCUMENTS = ("report.json", "plan.json", "sweep.json", "roster.json", "cover.json", "capacity.json")
_WRITTEN_BY = "careplan staff, roster or capacity, or by simulate, replay, sweep or cover --curve with --out"
HOW_TO_GET: dict[Kind, str] = {
    "service": "state a target such as answer: 65 % within 30 min, and run the command again",
    "duty": "careplan staff SCENARIO, or careplan simulate SCENARIO --out DIR",
    "backlog": "careplan simulate SCENARIO --roster DIR/roster.csv --out DIR",
    "waits": "careplan simulate SCENARIO --roster DIR/roster.csv --out DIR",
    "tradeoff": "careplan sweep SCENARIO --staffing 80%..130% --out DIR",
    "price": "careplan cover SCENARIO --curve --out DIR",
    "outlook": "careplan capacity SCENARIO",
}
"""Which command makes what a picture needs."""


def load(path: Path) -> dict[Kind, Pictures]:
    """Return what each kind of picture is drawn from, in the order of ``KINDS``.

    Raises
    ------
    CareplanError
        If there is no result at the path, or it is not as careplan writes it.
    """
    if not path.exists():
        raise CareplanError(f"{path} does not exist; expected a folder written by {_WRITTEN_BY}")
    files = [path / name for name in DOCUMENTS if (path / name).is_file()] if path.is_dir() else [path]
    if not files:
        raise CareplanError(
            f"{path} has no {', '.join(DOCUMENTS[:-1])} or {DOCUMENTS[-1]}; expected a folder written by {_WRITTEN_BY}"
        )
    found: dict[Kind, Pictures] = {}
    for file in files:
        pictures = _read(file)
        for kind in KINDS:
            if pictures.holds(kind):
                found.setdefault(kind, pictures)
        played = found.get("duty")
        if played is not None and played is not pictures and played.duty and pictures.duty:
            found["duty"] = replace(played, duty=beside(pictures.duty, played.duty))
    return {kind: found[kind] for kind in KINDS if kind in found}


def beside(plan: Duty, played: Duty) -> Duty:
    """Return the duty that was played with a plan's headcount beside it, where both have the same steps and groups."""
    groups = [pool.groups for pool in played.pools]
    if plan.axis != played.axis or groups != [pool.groups for pool in plan.pools]:
        return played
    pools = [replace(pool, planned=_together(other)) for pool, other in zip(played.pools, plan.pools, strict=True)]
    return replace(played, pools=pools)


def _together(pool: Pool) -> list[float]:
    return [sum(step) for step in zip(*pool.on_duty, strict=True)]


def _read(file: Path) -> Pictures:
    document = read_document(file, _WRITTEN_BY)
    if "pictures" not in document:
        raise CareplanError(f"{file} holds nothing to draw; expected a result with pictures (cover: with --curve)")
    return Pictures.from_dict(document["pictures"], str(file))
