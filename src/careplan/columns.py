"""Checks that tables of numpy columns make on construction.

Comes in: arrays. Goes out: the same arrays, of the right type and frozen, or a list of findings.
Left out: what the columns mean; that is said where each table is defined.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from careplan.units import MAX_DURATION_MS as MAX_DURATION_MS
from careplan.units import NEVER as NEVER

IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
FloatArray = NDArray[np.float64]


def constant(value: int | bool, dtype: DTypeLike, n: int) -> Any:
    """Return a read-only column of ``n`` rows that all say ``value``, in the memory of one."""
    one = np.array(value, dtype=dtype)
    one.flags.writeable = False
    return np.ndarray((n,), one.dtype, one, strides=(0,))


def frozen(values: object, dtype: DTypeLike, *, shape: tuple[int, ...] | None = None) -> Any:
    """Return ``values`` as a read-only array of ``dtype``; a copy only where one is needed.

    A column of one value (``constant``) stays one.

    Raises
    ------
    ValueError
        If the values cannot be held exactly by ``dtype`` or ``shape`` does not fit.
    """
    given: Any = np.asarray(values)
    wanted = np.dtype(dtype)
    if shape is None and given.dtype == wanted and not given.flags.writeable and given.ndim == 1:
        if given.flags.c_contiguous or given.strides == (0,):
            return given
    array = np.ascontiguousarray(given, dtype=wanted)
    if given.dtype != wanted and given.size and not np.array_equal(array, given):
        raise ValueError(f"values are not whole numbers of type {wanted}")
    if shape is not None and array.size == 0 and int(np.prod(shape)) == 0:
        array = array.reshape(shape)
    if shape is not None and array.shape != shape:
        raise ValueError(f"shape is {array.shape}; expected {shape}")
    if array is given and array.flags.writeable:
        array = array.view()
    array.flags.writeable = False
    return array


_ROWS_AT_ONCE = 1 << 18


def digest_of(parts: Iterable[NDArray[np.generic] | str]) -> str:
    """Return the SHA-256 of named columns in the order given, as 64 hex digits."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(part.encode())
            digest.update(b"\0")
        else:
            digest.update(str((part.dtype.str, part.shape)).encode())
            for begin in range(0, len(part), _ROWS_AT_ONCE):  # a column that is one value, broadcast, stays small
                digest.update(np.ascontiguousarray(part[begin : begin + _ROWS_AT_ONCE]).data)
    return digest.hexdigest()
