"""What is drawn is what the plain data say: lines, cells, words on the axes, the finding as the title."""

from __future__ import annotations

import math
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes

import careplan as cp
from careplan.errors import CareplanError
from careplan.metrics.report import Report
from careplan.reporting.plots import backlog, duty, service, waits
from careplan.reporting.plots.data import Aim, Band, Curve, Kind, Pictures, Service, Source, Threshold, Waits
from careplan.reporting.plots.gather import of_report
from careplan.reporting.plots.paper import Picture, apart, png, source_words, svg
from careplan.reporting.plots.plot import draw
from tests.reporting.plots.weeks import report

ONE_PATH = Source("told", "cases as given", 1)


@pytest.fixture(scope="module")
def told() -> Report:
    return report()


@pytest.fixture(scope="module")
def pictures(told: Report) -> Pictures:
    return of_report(told)


def words_on(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def bold_on(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.texts if text.get_fontweight() == "bold"]


def line(axes: Axes, label: str) -> list[float]:
    return next(list(one.get_ydata()) for one in axes.lines if one.get_label() == label)  # type: ignore[arg-type]


def test_the_heat_map_has_a_figure_in_every_cell_with_cases_and_hatches_the_others(pictures: Pictures) -> None:
    picture = draw(pictures, "service")
    (axes,) = picture.axes
    assert words_on(axes) == ["100", "0", "50"]
    cells = {(patch.get_x(), patch.get_y()): patch for patch in axes.patches}  # type: ignore[attr-defined]
    assert len(cells) == 168 and cells[9, 0].get_hatch() is None and cells[10, 0].get_hatch()
    brown, blue = cells[1, 1].get_facecolor(), cells[9, 0].get_facecolor()
    assert brown[0] > brown[2] and blue[2] > blue[0]  # Tuesday 01:00 below, Monday 09:00 above
    assert bold_on(axes) == []  # two replications: it may all be chance
    assert axes.get_title(loc="left") == "Mail" and axes.get_xlabel() == "hour of the day, local time"
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert picture.finding == "62.5 % answered within 30 min, 65 % wanted; lowest: Mon night (0 %)"
    assert picture.finding in [text.get_text() for text in picture.texts]


def test_a_line_runs_between_hours_that_meet_the_target_and_neighbours_that_do_not() -> None:
    shares: list[float | None] = [None] * 168
    shares[9], shares[10], shares[34] = 0.9, 0.2, 0.3  # Monday 09:00, 10:00; Tuesday 10:00
    aim = Aim("a", "answered within 1 h", 0.5, 0.5, None, None)
    picture = service.draw([Service(aim, Band(shares, [], []), [1.0] * 168, [True] * 168)], ONE_PATH)
    borders = [(list(one.get_xdata()), list(one.get_ydata())) for one in picture.axes[0].lines]  # type: ignore[arg-type]
    assert borders == [([10, 10], [0, 1])]


def test_figures_below_the_target_beyond_doubt_are_bold() -> None:
    aim = Aim("a", "answered within 1 h", 0.5, 0.5, None, None)
    shares: list[float | None] = [0.1, 0.2, 0.9, *[None] * 165]
    high: list[float | None] = [0.4, 0.6, 0.95, *[None] * 165]
    picture = service.draw([Service(aim, Band(shares, shares, high), [1.0] * 168, [True] * 168)], ONE_PATH)
    assert bold_on(picture.axes[0]) == ["10"]  # the bound of the second passes the target


def test_the_night_belongs_to_the_day_before_and_rare_hours_are_nobodys_finding() -> None:
    shares: list[float | None] = [0.8] * 168
    shares[26] = 0.1  # Tuesday 02:00
    shares[80] = 0.0
    cases: list[float | None] = [10.0] * 168
    cases[72:82] = [0.1] * 10
    aim = Aim("a", "answered within 1 h", 0.5, 0.5, None, None)
    found = service.worst_part(Service(aim, Band(shares, [], []), cases, [True] * 168))
    assert found == ("Mon night", pytest.approx((7 * 0.8 + 0.1) / 8))


def test_agents_and_work_are_steps_with_the_peak_named(pictures: Pictures) -> None:
    picture = draw(pictures, "duty")
    care, desk = picture.axes
    assert care.get_title(loc="left") == "care, 2 at the peak" and desk.get_title(loc="left") == "desk, 1 at the peak"
    assert line(care, "on duty")[15:21] == [0, 1, 1, 2, 2, 1] and len(line(care, "on duty")) == 337
    assert line(care, "work that comes in")[18] == 0.5
    assert all(axes.get_ylabel() == "agents" and axes.get_xlim() == (0, 168) for axes in picture.axes)
    assert [tick.get_text() for tick in desk.get_xticklabels(minor=True)][:2] == ["Mon 2 Mar", "Tue 3 Mar"]
    # Of 1.33 hours of work 0.83 come on Tuesday and Sunday night, and the call while its desk is there.
    assert picture.finding == (
        "3 agents at the peak (Mon 09:00-10:00): 25 agent hours for 1 hours of work, 62 % of it while nobody is on duty"
    )


def test_hours_in_which_more_comes_in_than_those_on_duty_can_do_are_counted(pictures: Pictures) -> None:
    assert pictures.duty is not None
    care, desk = pictures.duty.pools
    busy = replace(care, load=Band([3.0 if 16 <= i < 24 else 0.0 for i in range(336)], [], []))
    assert duty.alone_and_short(replace(pictures.duty, pools=[busy, desk])) == (0.0, 4.0)  # 08:00 to 12:00


def test_a_plan_stands_beside_the_roster_that_was_played(pictures: Pictures) -> None:
    assert pictures.duty is not None
    planned = [replace(pool, planned=[1.0] * 336) for pool in pictures.duty.pools]
    picture = duty.draw(replace(pictures.duty, pools=planned), ONE_PATH)
    assert line(picture.axes[0], "plan asks for") == [1.0] * 337


def test_the_backlog_has_a_line_for_each_queue_and_open_hours_behind(pictures: Pictures) -> None:
    picture = draw(pictures, "backlog")
    (axes,) = picture.axes
    mail = list(axes.lines[0].get_ydata())  # type: ignore[arg-type]
    assert mail[50:54] == [1, 1, 1, 1]
    assert axes.lines[0].get_xdata()[50] == 25.25  # type: ignore[index]
    assert words_on(axes) == ["mail", "phone"] and axes.get_ylabel() == "waiting for an agent"
    assert any("shaded: open: phone" in text.get_text() for text in picture.texts)
    assert len([patch for patch in axes.patches if patch.get_width() == 12]) == 1  # type: ignore[attr-defined]
    assert picture.finding == "less than 0.1 wait on average, 1.0 at the worst time (Mon 2 Mar, 09:00); most in phone"


def test_more_queues_than_colours_share_a_line() -> None:
    axis = of_report(report()).backlog.axis  # type: ignore[union-attr]
    n = len(axis.edges_h) - 1
    lines = [backlog.QueueLine(f"q{k}", Band([float(k)] * n, [], [])) for k in range(7)]
    picture = backlog.draw(backlog.Backlog(axis, lines, [], ""), ONE_PATH)
    assert words_on(picture.axes[0]) == ["q3", "q4", "q5", "q6", "3 others"]
    assert set(picture.axes[0].lines[4].get_ydata()) == {3.0}  # type: ignore[arg-type]


def test_a_curve_passes_its_target_at_the_targets_figure(pictures: Pictures) -> None:
    picture = draw(pictures, "waits")
    (axes,) = picture.axes
    curve = axes.lines[0]
    found = dict(zip(curve.get_xdata(), curve.get_ydata(), strict=True))  # type: ignore[arg-type]
    assert found[1800.0] == 5 / 8
    corner = axes.lines[1]
    assert list(corner.get_xdata())[1:] == [1800, 1800] and list(corner.get_ydata()) == [0.65, 0.65, 0]  # type: ignore[arg-type]
    assert words_on(axes) == ["wanted: 65 % within 30 min", "mail\nall answered"]
    assert axes.get_xlabel() == "time since the first message" and axes.get_xscale() == "log"
    assert picture.finding == "62.5 % answered within 30 min, 65 % wanted; half within 17 min"


def test_what_is_never_answered_is_said_at_the_end_of_the_curve() -> None:
    curves = [
        Curve("a", 10, [1.0, 60.0], Band([0.5, 0.5], [], [])),
        Curve("b", 30, [1.0, 60.0], Band([0.0, 0.7], [], [])),
    ]
    both = [Threshold("A", ["a"], 20.0, 0.8), Threshold("B", ["b"], 20.0, 0.8)]
    picture = waits.draw([Waits("time since the first message", curves, both)], ONE_PATH)
    said = words_on(picture.axes[0])
    assert said == ["2 targets: 80 % within 20 s", "a\n50 % never answered", "b\n30 % never answered"]
    assert picture.finding == "A: 50.0 % within 20 s (80 % wanted), B: 0 % within 20 s (80 % wanted)"
    many = [replace(one, name=f"{one.name}{k}") for one in both for k in range(2)]
    picture = waits.draw([Waits("time since the first message", curves, many)], ONE_PATH)
    assert picture.finding.startswith("Answers: half within 19 s; 35 % never; quickest a (half at once); slowest b")


def test_names_of_targets_keep_clear_of_one_another() -> None:
    curves = [Curve("a", 10, [1.0, 3600.0], Band([0.1, 0.9], [], []))]
    near = [Threshold("First", [], 600.0, 0.5), Threshold("Second", [], 1200.0, 0.5)]
    axes = waits.draw([Waits("time since the first message", curves, near)], ONE_PATH).axes[0]
    names = [text for text in axes.texts if "within" in text.get_text()]
    assert len({(text.get_ha(), text.get_va()) for text in names}) == 2  # the second goes elsewhere


def test_files_are_whole_stand_alone_and_are_the_same_every_time(pictures: Pictures) -> None:
    before = dict(mpl.rcParams)
    first, again = (draw(pictures, "backlog") for _ in range(2))
    assert png(first)[:8] == b"\x89PNG\r\n\x1a\n"
    text = svg(first)
    assert text == svg(again) and png(first) == again._repr_png_()  # which is what a notebook asks for
    root = ElementTree.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    links = [value for one in root.iter() for name, value in one.attrib.items() if name.endswith("href")]
    assert all(link.startswith("#") for link in links)
    assert b"<!DOCTYPE" not in text and b"<metadata" not in text and b"<image" not in text
    assert any("mail" in (one.text or "") for one in root.iter("{http://www.w3.org/2000/svg}text"))
    assert dict(mpl.rcParams) == before


def test_labels_keep_their_distance() -> None:
    assert apart([1.0, 1.0, 1.0], 1.0, 0.0, 10.0) == [1.0, 2.0, 3.0]
    assert apart([9.9, 10.0], 1.0, 0.0, 10.0) == [9.0, 10.0]


def test_the_line_below_the_title_says_what_it_is() -> None:
    full = Source("desk", "plan", 40, 7, "4a58dfd3aa", "0.1.0", True)
    assert source_words(full) == (
        "desk: plan · 40 replications · interrupted · seed 7 · careplan 0.1.0 · scenario 4a58dfd3"
    )
    assert source_words(Source("", "cases as given", 1)) == "cases as given · one path, no intervals"


def test_plot_gives_a_figure_and_writes_a_file(told: Report, tmp_path: Path) -> None:
    picture = cp.plot(told, "waits", to=tmp_path / "waits.svg")
    assert isinstance(picture, Picture) and picture.kind == "waits" and math.isclose(picture.get_figwidth(), 8)
    assert (tmp_path / "waits.svg").read_bytes() == svg(picture)
    assert cp.plot(told).kind == "service"


@pytest.mark.parametrize(
    ("kind", "to", "message"),
    [
        ("pie", None, 'kind is "pie"; known kinds: service, duty, backlog, waits, tradeoff, price'),
        (
            "tradeoff",
            None,
            "no picture tradeoff in this result; it has service, duty, backlog, waits. To get it: careplan",
        ),
        ("waits", "a.gif", 'ends in ".gif"; expected .png or .svg'),
    ],
)
def test_what_cannot_be_drawn_says_what_can(told: Report, kind: Kind, to: str | None, message: str) -> None:
    with pytest.raises(CareplanError, match=message):
        cp.plot(told, kind, to=to)
    with pytest.raises(CareplanError, match="a int has no pictures"):
        cp.plot(7)  # type: ignore[arg-type]
