"""The work that comes in, in agents."""

from __future__ import annotations

from careplan.engine.contract import Bot, Group, Queue, Rules
from careplan.metrics.load import asked_table, skilled_of
from careplan.metrics.periods import Periods
from careplan.trace.tables import Outcome
from tests.engine.tiny import Case, World
from tests.trace.told import ToldCase, ToldTurn, abandoned, answered, told

HOURS = Periods.uniform(3, 3_600_000)
RULES = Rules.of(
    queues={"mail": Queue(is_live=False, concurrency=3), "phone": Queue(is_live=True)},
    groups={
        "care": Group(skills={"mail": 1}, pace=(1000, 600, 450)),
        "experts": Group(skills={"mail": (2, 500), "phone": (1, 2000)}, pace=(1000, 500, 333)),
    },
)


def test_work_is_asked_for_when_it_comes_at_the_best_pace_of_the_quickest() -> None:
    """2,700 s of mail take 2,000 s of an agent who does three at once at 45 %: 1.35 times the work."""
    cases = [
        answered("mail", 10, 4_000_000, 6_700_000),
        answered("phone", 3_600_000, 3_700_000, 4_700_000),  # 1,000 s at twice the speed
    ]
    workload, trace = told(("mail", "phone"), cases, until=11_000_000)
    assert asked_table(workload, trace, RULES, HOURS).tolist() == [[2_000_000, 0, 0], [0, 500_000, 0]]


def test_a_turn_asks_when_its_customer_is_back_and_one_that_never_came_asks_for_nothing() -> None:
    turns = (ToldTurn(0, 0, 1350, 0), ToldTurn(7_200_000, 7_300_000, 7_302_700, 0))
    cases = [ToldCase("mail", 0, Outcome.ANSWERED, turns), abandoned("phone", 20, 3_000)]
    workload, trace = told(("mail", "phone"), cases, until=11_000_000)
    # The abandoned call still asked for its work (told worlds give it 1 ms, at twice the speed).
    assert asked_table(workload, trace, RULES, HOURS).tolist() == [[1000, 0, 2000], [0, 0, 0]]


def test_what_a_bot_collected_is_work_no_agent_is_asked_for() -> None:
    world = World(
        queues={"mail": Queue(is_live=False, bots=("b",))},
        groups={"care": Group(skills={"mail": 1})},
        bots={"b": Bot()},
        spells=[("care", 1, 0, 10_000_000)],
        cases=[Case("mail", 0, 1000, bots=((500, False, -1),), work_after_bot=((400,),))],
        until=10_000_000,
    )
    asked = asked_table(world.workload, world.play("reference"), world.rules, HOURS)
    assert asked.tolist() == [[400, 0, 0]]


def test_who_may_take_what() -> None:
    assert skilled_of(RULES) == {"mail": ("care", "experts"), "phone": ("experts",)}
