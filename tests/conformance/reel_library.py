"""The shared library, called in this process: how Arrow arrays of pyarrow get to Reel without any copy. The structs are those of log.h."""
import ctypes
import os
from ctypes import POINTER, Structure, byref, c_bool, c_char_p, c_int, c_int64, c_size_t, c_uint32, c_void_p, pointer
from pathlib import Path

import numpy as np

BUILD = Path(os.environ.get("REEL_BUILD", Path(__file__).resolve().parents[2] / "build"))
TIME_TYPES = {"sequence": 1, "duration": 2, "timestamp": 3}
VALUE_TYPES = {"u1": 1, "u2": 2, "u4": 3, "u8": 4, "i1": 5, "i2": 6, "i4": 7, "i8": 8, "f2": 9, "f4": 10, "f8": 11, "?": 12, "text": 13, "bytes": 14}
STATIC = 1


class Options(Structure):
    _fields_ = [("struct_size", c_size_t), ("recording_id", c_char_p), ("recording_name", c_char_p), ("store_kind", c_int),
                ("disabled", c_bool), ("no_log_time", c_bool), ("log_tick", c_bool), ("no_properties", c_bool)]


class Arrow(Structure):
    _fields_ = [("array", c_void_p), ("schema", c_void_p)]


class Bytes(Structure):
    _fields_ = [("data", c_char_p), ("size", c_size_t)]


class Column(Structure):
    _fields_ = [("archetype", c_uint32), ("field", c_uint32), ("values", c_void_p), ("n_values", c_size_t), ("lengths", c_void_p), ("n_rows", c_size_t), ("offsets", c_void_p),
                ("stride", c_size_t), ("strip_lengths", c_void_p), ("name", c_char_p), ("archetype_name", c_char_p), ("component_type", c_char_p), ("type", c_int), ("size", c_uint32),
                ("arrow", POINTER(Arrow))]


class Descriptor(Structure):
    _fields_ = [("component", c_char_p), ("archetype", c_char_p), ("component_type", c_char_p)]


class TimeColumn(Structure):
    _fields_ = [("timeline", c_char_p), ("type", c_int), ("values", c_void_p), ("n", c_size_t)]


class ReelError(Exception):
    pass


def load():
    library = ctypes.CDLL(str(BUILD / "lib/libreel.so"))
    library.reel_error_message.restype = c_char_p
    library.reel_new.restype = c_void_p
    library.reel_new.argtypes = [c_char_p, POINTER(Options)]
    library.reel_save.argtypes = [c_void_p, c_char_p]
    library.reel_free.argtypes = [c_void_p]
    library.reel_set_time.argtypes = [c_void_p, c_char_p, c_int, c_int64]
    library.reel_log_arrow.argtypes = [c_void_p, c_char_p, POINTER(Descriptor), c_void_p, c_void_p, c_uint32]
    library.reel_send_columns.argtypes = [c_void_p, c_char_p, c_void_p, c_size_t, c_void_p, c_size_t]
    return library


LIBRARY = load()


def check(status):
    if status:
        raise ReelError(f"{status}: {LIBRARY.reel_error_message().decode()}")


class Exported:
    """An array of pyarrow as the two structs of the C data interface."""

    def __init__(self, array):
        self.schema, self.array = ctypes.create_string_buffer(9 * 8), ctypes.create_string_buffer(10 * 8)
        array._export_to_c(ctypes.addressof(self.array), ctypes.addressof(self.schema))
        self.pair = Arrow(ctypes.addressof(self.array), ctypes.addressof(self.schema))

    def is_released(self):
        """release is the last member but one."""
        return not any(self.schema[7 * 8:8 * 8]) and not any(self.array[8 * 8:9 * 8])


def encoded(text):
    return None if text is None else text.encode()


def own(name, values, kind, **members):
    """A column of one's own. values: an array, texts or runs of bytes. What it points at is kept with it."""
    column = Column(name=encoded(name), type=VALUE_TYPES[kind])
    if kind == "text":
        held = (c_char_p * max(1, len(values)))(*[v.encode() for v in values])
    elif kind == "bytes":
        held = (Bytes * max(1, len(values)))(*[Bytes(v, len(v)) for v in values])
    else:
        held = np.ascontiguousarray(values, kind)
    return fill(column, held, len(values), **members)


def builtin(archetype, field, held, n, **members):
    return fill(Column(archetype=archetype, field=field), held, n, **members)


def arrow(name, array, **members):
    exported = Exported(array)
    column = fill(Column(name=encoded(name), arrow=pointer(exported.pair)), None, 0, **members)
    column.held += (exported,)
    return column


def fill(column, held, n, lengths=None, offsets=None, strip_lengths=None, size=0, stride=0, archetype=None, component_type=None):
    column.values = held.ctypes.data if isinstance(held, np.ndarray) else ctypes.addressof(held) if held is not None else None
    column.n_values, column.size, column.stride = n, size, stride
    column.archetype_name, column.component_type = encoded(archetype), encoded(component_type)
    column.held = (held,)
    for name, values in (("lengths", lengths), ("offsets", offsets), ("strip_lengths", strip_lengths)):
        if values is not None:
            array = np.ascontiguousarray(values, "u4")
            setattr(column, name, array.ctypes.data)
            column.held += (array,)
            if name != "strip_lengths":
                column.n_rows = len(array) - (name == "offsets")
    return column


class Recording:
    """Saved to a file; a context that closes it. Rows carry no log_time."""

    def __init__(self, path, recording_id="the_recording"):
        self.path, self.recording_id = path, recording_id

    def __enter__(self):
        options = Options(struct_size=ctypes.sizeof(Options), recording_id=self.recording_id.encode(), no_log_time=True, no_properties=True)
        self.rec = LIBRARY.reel_new(b"conformance", byref(options))
        assert self.rec, LIBRARY.reel_error_message()
        check(LIBRARY.reel_save(self.rec, str(self.path).encode()))
        return self

    def __exit__(self, *_):
        LIBRARY.reel_free(self.rec)

    def set_time(self, timeline, kind, value):
        check(LIBRARY.reel_set_time(self.rec, timeline.encode(), TIME_TYPES[kind], value))

    def log_arrow(self, path, component, array, archetype=None, component_type=None, flags=0):
        exported = Exported(array)
        descriptor = Descriptor(encoded(component), encoded(archetype), encoded(component_type))
        try:
            check(LIBRARY.reel_log_arrow(self.rec, path.encode(), byref(descriptor), exported.pair.array, exported.pair.schema, flags))
        finally:
            assert exported.is_released()

    def send_columns(self, path, times, *columns):
        """times: {timeline: (kind, values)}."""
        held = [np.ascontiguousarray(values, "i8") for _, values in times.values()]
        indexes = (TimeColumn * max(1, len(times)))(*[TimeColumn(name.encode(), TIME_TYPES[kind], h.ctypes.data, len(h)) for (name, (kind, _)), h in zip(times.items(), held)])
        try:
            check(LIBRARY.reel_send_columns(self.rec, path.encode(), indexes, len(times), (Column * max(1, len(columns)))(*columns), len(columns)))
        finally:
            assert all(part.is_released() for c in columns for part in c.held if isinstance(part, Exported))
