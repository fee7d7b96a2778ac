"""Recordings made byte by byte around Arrow streams that no SDK writes, for the tests of what is read and what is refused."""
import struct

import pyarrow as pa
from damaged import CONFORMANCE  # noqa: F401 (where rrd_made stands)
from rrd_made import HEADER, arrow_message, chunk_batch, field, index, ipc, message, store_id, store_info  # noqa: F401

BEGIN = HEADER + store_info()


def chunk_message(stream, packed=False, with_id=True):
    own_id = field(6, b"\x09" + struct.pack("<Q", 1) + b"\x11" + struct.pack("<Q", 1))
    return message(2, arrow_message(stream, compression=2 if packed else 1)[16:] + (own_id if with_id else b""))


def batch(columns):
    """{component: array} as a chunk's record batch, with a timeline `frame` from 0 on."""
    n = len(next(iter(columns.values())))
    fields = [(pa.field(name, array.type, True, {"rerun:kind": "data", "rerun:component": name}), array) for name, array in columns.items()]
    return chunk_batch([index("frame", range(n)), *fields], n=n)


def rows(values, offsets=None):
    """Values as a component: one in each row, or as the offsets have it."""
    return pa.ListArray.from_arrays(pa.array(range(len(values) + 1) if offsets is None else offsets, pa.int32()), values)


def with_buffers(stream, change):
    """The stream with other (offset, size) pairs in its record batch: change takes and gives a list of them."""
    data, at = bytearray(stream), 0

    def slot(table, index):
        vtable = table - struct.unpack_from("<i", data, table)[0]
        if 4 + 2 * index >= struct.unpack_from("<H", data, vtable)[0]:
            return 0
        offset = struct.unpack_from("<H", data, vtable + 4 + 2 * index)[0]
        return table + offset if offset else 0

    def target(place):
        return place + struct.unpack_from("<I", data, place)[0]

    while struct.unpack_from("<i", data, at + 4)[0]:
        root = target(at + 8)
        if data[slot(root, 1)] == 3:
            list_at = target(slot(target(slot(root, 2)), 2))
            n = struct.unpack_from("<I", data, list_at)[0]
            buffers = [struct.unpack_from("<qq", data, list_at + 4 + 16 * i) for i in range(n)]
            for i, (offset, size) in enumerate(change(buffers)):
                struct.pack_into("<qq", data, list_at + 4 + 16 * i, offset, size)
            return bytes(data)
        body = slot(root, 3)
        at += 8 + struct.unpack_from("<i", data, at + 4)[0] + (struct.unpack_from("<q", data, body)[0] if body else 0)
    raise AssertionError("no record batch")
