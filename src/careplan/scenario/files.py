"""Reading scenario files: base, overrides, tables, checks; every fault at once.

Comes in: a path and overrides. Goes out: a :class:`~careplan.scenario.models.Scenario`, or a
:class:`~careplan.errors.ScenarioError` with every finding. Left out: what the sections mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from careplan.errors import Finding, ScenarioError, UnitError
from careplan.scenario.csvfile import with_tables
from careplan.scenario.merge import merged, with_override
from careplan.scenario.nodes import Node, node_of, parse_override, read_nodes, read_text

if TYPE_CHECKING:
    from careplan.scenario.models import Scenario

MAX_BASES = 10
"""How many files may stand on each other's shoulders."""


def read_scenario(
    path: str | PathLike[str],
    *,
    overrides: Mapping[str, str] | Iterable[str] = (),
    flags: Mapping[str, tuple[str, str]] | None = None,
) -> Scenario:
    """Read and check a scenario file.

    Parameters
    ----------
    path
        A YAML file. Its ``base:`` and CSV tables are read too, relative to the file that names them.
    overrides
        ``{"path": "value"}`` or ``["path=value", …]``; values are parsed as YAML, as after ``--set``.
    flags
        Further overrides: flag, such as ``--seed``, which findings name → path and value.

    Raises
    ------
    ScenarioError
        With every finding, sorted by file, line and column.
    """
    file = str(path)
    pairs, findings = _pairs(overrides)
    given = [(f"--set {dotted_path}", dotted_path, text) for dotted_path, text in pairs]
    given += [(flag, dotted_path, text) for flag, (dotted_path, text) in (flags or {}).items()]
    tree, found = _read_with_bases(file)
    findings += found
    if tree is None:
        raise _error(file, findings)
    for place, dotted_path, text in given:
        try:
            tree = with_override(tree, dotted_path, parse_override(text, place))
        except UnitError as error:
            findings.append(Finding(place, 0, 0, dotted_path, str(error)))
    tree, found = with_tables(tree, Path(file).parent)
    scenario = checked(tree, Path(file), findings + found)
    if scenario.levers:
        from careplan.scenario.pulling import lever_findings

        unsound = lever_findings(scenario)
        if unsound:
            raise _error(file, unsound)
    return scenario


def changed(scenario: Scenario, changes: Mapping[str, Any]) -> Scenario:
    """Return a checked copy of a scenario with values changed by dotted path (see ``Scenario.with_changes``)."""
    if scenario.source is None:
        raise ScenarioError("a scenario that was not read from a file cannot be changed; read it with read_scenario")
    tree, findings = scenario.source, []
    for dotted_path, value in changes.items():
        place = f"change {dotted_path}"
        try:
            tree = with_override(tree, dotted_path, node_of(value, place))
        except UnitError as error:
            findings.append(Finding(place, 0, 0, dotted_path, str(error)))
    path = scenario.path or Path()
    tree, found = with_tables(tree, path.parent)
    after = checked(tree, path, findings + found)
    after._pulled = scenario.pulled
    return after


def checked(tree: Node, path: Path, findings: list[Finding]) -> Scenario:
    """Resolve defaults, validate, check names and logic; raise with everything found.

    Levers are read, not pulled (see ``pulling.lever_findings``).
    """
    from pydantic import ValidationError

    from careplan.scenario.checks import logical_findings, name_findings
    from careplan.scenario.models import Scenario
    from careplan.scenario.person_checks import person_findings
    from careplan.scenario.resolve import channel_findings, resolved
    from careplan.scenario.translate import findings_of

    ready = resolved(tree)
    unknown_names = name_findings(ready)
    findings = [*findings, *channel_findings(tree), *unknown_names]
    try:
        scenario = Scenario.model_validate(ready.plain())
    except ValidationError as error:
        raise _error(str(path), [*findings, *findings_of(error, ready)]) from None
    if not unknown_names:  # what follows looks names up
        findings += [*logical_findings(scenario, ready), *person_findings(scenario, ready)]
    if findings:
        raise _error(str(path), findings)
    scenario._source = tree
    scenario._path = path
    return scenario


def _read_with_bases(file: str, above: tuple[Path, ...] = ()) -> tuple[Node | None, list[Finding]]:
    """Read a file and what its ``base:`` names, and merge them."""
    path = Path(file)
    text, findings = read_text(path, file)
    if text is None:
        return None, findings
    tree, findings = read_nodes(text, file)
    if tree is None or tree.child("base") is None:
        return tree, findings
    named = tree.value["base"]
    rest = {key: node for key, node in tree.value.items() if key != "base"}
    tree = Node(rest, tree.file, tree.line, tree.column, tree.path)
    if not isinstance(named.value, str) or not named.value.strip() or "\0" in named.value:
        message = str(UnitError(named.value, "the name of a scenario file beside this one, such as base.yaml"))
        return tree, [*findings, named.finding(message)]
    base_path = path.parent / named.value
    chain = (*above, path.resolve())
    if base_path.resolve() in chain or len(chain) >= MAX_BASES:
        return tree, [
            *findings,
            named.finding("leads back to this file; expected a base that stands on its own"),
        ]
    base, found = _read_with_bases(str(base_path), chain)
    if base is None:
        # The base's own findings stand in its file; a missing file is a finding where it is named.
        if not base_path.is_file():
            found = [named.finding(f'is "{named.value}", which {found[0].message}')]
        return None, [*findings, *found]
    return merged(base, tree), [*findings, *found]


def _pairs(overrides: Mapping[str, str] | Iterable[str]) -> tuple[list[tuple[str, str]], list[Finding]]:
    if isinstance(overrides, Mapping):
        return [(str(key), str(value)) for key, value in overrides.items()], []
    pairs, findings = [], []
    for text in overrides:
        path, equals, value = text.partition("=")
        if equals and path.strip():
            pairs.append((path.strip(), value))
        else:
            message = f'is "{text}"; expected path=value, such as run.seed=7'
            findings.append(Finding(f"--set {text}", 0, 0, "", message))
    return pairs, findings


def _error(file: str, findings: Iterable[Finding]) -> ScenarioError:
    """All findings once, in the order to be read: the scenario file first, by line, then the other files."""

    def place(finding: Finding) -> tuple[bool, str, int, int, str, str]:
        of_base = finding.file != file
        return of_base, finding.file, finding.line, finding.column, finding.path, finding.message

    ordered: list[Finding] = sorted(set(findings), key=place)
    return ScenarioError(file, ordered)
