"""Names for what programs do with a catalog: part of the telemetry of the official SDK, which Reel has not."""

from __future__ import annotations

import contextlib
import logging
import secrets
import sys
import time
from collections.abc import Iterator
from typing import Any

try:
    import psutil
except ImportError:
    psutil = None

_log = logging.getLogger("rerun")


def _generate_session_id() -> str:
    return "rs_" + secrets.token_hex(4)


def _is_valid_session_id(sid: str) -> bool:
    return len(sid) == 11 and sid.startswith("rs_") and set(sid[3:]) <= set("0123456789abcdef")


def _measured() -> tuple[Any, Any]:
    """(times of the CPU, counters of the network), None where there are none: nothing of this may hurt the program."""
    cpu = net = None
    with contextlib.suppress(Exception):
        cpu = psutil.Process().cpu_times()
    with contextlib.suppress(Exception):
        net = psutil.net_io_counters()
    return cpu, net


def _difference(before: Any, after: Any, name: str) -> float | None:
    a, b = getattr(before, name, None), getattr(after, name, None)
    return None if a is None or b is None else float(b - a)


def _official_names() -> Any:
    """The module `rerun_bindings` of the stand-in, where programs may have replaced some; without it the one here."""
    from . import _bindings

    module = sys.modules.get("rerun_bindings")
    return module if getattr(module, "_bindings", None) is _bindings else _bindings


@contextlib.contextmanager
def tracing_session() -> Iterator[str]:
    """Gives an id to what is done within. Without telemetry, as in Reel, the id is "" and a warning says so."""
    bindings = _official_names()
    if not bindings._is_telemetry_active():
        _log.warning("tracing_session() does nothing: there is no telemetry in Reel, with TELEMETRY_ENABLED=true or without")
        yield ""
        return
    sid = _generate_session_id()
    var = bindings._get_tracing_session_var()
    token = var.set(sid)
    try:
        bindings._log_tracing_session_started(sid)
        start, (cpu, net) = time.perf_counter(), _measured()
        yield sid
        seconds, (cpu_after, net_after) = time.perf_counter() - start, _measured()
        received = _difference(net, net_after, "bytes_recv")
        with contextlib.suppress(Exception):
            bindings._log_tracing_session_finished(
                sid, seconds, *(_difference(cpu, cpu_after, name) for name in ("user", "system", "iowait")), None if received is None else received / (1 << 20)
            )
    finally:
        var.reset(token)
