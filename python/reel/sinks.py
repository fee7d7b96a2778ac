"""Where recordings go: files, standard output, memory (reel._memory), streams of bytes (reel.recording_stream)."""

from __future__ import annotations

import logging
import os
from types import SimpleNamespace

from .recording_stream import BinaryStream, RecordingStream, get_application_id, get_data_recording, is_enabled

TYPE_CHECKING = False
if TYPE_CHECKING:
    import pathlib
    from typing import Any

    from .blueprint.api import BlueprintLike

_NOT_LIVE = "{} needs the live protocol, which this version does not speak yet: save() to a file and open it with `reel view`, or use memory_recording()"
_URL = "rerun+http://127.0.0.1:9876/proxy"


def not_live(name: str) -> NotImplementedError:
    return NotImplementedError(_NOT_LIVE.format(name))


# --- what set_sinks takes -----------------------------------------------------------------------------------------------------------


class FileSink:
    """A file, replaced when it is there. write_footer: False leaves the index at its end out."""

    __slots__ = ("_path", "_write_footer")

    def __init__(self, path: str | bytes | os.PathLike[Any], *, write_footer: bool = True) -> None:
        self._path = os.fsdecode(path)
        self._write_footer = bool(write_footer)

    def _key(self) -> tuple[str, bool]:
        return (self._path, self._write_footer)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, FileSink) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"FileSink({self._path!r}, write_footer={self._write_footer})"


class GrpcSink:
    """A viewer or server that takes recordings. The live protocol comes later: set_sinks raises NotImplementedError."""

    __slots__ = ("_url",)

    def __init__(self, url: str | None = None) -> None:
        self._url = _URL if url is None else str(url)

    def __eq__(self, other: object) -> bool:
        return self._url == other._url if isinstance(other, GrpcSink) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._url)

    def __repr__(self) -> str:
        return f"GrpcSink({self._url!r})"


