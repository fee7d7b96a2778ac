"""Calls every function, class and method of the extension with wrong counts and wrong kinds of arguments: run by test_abuse.py in a process of its own, as what is looked for are crashes.

    call_everything.py SEED CALLS

Prints what raised SystemError, or gave a result with an exception set (which is a SystemError, too)."""

import array
import faulthandler
import functools
import os
import random
import sys
import warnings

import reel as rr
from reel import _reel

CALL_TIMEOUT_S = 60
faulthandler.enable()
warnings.simplefilter("ignore")


class Liar:
    """A sequence whose length is not what it has."""

    def __init__(self, length, items=()):
        self.length, self.items = length, list(items)

    def __len__(self):
        return self.length

    def __getitem__(self, index):
        return self.items[index] if index < len(self.items) else 1.0

    def __iter__(self):
        return iter(self.items)


class LyingList(list):
    def __len__(self):
        return 1 << 62

    def __getitem__(self, index):
        return 1


class NegativeTuple(tuple):
    def __len__(self):
        return -1


class Shrinks(list):
    """A list that becomes empty while its items are looked at."""

    def __init__(self):
        outer = self

        class Item:
            def __index__(self):
                outer.clear()
                return 1

            __float__ = None

            @property
            def _reel_(self):
                outer.clear()
                return 1.0

        super().__init__([Item() for _ in range(50)])


class Releases:
    """Lets go of a buffer that stands beside it."""

    def __init__(self, view):
        self.view = view

    def __index__(self):
        try:
            self.view.release()
        except BufferError:
            pass
        return 1


class Everything:
    """Has every attribute, all of them itself."""

    def __getattr__(self, name):
        return self

    def __call__(self, *args, **kwargs):
        return self


class Raises:
    def __getattr__(self, name):
        raise RuntimeError(name)


class Holder:
    def __init__(self, **attributes):
        self.__dict__.update(attributes)


def capsules():
    """Capsules that are used up, or of the wrong kind."""
    batch = rr.components.ScalarBatch([1.0])
    schema, values = batch.__arrow_c_array__()
    used = batch.__arrow_c_array__()
    _reel.BaseBatch(Holder(__arrow_c_array__=lambda *_, **__: used))
    return [
        Holder(__arrow_c_array__=lambda *_, **__: (values, schema)), Holder(__arrow_c_array__=lambda *_, **__: used), Holder(__arrow_c_array__=lambda *_, **__: (schema,)), Holder(__arrow_c_array__=None),
        Holder(__arrow_c_stream__=lambda *_, **__: schema), Holder(__arrow_c_stream__=lambda *_, **__: None), Holder(__arrow_c_array__=lambda *_, **__: batch.__arrow_c_array__()),
        Holder(__arrow_c_array__=lambda *_, **__: (rr.components.TextBatch(["a"]).__arrow_c_array__()[0], batch.__arrow_c_array__()[1])),
        Holder(__arrow_c_array__=lambda *_, **__: (batch.__arrow_c_array__()[0], rr.components.TextBatch(["a"]).__arrow_c_array__()[1])),
    ]  # fmt: skip


