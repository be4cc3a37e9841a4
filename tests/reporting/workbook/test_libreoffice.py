"""LibreOffice opens the workbook and works out the same figures. Needs ``soffice`` on the path; skipped without it.

The file it gets has no values beside its formulas, so that it has nothing to copy: what it writes it has worked out.
"""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from careplan.reporting.workbook.write import workbook_bytes
from tests.reporting.workbook.sheets import Sheets, computed, read
from tests.reporting.workbook.test_workbook import BOOKS, full
from tests.reporting.workbook.worlds import billed

SOFFICE = shutil.which("soffice") or shutil.which("libreoffice")
RECALCULATE_ALWAYS = """\
<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def without_values(content: bytes) -> bytes:
    """The same file with formulas alone."""
    found = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            new.writestr(name, part)
    return found.getvalue()


def recalculated(content: bytes, folder: Path) -> Sheets:
    """The file as LibreOffice saves it, all formulas worked out on loading."""
    assert SOFFICE is not None
    settings = folder / "profile" / "user"
    settings.mkdir(parents=True)
    (settings / "registrymodifications.xcu").write_text(RECALCULATE_ALWAYS, encoding="utf-8")
    (folder / "plan.xlsx").write_bytes(content)
    out = folder / "out"
    done = subprocess.run(
        [
            SOFFICE, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--norestore",
            "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(out), str(folder / "plan.xlsx"),
        ],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert (out / "plan.xlsx").exists(), done.stdout + done.stderr
    return read(out / "plan.xlsx")


def test_a_file_without_values_has_the_same_formulas_and_nothing_beside_them() -> None:
    content = workbook_bytes(billed())
    bare = read(without_values(content))
    assert bare.formulas == read(content).formulas
    assert not set(bare.formulas) & set(bare.values)
    assert computed(bare) == computed(read(content))


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("name", [*BOOKS, "every sheet"])
def test_libreoffice_works_out_the_same_figures(name: str, tmp_path: Path) -> None:
    content = workbook_bytes((BOOKS | {"every sheet": full})[name]())
    ours, theirs = read(content), recalculated(without_values(content), tmp_path)
    assert theirs.order == ours.order
    wrong = {
        place: (ours.formulas[place], ours.values[place], theirs.values.get(place))
        for place in ours.formulas
        if theirs.values.get(place) != pytest.approx(ours.values[place], rel=1e-9, abs=1e-9)
    }
    assert wrong == {}
    texts = {place: value for place, value in ours.values.items() if isinstance(value, str)}
    assert {place: theirs.values.get(place) for place in texts} == texts
