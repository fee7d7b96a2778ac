"""Reel's reader through the shared library, in this process: chunks come as pyarrow record batches, without a copy. The structs are those of read.h."""
import ctypes
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_bool, c_char_p, c_int, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p, string_at

import pyarrow as pa

from reel_library import LIBRARY, Bytes, ReelError

STORE_INFO, CHUNK, ACTIVATION = 1, 2, 3


class Event(Structure):
    _fields_ = [("struct_size", c_size_t), ("status", c_int), ("offset", c_uint64), ("size", c_uint64), ("message", c_char_p)]


ON_EVENT = CFUNCTYPE(None, c_void_p, POINTER(Event))
FILL = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t, POINTER(c_size_t))


class Options(Structure):
    _fields_ = [("struct_size", c_size_t), ("on_event", ON_EVENT), ("on_event_user", c_void_p), ("message_bytes_max", c_uint64), ("stop_at_damage", c_bool), ("resynchronise", c_bool)]


class Stats(Structure):
    _fields_ = [("struct_size", c_size_t), ("bytes", c_uint64), ("messages", c_uint64), ("chunks", c_uint64), ("rows", c_uint64), ("damaged", c_uint64), ("bytes_lost", c_uint64),
                ("streams", c_uint64), ("warnings", c_uint64), ("has_footer", c_bool), ("is_truncated", c_bool), ("version", c_uint8 * 4)]


class Message(Structure):
    _fields_ = [("struct_size", c_size_t), ("kind", c_int), ("offset", c_uint64), ("data", c_void_p), ("size", c_size_t), ("store_kind", c_int), ("application_id", c_char_p),
                ("recording_id", c_char_p), ("store_source", c_char_p), ("store_version", c_uint8 * 4), ("has_chunk_id", c_bool), ("is_static", c_bool), ("is_compressed", c_bool),
                ("chunk_id", c_uint8 * 16), ("unpacked_size", c_uint64), ("make_active", c_bool), ("make_default", c_bool)]


class Component(Structure):
    _fields_ = [("component", c_char_p), ("archetype", c_char_p), ("component_type", c_char_p), ("arrow_type", c_char_p), ("n_values", c_size_t), ("n_rows", c_size_t)]


class Timeline(Structure):
    _fields_ = [("name", c_char_p), ("type", c_int), ("times", POINTER(c_int64)), ("is_sorted", c_bool), ("min", c_int64), ("max", c_int64)]


class Cell(Structure):
    _fields_ = [("is_set", c_bool), ("first", c_size_t), ("n", c_size_t)]


class ArrowSchema(Structure):
    _fields_ = [("words", c_int64 * 9)]


class ArrowArray(Structure):
    _fields_ = [("words", c_int64 * 10)]


def declare(library):
    for name, restype, argtypes in [
        ("reel_open", c_int, [c_char_p, POINTER(Options), POINTER(c_void_p)]),
        ("reel_open_memory", c_int, [c_void_p, c_size_t, POINTER(Options), POINTER(c_void_p)]),
        ("reel_open_descriptor", c_int, [c_int, POINTER(Options), POINTER(c_void_p)]),
        ("reel_open_callback", c_int, [FILL, c_void_p, POINTER(Options), POINTER(c_void_p)]),
        ("reel_close_reader", None, [c_void_p]),
        ("reel_get_read_stats", c_int, [c_void_p, POINTER(Stats)]),
        ("reel_next", c_int, [c_void_p, POINTER(POINTER(Message))]),
        ("reel_read_chunk", c_int, [c_void_p, POINTER(Message), POINTER(c_void_p)]),
        ("reel_chunk_ref", c_void_p, [c_void_p]),
        ("reel_chunk_unref", None, [c_void_p]),
        ("reel_chunk_entity", c_char_p, [c_void_p]),
        ("reel_chunk_id", c_void_p, [c_void_p]),
        ("reel_chunk_rows", c_size_t, [c_void_p]),
        ("reel_chunk_is_static", c_bool, [c_void_p]),
        ("reel_chunk_row_ids", c_void_p, [c_void_p]),
        ("reel_chunk_timelines", c_size_t, [c_void_p]),
        ("reel_chunk_timeline_at", POINTER(Timeline), [c_void_p, c_size_t]),
        ("reel_chunk_components", c_size_t, [c_void_p]),
        ("reel_chunk_component_at", POINTER(Component), [c_void_p, c_size_t]),
        ("reel_chunk_cell", c_int, [c_void_p, c_size_t, c_size_t, POINTER(Cell)]),
        ("reel_chunk_values", c_int, [c_void_p, c_size_t, c_int, c_uint32, POINTER(c_void_p), POINTER(c_size_t)]),
        ("reel_chunk_text", c_int, [c_void_p, c_size_t, c_size_t, POINTER(c_void_p), POINTER(c_size_t)]),
        ("reel_chunk_bytes_at", c_int, [c_void_p, c_size_t, c_size_t, POINTER(Bytes)]),
        ("reel_chunk_export", c_int, [c_void_p, c_void_p, c_void_p]),
        ("reel_chunk_import", c_int, [c_void_p, c_void_p, POINTER(c_void_p)]),
    ]:
        function = getattr(library, name)
        function.restype, function.argtypes = restype, argtypes
    return library


