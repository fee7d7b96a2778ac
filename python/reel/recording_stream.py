"""Recordings: RecordingStream, which one is current, and streams of bytes.

The class derives from the extension's, so that `log` and `set_time` are calls into C and nothing else."""

from __future__ import annotations

import atexit
import contextvars
import functools
import os
import sys
import weakref
from _thread import RLock, _local
from types import SimpleNamespace

from . import _fork, _reel
from ._reel import get_global_recording, get_thread_recording, set_global_recording, set_thread_recording

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any, Self, TypeVar
    from uuid import UUID

    from ._baseclasses import ComponentColumn
    from ._send_columns import TimeColumnLike

    _F = TypeVar("_F", bound=Callable[..., Any])

# --- what is open -------------------------------------------------------------------------------------------------------------------

_live: weakref.WeakSet[RecordingStream] = weakref.WeakSet()
_process = SimpleNamespace(forks=0)  # how often this process was forked off another: what is from before is not this process's
_EXIT_SECONDS = 1.4  # of the two that are promised: the end of the interpreter itself takes half a second on a busy machine


def _after_fork_in_child() -> None:
    """Recordings come along, but not their sinks: those are the parent's. What is logged to them here stays here until they get a sink of their own."""
    _process.forks += 1
    _fork.after_fork_in_child()
    for recording in list(_live):
        recording._lock = RLock()
        recording._sinks = []
        recording._set_notice(
            f"{recording!r} is of the process that this one was forked off: what is logged here does not get there. "
            "Call init() for a recording of this process, or save() to give this one a file of its own."
        )


def _all_live() -> list[RecordingStream]:
    while True:
        try:
            return list(_live)
        except RuntimeError:  # another thread has made one meanwhile
            pass


def _end_all(end: Callable[[RecordingStream, float], Any], seconds: float) -> None:
    """Of all recordings; none takes the time of the others; what threads have just waited in vain for a sink is taken off."""
    import time

    deadline = time.monotonic() + _reel.patience(seconds)
    recordings = _all_live()
    for i, recording in enumerate(recordings):
        try:
            end(recording, max(0.0, deadline - time.monotonic()) / (len(recordings) - i))
        except _reel.ReelError:  # it was closed already
            pass
        except Exception as error:
            print(f"reel: {recording!r}: {error}", file=sys.stderr)


def _disconnect_all(seconds: float = _EXIT_SECONDS) -> None:
    """Ends what is written, of recordings that go on."""
    from .sinks import _disconnect

    _end_all(_disconnect, seconds)


def _close_all(seconds: float = _EXIT_SECONDS) -> None:
    """Ends what is open, at the end of the program."""
    _end_all(lambda recording, left: recording._close(left), seconds)


def _end() -> None:
    from .error_utils import end_begins

    end_begins()
    _close_all()


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_fork.before_fork, after_in_child=_after_fork_in_child)

# --- ids ----------------------------------------------------------------------------------------------------------------------------


def _as_uuid4(digits: str) -> str:
    """32 hexadecimal digits as a UUIDv4, without dashes."""
    return digits[:12] + "4" + digits[13:16] + "89ab"[int(digits[16], 16) % 4] + digits[17:32]


def _random_id() -> str:
    return _as_uuid4(os.urandom(16).hex())


def _shared_id(application_id: str) -> str:
    """The same in every process that multiprocessing has started, another one for every application id."""
    import hashlib
    from multiprocessing.process import current_process

    return _as_uuid4(hashlib.blake2b(application_id.encode(), key=bytes(current_process().authkey)[:64], digest_size=16).hexdigest())


# --- batching -----------------------------------------------------------------------------------------------------------------------

_NEVER = -1  # no limit, as the library says it


def _environment(name: str, convert: Callable[[str], Any], default: Any) -> Any:
    text = os.environ.get(name)
    if not text:
        return default
    try:
        return convert(text)
    except ValueError:
        from . import error_utils

        error_utils.warn(f"{name} is {text!r}: a number expected; it is ignored")
        return default