def arrays():
    try:
        import numpy as np
    except ImportError:
        return []
    dlpack = np.arange(3.0).__dlpack__()
    np.from_dlpack(Holder(__dlpack__=lambda **_: dlpack, __dlpack_device__=lambda: (1, 0)).__class__.__mro__ and type("D", (), {"__dlpack__": lambda s, **_: dlpack, "__dlpack_device__": lambda s: (1, 0)})())
    return [
        np.arange(6, dtype=">f4"), np.arange(12.0)[::-2], np.float32(3), np.array(5), np.arange(6, dtype=np.longdouble), np.arange(3, dtype=complex), np.array(["a"]), np.array([None, 1, "a"]), np.zeros(3, "M8[s]"),
        np.zeros(3, [("a", "f4")]), np.empty((3, 0), np.uint8), np.array([2, 255], np.uint8).view(bool), np.zeros((1,) * 12), np.arange(7, dtype=np.uint8)[1:5].view("f4"), np.float64("nan"), np.arange(24.0).reshape(2, 3, 4).T,
        np.array([1 << 63], np.uint64), type("D", (), {"__dlpack__": lambda s, **_: dlpack, "__dlpack_device__": lambda s: (1, 0)})(), type("D", (), {"__dlpack__": lambda s, **_: None, "__dlpack_device__": lambda s: (2, 0)})(),
        *(Holder(__array_interface__=interface) for interface in (
            {"shape": (-1,), "typestr": "<f4", "data": b"1234", "version": 3}, {"shape": (1 << 62, 4), "typestr": "<f4", "data": b"1234", "version": 3}, {"shape": (3,), "typestr": "", "data": b"", "version": 3},
            {"shape": (2, 2), "typestr": "<f4", "data": b"1" * 16, "strides": (4,), "version": 3}, {}, None,
        )),
    ]  # fmt: skip


def buffers():
    released = memoryview(bytearray(b"12345678"))
    released.release()
    shared = memoryview(array.array("d", range(1000)))
    return [
        b"", b"\xff\0", bytearray(b"12345678" * 100), memoryview(b"abcdef")[::-1], memoryview(b"abcdef")[::2], memoryview(b"abcdefgh")[1:5], released, shared, [shared, Releases(shared)], array.array("d", [1.0, 2.0]), array.array("u", "ab"),
        memoryview(b"12345678").cast("d"), memoryview(bytes(24)).cast("i", [2, 3]), memoryview(b"1234").cast("c"), memoryview(bytes(4)).cast("f", []),
    ]  # fmt: skip


def values(rng):
    """Arguments of all kinds."""
    own = [1, 2]
    own.append(own)
    loop = {}
    loop["axis"] = loop
    mixed = [
        None, True, 0, 1, -1, 3, 1 << 31, 1 << 32, 1 << 63, 1 << 64, -(1 << 63), -(1 << 70), 10**400, 0.0, -0.0, 1e300, float("nan"), float("inf"), "", "a", "a\0b", "\ud800", "ü" * 3000, "/a/b", "rerun.archetypes.Points3D", "rerun.components.Color",
        "translation", [], (), {}, set(), [[]], [[], [1]], [[1, 2], [3]], [[[1, 2, 3]]], ["a", 1], [None], own, loop, {"axis": [1, 2, 3], "angle": 1}, {1: 2}, range(3), slice(1, "a"), slice(None), iter([1, 2]), object(), type, _reel, _reel.BaseBatch,
        len, Liar(1 << 62, [1]), Liar(-1), Liar(3), LyingList([[1, 2, 3], 5]), NegativeTuple([1, 2]), Shrinks(), [Shrinks()], Everything(), Raises(), [Raises()], rr.ComponentDescriptor("a"), rr.ComponentDescriptor("a\0b", "c", "d"),
        rr.ComponentDescriptor(None), rr.Points3D([[1, 2, 3]]), rr.Points3D([]), [rr.Scalars(1.0)], rr.components.ColorBatch([1]), rr.components.TextBatch(["a", "b\0c"]), rr.encodings.Vec3D([1, 2, 3]), (rr.ComponentDescriptor("a"), 1, 2),
        ("a", 1, b"12345678"), ("a", 99, b"1234567"), [("a", 1, b"12345678")], [(rr.ComponentDescriptor("a"), rr.components.ScalarBatch([1.0]), b"\xff\xff\xff\xff")], [(rr.ComponentDescriptor("a"), rr.components.ScalarBatch([1.0]), None)],
        *buffers(), *arrays(), *capsules(),
    ]  # fmt: skip
    return mixed + [[rng.choice(mixed), rng.choice(mixed)] for _ in range(20)]