class GrpcServerSink:
    """A server that viewers connect to. The live protocol comes later: set_sinks raises NotImplementedError."""

    __slots__ = ("_bind_ip", "_port", "_server_memory_limit", "_newest_first", "_cors_allow_origin")

    def __init__(
        self,
        bind_ip: str = "0.0.0.0",
        port: int = 9876,
        *,
        server_memory_limit: str = "1GiB",
        newest_first: bool = False,
        cors_allow_origin: list[str] | None = None,
    ) -> None:
        import ipaddress

        if not 0 <= port <= 65535:
            raise OverflowError(f"port: {port} is none (0 to 65535)")
        put = object.__setattr__
        put(self, "_bind_ip", str(ipaddress.ip_address(bind_ip)))
        put(self, "_port", int(port))
        put(self, "_server_memory_limit", server_memory_limit)
        put(self, "_newest_first", bool(newest_first))
        put(self, "_cors_allow_origin", tuple(cors_allow_origin or ()))

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: a GrpcServerSink does not change")

    def _key(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, GrpcServerSink) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"GrpcServerSink({self._bind_ip!r}, {self._port})"

    @property
    def uri(self) -> str:
        """Where it can be reached from this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self._bind_ip, f"[{self._bind_ip}]" if ":" in self._bind_ip else self._bind_ip)
        return f"rerun+http://{host}:{self._port}/proxy"


if TYPE_CHECKING:
    LogSinkLike = GrpcSink | GrpcServerSink | FileSink | BinaryStream


def __getattr__(name: str) -> Any:
    if name == "LogSinkLike":
        return GrpcSink | GrpcServerSink | FileSink | BinaryStream
    if name in ("BlueprintLike", "create_in_memory_blueprint"):
        from .blueprint import api

        return getattr(api, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


# --- exchanging sinks ---------------------------------------------------------------------------------------------------------------


def _file_of(sink: FileSink) -> str:
    """Which file it is, by whatever name."""
    return os.path.realpath(sink._path) if sink._path else ""


def _add(recording: RecordingStream, wanted: Any) -> Any:
    """A sink: .id, and what it is of."""
    if isinstance(wanted, FileSink):
        path = os.path.abspath(wanted._path) if wanted._path else ""
        return SimpleNamespace(id=recording._add_file(path, not wanted._write_footer), path=path, file=_file_of(wanted))
    if wanted == "memory":
        return SimpleNamespace(id=recording._add_memory(), path=None)
    if isinstance(wanted, BinaryStream):
        return SimpleNamespace(id=wanted._attach(recording), path=None)
    return SimpleNamespace(id=recording._add_descriptor(*wanted), path=None)


def _remove(recording: RecordingStream, sinks: list[Any], timeout_sec: float = -1) -> None:
    for sink in sinks:
        if sink.id in [known.id for known in recording._sinks]:
            recording._sinks.remove(sink)
            if not hasattr(sink, "held"):
                recording._remove_sink(sink.id, timeout_sec)


def _replace_sinks(recording: RecordingStream, wanted: list[Any], kept: list[Any] | None = None, default_blueprint: BlueprintLike | None = None) -> list[Any]:
    """Where a recording goes from now on: what was logged before and was kept goes to each of them. When one of them cannot be, nothing has changed.

    default_blueprint: comes before what was kept, as viewers like it, unless sinks that it is not for would get it, too."""
    layout = _prepared(default_blueprint, recording)
    with recording._lock:
        old = [sink for sink in recording._sinks if sink.id not in (kept or [])]
        files = {_file_of(sink) for sink in wanted if isinstance(sink, FileSink)}
        is_first = all(hasattr(sink, "held") for sink in recording._sinks)
        recording._hold_sinks(True)
        new: list[Any] = []
        try:
            if is_first:
                _send_default(recording, layout)
            _remove(recording, [sink for sink in old if sink.path is not None and sink.file in files])  # a file is written by one sink at a time
            for sink in wanted:
                new.append(_add(recording, sink))
                recording._sinks.append(new[-1])
                if sink == "memory":
                    new[-1].held = True  # it gives what it holds to the next one, and is gone with that
            _remove(recording, old)
        except BaseException:
            _remove(recording, new)
            raise
        finally:
            recording._hold_sinks(False)
        recording._set_notice(None)
        if not is_first:
            _send_default(recording, layout)
        return new


def _end_new_files(recording: RecordingStream, before: list[Any] | None) -> None:
    """At the end of a `with` block: files opened in it end, others have what was logged."""
    with recording._lock:
        files = [sink for sink in recording._sinks if sink.path is not None]
        new = [sink for sink in files if before is not None and sink not in before]
        _remove(recording, new)
        if len(files) > len(new):
            recording._flush()
        if new and not recording._sinks:
            recording._set_notice(f"{new[0].path} ended with the `with` block in which it was opened: what is logged from here on needs another save()")


def is_recording_enabled(recording: RecordingStream | None) -> bool:
    """The same as `is_enabled`."""
    return is_enabled(recording)


def _target(name: str, recording: RecordingStream | None) -> RecordingStream | None:
    """The recording that a call is for; None, having said so, when there is none or it is disabled."""
    recording = get_data_recording(recording)
    if recording is None or not recording._enabled:
        logging.warning("%s: %s: nothing is done", name, "there is no recording: call init() first" if recording is None else "the recording is disabled")
        return None
    return recording


def _prepared(blueprint: BlueprintLike | None, recording: RecordingStream) -> bytes | None:
    """A blueprint as the bytes of a recording."""
    if blueprint is None:
        return None
    from .blueprint import api

    return api.create_in_memory_blueprint(application_id=recording._application_id, blueprint=blueprint).drain_as_bytes()


def _send_default(recording: RecordingStream, layout: bytes | None) -> None:
    if layout is not None:
        from .blueprint import api

        api._send_blueprint_bytes(layout, recording, make_active=False, make_default=True)


def set_sinks(*sinks: LogSinkLike, default_blueprint: BlueprintLike | None = None, recording: RecordingStream | None = None) -> None:
    """The recording goes to all of these from now on, and to nothing else; what was logged before and was kept goes to each of them."""
    for sink in sinks:
        if isinstance(sink, (GrpcSink, GrpcServerSink)) and sinks.count(sink) == 1:
            raise not_live(type(sink).__name__)
        if not isinstance(sink, (FileSink, BinaryStream, GrpcSink, GrpcServerSink)):
            raise TypeError(f"set_sinks: a {type(sink).__name__} was given, FileSink, GrpcSink, GrpcServerSink or BinaryStream expected")
    same = [_file_of(sink) if isinstance(sink, FileSink) else sink for sink in sinks]
    doubles = [str(sink) for sink, file in zip(sinks, same) if same.count(file) > 1]
    if doubles:
        raise ValueError(f"Duplicate sinks detected: {', '.join(doubles)}")
    target = _target("set_sinks", recording)
    if target is not None:
        streams = [sink for sink in sinks if isinstance(sink, BinaryStream) and sink._is_attached(target)]
        _replace_sinks(target, [sink for sink in sinks if sink not in streams], [sink._sink for sink in streams], default_blueprint)


def save(path: str | pathlib.Path, default_blueprint: BlueprintLike | None = None, recording: RecordingStream | None = None, *, write_footer: bool = True) -> None:
    """Records into a file from now on, replacing it; what was logged before goes there, too, unless it went to another sink. The file ends, with its footer, when the recording goes, or with `disconnect`.

    write_footer: False leaves the index at the end out."""
    target = _target("save", recording)
    if target is not None:
        _replace_sinks(target, [FileSink(path, write_footer=write_footer)], default_blueprint=default_blueprint)


def stdout(default_blueprint: BlueprintLike | None = None, recording: RecordingStream | None = None, *, write_footer: bool = True) -> None:
    """Writes the recording to standard output from now on, for a program at the other end of a pipe. Nothing is done when a person would see it.

    write_footer: False leaves the index at the end out."""
    import sys

    target = _target("stdout", recording)
    if target is None:
        return
    if os.isatty(1):
        logging.warning("stdout: standard output is a terminal, and a recording is no text: nothing is done")
        return
    if sys.stdout is not None:
        sys.stdout.flush()
    _replace_sinks(target, [(1, not write_footer)], default_blueprint=default_blueprint)


def disconnect(recording: RecordingStream | None = None) -> None:
    """Ends every sink: files get their footer. What is logged from now on is kept for the next one."""
    target = get_data_recording(recording)
    if target is not None:
        _disconnect(target)


def _disconnect(recording: RecordingStream, timeout_sec: float = -1) -> None:
    with recording._lock:
        recording._hold_sinks(True)
        try:
            _remove(recording, [sink for sink in recording._sinks if not hasattr(sink, "held")], timeout_sec)
        finally:
            recording._hold_sinks(False)


def send_blueprint(blueprint: BlueprintLike, *, make_active: bool = True, make_default: bool = True, recording: RecordingStream | None = None) -> None:
    """How viewers are to show this application. make_active: at once; make_default: when they are reset."""
    from .blueprint.api import send_blueprint as send

    target = get_data_recording(recording)
    if target is None:
        raise ValueError("send_blueprint: there is no recording: call init() first, or give recording=")
    send(blueprint, make_active=make_active, make_default=make_default, recording=target)


# --- live: comes later --------------------------------------------------------------------------------------------------------------


def connect_grpc(url: str | None = None, *, default_blueprint: BlueprintLike | None = None, recording: RecordingStream | None = None) -> None:
    """Sends the recording to a viewer or server. The live protocol comes later: NotImplementedError."""
    if _target("connect_grpc", recording) is not None:
        raise not_live("connect_grpc()")


def serve_grpc(
    *,
    grpc_port: int | None = None,
    default_blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
    server_memory_limit: str = "1GiB",
    newest_first: bool = False,
    cors_allow_origin: list[str] | None = None,
) -> str:
    """Serves the recording to viewers. The live protocol comes later: NotImplementedError."""
    if _target("serve_grpc", recording) is None:
        return "[rerun is disabled]"
    raise not_live("serve_grpc()")


def spawn(
    *,
    port: int = 9876,
    connect: bool = True,
    memory_limit: str = "75%",
    server_memory_limit: str = "1GiB",
    hide_welcome_screen: bool = False,
    detach_process: bool = True,
    executable_name: str = "rerun",
    executable_path: str | None = None,
    default_blueprint: BlueprintLike | None = None,
    recording: RecordingStream | None = None,
) -> None:
    """Starts a viewer and sends the recording to it. The live protocol comes later: NotImplementedError."""
    if _target("spawn", recording) is not None:
        raise not_live("spawn()")
