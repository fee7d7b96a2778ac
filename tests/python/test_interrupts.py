"""Exceptions that say nothing about a value (Ctrl+C, no memory, an exit) come out of every call, whatever look-up they were raised in: no attribute, no length and no iteration of the program's swallows them."""

import warnings

import pytest
import reel as rr
from reel import _reel

components = rr.components
NAMES = ["_reel_", "_reel_struct_", "__array_interface__", "__dlpack__", "__array__", "__arrow_c_array__", "__arrow_c_stream__", "as_component_batches", "component_descriptor", "as_arrow_array", "read", "x", "axis", "offset"]


def raiser(name, error):
    """An object whose attribute `name` raises."""

    class Hostile:
        def __getattr__(self, attribute):
            if attribute == name:
                raise error
            raise AttributeError(attribute)

    return Hostile()


class Many:
    """An iterable that raises instead of its second item."""

    def __init__(self, error, first=1.0):
        self.error, self.first = error, first

    def __iter__(self):
        yield self.first
        raise self.error


class NoIterator:
    def __init__(self, error):
        self.error = error

    def __iter__(self):
        raise self.error


class Number:
    def __init__(self, error):
        self.error = error

    def __index__(self):
        raise self.error


class Text:
    def __init__(self, error):
        self.error = error

    def __str__(self):
        raise self.error


class Sized:
    """A number to look at, whose length cannot be asked for."""

    def __init__(self, error):
        self.error = error

    def __index__(self):
        return 1

    def __getattr__(self, name):
        if name == "__len__":
            raise self.error
        raise AttributeError(name)


TAKERS = {
    "numbers": components.Position3DBatch, "scalars": components.ScalarBatch, "colours": components.ColorBatch, "enums": components.FillModeBatch, "texts": components.TextBatch, "bytes": components.BlobBatch,
    "bools": components.VisibleBatch, "strips": components.LineStrip3DBatch, "matrices": components.PinholeProjectionBatch, "structs": components.RotationAxisAngleBatch, "keys": components.KeyValuePairsBatch,
    "uuids": rr.blueprint.components.RootContainerBatch, "directions": components.ViewCoordinatesBatch, "contexts": components.AnnotationContextBatch, "tensors": components.TensorDataBatch,
    "fields": lambda data: rr.Points3D([[1, 2, 3]], radii=data), "from_fields": lambda data: rr.Boxes3D.from_fields(half_sizes=data), "flat": _reel._flat, "facts": _reel.array_facts, "shape": _reel.array_shape,
    "columns": lambda data: rr.Scalars.columns(scalars=data),
}  # fmt: skip

HOSTILE = {f"attribute {name}": lambda error, name=name: raiser(name, error) for name in NAMES} | {
    "iterator": NoIterator, "item": Many, "item of a list": lambda error: [NoIterator(error)], "index": Number, "index in a list": lambda error: [Number(error)], "attribute in a list": lambda error: [raiser("_reel_", error)],
    "length": Sized, "length in a list": lambda error: [Sized(error)], "mapping": lambda error: {"axis": raiser("_reel_", error), "angle": 1.0}, "ragged": lambda error: [[1.0], NoIterator(error)],
}  # fmt: skip


@pytest.fixture
def recording():
    made = rr.RecordingStream("interrupts")
    made.memory_recording()
    return made


class Stop(BaseException):
    pass


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("taker", TAKERS)
def test_what_a_value_raises_is_not_swallowed(taker, hostile):
    """Whenever the exception is raised at all, it comes out."""
    for kind in (KeyboardInterrupt, SystemExit, Stop):
        raised = []

        class Error(kind):
            def __init__(self):
                raised.append(True)
                super().__init__("here")

        value = HOSTILE[hostile](Error)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                TAKERS[taker](value)
                came_out = False
            except kind:
                came_out = True
            except Exception:
                came_out = False
        assert came_out == bool(raised)


def test_they_are_raised_at_all():
    """The test above says something only where the look-ups take place."""
    for taker, hostile in (
        ("numbers", "attribute _reel_"), ("numbers", "attribute __array__"), ("numbers", "attribute __arrow_c_array__"), ("enums", "index in a list"), ("enums", "iterator"), ("enums", "length"), ("strips", "ragged"), ("strips", "iterator"),
        ("texts", "attribute in a list"), ("texts", "iterator"), ("bytes", "attribute read"), ("bytes", "length in a list"), ("structs", "mapping"), ("colours", "item of a list"), ("matrices", "item of a list"),
    ):  # fmt: skip
        with pytest.raises(KeyboardInterrupt):
            TAKERS[taker](HOSTILE[hostile](KeyboardInterrupt))


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, Stop])
def test_log_lets_them_through(recording, error):
    for value in (raiser("as_component_batches", error), raiser("component_descriptor", error), NoIterator(error), [raiser("as_component_batches", error)], Many(error, rr.Scalars(1.0))):
        with pytest.raises(error):
            recording.log("a", value)

    class Component:
        def component_descriptor(self):
            return rr.ComponentDescriptor("a")

    for name in ("_batch", "__arrow_c_array__", "as_arrow_array"):
        item = type("Item", (Component,), {"__getattr__": type(raiser(name, error)).__getattr__})()
        with pytest.raises(error):
            recording.log("a", [item])


def test_classes_that_raise_are_heard():
    class Meta(type(_reel.Archetype)):
        def __getattribute__(cls, name):
            if name in ("as_component_batches", "_native_to_pa_array"):
                raise KeyboardInterrupt
            return super().__getattribute__(name)

    with pytest.raises(KeyboardInterrupt):
        Meta("Own", (rr.Points3D,), {})([[1, 2, 3]])
    with pytest.raises(KeyboardInterrupt):
        Meta("OwnBatch", (_reel.BaseBatch,), {})([1])


def test_a_faulty_property_is_told_and_not_taken_for_a_missing_one(recording):
    """Another error than AttributeError is not the word for "has none"."""
    with pytest.warns(rr.RerunWarning, match="broken"):
        assert rr.Points3D(raiser("_reel_", OSError("broken"))).positions.as_arrow_array().to_pylist() == []
    with pytest.warns(rr.RerunWarning, match="broken"):
        recording.log("a", raiser("as_component_batches", OSError("broken")))
