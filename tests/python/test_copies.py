"""copy, deepcopy and pickle of batches, archetypes and what is made of them; multiprocessing carries them by pickle."""

import copy
import multiprocessing
import pickle

import pytest
import reel as rr
from reel import _reel

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
components = rr.components

WAYS = {"copy": copy.copy, "deepcopy": copy.deepcopy} | {f"pickle {p}": lambda o, p=p: pickle.loads(pickle.dumps(o, p)) for p in range(2, pickle.HIGHEST_PROTOCOL + 1)}

BATCHES = {
    "numbers": lambda: components.Position3DBatch([[1, 2, 3], [4, 5, 6]]), "empty": lambda: components.Position3DBatch([]), "shared": lambda: components.Position3DBatch(np.arange(30000, dtype=np.float32)),
    "enum": lambda: components.FillModeBatch(["solid", "majorwireframe"]), "colours": lambda: components.ColorBatch([[1, 2, 3], [4, 5, 6]]), "bools": lambda: components.VisibleBatch([True, False, True]),
    "texts": lambda: components.TextBatch(["a", "", "größe"]), "texts with NUL": lambda: components.TextBatch(["a\0b"]), "bytes": lambda: components.BlobBatch([b"abc", b""]), "strips": lambda: components.LineStrip3DBatch([[[1, 2, 3]], [[4, 5, 6], [7, 8, 9]]]),
    "matrix": lambda: components.PinholeProjectionBatch(np.arange(9.0).reshape(3, 3)), "struct": lambda: components.RotationAxisAngleBatch(rr.RotationAxisAngle(axis=[1, 0, 0], angle=2.0)), "pairs": lambda: components.KeyValuePairsBatch({"a": "b"}),
    "context": lambda: components.AnnotationContextBatch([(1, "a", [1, 2, 3])]), "tensor": lambda: components.TensorDataBatch(np.arange(6, dtype=np.int16).reshape(2, 3)), "range": lambda: rr.encodings.TimeRangeBatch(rr.TimeRange(rr.TimeRangeBoundary.infinite(), rr.TimeRangeBoundary.absolute(seq=5))),
    "own type": lambda: _reel.BaseBatch(pa.array([{"a": 1, "b": ["x"]}, None])),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", BATCHES)
def test_batch(name, way):
    batch = BATCHES[name]()
    other = WAYS[way](batch)
    assert type(other) is type(batch) and other == batch and len(other) == len(batch)
    assert other.as_arrow_array().to_pylist() == batch.as_arrow_array().to_pylist() and other.as_arrow_array().type == batch.as_arrow_array().type


def test_every_class_of_batches_can_be_named():
    for facts in _reel.component_facts():
        cls = _reel.batch_class(facts[0])
        batch = cls(None)
        other = pickle.loads(pickle.dumps(batch))
        assert type(other) is cls and len(other) == len(batch) == 0


@pytest.mark.parametrize("way", WAYS)
def test_every_archetype(way):
    """With nothing set, and with every field set to none."""
    for name in _reel.archetype_names():
        cls = getattr(rr.blueprint.archetypes if ".blueprint." in name else rr.archetypes, name.rsplit(".", 1)[1])
        for archetype in (cls.from_fields(), cls.cleared()):
            other = WAYS[way](archetype)
            assert type(other) is cls and other == archetype
            assert [str(b.component_descriptor()) for b in other.as_component_batches()] == [str(b.component_descriptor()) for b in archetype.as_component_batches()]


ARCHETYPES = {
    "points": lambda: rr.Points3D([[1, 2, 3]], radii=[1], colors=[[255, 0, 0]], labels=["a"], class_ids=[1]), "transform": lambda: rr.Transform3D(translation=[1, 2, 3], rotation=rr.Quaternion(xyzw=[0, 0, 0, 1])),
    "image": lambda: rr.EncodedImage(contents=b"abc", media_type="image/png"), "pixels": lambda: rr.Image(np.zeros((2, 3, 3), np.uint8)), "strips": lambda: rr.LineStrips2D([[[1, 2], [3, 4]]]), "any": lambda: rr.AnyValues(x=[1, 2], y="a"),
    "context": lambda: rr.AnnotationContext([(1, "a")]), "dynamic": lambda: rr.DynamicArchetype("Mine", components={"x": 1.5}),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ARCHETYPES)
def test_what_is_logged_is_the_same(name, way):
    archetype = ARCHETYPES[name]()
    other = WAYS[way](archetype)

    def values(thing):
        return [(b.component_descriptor(), b.as_arrow_array().to_pylist()) for b in thing.as_component_batches()]

    assert type(other) is type(archetype) and values(other) == values(archetype)
    if isinstance(archetype, _reel.Archetype):
        assert other == archetype and repr(other) == repr(archetype)


def test_a_deep_copy_is_of_its_own():
    numbers = np.zeros((5000, 3), np.float32)
    points = rr.Points3D(numbers)
    shallow, deep = copy.copy(points), copy.deepcopy(points)
    assert shallow.positions is points.positions and deep.positions is not points.positions
    numbers[:] = 7  # until it is logged a batch of many is where the program has it
    assert deep.positions.as_arrow_array().to_pylist()[0] == [0, 0, 0]
    shallow.positions = [[1, 2, 3]]
    assert len(points.positions) == 5000


class Named(rr.Points3D):
    """A class of the program's own, with an attribute more."""

    def __init__(self, name, positions):
        super().__init__(positions)
        self.name = [name]


class Slotted(rr.Points3D):
    __slots__ = ("name",)


class NamedBatch(components.ColorBatch):
    pass


@pytest.mark.parametrize("way", WAYS)
def test_classes_of_the_program_keep_what_they_add(way):
    named = Named("mine", [[1, 2, 3]])
    other = WAYS[way](named)
    assert type(other) is Named and other.name == ["mine"] and other == named
    assert (other.name is named.name) == (way == "copy")
    batch = NamedBatch([1])
    batch.name = "mine"
    other = WAYS[way](batch)
    assert type(other) is NamedBatch and other.name == "mine" and other == batch
    slotted = Slotted([[1, 2, 3]])
    slotted.name = "mine"
    other = WAYS[way](slotted)
    assert type(other) is Slotted and other.name == "mine" and other == slotted


def test_attrs_subclass_keeps_its_fields():
    attrs = pytest.importorskip("attrs")

    @attrs.define(init=False, eq=False)
    class Robot(rr.Points3D):
        name: str
        parts: list

        def __init__(self, positions, name, parts):
            super().__init__(positions)
            self.name, self.parts = name, parts

    @attrs.define(slots=False, eq=False)
    class Own(rr.Archetype):
        name: str

    robot = Robot([[1, 2, 3]], "arm", ["a"])
    for way in (copy.copy, copy.deepcopy):
        other = way(robot)
        assert type(other) is Robot and (other.name, other.parts) == ("arm", ["a"]) and other == robot
        assert way(Own("x")).name == "x"


def test_failed_batches_stay_failed():
    with pytest.warns(rr.RerunWarning):
        points = rr.Points3D([[1, 2, 3]], colors="red")
    recording = rr.RecordingStream("copies")
    memory = recording.memory_recording()
    recording.log("a", pickle.loads(pickle.dumps(points)))
    assert b"Points3D:colors" not in memory.drain_as_bytes()


def child(queue, answers):
    points = queue.get()
    answers.put((type(points).__name__, points.positions.as_arrow_array().to_pylist(), points))


def test_queues_of_processes_carry_archetypes():
    context = multiprocessing.get_context("fork")
    queue, answers = context.Queue(), context.Queue()
    process = context.Process(target=child, args=(queue, answers))
    process.start()
    points = rr.Points3D([[1, 2, 3]], labels="a")
    queue.put(points)
    assert answers.get(timeout=120) == ("Points3D", [[1.0, 2.0, 3.0]], points)
    process.join()


def test_a_pickle_that_is_none_is_an_error():
    cls = components.TextBatch
    restore, (_, n, streams, failed), _ = cls(["ab", "c"]).__reduce__()
    assert restore(cls, n, streams, failed).as_arrow_array().to_pylist() == ["ab", "c"]
    for arguments in (
        (cls, 3, streams, False), (cls, -1, streams, False), (cls, 1 << 62, streams, False), (cls, n, (streams[0],), False), (cls, n, list(streams), False), (cls, n, (streams[0], "x"), False), (cls, n, (streams[0], b"a"), False),
        (cls, n, (b"\xff" * 8, b"a"), False), (cls, n, (streams[0], b"a\xffc"), False), (int, n, streams, False), (components.ColorBatch, n, streams, False), (components.TensorDataBatch, 1, (b"",) * 14, False), (_reel.BaseBatch, n, streams, False),
    ):  # fmt: skip
        with pytest.raises((ValueError, TypeError, AttributeError)):
            restore(*arguments)
    tensor, (_, n, streams, _), _ = BATCHES["tensor"]().__reduce__()
    for i in range(len(streams)):
        for bad in (streams[i] + b"\x01", streams[i][:-1], b"\xff" * len(streams[i])):
            if bad != streams[i]:
                try:
                    tensor(components.TensorDataBatch, n, (*streams[:i], bad, *streams[i + 1 :]), False).as_arrow_array().validate(full=True)
                except ValueError:
                    pass
    restore, _, _ = rr.Points3D([1, 2, 3]).__reduce__()
    for arguments in ((int, {}), (rr.Points3D, []), (rr.Points3D, {"nonsense": 1}), (rr.Points3D, {1: 2})):
        with pytest.raises(TypeError):
            restore(*arguments)
