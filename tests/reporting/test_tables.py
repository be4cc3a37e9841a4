"""Tables as plain text."""

from __future__ import annotations

from careplan.reporting.tables import side_by_side, table


def test_a_table_by_hand() -> None:
    text = table(["queue", "cases", "% in|time"], [["chats", "1,200", "66.1 ±0.9"], ["calls", "7", "–"]], 80)
    assert text == (
        "                   % in\n"
        "queue  cases       time\n"
        "───────────────────────\n"
        "chats  1,200  66.1 ±0.9\n"
        "calls      7          –"
    )


def test_columns_that_do_not_fit_stand_below_with_their_names() -> None:
    text = table(["name", *"abcdef"], [["one", *("1" * 9,) * 6]], 40)
    parts = text.split("\n\n")
    assert len(parts) == 2
    assert all(part.startswith("name") and max(map(len, part.splitlines())) <= 40 for part in parts)
    assert text.count("1" * 9) == 6


def test_a_part_is_only_as_high_as_its_own_headings() -> None:
    text = table(["name", "a|very|high|one", "low"], [["x", "1" * 20, "2" * 20]], 30)
    assert text.split("\n\n")[1].splitlines()[0] == "name" + " " * 19 + "low"


def test_a_long_name_is_folded_before_the_table_is_split() -> None:
    text = table(["target", "got"], [["Answered within a minute or so", "76.1"]], 24)
    assert text.splitlines()[2:] == ["Answered within a   76.1", "minute or so"]


def test_no_figure_is_ever_cut() -> None:
    rows = [["x" * 200, "123,456,789", "1"]]
    text = table(["key", "many", "few"], rows, 30)
    assert "123,456,789" in text and text.replace("\n", "").replace(" ", "").count("x") >= 200
    assert max(map(len, text.splitlines())) <= 30


def test_a_table_without_rows_is_nothing() -> None:
    assert table(["a", "b"], [], 80) == ""


def test_blocks_stand_side_by_side_while_they_fit() -> None:
    a, b, c = "aaaa\na", "bb\nbb\nbb", "cccccc"
    assert side_by_side([a, b, c], 12) == "aaaa    bb\na       bb\n        bb\n\ncccccc"
    assert side_by_side([a, b], 9) == f"{a}\n\n{b}"
    assert side_by_side([], 80) == ""


def test_a_name_is_not_folded_to_less_than_its_heading() -> None:
    """Headings are not folded: a line would be wider than the width."""
    text = table(["people, by queue", "a", "b"], [["calls", "1" * 20, "2" * 20]], 60)
    narrow = table(["people, by queue", "a", "b"], [["calls", "1" * 20, "2" * 20]], 57)
    assert max(map(len, text.splitlines())) == 60 and "\n\n" not in text
    assert max(map(len, narrow.splitlines())) <= 57 and "\n\n" in narrow
