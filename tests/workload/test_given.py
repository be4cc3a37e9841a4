"""Workloads and rosters from tables: what is read, what is refused and where, and the way back."""

from __future__ import annotations

import gzip
import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import careplan
from careplan.columns import NEVER
from careplan.errors import TableError
from careplan.planning.rosters.edited import FIELDS as PEOPLE_FIELDS
from careplan.roster import Roster
from careplan.staffing import staffed_roster
from careplan.units import HOUR_MS
from careplan.workload.export import seconds_text, write_cases, write_roster, write_turns
from careplan.workload.given import CASE_FIELDS, TURN_FIELDS, replay
from careplan.workload.rosters import ROSTER_FIELDS, read_roster
from careplan.workload.sampling import sample
from careplan.workload.tables import Workload
from tests.workload.worlds import QUESTIONS, one_queue, queue, scenario_of, two_queues

DOCS = Path(__file__).parents[2] / "docs" / "files.md"
SMALL = """\
case,queue,arrived_at_ms,patience_s,retry_case,retry_after_s,needs_reply
anna,q,1000,600,anna again,1800,
anna again,q,,,,,yes
ben,q,500,never,,,
thanks,q,700,,,,no
"""
TURNS = """\
case,work_s,think_s
ben,60.25,300
anna,240,
ben,30,
anna again,240,
thanks,5,
"""