class ChunkBatcherConfig:
    """How rows are gathered before they are written: whichever limit is reached first.

    flush_tick: seconds, or a timedelta. flush_num_bytes, flush_num_rows: 0 writes each row on its own. What is not given is taken from the variables RERUN_FLUSH_TICK_SECS,
    RERUN_FLUSH_NUM_BYTES and RERUN_FLUSH_NUM_ROWS, else 0.2 seconds, 1 MiB and no limit of rows."""

    __slots__ = ("_tick", "_is_given", "_num_bytes", "_num_rows", "_max_rows_if_unsorted")

    def __init__(
        self,
        flush_tick: Any = None,
        flush_num_bytes: int | None = None,
        flush_num_rows: int | None = None,
        chunk_max_rows_if_unsorted: int | None = None,
    ) -> None:
        self._is_given: set[str] = set()
        self._tick = _environment("RERUN_FLUSH_TICK_SECS", float, 0.2)
        self._num_bytes = _environment("RERUN_FLUSH_NUM_BYTES", int, 1 << 20)
        self._num_rows = _environment("RERUN_FLUSH_NUM_ROWS", int, (1 << 64) - 1)
        self._max_rows_if_unsorted = _environment("RERUN_CHUNK_MAX_ROWS_IF_UNSORTED", int, 256)
        for name, value in (("flush_tick", flush_tick), ("flush_num_bytes", flush_num_bytes), ("flush_num_rows", flush_num_rows)):
            if value is not None:
                setattr(self, name, value)
        if chunk_max_rows_if_unsorted is not None:
            self.chunk_max_rows_if_unsorted = chunk_max_rows_if_unsorted

    @staticmethod
    def _count(name: str, value: Any) -> int:
        if not hasattr(value, "__index__"):
            raise TypeError(f"{name}: {value!r} was given, an integer expected")
        if not 0 <= value < 1 << 64:
            raise OverflowError(f"{name}: {value} was given, 0 to 2**64 - 1 expected")
        return int(value)

    @property
    def flush_tick(self) -> Any:
        """How often, as a timedelta."""
        import datetime

        return datetime.timedelta(seconds=min(self._tick, 86399999999999.0))

    @flush_tick.setter
    def flush_tick(self, value: Any) -> None:
        seconds = value.total_seconds() if hasattr(value, "total_seconds") else float(value)
        if not seconds >= 0:
            raise ValueError(f"flush_tick: {value!r} was given, at least 0 seconds expected")
        self._tick = seconds
        self._is_given.add("tick")

    @property
    def flush_num_bytes(self) -> int:
        """After how many bytes."""
        return self._num_bytes

    @flush_num_bytes.setter
    def flush_num_bytes(self, value: int) -> None:
        self._num_bytes = self._count("flush_num_bytes", value)
        self._is_given.add("bytes")

    @property
    def flush_num_rows(self) -> int:
        """After how many rows."""
        return self._num_rows

    @flush_num_rows.setter
    def flush_num_rows(self, value: int) -> None:
        self._num_rows = self._count("flush_num_rows", value)
        self._is_given.add("rows")

    @property
    def chunk_max_rows_if_unsorted(self) -> int:
        """Rows of a chunk whose times are not in order. Kept, and not needed: chunks are cut by bytes and rows alone."""
        return self._max_rows_if_unsorted

    @chunk_max_rows_if_unsorted.setter
    def chunk_max_rows_if_unsorted(self, value: int) -> None:
        self._max_rows_if_unsorted = self._count("chunk_max_rows_if_unsorted", value)

    @staticmethod
    def DEFAULT() -> ChunkBatcherConfig:
        """0.2 seconds, 1 MiB."""
        config = ChunkBatcherConfig(0.2, 1 << 20, (1 << 64) - 1, 256)
        config._is_given.clear()
        return config

    @staticmethod
    def LOW_LATENCY() -> ChunkBatcherConfig:
        """8 milliseconds, for viewers that watch."""
        return ChunkBatcherConfig(0.008, 1 << 20, (1 << 64) - 1, 256)

    @staticmethod
    def ALWAYS_TEST_ONLY() -> ChunkBatcherConfig:
        """Each row on its own, at once. Slow."""
        return ChunkBatcherConfig(86399999999999.0, 0, 0, 256)

    @staticmethod
    def NEVER() -> ChunkBatcherConfig:
        """Only when flushed, or when memory asks for it."""
        return ChunkBatcherConfig(86399999999999.0, (1 << 64) - 1, (1 << 64) - 1, (1 << 64) - 1)

    def __repr__(self) -> str:
        return f"ChunkBatcherConfig(flush_tick={self._tick}, flush_num_bytes={self._num_bytes}, flush_num_rows={self._num_rows}, chunk_max_rows_if_unsorted={self._max_rows_if_unsorted})"

    def _limits(self) -> tuple[int, int, int]:
        """For the library: nanoseconds, bytes, rows. 0: by environment or its own; -1: none; 1: each row."""

        def limit(name: str, value: int, most: int) -> int:
            return 0 if name not in self._is_given else _NEVER if value >= most else max(1, value)

        return (
            limit("tick", int(min(self._tick, 9e9) * 1e9), int(8e9 * 1e9)),
            limit("bytes", self._num_bytes, 1 << 62),
            limit("rows", self._num_rows, 1 << 62),
        )


