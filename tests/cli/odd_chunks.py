"""Recordings made byte by byte around Arrow streams that no SDK writes, for the tests of what is read and what is refused."""
import struct

import pyarrow as pa

TIME = 0x1800000000000000
next_id = iter(range(1, 1 << 40))


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def nested(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def tuid(time, inc):
    return b"\x09" + struct.pack("<Q", time) + b"\x11" + struct.pack("<Q", inc)


def store(application="odd", recording="one"):
    return number(1, 1) + nested(2, recording.encode()) + nested(3, nested(1, application.encode()))


def message(kind, payload):
    return struct.pack("<QQ", kind, len(payload)) + payload


def begin(**ids):
    """A stream's header and a store info."""
    info = nested(2, store(**ids)) + nested(5, number(1, 1))
    return b"RRF2" + bytes([0, 41, 0, 0, 0, 2, 0, 0]) + message(1, nested(1, tuid(TIME, 1)) + nested(2, info))


def chunk_message(ipc, packed=False, with_id=True, **ids):
    body = pa.compress(ipc, codec="lz4_raw", asbytes=True) if packed else ipc
    chunk_id = pa.ipc.open_stream(ipc).schema.metadata[b"rerun:id"].decode()[len("chunk_"):]
    own_id = nested(6, tuid(int(chunk_id[:16], 16), int(chunk_id[16:], 16))) if with_id else b""
    return message(2, nested(1, store(**ids)) + number(2, 2 if packed else 1) + number(3, len(ipc)) + number(4, 1) + nested(5, body) + own_id)


def batch(columns, times=None, entity="/odd", n=None):
    """{component: array} and {timeline: array} (frame, 0 on) as a chunk's record batch."""
    n = len(next(iter(columns.values()))) if n is None else n
    times = {"frame": pa.array(range(n), pa.int64())} if times is None else times
    ids = [struct.pack(">QQ", TIME, next(next_id)) for _ in range(n)]
    fields = [pa.field("rerun.controls.RowId", pa.binary(16), False, {"rerun:kind": "control"})]
    fields += [pa.field(name, array.type, True, {"rerun:kind": "index", "rerun:index_name": name}) for name, array in times.items()]
    fields += [pa.field(name, array.type, True, {"rerun:kind": "data", "rerun:component": name}) for name, array in columns.items()]
    metadata = {"rerun:entity_path": entity, "rerun:id": f"chunk_{TIME:016X}{next(next_id):016x}", "sorbet:version": "0.1.3"}
    return pa.RecordBatch.from_arrays([pa.array(ids, pa.binary(16)), *times.values(), *columns.values()], schema=pa.schema(fields, metadata))


def ipc_of(record_batch, **options):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, record_batch.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_batch(record_batch)
    return sink.getvalue().to_pybytes()


def rows(values, offsets=None):
    """Values as a component: one in each row, or as the offsets have it."""
    return pa.ListArray.from_arrays(pa.array(range(len(values) + 1) if offsets is None else offsets, pa.int32()), values)


def with_buffers(ipc, change):
    """The stream with other (offset, size) pairs in its record batch: change takes and gives a list of them."""
    data, at = bytearray(ipc), 0

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
