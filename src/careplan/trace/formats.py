"""How columns lie in a file: npz, CSV, Parquet.

Comes in: columns of one length by name. Goes out: a file, or the columns again. Left out: what they mean,
and which belong together (files).
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from careplan.errors import TableError
from careplan.saving import replacing

Column = NDArray[Any]


def write_npz(where: Path, head: str, columns: Mapping[str, Column]) -> None:
    """Write columns and a head, uncompressed."""
    with replacing(where) as temporary, open(temporary, "wb") as file:
        np.savez(file, head=np.array(head), **columns)  # type: ignore[arg-type]  # numpy's own flags come by name too


def read_npz(where: Path) -> tuple[str, dict[str, Column]]:
    """Read columns and their head; nothing in the file is ever executed."""
    try:
        with np.load(where, allow_pickle=False) as file:
            entries = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise TableError(str(where), ["there is no such file"]) from None
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, KeyError, AttributeError) as error:
        raise TableError(str(where), [f"is no npz file that can be read: {error}"]) from None
    if "head" not in entries:
        raise TableError(str(where), ["has no head; expected a file written by careplan"])
    return str(entries.pop("head")), entries


def write_rows(where: Path, columns: Mapping[str, Column]) -> None:
    """Write columns of one length as CSV or Parquet, by the suffix of ``where``."""
    with replacing(where) as temporary:
        if where.suffix == ".csv":
            import pandas as pd

            # Yes and no as 1 and 0, so that every column is a whole number.
            plain = {name: c.astype(np.int8) if c.dtype == bool else c for name, c in columns.items()}
            pd.DataFrame(plain).to_csv(temporary, index=False, lineterminator="\n")
        else:
            arrow = _pyarrow(where)
            table = arrow.table({name: np.ascontiguousarray(c) for name, c in columns.items()})
            arrow.parquet.write_table(table, temporary)


def read_rows(where: Path) -> dict[str, Column]:
    """Read columns of one length."""
    return _read_csv(where) if where.suffix == ".csv" else _read_parquet(where)


def _read_csv(where: Path) -> dict[str, Column]:
    import pandas as pd

    try:
        frame = pd.read_csv(where, dtype="int64")
    except FileNotFoundError:
        raise TableError(str(where), ["there is no such file"]) from None
    except pd.errors.EmptyDataError:
        raise TableError(str(where), ["is empty; expected a line of column names"]) from None
    except (OSError, ValueError, OverflowError) as error:
        raise TableError(str(where), [f"is not a table of whole numbers: {error}"]) from None
    return {str(name): frame[name].to_numpy() for name in frame}


def _read_parquet(where: Path) -> dict[str, Column]:
    arrow = _pyarrow(where)
    try:
        table = arrow.parquet.read_table(where)
        return {name: table.column(name).to_numpy(zero_copy_only=False) for name in table.column_names}
    except FileNotFoundError:
        raise TableError(str(where), ["there is no such file"]) from None
    except (OSError, ValueError, arrow.ArrowException) as error:
        raise TableError(str(where), [f"is no Parquet file that can be read: {error}"]) from None


def _pyarrow(where: Path) -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise TableError(str(where), ['Parquet needs pyarrow: pip install "careplan[parquet]"']) from None
    return pyarrow
