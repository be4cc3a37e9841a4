"""Which groups, queues and goals hang together."""

from __future__ import annotations

from careplan.engine.contract import Group, Queue, Rules
from careplan.metrics.scorecard import Goal
from careplan.planning.parts import parts_of
from careplan.workload.tables import Workload

QUEUES = {name: Queue(is_live=False) for name in "abc"}
GROUPS = {"first": Group(skills={"a": 1}), "second": Group(skills={"b": 1}), "third": Group(skills={"c": 1})}
RULES = Rules.of(queues=QUEUES, groups=GROUPS)


def cases(**more: object) -> Workload:
    return Workload(queues=("a", "b", "c"), arrived_at=[0, 1], queue_ix=[0, 1], turn_start=[0, 1, 2], work_ms=[5, 5],
                    **more)  # type: ignore[arg-type]  # fmt: skip


def goal(*queues: str) -> Goal:
    return Goal("g", "answer", queues=queues)


def test_groups_with_queues_of_their_own_are_parts() -> None:
    groups, goals = parts_of(RULES, [cases()], [goal("a"), goal("c")])
    assert len(set(groups.tolist())) == 3
    assert goals.tolist() == [groups[0], groups[2]]


def test_a_goal_over_two_queues_joins_them() -> None:
    groups, goals = parts_of(RULES, [cases()], [goal("a", "b")])
    assert groups[0] == groups[1] == goals[0] != groups[2]


def test_a_goal_that_names_nothing_joins_all() -> None:
    assert len(set(parts_of(RULES, [cases()], [goal()])[0].tolist())) == 1
    busy = Goal("busy", "occupancy", groups=("second",))
    groups, goals = parts_of(RULES, [cases()], [busy])
    assert goals[0] == groups[1] != groups[0]


def test_a_transfer_joins_its_queues() -> None:
    moved = Workload(queues=("a", "b", "c"), arrived_at=[0], queue_ix=[0], turn_start=[0, 2], work_ms=[5, 5],
                     turn_queue_ix=[0, 2], think_ms=[10, -1])  # fmt: skip
    groups = parts_of(RULES, [moved], [])[0]
    assert groups[0] == groups[2] != groups[1]


def test_customers_who_come_back_elsewhere_join_the_queues() -> None:
    again = Workload(queues=("a", "b", "c"), arrived_at=[0, 0], queue_ix=[1, 2], turn_start=[0, 1, 2], work_ms=[5, 5],
                     is_child=[False, True], retry_child=[1, -1], retry_after_ms=[7, -1])  # fmt: skip
    groups = parts_of(RULES, [again], [])[0]
    assert groups[1] == groups[2] != groups[0]