declare(LIBRARY)


def check(status):
    if status:
        raise ReelError(status, LIBRARY.reel_error_message().decode("utf-8", "replace"))


class Chunk:
    def __init__(self, pointer):
        self.pointer = pointer

    def __del__(self):
        LIBRARY.reel_chunk_unref(self.pointer)

    @classmethod
    def of(cls, batch):
        """A chunk of a record batch of pyarrow's."""
        schema, array, out = ArrowSchema(), ArrowArray(), c_void_p()
        batch._export_to_c(ctypes.addressof(array), ctypes.addressof(schema))
        check(LIBRARY.reel_chunk_import(byref(schema), byref(array), byref(out)))
        return cls(out)

    entity = property(lambda self: LIBRARY.reel_chunk_entity(self.pointer).decode())
    id = property(lambda self: string_at(LIBRARY.reel_chunk_id(self.pointer), 16))
    rows = property(lambda self: LIBRARY.reel_chunk_rows(self.pointer))
    is_static = property(lambda self: LIBRARY.reel_chunk_is_static(self.pointer))
    row_ids = property(lambda self: string_at(LIBRARY.reel_chunk_row_ids(self.pointer), 16 * self.rows))

    @property
    def timelines(self):
        found = [LIBRARY.reel_chunk_timeline_at(self.pointer, i).contents for i in range(LIBRARY.reel_chunk_timelines(self.pointer))]
        return {t.name.decode(): (t.type, t.times[:self.rows], t.is_sorted, t.min, t.max) for t in found}

    @property
    def components(self):
        return [LIBRARY.reel_chunk_component_at(self.pointer, i).contents for i in range(LIBRARY.reel_chunk_components(self.pointer))]

    def cell(self, component, row):
        cell = Cell()
        check(LIBRARY.reel_chunk_cell(self.pointer, component, row, byref(cell)))
        return cell

    def text(self, component, index):
        text, size = c_void_p(), c_size_t()
        check(LIBRARY.reel_chunk_text(self.pointer, component, index, byref(text), byref(size)))
        return string_at(text, size.value).decode() if text else None

    def bytes_at(self, component, index):
        found = Bytes()
        check(LIBRARY.reel_chunk_bytes_at(self.pointer, component, index, byref(found)))
        address = ctypes.cast(ctypes.addressof(found), POINTER(c_void_p))[0]
        return string_at(address, found.size) if address else None

    def values(self, component, value_type, size, item):
        """The numbers of a component, as a ctypes array of items of this type."""
        at, n = c_void_p(), c_size_t()
        check(LIBRARY.reel_chunk_values(self.pointer, component, value_type, size, byref(at), byref(n)))
        return list((item * (n.value * max(size, 1))).from_address(at.value)) if n.value else []

    def export(self):
        schema, array = ArrowSchema(), ArrowArray()
        check(LIBRARY.reel_chunk_export(self.pointer, byref(schema), byref(array)))
        return pa.RecordBatch._import_from_c(ctypes.addressof(array), ctypes.addressof(schema))


class Reader:
    """Messages and chunks in order. What is told goes to events: (status, offset, size, text)."""

    def __init__(self, source, **options):
        self.events, self.kept = [], source

        def note(_, event):
            e = event.contents
            self.events.append((e.status, e.offset, e.size, e.message.decode("utf-8", "replace")))
        self.note = ON_EVENT(note)
        self.options = Options(ctypes.sizeof(Options), self.note, None, **options)
        self.pointer = c_void_p()
        if isinstance(source, bytes):
            check(LIBRARY.reel_open_memory(source, len(source), byref(self.options), byref(self.pointer)))
        elif isinstance(source, int):
            check(LIBRARY.reel_open_descriptor(source, byref(self.options), byref(self.pointer)))
        elif callable(source):
            def fill(_, data, size, n):
                piece = source(size)
                ctypes.memmove(data, piece, len(piece))
                n[0] = len(piece)
                return 0
            self.fill = FILL(fill)
            check(LIBRARY.reel_open_callback(self.fill, None, byref(self.options), byref(self.pointer)))
        else:
            check(LIBRARY.reel_open(str(source).encode(), byref(self.options), byref(self.pointer)))

    def __del__(self):
        LIBRARY.reel_close_reader(self.pointer)

    def next(self):
        message = POINTER(Message)()
        check(LIBRARY.reel_next(self.pointer, byref(message)))
        return message.contents if message else None

    def chunk(self, message):
        out = c_void_p()
        check(LIBRARY.reel_read_chunk(self.pointer, byref(message), byref(out)))
        return Chunk(out)

    def messages(self):
        while (message := self.next()) is not None:
            yield message

    def chunks(self):
        for message in self.messages():
            if message.kind == CHUNK:
                yield message, self.chunk(message)

    @property
    def stats(self):
        stats = Stats(ctypes.sizeof(Stats))
        check(LIBRARY.reel_get_read_stats(self.pointer, byref(stats)))
        return stats
