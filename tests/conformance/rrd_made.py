"""Recordings made by hand from record batches of pyarrow's, with whatever names, versions and oddities a test needs. Nothing of Reel is in them."""
import struct

import pyarrow as pa

HEADER = b"RRF2\x00\x29\x00\x00\x01\x02\x00\x00"
ROW_ID = pa.field("rerun.controls.RowId", pa.binary(16), nullable=False, metadata={"rerun:kind": "control", "ARROW:extension:name": "rerun.datatypes.TUID",
                                                                                   "ARROW:extension:metadata": '{"namespace":"row"}'})


def varint(value):
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    """A field of a protobuf message: an int is a varint, bytes are bytes."""
    return varint(number << 3) + varint(value) if isinstance(value, int) else varint(number << 3 | 2) + varint(len(value)) + value


def store_id(kind=1, recording=b"made", application=b"made_app"):
    return field(1, kind) + field(2, recording) + (field(3, field(1, application)) if application is not None else b"")


def message(kind, payload):
    return struct.pack("<QQ", kind, len(payload)) + payload


def store_info(**store):
    return message(1, field(1, b"\x09" + b"\1" * 8 + b"\x11" + b"\2" * 8) + field(2, field(2, store_id(**store)) + field(5, field(1, 1)) + field(6, field(1, 0x2900))))


def arrow_message(stream, compression=2, uncompressed_size=None, encoding=1, before=b"", **store):
    packed = pa.compress(stream, codec="lz4_raw", asbytes=True) if compression == 2 else stream
    size = len(stream) if uncompressed_size is None else uncompressed_size
    return message(2, before + field(1, store_id(**store)) + field(2, compression) + field(3, size) + field(4, encoding) + field(5, packed))


def ipc(batch, n_batches=1, end=True, **options):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        for _ in range(n_batches):
            writer.write_batch(batch)
    data = sink.getvalue().to_pybytes()
    return data if end else data[:-8]


def chunk_batch(columns, n=2, entity="/made", version="0.1.3", chunk_id="chunk_00000000000000010000000000000001", metadata=None, row_ids=True):
    """columns: (field, array) pairs behind the row ids. version None: none is claimed."""
    ids = pa.array([struct.pack(">QQ", 7, i) for i in range(n)], pa.binary(16))
    given = ([(ROW_ID, ids)] if row_ids else []) + list(columns)
    about = {"rerun:id": chunk_id, "rerun:entity_path": entity} if metadata is None else dict(metadata)
    if version is not None:
        about["sorbet:version"] = version
    schema = pa.schema([f for f, _ in given], metadata={k: v for k, v in about.items() if v is not None})
    return pa.RecordBatch.from_arrays([a for _, a in given], schema=schema)


def component(name, values, kind=pa.float64(), field_name=None, **metadata):
    about = {"rerun:kind": "data", "rerun:component": name, **{"rerun:" + k: v for k, v in metadata.items()}}
    array = pa.array(values, pa.list_(kind))
    return pa.field(field_name or name, array.type, metadata={k: v for k, v in about.items() if v is not None}), array


def index(name, times, kind=pa.int64(), nullable=True, **metadata):
    about = {"rerun:kind": "index", "rerun:index_name": name, **{"rerun:" + k: v for k, v in metadata.items()}}
    array = times if isinstance(times, pa.Array) else pa.array(times, kind)
    return pa.field(name, array.type, nullable=nullable, metadata={k: v for k, v in about.items() if v is not None}), array


def recording(*streams, **options):
    """Each stream is bytes of Arrow IPC, or a record batch."""
    return HEADER + store_info() + b"".join(arrow_message(s if isinstance(s, bytes) else ipc(s), **options) for s in streams)
