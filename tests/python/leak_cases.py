"""Calls of every family again and again, with what the allocator says is in use before and after: run by test_leaks.py in a process of its own, with Python's objects from malloc.

Prints the families whose calls leave something behind, and how many bytes each."""

import copy
import ctypes
import gc
import pathlib
import pickle
import sys
import warnings

import numpy as np
import pyarrow as pa
import reel as rr
from reel import _reel
from reel.chunk import Chunk, RrdReader

warnings.simplefilter("ignore")
C = rr.components
ROUNDS = 300
LEFT_MAX = 8  # bytes a call: less than any allocation


class Usage(ctypes.Structure):
    """glibc's struct mallinfo2."""

    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


def bytes_in_use():
    gc.collect()
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = Usage
    usage = mallinfo2()
    return usage.uordblks + usage.hblkhd


def fails(function):
    """The call, which raises."""

    def call():
        try:
            function()
        except Exception:
            return
        raise AssertionError("no exception")

    return call


class Breaks:
    def __iter__(self):
        yield 1.0
        raise RuntimeError


class Refuses:
    def as_component_batches(self):
        raise ValueError("no")


def batch_cases():
    big, arrow = np.random.default_rng(1).random((2000, 3), np.float32), pa.array([[1.0, 2.0, 3.0]] * 3, pa.list_(pa.float32(), 3))
    good = {
        "list": (C.Position3DBatch, [[1, 2, 3]]), "array": (C.Position3DBatch, big), "cast": (C.Position3DBatch, big[:10].astype("f8")), "big endian": (C.ScalarBatch, np.arange(3, dtype=">f8")), "arrow": (C.Position3DBatch, arrow),
        "arrow cast": (C.ScalarBatch, pa.array([1, 2])), "arrow stream": (C.ScalarBatch, pa.chunked_array([[1.0], [2.0]])), "colours": (C.ColorBatch, [[1, 2, 3], 5]), "enum": (C.FillModeBatch, ["solid", 2]), "texts": (C.TextBatch, ["a", "b"]),
        "texts with NUL": (C.TextBatch, ["a\0"]), "bytes": (C.BlobBatch, [b"a", [1, 2]]), "bools": (C.VisibleBatch, [True, 1]), "strips": (C.LineStrip3DBatch, [[[1, 2, 3]], [[4, 5, 6], [7, 8, 9]]]),
        "matrices": (C.PinholeProjectionBatch, [np.eye(3), np.eye(3).tolist()]), "struct": (C.RotationAxisAngleBatch, {"axis": [1, 0, 0], "angle": 1.0}), "pairs": (C.KeyValuePairsBatch, {"a": "b"}), "context": (C.AnnotationContextBatch, [(1, "a")]),
        "tensor": (C.TensorDataBatch, big[:2]), "iterator": (C.ScalarBatch, range(3)), "value": (C.Position3DBatch, rr.encodings.Vec3D([1, 2, 3])),
    }  # fmt: skip
    bad = {
        "numbers": (C.Position3DBatch, [1, 2]), "ragged": (C.Position3DBatch, [[1, 2, 3], [1, 2]]), "iterator": (C.ScalarBatch, Breaks()), "arrow": (C.ScalarBatch, pa.array(["a"])), "colours": (C.ColorBatch, [[1, 2, 3], "red"]), "enum": (C.FillModeBatch, ["solid", "no"]),
        "texts": (C.TextBatch, ["a", "\ud800"]), "bytes": (C.BlobBatch, [b"a", 1.5]), "strips": (C.LineStrip3DBatch, [[[1, 2, 3]], [[4, 5]]]), "matrices": (C.PinholeProjectionBatch, [np.eye(3), [1]]), "struct": (C.RotationAxisAngleBatch, {"axis": [1, 2]}),
        "pairs": (C.KeyValuePairsBatch, [1]), "none": (C.ScalarBatch, object()),
    }  # fmt: skip
    cases = {f"batch of {name}": (lambda cls=cls, data=data: cls(data, strict=True)) for name, (cls, data) in good.items()}
    cases |= {f"export of {name}": (lambda batch=cls(data): (batch.__arrow_c_array__(), batch.as_arrow_array(), repr(batch))) for name, (cls, data) in good.items() if name != "array"}
    cases |= {f"pickle of {name}": (lambda batch=cls(data): pickle.loads(pickle.dumps(batch)) == batch) for name, (cls, data) in good.items() if name != "array"}
    cases |= {f"bad {name}": fails(lambda cls=cls, data=data: cls(data, strict=True)) for name, (cls, data) in bad.items()}
    return cases | {f"bad {name}, told": (lambda cls=cls, data=data: cls(data, strict=False)) for name, (cls, data) in bad.items()}


