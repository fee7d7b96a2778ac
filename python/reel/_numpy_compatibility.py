"""numpy.asarray with `copy`, which numpy before 2 does not know."""

from __future__ import annotations

from typing import Any


def asarray(item: Any, dtype: Any = None, copy: bool | None = None) -> Any:
    """numpy.asarray(item, dtype, copy=copy) in any version of numpy."""
    import numpy

    if int(numpy.__version__.split(".")[0]) >= 2:
        return numpy.asarray(item, dtype=dtype, copy=copy)
    return numpy.asarray(item, dtype=dtype) if copy is None else numpy.array(item, dtype=dtype, copy=copy)
