"""Reel's index of a recording through the shared library, in this process. The structs are those of read.h."""
import ctypes
from ctypes import POINTER, Structure, byref, c_bool, c_char_p, c_int, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p

import pyarrow as pa

from read_library import LIBRARY, ON_EVENT, Chunk, check

ANY, FOOTER, SCAN = 0, 1, 2
NOT_FOUND, FORMAT, ARGUMENT, UNSUPPORTED = -17, -18, -2, -16


class Range(Structure):
    _fields_ = [("timeline", c_char_p), ("type", c_int), ("min", c_int64), ("max", c_int64)]


class Entry(Structure):
    _fields_ = [("store", c_uint32), ("entity", c_char_p), ("chunk_id", POINTER(c_uint8)), ("is_static", c_bool), ("n_rows", c_uint64), ("offset", c_uint64), ("size", c_uint64),
                ("unpacked_size", c_uint64), ("ranges", POINTER(Range)), ("n_ranges", c_size_t)]


class Store(Structure):
    _fields_ = [("kind", c_int), ("application_id", c_char_p), ("recording_id", c_char_p), ("n_chunks", c_uint64)]


class Query(Structure):
    _fields_ = [("struct_size", c_size_t), ("store_kind", c_int), ("recording_id", c_char_p), ("entity", c_char_p), ("component", c_char_p), ("timeline", c_char_p), ("min", c_int64),
                ("max", c_int64), ("with_static", c_bool)]


class ArrowArrayStream(Structure):
    _fields_ = [("words", c_int64 * 5)]


for name, restype, argtypes in [
    ("reel_read_index", c_int, [c_void_p, c_int, POINTER(c_void_p)]),
    ("reel_index_free", None, [c_void_p]),
    ("reel_index_stores", c_size_t, [c_void_p]),
    ("reel_index_store", POINTER(Store), [c_void_p, c_size_t]),
    ("reel_index_size", c_size_t, [c_void_p]),
    ("reel_index_at", c_int, [c_void_p, c_size_t, POINTER(Entry)]),
    ("reel_index_verify", c_int, [c_void_p, ON_EVENT, c_void_p, POINTER(c_uint64)]),
    ("reel_index_select", c_int, [c_void_p, POINTER(Query), POINTER(POINTER(c_uint64)), POINTER(c_size_t)]),
    ("reel_index_chunk", c_int, [c_void_p, c_size_t, POINTER(c_void_p)]),
    ("reel_index_export", c_int, [c_void_p, POINTER(Query), c_void_p]),
    ("reel_release", None, [c_void_p]),
]:
    function = getattr(LIBRARY, name)
    function.restype, function.argtypes = restype, argtypes


def query_of(**wanted):
    return Query(struct_size=ctypes.sizeof(Query), **{k: v.encode() if isinstance(v, str) else v for k, v in wanted.items()})


class Index:
    def __init__(self, reader, how=ANY):
        self.reader, self.pointer = reader, c_void_p()
        check(LIBRARY.reel_read_index(reader.pointer, how, byref(self.pointer)))

    def __del__(self):
        LIBRARY.reel_index_free(self.pointer)

    def __len__(self):
        return LIBRARY.reel_index_size(self.pointer)

    @property
    def stores(self):
        found = [LIBRARY.reel_index_store(self.pointer, i).contents for i in range(LIBRARY.reel_index_stores(self.pointer))]
        return [(s.kind, s.application_id.decode(), s.recording_id.decode(), s.n_chunks) for s in found]

    def entries(self):
        """Each as a dictionary, whose times are {timeline: (type, min, max)}."""
        for i in range(len(self)):
            e = Entry()
            check(LIBRARY.reel_index_at(self.pointer, i, byref(e)))
            times = {r.timeline.decode(): (r.type, r.min, r.max) for r in e.ranges[:e.n_ranges]}
            yield {"store": e.store, "entity": e.entity.decode(), "id": bytes(e.chunk_id[:16]), "static": e.is_static, "rows": e.n_rows, "offset": e.offset, "size": e.size,
                   "unpacked": e.unpacked_size, "times": times}

    def select(self, **wanted):
        chunks, n, query = POINTER(c_uint64)(), c_size_t(), query_of(**wanted)
        check(LIBRARY.reel_index_select(self.pointer, byref(query), byref(chunks), byref(n)))
        found = chunks[:n.value]
        LIBRARY.reel_release(chunks)
        return found

    def chunk(self, number):
        out = c_void_p()
        check(LIBRARY.reel_index_chunk(self.pointer, number, byref(out)))
        return Chunk(out)

    def stream(self, **wanted):
        """A pyarrow reader of the Arrow C stream."""
        stream, query = ArrowArrayStream(), query_of(**wanted)
        check(LIBRARY.reel_index_export(self.pointer, byref(query), byref(stream)))
        reader = pa.RecordBatchReader._import_from_c(ctypes.addressof(stream))
        STREAMS.append((reader, self))  # the index has to outlive it
        return reader


STREAMS = []


def verify(reader):
    """What differs between the footer and the chunks."""
    told, n = [], c_uint64()

    def note(_, event):
        told.append(event.contents.message.decode())
    callback = ON_EVENT(note)
    check(LIBRARY.reel_index_verify(reader.pointer, callback, None, byref(n)))
    assert len(told) == n.value
    return told