# --- the class ----------------------------------------------------------------------------------------------------------------------

active_recording_stream: contextvars.ContextVar[RecordingStream | None] = contextvars.ContextVar("active_recording_stream")
"""The recording of the innermost `with` block: what tells that generators or tasks have mixed theirs up."""

_entered = _local()  # .stack: per thread, [(recording, what was the thread's before, token, sinks it had)]
_INFINITE = 1e38


class RecordingStream(_reel.Recording):
    """What is logged to. Any number of threads may share one.

    `with rec:` makes it the current recording of this thread; files opened within the block are ended with it. Every function that takes `recording=` is a method, too.

    application_id: what the program is called: a viewer keeps layouts by it. recording_id: a text or a UUID; random unless given. make_default: becomes the global recording.
    make_thread_default: becomes this thread's. default_enabled: whether it starts enabled; the variable RERUN=on|off wins. send_properties: the start time is recorded.
    batcher_config: see ChunkBatcherConfig."""

    def __init__(
        self,
        application_id: str,
        *,
        recording_id: str | UUID | None = None,
        make_default: bool = False,
        make_thread_default: bool = False,
        default_enabled: bool = True,
        send_properties: bool = True,
        batcher_config: ChunkBatcherConfig | None = None,
    ) -> None:
        tick, n_bytes, n_rows = batcher_config._limits() if batcher_config is not None else (0, 0, 0)
        super().__init__(
            application_id,
            _random_id() if recording_id is None else str(recording_id),
            default_enabled,
            send_properties,
            False,
            tick,
            n_bytes,
            n_rows,
        )
        self._lock = RLock()
        self._sinks: list[Any] = []
        _live.add(self)
        if make_default:
            set_global_recording(self)
        if make_thread_default:
            set_thread_recording(self)

    def __repr__(self) -> str:
        return f"RecordingStream({self._application_id!r}, recording_id={self._recording_id!r})"

    @property
    def inner(self) -> RecordingStream:
        """Itself."""
        return self

    def to_native(self) -> RecordingStream:
        """Itself: there is no second object behind it."""
        return self

    # --- as a block

    def __enter__(self) -> Self:
        stack = _entered.__dict__.setdefault("stack", [])
        token = active_recording_stream.set(self)
        stack.append((self, set_thread_recording(self), token, list(self._sinks)))
        return self

    def __exit__(self, exc_type: Any = None, exc_val: Any = None, exc_tb: Any = None) -> None:
        from .sinks import _end_new_files

        stack = _entered.__dict__.get("stack", [])
        at = next((i for i in range(len(stack) - 1, -1, -1) if stack[i][0] is self), None)
        is_inner = active_recording_stream.get(None) is self and at == len(stack) - 1
        if at is not None:
            _, previous, token, sinks = stack.pop(at)
            try:
                active_recording_stream.reset(token)
            except ValueError:  # the block was entered in another task or thread
                is_inner = False
            if at == len(stack):
                set_thread_recording(previous)
            else:  # the block above goes on, and goes back to what was before this one
                stack[at] = (stack[at][0], previous, *stack[at][2:])
            _end_new_files(self, sinks)
        if not is_inner:
            raise RuntimeError(
                f"the `with` block of {self!r} ended while it was not the current one: blocks and generators or tasks are mixed up. "
                "See `recording_stream_generator_ctx`."
            )

    def flush(self, *, timeout_sec: float = _INFINITE) -> None:
        """Waits until everything logged so far is where it goes: in files, given to the operating system. Other threads run meanwhile.

        timeout_sec: TimeoutError after so many seconds."""
        if not float(timeout_sec) >= 0:
            raise ValueError(f"flush: timeout_sec is {timeout_sec}, at least 0 seconds expected")
        self._flush(timeout_sec)

    # --- every function of the package that takes `recording=`

    def get_recording_id(self) -> str:
        """Its id."""
        return self._recording_id

    def get_application_id(self) -> str:
        """What the program is called."""
        return self._application_id

    def is_enabled(self) -> bool:
        """Whether what is logged is kept."""
        return self._enabled

    def send_columns(self, entity_path: str, indexes: Iterable[TimeColumnLike], columns: Iterable[ComponentColumn], *, strict: bool | None = None) -> None:
        """See `reel.send_columns`."""
        from ._send_columns import send_columns

        send_columns(entity_path, indexes, columns, strict=strict, recording=self)