def targets():
    """(name, function) of everything that can be called; objects of every class, in several states."""
    recording = rr.RecordingStream("everything")
    recording.memory_recording()
    chunk = rr.chunk.Chunk.from_columns("/a", [rr.TimeColumn("t", sequence=[1, 2])], rr.Points3D.columns(positions=[[1, 2, 3], [4, 5, 6]]))
    rr_file = rr.RecordingStream("file")
    rr_file.save("file.rrd")
    rr_file.log("a", rr.Scalars(1.0))
    rr_file.disconnect()
    closed = _reel.Writer("closed.rrd", "a", "b")
    closed.close()
    objects = {
        "Recording": _reel.Recording("plain"), "without data": _reel.Recording.__new__(_reel.Recording), "RecordingStream": recording, "Chunk": chunk, "Index": _reel.Index("file.rrd"), "Writer": _reel.Writer("open.rrd", "a", "b"),
        "closed Writer": closed, "ViewerServer": _reel.ViewerServer.__new__(_reel.ViewerServer), "Points3D": rr.Points3D([[1, 2, 3]], labels=["a"]),
        "Transform3D": rr.Transform3D(translation=[1, 2, 3]), "EncodedImage": rr.EncodedImage(contents=b"a"), "Archetype": _reel.Archetype(), "Clear": rr.Clear(recursive=True), "ColorBatch": rr.components.ColorBatch([1]),
        "TextBatch": rr.components.TextBatch(["a"]), "failed": rr.components.ColorBatch("red", strict=False), "StripBatch": rr.components.LineStrip3DBatch([[[1, 2, 3]]]), "KeyValuePairsBatch": rr.components.KeyValuePairsBatch({"a": "b"}),
        "BlobBatch": rr.components.BlobBatch([b"a"]), "VisibleBatch": rr.components.VisibleBatch([True]),
    }  # fmt: skip
    found = [(name, getattr(_reel, name)) for name in dir(_reel) if callable(getattr(_reel, name))]
    found += [(name.rsplit(".", 1)[1], _reel.archetype_class(name)) for name in _reel.archetype_names()]
    found += [(facts[0].rsplit(".", 1)[1], _reel.batch_class(facts[0])) for facts in _reel.component_facts()]
    for label, thing in objects.items():
        for name in sorted(set(dir(thing)) & {n for c in type(thing).__mro__[:-1] for n in vars(c) if c.__module__.startswith("reel")}):
            try:
                attribute = getattr(thing, name)
            except Exception:
                attribute = None
            if callable(attribute):
                found.append((f"{label}.{name}", attribute))
            found.append((f"{label}.{name} =", functools.partial(setattr, thing, name)))
    return [(name, f) for name, f in found if name.rsplit(".", 1)[-1] not in ("set_chunk_class", "_add_descriptor", "stdout", "serve_web", "spawn", "connect_grpc", "serve_grpc")]


def call(function, rng, given):
    args = [rng.choice(given) for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 3, 4, 9)))]
    names = rng.sample(("data", "strict", "positions", "colors", "radii", "labels", "timeline", "sequence", "static", "recording", "num_instances", "lengths", "clear_unset", "nonsense", "rotation"), rng.choice((0, 0, 0, 1, 2)))
    function(*args, **{name: rng.choice(given) for name in names})


def main(seed, calls):
    rng = random.Random(seed)
    all_targets, found, reached = targets(), [], 0
    for i in range(calls):
        if i % 2000 == 0:
            given = values(rng)
        name, function = rng.choice(all_targets)
        faulthandler.dump_traceback_later(CALL_TIMEOUT_S, exit=True)
        if os.environ.get("CALLS_TRACE"):
            print(i, name, flush=True)
        try:
            call(function, rng, given)
            reached += 1
        except SystemError as error:
            found.append(f"{name}: {error!r}")
        except (Exception, SystemExit):
            pass
    faulthandler.cancel_dump_traceback_later()
    print("\n".join(sorted(set(found))))
    print(f"{reached} of {calls} calls went through", file=sys.stderr)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
