"""Run by the Python of some rerun-sdk version: reads a recording, or a blueprint, with that version's reader, streaming and by random access, and prints as JSON
{"entity component": [rows, digest of the type and the values]} of both."""
import hashlib
import json
import sys

try:
    from rerun.chunk import RrdReader
except ImportError:  # before 0.40
    from rerun.experimental import RrdReader


def digests(chunks):
    columns = {}
    for batch, entity in sorted(((c.to_record_batch(), str(c.entity_path)) for c in chunks), key=lambda pair: pair[0].schema.metadata[b"rerun:id"]):
        for i, f in enumerate(batch.schema):
            if f.metadata[b"rerun:kind"] == b"data":
                values = [value for value in batch.column(i).to_pylist() if value is not None]
                rows, digest = columns.setdefault(f"{entity} {f.metadata[b'rerun:component'].decode()}", [0, hashlib.sha256()])
                columns[f"{entity} {f.metadata[b'rerun:component'].decode()}"][0] = rows + len(values)
                digest.update(f"{f.type} {values}".encode())
    return {name: [rows, digest.hexdigest()] for name, (rows, digest) in columns.items()}


reader = RrdReader(sys.argv[1])
store = (reader.recordings() + reader.blueprints())[0]
json.dump([digests(reader.stream(store=store).to_chunks()), digests(reader.store(store=store).stream().to_chunks())], sys.stdout)
