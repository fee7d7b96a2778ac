"""The bytes of a .rrd as they stand, for what readers mend or hide: framing, and the schema that a writer claims."""
import struct

import pyarrow as pa


def fields(data):
    """The fields of a protobuf message: {number: [values]}."""
    found, at = {}, 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(data):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            value = varint()
        else:
            size = 8 if kind == 1 else varint()
            value = data[at:at + size]
            at += size
        found.setdefault(tag >> 3, []).append(value)
    return found


def plain(message, payload, compression, size):
    """The bytes of a payload field, whose message says whether they are one LZ4 block."""
    data = message[payload][0]
    return pa.decompress(data, message[size][0], codec="lz4_raw", asbytes=True) if message.get(compression, [1])[0] == 2 else data


def messages(data):
    """(kind, offset of the payload, size) of each message, up to the end of the stream or of the data."""
    at = 12
    while at + 16 <= len(data):
        kind, size = struct.unpack_from("<QQ", data, at)
        yield kind, at + 16, size
        if kind == 0:
            return
        at += 16 + size


def batches(data):
    """(entity path, record batch) of each chunk."""
    for kind, at, size in messages(data):
        if kind == 2:
            [batch] = pa.ipc.open_stream(plain(fields(data[at:at + size]), 5, 2, 3))
            yield batch.schema.metadata[b"rerun:entity_path"].decode(), batch