def archetype_cases():
    big = np.zeros((40, 50, 3), np.uint8)
    points = rr.Points3D([[1, 2, 3]], labels=["a"])
    cases = {f"cleared {name}": _reel.archetype_class(name).cleared for name in _reel.archetype_names()}
    return cases | {
        "points": lambda: rr.Points3D([[1, 2, 3]], radii=[1], colors=[[1, 2, 3]], labels=["a"], class_ids=[1], keypoint_ids=[2]), "bad points": lambda: rr.Points3D("x", colors="red"), "image": lambda: rr.Image(big), "fields": lambda: setattr(points, "radii", [1, 2]),
        "transform": lambda: rr.Transform3D(translation=[1, 2, 3], rotation=rr.Quaternion(xyzw=[0, 0, 0, 1])), "from_fields": lambda: rr.Points3D.from_fields(positions=[1, 2, 3], clear_unset=True), "bad from_fields": fails(lambda: rr.Points3D.from_fields(nope=1)),
        "bad keyword": fails(lambda: rr.Points3D([1, 2, 3], nope=1)), "columns": lambda: rr.Points3D.columns(positions=[[1, 2, 3]] * 4), "described": lambda: rr.Points3D([1, 2, 3]).as_component_batches(), "repr": lambda: repr(points),
        "equal": lambda: points == rr.Points3D([[1, 2, 3]], labels=["b"]), "copy": lambda: (copy.copy(points), copy.deepcopy(points)), "blueprint": lambda: rr.blueprint.Blueprint(rr.blueprint.Spatial3DView(origin="/a")),
        "bad pickle": fails(lambda: _reel._restore_batch(C.TextBatch, 3, (b"a", b"b"), False)),
    }  # fmt: skip


def call_cases(folder):
    recording = rr.RecordingStream("leaks")
    memory = recording.memory_recording()
    path = str(folder / "leaks.rrd")
    file = rr.RecordingStream("file")
    file.save(path)
    file.log("a", rr.Points3D([[1, 2, 3]]))
    file.disconnect()

    def make_chunk():
        return Chunk.from_columns("/a", [rr.TimeColumn("t", sequence=[1, 2])], rr.Points3D.columns(positions=[[1, 2, 3], [4, 5, 6]]))

    chunk, big, described = make_chunk(), np.zeros((2000, 3), np.float32), rr.Points3D([1, 2, 3]).as_component_batches()
    cases = {
        "log": lambda: recording.log("a", rr.Points3D([1, 2, 3])), "log many": lambda: recording.log("a", rr.Points3D(big)), "log a list": lambda: recording.log(["a", 1], [rr.Scalars(1.0)]), "log batches": lambda: recording.log("a", described),
        "log anything": lambda: recording.log("a", rr.AnyValues(x=[1, 2])), "log what refuses": lambda: recording.log("a", Refuses()), "log what breaks off": lambda: recording.log("a", [rr.Scalars(1.0), 5]),
        "log at a bad path": fails(lambda: recording.log("a\0", rr.Scalars(1.0), strict=True)), "counts": fails(lambda: recording.log("a", rr.Points3D([[1, 2, 3]] * 3, radii=[1, 2]), strict=True)),
        "send_columns": lambda: rr.send_columns("a", [rr.TimeColumn("t", sequence=[1, 2])], rr.Scalars.columns(scalars=[1.0, 2.0]), recording=recording),
        "bad send_columns": fails(lambda: rr.send_columns("a", [rr.TimeColumn("t", sequence=[1])], rr.Scalars.columns(scalars=[1.0, 2.0]), recording=recording, strict=True)),
        "bad columns": fails(lambda: recording._send_columns("a", [("t", 1, bytes(8)), 5], [(1, 2, 3)])), "set_time": lambda: recording.set_time("t", sequence=5), "bad set_time": fails(lambda: recording.set_time("t", timestamp="x")),
        "chunk": make_chunk, "chunk by Arrow": lambda: Chunk.from_record_batch(chunk.to_record_batch()), "chunk facts": lambda: (chunk._timelines(), chunk._components(), chunk.timeline_names),
        "chunk changed": lambda: (chunk._slice(0, 1), chunk._sort("t"), chunk._shift("t", 1), chunk._rename_timeline("t", "u"), chunk.with_entity_path("/b"), chunk._with_new_row_ids(), chunk._keep(["x"], True)),
        "bad chunk": fails(lambda: chunk._slice(-1, 1)), "bad sort": fails(lambda: chunk._sort("nothing")), "bad times": fails(lambda: chunk._with_timeline("q", 1, b"123")), "join": lambda: _reel.join_chunks([chunk, chunk]), "bad join": fails(lambda: _reel.join_chunks([chunk, 5])),
        "send_chunk": lambda: _reel.send_chunk(chunk, recording), "read": lambda: RrdReader(path).stream().to_chunks(), "bad read": fails(lambda: _reel.Index(path + "x")), "recording": lambda: rr.RecordingStream("one"),
        "sums": lambda: (_reel.combine([1, 2, 3], 1.0, [1, 2, 3], 1.0, 3, "x"), _reel.pick([1, 2, 3], 3, (0, 1), "x"), _reel.flat([1, 2]), _reel.array_facts([[1, 2]]), _reel.array_shape([[1, 2]]), _reel._flat([1, 2], "f"), _reel.check_nesting([[1]])),
        "bad sums": fails(lambda: _reel.combine([1], 1.0, [1, 2, 3], 1.0, 2, "x")), "bad pick": fails(lambda: _reel.pick([1, 2, 3], 3, (5,), "x")),
    }  # fmt: skip
    return recording, memory, cases


def main(folder):
    recording, memory, cases = call_cases(folder)
    found = []

    def use(function, rounds):
        for _ in range(rounds):
            function()
        recording.flush()
        memory.drain_as_bytes()
        return bytes_in_use()

    for name, function in (batch_cases() | archetype_cases() | cases).items():
        rounds = 30 if name.startswith("cleared") else ROUNDS
        use(function, rounds)
        left = None
        for _ in range(15):  # the allocator keeps what it was given back for later, which settles
            before = use(function, 1)
            left = (use(function, rounds) - before) / rounds
            if left < LEFT_MAX:
                break
        else:
            found.append(f"{name}: {left:.0f} bytes a call")
    print("\n".join(found))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