def _method_of(name: str, module: str) -> Any:
    """A method that calls the function of that name with recording=self; its signature without that."""

    def method(self: RecordingStream, *args: Any, **kwargs: Any) -> Any:
        import importlib

        return getattr(importlib.import_module(f"{__package__}.{module}"), name)(*args, recording=self, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"RecordingStream.{name}"
    method.__doc__ = f"See `reel.{name}`."
    return _Method(method, name, module)


class _Method:
    """A method whose signature is looked up when it is asked for: the module that has the function is not imported before."""

    def __init__(self, function: Any, name: str, module: str) -> None:
        self.function, self.name, self.module = function, name, module
        self.is_signed = False

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if not self.is_signed:
            import importlib
            import inspect

            target = getattr(importlib.import_module(f"{__package__}.{self.module}"), self.name)
            signature = inspect.signature(target)
            first = inspect.Parameter("self", inspect.Parameter.POSITIONAL_OR_KEYWORD)
            rest = [p for p in signature.parameters.values() if p.name != "recording"]
            position = inspect.Parameter.POSITIONAL_ONLY if rest and rest[0].kind is inspect.Parameter.POSITIONAL_ONLY else first.kind
            self.function.__signature__ = signature.replace(parameters=[first.replace(kind=position), *rest])
            self.function.__doc__ = target.__doc__
            self.is_signed = True
        return self.function if instance is None else self.function.__get__(instance, owner)


METHODS = {
    "recording_stream": ("binary_stream",),
    "sinks": ("set_sinks", "connect_grpc", "save", "stdout", "disconnect", "serve_grpc", "send_blueprint", "spawn"),
    "_memory": ("memory_recording",),
    "_properties": ("send_property", "send_recording_name", "send_recording_start_time_nanos"),
    "time": ("set_log_tick_enabled", "set_log_time_enabled"),
    "_log": ("log_file_from_contents", "log_file_from_path", "log_components"),
    "_send_chunks": ("send_chunks",),
    "_send_dataframe": ("send_record_batch", "send_dataframe"),
    "notebook": ("notebook_show",),
    "_legacy_notebook": ("legacy_notebook_show",),
    "legacy": (
        "connect", "serve", "set_time_seconds", "set_time_sequence", "set_time_nanos",
        "log_annotation_context", "log_arrow", "log_cleared", "log_depth_image", "log_disconnected_space", "log_extension_components", "log_image", "log_image_file",
        "log_line_segments", "log_line_strip", "log_line_strips_2d", "log_line_strips_3d", "log_mesh", "log_mesh_file", "log_meshes", "log_obb", "log_obbs", "log_path", "log_pinhole",
        "log_point", "log_points", "log_rect", "log_rects", "log_rigid3", "log_scalar", "log_segmentation_image", "log_tensor", "log_text_entry", "log_transform3d",
        "log_unknown_transform", "log_view_coordinates",
    ),
}  # fmt: skip
"""Functions that are methods, too, and the module that has them."""

for _module, _names in METHODS.items():
    for _name in _names:
        setattr(RecordingStream, _name, _method_of(_name, _module))


# --- which one is current -----------------------------------------------------------------------------------------------------------


def get_data_recording(recording: RecordingStream | None = None) -> RecordingStream | None:
    """The recording given, else this thread's, else the global one, else None."""
    return recording or get_thread_recording() or get_global_recording()


def get_global_data_recording() -> RecordingStream | None:
    """The global recording, or None."""
    return get_global_recording()


def set_global_data_recording(recording: RecordingStream | None) -> RecordingStream | None:
    """Makes this the global recording (None: there is none any more). Returns the one before."""
    return set_global_recording(recording)


def get_thread_local_data_recording() -> RecordingStream | None:
    """This thread's recording, or None."""
    return get_thread_recording()


def set_thread_local_data_recording(recording: RecordingStream | None) -> RecordingStream | None:
    """Makes this the recording of the current thread (None: it has none of its own). Returns the one before."""
    return set_thread_recording(recording)


def is_enabled(recording: RecordingStream | None = None) -> bool:
    """Whether what is logged to a recording is kept. False without one. The variable RERUN=on|off decides for the whole program."""
    recording = get_data_recording(recording)
    return recording is not None and recording._enabled


def get_application_id(recording: RecordingStream | None = None) -> str | None:
    """What the program is called in a recording; None without one."""
    recording = get_data_recording(recording)
    return None if recording is None else recording._application_id


def get_recording_id(recording: RecordingStream | None = None) -> str | None:
    """The id of a recording; None without one.

    `init` chooses it by the application id and the key that multiprocessing hands to the processes it starts, so that all of them log to the same recording."""
    recording = get_data_recording(recording)
    return None if recording is None else recording._recording_id


def new_recording(
    application_id: str,
    *,
    recording_id: str | UUID | None = None,
    make_default: bool = False,
    make_thread_default: bool = False,
    spawn: bool = False,
    default_enabled: bool = True,
) -> RecordingStream:
    """A new recording, which is not the current one unless that is asked for. Today: `RecordingStream(...)`."""
    recording = RecordingStream(
        application_id,
        recording_id=_shared_id(application_id) if recording_id is None else recording_id,
        make_default=make_default,
        make_thread_default=make_thread_default,
        default_enabled=default_enabled,
    )
    if spawn:
        recording.spawn()
    return recording


# --- bytes as they come -------------------------------------------------------------------------------------------------------------


class BinaryStream:
    """The bytes of a recording as they come. What a call of `read` returns is a .rrd of its own, with header and footer.

    Viewers take one after another, as parts of the same recording. In a file, several behind each other are read by programs that read from the start; those that go by the
    footer see the last one only (`reel merge` makes one of them)."""

    def __init__(self) -> None:
        self._recording: RecordingStream | None = None
        self._sink = 0
        self._stream: Any = None
        self._forks = _process.forks

    @property
    def storage(self) -> BinaryStream:
        """Itself."""
        return self

    def _attach(self, recording: RecordingStream) -> int:
        """Makes it a sink of the recording, one more time."""
        is_of_parent = self._forks != _process.forks
        self._sink, self._stream = recording._add_stream(None if is_of_parent else self._stream)
        self._recording, self._forks = recording, _process.forks
        return self._sink

    def _is_attached(self, recording: RecordingStream | None) -> bool:
        return recording is not None and recording is self._recording and self._forks == _process.forks and self._sink in [sink.id for sink in recording._sinks]

    def read(self, *, flush: bool = True, flush_timeout_sec: float = float("inf")) -> bytes | None:
        """What has come since the last time, or, where the recording ended or was disconnected meanwhile, until then; None if nothing has.

        flush: everything logged before is in it; TimeoutError after flush_timeout_sec seconds."""
        if self._forks != _process.forks:
            return None
        if flush:
            self.flush(flush_timeout_sec)
        return self._stream.take() or None

    def flush(self, timeout_sec: float = float("inf")) -> None:
        """Waits until everything logged before can be read; TimeoutError after timeout_sec seconds."""
        if self._is_attached(self._recording):
            self._recording.flush(timeout_sec=timeout_sec)


def binary_stream(recording: RecordingStream | None = None) -> BinaryStream:
    """Hands the recording's bytes to the program, instead of where they went before."""
    recording = get_data_recording(recording)
    if recording is None:
        raise RuntimeError("No recording stream was provided and set as current: call init(), or give recording=")
    from .sinks import _replace_sinks

    stream = BinaryStream()
    _replace_sinks(recording, [stream])
    return stream


# --- decorators ---------------------------------------------------------------------------------------------------------------------


def _keep_files() -> None:
    """The innermost block of this thread goes on later: its end does not end files."""
    _entered.stack[-1] = (*_entered.stack[-1][:3], None)


def _in_steps(inner: Any, step: Callable[[Any, Any], Any]) -> Any:
    """A generator that runs another one, or a coroutine: each of its steps by step(method, argument). What is sent or thrown goes in, what is given comes out."""
    method, argument = inner.send, None
    try:
        while True:
            try:
                value = step(method, argument)
            except StopIteration as stop:
                return stop.value
            try:
                method, argument = inner.send, (yield value)
            except GeneratorExit:
                step(lambda _: inner.close(), None)
                raise
            except BaseException as error:
                method, argument = inner.throw, error
    finally:
        inner.close()


def thread_local_stream(application_id: str) -> Callable[[_F], _F]:
    """Decorates a function, a generator, a coroutine or an asynchronous generator: it runs with a new recording of its own as the thread's; the last three only while they run, not while they wait."""

    def decorate(function: _F) -> _F:
        import inspect
        import types

        def step_of(recording: RecordingStream) -> Callable[[Any, Any], Any]:
            def step(method: Any, argument: Any) -> Any:
                with recording:
                    _keep_files()
                    return method(argument)

            return step

        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            with RecordingStream(application_id):
                return function(*args, **kwargs)

        @functools.wraps(function)
        def generate(*args: Any, **kwargs: Any) -> Any:
            return (yield from _in_steps(function(*args, **kwargs), step_of(RecordingStream(application_id))))

        awaited = types.coroutine(_in_steps)

        @functools.wraps(function)
        async def run(*args: Any, **kwargs: Any) -> Any:
            return await awaited(function(*args, **kwargs), step_of(RecordingStream(application_id)))

        @functools.wraps(function)
        async def produce(*args: Any, **kwargs: Any) -> Any:
            step, inner = step_of(RecordingStream(application_id)), function(*args, **kwargs)
            next_value = inner.__anext__()
            try:
                while True:
                    try:
                        value = await awaited(next_value, step)
                    except StopAsyncIteration:
                        return
                    try:
                        next_value = inner.asend((yield value))
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        next_value = inner.athrow(error)
            finally:
                await awaited(inner.aclose(), step)

        kinds = ((inspect.isasyncgenfunction, produce), (inspect.iscoroutinefunction, run), (inspect.isgeneratorfunction, generate))
        return next((wrapper for is_kind, wrapper in kinds if is_kind(function)), call)  # type: ignore[return-value]

    return decorate


def recording_stream_generator_ctx(func: _F) -> _F:
    """Decorates a generator with `with rec:` around a `yield`: while it waits, the thread's recording is what it was before."""
    import inspect

    if not inspect.isgeneratorfunction(func):
        raise ValueError(f"recording_stream_generator_ctx: {func!r} is no generator function")

    @functools.wraps(func)
    def generate(*args: Any, **kwargs: Any) -> Any:
        suspended: RecordingStream | None = None

        def step(method: Any, argument: Any) -> Any:
            nonlocal suspended
            before = active_recording_stream.get(None)
            if suspended is not None:
                suspended.__enter__()
                suspended = None
            value = method(argument)
            within = active_recording_stream.get(None)
            if within is not None and within is not before:
                _keep_files()
                within.__exit__()
                suspended = within
            return value

        return (yield from _in_steps(func(*args, **kwargs), step))

    return generate  # type: ignore[return-value]
