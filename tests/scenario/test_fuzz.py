"""Whatever a file holds, reading it gives a scenario or findings with places, never another exception."""

from __future__ import annotations

import string
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from careplan.errors import CareplanError, Finding
from careplan.scenario.files import read_scenario
from careplan.scenario.warnings import warnings_of
from tests.scenario.worlds import FULL, LEVERS

LINES = (FULL + LEVERS).splitlines()
GARBAGE = st.one_of(
    st.sampled_from(
        [
            "",
            "~",
            "null",
            "true",
            "no",
            "0",
            "-1",
            "3.5",
            ".inf",
            "-.inf",
            ".nan",
            "1e999",
            "9" * 400,
            "0x1F",
            "1_000",
            "[]",
            "{}",
            "[[]]",
            "{a: {b: c}}",
            "''",
            '" "',
            "never",
            "endless",
            "always",
            "24/7",
            "closed",
            "auto",
            "-5 min",
            "5 min",
            "1e3 min",
            "5,5 min",
            "99999999 weeks",
            "50 %",
            "-50 %",
            "1000000 %",
            "nan %",
            "12 per hour",
            "x.csv",
            "../../x.csv",
            "/dev/null",
            "2026-03-02",
            "2026-13-01",
            "9999-12-31",
            "0001-01-01",
            "25:00",
            "09:30",
            "08:00-08:00",
            "mon-fri",
            "*a",
            "&a x",
            "!!int x",
            "!x y",
            "<<",
            "? x",
            "|",
            ">-",
            "\t",
            "@",
            "{<<: 1}",
            "{<<: [1]}",
            "{1: 2}",
            "{true: 1}",
            "{~: 1}",
            "{[a]: 1}",
            "{a: 1, a: 2}",
            "\ud7ff",
            "²",
            "٣ min",
            "²: 50 %",
        ]
    ),
    st.text(alphabet=string.printable + "äß€²", max_size=12),
)
"""What people, editors and cats put into files."""


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """The full file with lines dropped, doubled, moved in, cut, or values replaced."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        line = lines[at]
        match draw(st.sampled_from(["drop", "double", "indent", "cut", "value", "inner", "insert", "swap"])):
            case "drop" if len(lines) > 1:
                del lines[at]
            case "double":
                lines.insert(at, line)
            case "indent":
                lines[at] = " " * draw(st.integers(0, 3)) + line.lstrip()
            case "cut":
                lines[at] = line[: draw(st.integers(0, len(line)))]
            case "value" if ":" in line:
                lines[at] = line.split(":")[0] + ": " + draw(GARBAGE)
            case "inner":
                words = line.split(" ")
                words[draw(st.integers(0, len(words) - 1))] = draw(GARBAGE)
                lines[at] = " ".join(words)
            case "insert":
                lines.insert(at, " " * draw(st.integers(0, 6)) + draw(GARBAGE))
            case "swap":
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], line
    return "\n".join(lines) + "\n"


def is_read_or_refused_with_places(content: bytes) -> bool:
    """Read a file with this content; True if it was sound."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f.yaml")
        path.write_bytes(content)
        try:
            scenario = read_scenario(path)
        except CareplanError as error:
            assert error.findings
            for finding in error.findings:
                assert isinstance(finding, Finding) and finding.message
                assert finding.line >= 1 and finding.column >= 1, finding
            assert str(error)
            return False
        assert len(scenario.digest) == 64
        for warning in warnings_of(scenario):
            assert warning.finding.line >= 1, warning
        return True


@given(mutated())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_mutated_file_is_read_or_refused_with_places(text: str) -> None:
    is_read_or_refused_with_places(text.encode("utf-8", "surrogatepass"))


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda t: t.encode("utf-8", "surrogatepass"))))
@settings(max_examples=150, deadline=None)
@example(b"\xff\xfe")
@example(b"%YAML 1.1\n---\na: 1\n")
@example(b"%YAML x\n---\na: 1\n")
@example(b"%TAG ! !\n---\na: 1\n")
@example(b"careplan: 1\nbase: .\n")
@example(b"careplan: 1\nbase: ''\n")
@example(b"[" * 5000)
@example(b"{a: " * 200 + b"1" + b"}" * 200)
@example(b"a: " + b"9" * 5000)
def test_any_bytes_are_refused_with_places(content: bytes) -> None:
    assert not is_read_or_refused_with_places(content)


@given(st.sampled_from([line.split(":")[0].strip() for line in LINES if ":" in line]), GARBAGE)
@settings(max_examples=60, deadline=None)
def test_any_override_gives_a_scenario_or_findings(key: str, value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "f.yaml")
        path.write_text(FULL, encoding="utf-8")
        for at in (
            key,
            f"queues.questions.{key}",
            f"calendar.{key}",
            f"groups.care.{key}",
            f"targets.0.{key}",
            value,
        ):
            try:
                read_scenario(path, overrides=[f"{at}={value}"])
            except CareplanError as error:
                assert error.findings