def file_of(folder: Path, text: str, name: str = "cases.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def refused(cases: str, turns: str | None = None, *, folder: Path, scenario: object = None) -> list[str]:
    """The findings of two tables, as ``line:column path message``."""
    paths = [file_of(folder, cases), file_of(folder, turns, "turns.csv") if turns is not None else None]
    with pytest.raises(TableError) as caught:
        replay(paths[0], paths[1], scenario=scenario)  # type: ignore[arg-type]
    return [re.sub(r" +", " ", line.strip().replace(f"{folder}/", "")) for line in str(caught.value).splitlines()[1:]]


# --- reading ---


def test_tables_become_a_workload_in_its_order(tmp_path: Path) -> None:
    workload = replay(file_of(tmp_path, SMALL), file_of(tmp_path, TURNS, "turns.csv"))
    assert workload.queues == ("q",)
    assert workload.arrived_at.tolist() == [500, 700, 1000, 0]  # ben, thanks, anna, and anna again at the end
    assert workload.is_child.tolist() == [False, False, False, True]
    assert workload.patience_ms.tolist() == [NEVER, NEVER, 600_000, NEVER]
    assert workload.needs_reply.tolist() == [True, False, True, True]
    assert workload.retry_child.tolist() == [NEVER, NEVER, 3, NEVER]
    assert workload.retry_after_ms.tolist() == [NEVER, NEVER, 1_800_000, NEVER]
    assert workload.turn_start.tolist() == [0, 2, 3, 4, 5]
    assert workload.work_ms.tolist() == [60_250, 30_000, 5_000, 240_000, 240_000]
    assert workload.think_ms.tolist() == [300_000, NEVER, NEVER, NEVER, NEVER]


def test_cases_of_one_turn_need_no_table_of_turns(tmp_path: Path) -> None:
    workload = replay(file_of(tmp_path, "queue,arrived_at_ms,work_ms\nb,5,70\na,5,60\na,4,50\n"))
    assert workload.queues == ("a", "b")
    assert workload.arrived_at.tolist() == [4, 5, 5]
    assert workload.work_ms.tolist() == [50, 60, 70]


def test_ties_keep_the_order_of_the_table(tmp_path: Path) -> None:
    workload = replay(file_of(tmp_path, "queue,arrived_at_ms,work_ms\na,5,3\na,5,1\na,5,2\n"))
    assert workload.work_ms.tolist() == [3, 1, 2]


def test_local_times_are_read_by_the_scenarios_calendar(tmp_path: Path) -> None:
    scenario = one_queue(
        "volume: {per_week: 1}", calendar="\n  zone: Europe/Prague\n  start: 2026-10-25\n  horizon: 1 day\n"
    )
    times = [
        "2026-10-24",  # instant 0: the warm-up day's midnight
        "2026-10-24 09:30:15.250",
        "2026-10-25T02:30:00",  # comes twice; the first is meant
        "2026-10-25 02:30:00+01:00",  # the second
        "2026-10-25 08:00",
        "2026-10-23T23:00:00Z",  # one in the morning of the 24th, summer time
        "2026-10-23 23:00",  # opening backlog
    ]
    text = "case,queue,arrived_at,work_s\n" + "".join(f"{n},q,{at},{n + 1}\n" for n, at in enumerate(times))
    workload = replay(file_of(tmp_path, text), scenario=scenario)
    hour = HOUR_MS
    expected = [0, int(9.5 * hour) + 15_250, int(26.5 * hour), int(27.5 * hour), 33 * hour, hour, -hour]
    assert sorted(expected) == workload.arrived_at.tolist()
    by_work = dict(zip((workload.work_ms // 1000 - 1).tolist(), workload.arrived_at.tolist(), strict=True))
    assert [by_work[n] for n in range(7)] == expected
    assert scenario.clock.instant(datetime(2026, 10, 25, 8)) == 33 * hour


def test_queues_are_the_scenarios_whether_they_have_cases_or_not(tmp_path: Path) -> None:
    scenario = scenario_of({"a": queue("volume: {per_week: 1}"), "b": queue("volume: {per_week: 1}")})
    assert replay(file_of(tmp_path, "queue,arrived_at_ms,work_s\nb,0,1\n"), scenario=scenario).queues == ("a", "b")


def test_transfers_and_bots_have_their_columns(tmp_path: Path) -> None:
    cases = (
        "case,queue,arrived_at_ms,bot1_s,bot1_contains,bot1_return_after_s,bot2_ms,return_case,return_after_s\n"
        "1,a,0,40,yes,600,5,2,\n2,a,,40,,,5,,\n"
    )
    turns = "case,queue,work_s,work_after_bot1_s,work_after_bot2_s,think_s\n1,,100,60,,30\n1,b,200,,,\n2,a,100,,50,\n"
    workload = replay(file_of(tmp_path, cases), file_of(tmp_path, turns, "turns.csv"))
    assert workload.bot_ms.tolist() == [[40_000, 5], [40_000, 5]]
    assert workload.bot_contains.tolist() == [[True, False], [False, False]]
    assert workload.bot_return_after_ms.tolist() == [[600_000, NEVER], [NEVER, NEVER]]
    assert workload.return_child.tolist() == [1, NEVER]
    assert workload.turn_queue_ix.tolist() == [0, 1, 0]
    assert workload.work_after_bot_ms.tolist() == [[60_000, 100_000], [200_000, 200_000], [100_000, 50_000]]


def test_a_follow_up_may_stand_before_the_case_it_follows(tmp_path: Path) -> None:
    text = (
        "case,queue,arrived_at_ms,work_s,retry_case,retry_after_s\n"
        "third,q,,3,,\nsecond,q,,2,third,5\nfirst,q,9,1,second,5\nother,q,1,9,,\n"
    )
    workload = replay(file_of(tmp_path, text))
    assert workload.work_ms.tolist() == [9000, 1000, 2000, 3000]
    assert workload.retry_child.tolist() == [NEVER, 2, 3, NEVER]


def test_a_data_frame_is_read_like_a_file(tmp_path: Path) -> None:
    scenario = one_queue("volume: {per_week: 1}")
    paths = file_of(tmp_path, SMALL), file_of(tmp_path, TURNS, "turns.csv")
    frames = pd.read_csv(paths[0]), pd.read_csv(paths[1])
    assert replay(*frames).digest == replay(*paths).digest
    stamps = pd.DataFrame(
        {
            "queue": ["q", "q"],
            "arrived_at": pd.to_datetime(["2026-03-02 09:30:15.25", "2026-03-02 10:00:00.00"]),
            "work_s": [1, 2.5],
            "needs_reply": [True, False],
            "patience_s": [None, 3],
        }
    )
    workload = replay(stamps, scenario=scenario)
    assert workload.arrived_at.tolist() == [int(33.5 * HOUR_MS) + 15_250, 34 * HOUR_MS]
    assert workload.needs_reply.tolist() == [True, False]
    assert workload.patience_ms.tolist() == [NEVER, 3000]
    zoned = stamps.assign(arrived_at=stamps["arrived_at"].dt.tz_localize("Europe/Prague").dt.tz_convert("UTC"))
    assert replay(zoned, scenario=scenario).digest == workload.digest


def test_a_packed_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfqueue, arrived_at_ms ,work_s\r\n q , 5 , 1 \r\n\r\n"))
    workload = replay(path)
    assert (workload.queues, workload.arrived_at.tolist()) == (("q",), [5])


# --- what is refused ---


def test_every_fault_is_said_at_once_with_its_place(tmp_path: Path) -> None:
    cases = (
        "case,queue,arrived_at_ms,patience_s,retry_case,retry_after_s,needs_reply\n"
        "1,q,0,-5,,,\n"
        "1,,soon,1 min,4,5,maybe\n"
        "2,q,5,,3,,\n"
        "3,q,8,,,7,\n"
    )
    turns = "case,work_s,think_s\n1,0,\n2,abc,5\n7,1,\n3,1,\n3,1,\n"
    assert refused(cases, turns, folder=tmp_path) == [
        'cases.csv:2:7 patience_s is "-5"; expected a number of seconds from 0 to ten years; empty for ever',
        'cases.csv:3:1 case is "1", as in an earlier row; expected each case once',
        "cases.csv:3:3 queue is empty; expected the name of a queue",
        'cases.csv:3:4 arrived_at_ms is "soon"; expected whole milliseconds from instant 0, at most ten years away',
        'cases.csv:3:9 patience_s is "1 min"; expected a number of seconds from 0 to ten years; empty for ever',
        'cases.csv:3:15 retry_case is "4"; expected a case of this table, or nothing',
        "cases.csv:3:17 retry_after_s is given without a retry_case; expected nothing",
        'cases.csv:3:19 needs_reply is "maybe"; expected yes or no',
        "cases.csv:4:10 retry_after_s is empty beside a retry_case; expected how long after giving up it is born",
        "cases.csv:5:5 arrived_at_ms is given for a follow-up; expected nothing, it is born in the run",
        "cases.csv:5:9 retry_after_s is given without a retry_case; expected nothing",
        'turns.csv:2:3 work_s is "0"; expected a number of seconds from 0.001 to ten years',
        'turns.csv:3:3 work_s is "abc"; expected a number of seconds from 0.001 to ten years',
        "turns.csv:3:7 think_s is given after the last turn of a case; expected nothing",
        'turns.csv:4:1 case is "7"; expected a case of cases.csv',
        "turns.csv:5:5 think_s is empty; expected a duration: another turn of the case follows",
    ]


@pytest.mark.parametrize(
    ("cases", "turns", "finding"),
    [
        ("queue,arrived_at_ms\nq,1\n", None,
         "1:1 work_s is missing; expected a column work_s or work_ms or a table of turns"),
        ("queue,work_s\nq,1\n", None, "1:1 arrived_at is missing; expected a column arrived_at or arrived_at_ms"),
        ("queue,arrived_at_ms,work_s,work_ms\nq,1,1,1\n", None,
         "1:1 work_s stands beside work_ms; expected one of the two"),
        ("queue,arrived_at_ms,wrok_s,work_s\nq,1,1,1\n", None, '1:1 wrok_s is no column here. Did you mean "work_s"?'),
        ("queue,arrived_at_ms,agent,work_s\nq,1,1,1\n", None, "1:1 agent is no column here; see docs/files.md"),
        ("queue,queue,arrived_at_ms,work_s\nq,q,1,1\n", None,
         "1:1 queue stands twice in the header; expected each column once"),
        ("queue,arrived_at_ms,work_s\nq,1\n", None, "2:1 has 2 values; expected 3, as in the header"),
        ("queue,arrived_at,work_s\nq,2026-03-02,1\n", None,
         "1:1 arrived_at is local time; give the scenario whose calendar it is in, or a column arrived_at_ms"),
        ("queue,arrived_at_ms,work_s\nq,,1\n", None,
         "2:3 arrived_at_ms is empty; expected a time (only follow-ups, named by another case, have none)"),
        ("queue,arrived_at_ms,work_s\nq,1.5,1\n", None,
         '2:3 arrived_at_ms is "1.5"; expected whole milliseconds from instant 0, at most ten years away'),
        ("queue,arrived_at_ms,work_ms\nq,1,1e12\n", None,
         '2:5 work_ms is "1e12"; expected a number of milliseconds from 1 to ten years'),
        ("queue,arrived_at_ms,work_s\nq,1,nan\n", None,
         '2:5 work_s is "nan"; expected a number of seconds from 0.001 to ten years'),
        ("queue,arrived_at_ms,work_s\nq,1,\n", None,
         "2:5 work_s is empty; expected a number of seconds from 0.001 to ten years"),
        ("queue,arrived_at_ms,work_s,bot1_contains\nq,1,1,yes\n", None,
         "1:1 bot1_s is missing; expected a column bot1_s or bot1_ms beside the other columns of bot 1"),
        ("queue,arrived_at_ms\nq,1\n", "case,work_s\n1,1\n",
         "1:1 case is missing; expected a column case that the turns name"),
        ("case,queue,arrived_at_ms,work_s\n1,q,1,1\n", "case,work_s\n1,1\n",
         '1:1 work_s is no column here; see docs/files.md'),
        ("case,queue,arrived_at_ms\n1,q,1\n2,q,1\n", "case,work_s\n1,1\n",
         '3:1 case is "2", which has no turn; expected at least one'),
        ("case,queue,arrived_at_ms,work_s,retry_case,retry_after_s\n1,q,,1,1,5\n", None,
         '2:1 case is "1", which follows up itself in a circle'),
        ("case,queue,arrived_at_ms,work_s,retry_case,retry_after_s\n1,q,1,1,3,5\n2,q,1,1,3,5\n3,q,,1,,\n", None,
         '3:9 retry_case is "3", which already follows up "1"'),
    ],
)  # fmt: skip
def test_one_fault_is_one_finding(cases: str, turns: str | None, finding: str, tmp_path: Path) -> None:
    assert f"cases.csv:{finding}" in refused(cases, turns, folder=tmp_path)


def test_a_first_turn_waits_in_its_cases_queue_and_no_reply_means_one_turn(tmp_path: Path) -> None:
    scenario = scenario_of({"facebook": queue("volume: {per_week: 1}"), "phone": queue("volume: {per_week: 1}")})
    cases = "case,queue,arrived_at,needs_reply\n1,facebok,2026-03-32,\n2,phone,2026-03-02 10:00,no\n"
    turns = "case,queue,work_s,think_s\n1,phone,1,\n2,facebook,1,4\n2,,1,\n"
    assert refused(cases, turns, folder=tmp_path, scenario=scenario) == [
        'cases.csv:2:3 queue is "facebok"; known queues: facebook, phone. Did you mean "facebook"?',
        'cases.csv:2:11 arrived_at is "2026-03-32"; expected a local time such as 2026-03-02 09:30:15.250, with or '
        "without an offset such as +01:00, at most ten years from the run",
        'turns.csv:2:3 queue is "phone"; expected "facebook", its case\'s queue (or nothing): it is the first turn',
        "turns.csv:3:1 case needs no reply and has more than one turn; expected one, of triage",
        'turns.csv:3:3 queue is "facebook"; expected "phone", its case\'s queue (or nothing): it is the first turn',
    ]


def test_findings_of_a_data_frame_name_its_rows() -> None:
    with pytest.raises(TableError, match=r"cases \(data frame\):2:\d+ +work_s +is empty"):
        replay(pd.DataFrame({"queue": ["q", "q"], "arrived_at_ms": [1, 2], "work_s": [1, None]}))


def test_many_faults_are_cut_short(tmp_path: Path) -> None:
    text = "queue,arrived_at_ms,work_s\n" + "q,1,0\n" * 50
    findings = refused(text, folder=tmp_path)
    assert len(findings) <= 21


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "is empty"), (b"\xff\xfe", "UTF-8"), (b'a,"b\n', "is not CSV"), (b"queue,arrived_at_ms,work_s\n", None)],
)
def test_a_file_that_is_no_table_says_why(content: bytes, message: str | None, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(content)
    if message is None:
        assert replay(path).n_cases == 0
        return
    with pytest.raises(TableError, match=message):
        replay(path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="does not exist"):
        replay(tmp_path / "none.csv")
    with pytest.raises(TableError, match="is a folder"):
        replay(tmp_path)
    (tmp_path / "cases.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(TableError, match="cannot be read"):
        replay(tmp_path / "cases.csv.gz")


# --- there and back ---


@pytest.mark.parametrize("by_calendar", [True, False])
def test_a_drawn_workload_written_and_read_is_the_same(by_calendar: bool, tmp_path: Path) -> None:
    scenario = two_queues(**{"calendar.start": "2026-10-20"})  # the clock changes on the 25th
    workload = sample(scenario)
    assert workload.has_children
    write_cases(workload, tmp_path / "cases.csv", scenario=scenario if by_calendar else None)
    write_turns(workload, tmp_path / "turns.csv")
    again = replay(tmp_path / "cases.csv", tmp_path / "turns.csv", scenario=scenario if by_calendar else None)
    assert again.digest == workload.digest


def test_a_workload_of_ones_and_nones_is_written_without_their_columns(tmp_path: Path) -> None:
    workload = Workload(queues=("q",), arrived_at=[0, 5], queue_ix=[0, 0], turn_start=[0, 1, 2], work_ms=[1, 2500])  # type: ignore[arg-type]
    cases = write_cases(workload, tmp_path / "cases.csv").read_text()
    turns = write_turns(workload, tmp_path / "turns.csv").read_text()
    assert cases == "case,queue,arrived_at_ms\n1,q,0\n2,q,5\n"
    assert turns == "case,work_s\n1,0.001\n2,2.5\n"
    assert replay(tmp_path / "cases.csv", tmp_path / "turns.csv").digest == workload.digest


def test_seconds_are_written_exactly() -> None:
    for ms in (0, 1, 10, 100, 999, 1000, 61_001, 10**11 + 7):
        assert round(float(seconds_text(ms)) * 1000) == ms


# --- rosters ---


@pytest.mark.parametrize("by_calendar", [True, False])
def test_a_roster_written_and_read_is_the_same(by_calendar: bool, tmp_path: Path) -> None:
    groups = "  early: {skills: [q], headcount: {desk: 3}}\n  late: {skills: [q], headcount: 2, absence: 20 %}"
    calendar = "\n  zone: Europe/Prague\n  start: 2026-10-20\n  horizon: 1 week\n"
    scenario = one_queue("volume: {per_week: 1}", calendar=calendar, groups=groups)
    roster = staffed_roster(scenario)
    path = write_roster(roster, tmp_path / "roster.csv", scenario=scenario if by_calendar else None)
    assert read_roster(path, scenario=scenario if by_calendar else None).digest == roster.digest


@pytest.mark.parametrize("by_calendar", [True, False])
def test_a_roster_keeps_its_paid_breaks_in_a_file(by_calendar: bool, tmp_path: Path) -> None:
    breaks = "[{at: 12:00, for: 30 min, paid: yes}, {at: 15:00, for: 15 min}]"
    groups = f"  care: {{skills: [q], shifts: [{{hours: 08:00-16:00, agents: 2, breaks: {breaks}}}]}}"
    scenario = one_queue("volume: {per_week: 1}", groups=groups)
    roster = staffed_roster(scenario)
    path = write_roster(roster, tmp_path / "roster.csv", scenario=scenario if by_calendar else None)
    again = read_roster(path, scenario=scenario if by_calendar else None)
    assert again.digest == roster.digest
    assert set((again.pause_off - again.pause_on).tolist()) == {HOUR_MS // 2}
    assert len(again.pause_on) * 3 == len(again.spell_on)


def test_a_paid_break_on_duty_is_refused(tmp_path: Path) -> None:
    text = "group,agent,on_ms,off_ms,paid_break\ncare,1,0,100,\ncare,1,50,150,yes\n"
    with pytest.raises(TableError, match="on duty then by another row"):
        read_roster(file_of(tmp_path, text))


def test_a_roster_is_read_from_local_times(tmp_path: Path) -> None:
    groups = "  care: {skills: [q]}\n  experts: {skills: [q]}"
    scenario = one_queue("volume: {per_week: 1}", groups=groups)
    text = "group,agent,on,off\ncare,2,2026-03-01 08:00,2026-03-01 12:00\ncare,2,2026-03-01 12:30,2026-03-01 16:00\n"
    roster = read_roster(file_of(tmp_path, text), scenario=scenario)
    assert roster.groups == ("care", "experts")
    assert roster.n_agents == 2
    assert roster.spell_agent.tolist() == [1, 1]
    assert (roster.spell_on / HOUR_MS).tolist() == [8, 12.5]
    assert (roster.spell_off / HOUR_MS).tolist() == [12, 16]


def test_faults_of_a_roster_are_said_at_once(tmp_path: Path) -> None:
    scenario = one_queue("volume: {per_week: 1}")
    text = (
        "group,agent,on,off\n"
        "car,1,2026-03-01 08:00,2026-03-01 12:00\n"
        "care,0,2026-03-01 08:00,2026-03-01 12:00\n"
        "care,1,2026-03-01 08:00,2026-03-01 08:00\n"
        "care,2,2026-03-01 08:00,2026-03-01 12:00\n"
        "care,2,2026-03-01 11:00,2026-03-01 14:00\n"
        "care,3,2026-02-28 23:00,2026-03-01 04:00\n"
        "care,4,,8 o'clock\n"
    )
    with pytest.raises(TableError) as caught:
        read_roster(file_of(tmp_path, text), scenario=scenario)
    found = [re.sub(" +", " ", line.strip().replace(f"{tmp_path}/", "")) for line in str(caught.value).splitlines()[1:]]
    assert [line.split("; ")[0] for line in found] == [
        'cases.csv:2:1 group is "car"',
        'cases.csv:3:6 agent is "0"',
        'cases.csv:4:25 off is "2026-03-01 08:00"',
        'cases.csv:6:8 on is "2026-03-01 11:00"',
        'cases.csv:7:8 on is "2026-02-28 23:00"',
        "cases.csv:8:8 on is empty",
        'cases.csv:8:9 off is "8 o\'clock"',
    ]
    assert "agent 2 of care is on duty then by another row" in str(caught.value)


def test_a_roster_without_rows_has_its_groups(tmp_path: Path) -> None:
    roster = read_roster(file_of(tmp_path, "group,agent,on_ms,off_ms\n"), groups=["care"])
    assert isinstance(roster, Roster)
    assert (roster.groups, roster.n_agents) == (("care",), 0)


# --- the page that documents the columns ---


def test_every_column_is_documented_as_the_code_says_it() -> None:
    page = DOCS.read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([a-z0-9_]+)` \| (.*) \|$", page, flags=re.MULTILINE))
    documented = {**CASE_FIELDS, **ROSTER_FIELDS}
    for name in set(rows) & set(documented) - {"case", "queue", "work_s", "work_after_bot1_s", "group"}:
        assert rows[name] == documented[name], name
    for fields in (CASE_FIELDS, TURN_FIELDS, ROSTER_FIELDS, PEOPLE_FIELDS):
        for name, text in fields.items():
            assert f"| `{name}` | {text} |" in page, name


def test_the_example_of_the_page_is_a_workload(tmp_path: Path) -> None:
    cases, turns = re.findall(r"```csv\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
    scenario = scenario_of({"questions": QUESTIONS.replace("transfers: [{to: phone, share: 10 %, after_turn: 1}]", "")
                            .replace(", queue: phone", "").replace("bots: [guide]", "")})  # fmt: skip
    workload = careplan.replay(file_of(tmp_path, cases), file_of(tmp_path, turns, "turns.csv"), scenario=scenario)
    assert workload.n_cases == 3
    assert np.diff(workload.turn_start).tolist() == [1, 2, 1]
