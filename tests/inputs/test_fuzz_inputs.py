"""Random objects to every batch and every archetype: an error that says so, or values; never a crash, never another exception.

REEL_FUZZ_EXAMPLES: how many objects each test gets (300 unless told)."""

from __future__ import annotations

import array
import ctypes
import datetime
import decimal
import fractions
import inspect
import os
import uuid
import warnings

import pytest
import reel
import reel.archetypes
import reel.blueprint.archetypes
import reel.blueprint.components
import reel.blueprint.encodings
import reel.components
import reel.encodings

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
hypothesis = pytest.importorskip("hypothesis")
from hypothesis import strategies as st  # noqa: E402

EXAMPLES = int(os.environ.get("REEL_FUZZ_EXAMPLES", "300"))
PHASES = [hypothesis.Phase.generate] if "REEL_FUZZ_EXAMPLES" in os.environ else list(hypothesis.Phase)  # long runs show what they find as it is
SETTINGS = hypothesis.settings(
    max_examples=EXAMPLES, deadline=None, derandomize="REEL_FUZZ_EXAMPLES" not in os.environ, database=None, phases=PHASES, suppress_health_check=list(hypothesis.HealthCheck)
)
ALLOWED = (TypeError, ValueError, OverflowError, RecursionError, NotImplementedError, OSError)
VALUE_MODULES = (reel.encodings, reel.components, reel.blueprint.encodings, reel.blueprint.components)
BATCHES = [getattr(module, name) for module in VALUE_MODULES for name in module.__all__ if name.endswith("Batch")]
VALUES = [getattr(module, name) for module in VALUE_MODULES for name in module.__all__ if not name.endswith(("Batch", "Like"))]
DTYPES = ["?", "u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f2", "f4", "f8", ">f4", ">i8", "O", "U3", "S3", "M8[ns]", "m8[s]", "c8", "g", "V4"]
ARROW_TYPES = [
    pa.int8(), pa.uint8(), pa.int64(), pa.float16(), pa.float32(), pa.float64(), pa.bool_(), pa.string(), pa.large_string(), pa.binary(), pa.null(), pa.timestamp("ns"), pa.list_(pa.float32()),
    pa.list_(pa.float32(), 3), pa.list_(pa.field("item", pa.float32(), nullable=False), 3), pa.list_(pa.uint8()), pa.struct([("a", pa.int32())]), pa.dictionary(pa.int8(), pa.string()), pa.string_view(),
    pa.list_(pa.list_(pa.float32(), 3)), pa.uint32(), pa.list_(pa.float64(), 2),
]  # fmt: skip


class Odd:
    """An object whose protocols say what they like."""

    def __init__(self, name, value):
        if name.startswith("__array_interface") or name in ("_reel_", "_reel_struct_", "dtype", "shape"):
            setattr(self, name, value)
        self.name, self.value = name, value

    def answer(self, *args, **kwargs):
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


ODD_METHODS = "__array__ __float__ __int__ __index__ __len__ __iter__ __getitem__ __bool__ __str__ __repr__ __arrow_c_array__ __arrow_c_stream__ __arrow_c_schema__ __dlpack__ numpy read __fspath__".split()
ODD_CLASSES = {name: type(f"Odd{i}", (Odd,), {name: lambda self, *args, **kwargs: self.answer()}) for i, name in enumerate(ODD_METHODS)}


def odd(name, value):
    return ODD_CLASSES.get(name, Odd)(name, value)


class Liar(list):
    """A list that grows while it is read."""

    def __init__(self, n):
        super().__init__([self.Item(self) for _ in range(n)])

    class Item:
        def __init__(self, owner):
            self.owner = owner

        def __float__(self):
            self.owner.append(1.0) if len(self.owner) < 20 else self.owner.clear()
            return 1.0


def numpy_array(dtype, shape, strides, fill):
    a = np.zeros([2 * n for n in shape] if strides else shape, dtype=dtype)
    try:
        a[...] = fill
    except (ValueError, TypeError, OverflowError):
        pass
    if strides == 1 and shape:
        a = a[tuple(slice(None, None, 2) for _ in shape)]
    elif strides == 2 and shape:
        a = a[tuple(slice(None, None, -2) for _ in shape)].T
    return a


def arrow_array(type, n, nulls):
    values = {pa.types.is_floating: 1.5, pa.types.is_integer: 3, pa.types.is_boolean: True, pa.types.is_temporal: 5}
    if pa.types.is_nested(type):
        value = {"a": 1} if pa.types.is_struct(type) else [arrow_array(type.value_type, 1, False)[0].as_py()] * (type.list_size if pa.types.is_fixed_size_list(type) else 3)
    elif pa.types.is_binary(type):
        value = b"ab"
    else:
        value = next((v for test, v in values.items() if test(type)), None if pa.types.is_null(type) else "ab")
    return pa.array([None if nulls and i % 2 else value for i in range(n)], type=type)


def value_object(cls, arguments, keywords):
    try:
        return cls(*arguments, **keywords)
    except Exception:
        return arguments


def ctypes_array(n):
    return (ctypes.c_float * n)(*range(n))


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(0, 300), st.floats(), st.text(max_size=8), st.binary(max_size=40), st.sampled_from(["\0", "\ud800", "a\0b", "red", "/a:b", "name"]),
    st.sampled_from([2**63, 2**64, -(2**63) - 1, 10**400, 0xFF0000FF, 1e308, float("nan")]), st.builds(fractions.Fraction, st.integers(), st.integers(1, 9)), st.just(decimal.Decimal("NaN")), st.just(object()),
    st.just(uuid.UUID(int=5)), st.just(datetime.datetime(2020, 1, 1)), st.just(int), st.just(slice(1, 2)), st.just(slice(None)), st.just(1j), st.just(range(6)), st.just(...),
    st.builds(np.float32, st.floats(width=32)), st.builds(np.int64, st.integers(-(2**63), 2**63 - 1)), st.builds(np.uint8, st.integers(0, 255)),
)  # fmt: skip
shapes = st.one_of(st.lists(st.integers(0, 5), max_size=4), st.sampled_from([[3], [2, 3], [4], [2, 4], [3, 3], [9], [2, 9], [15, 3], [45], [16], [2, 2], [1, 3], [2, 5, 3], [1] * 9]))
arrays = st.one_of(
    st.builds(numpy_array, st.sampled_from(DTYPES), shapes, st.integers(0, 2), st.sampled_from([0, 1, 255, -1, 1.5, float("nan"), "a", None])),
    st.builds(arrow_array, st.sampled_from(ARROW_TYPES), st.integers(0, 5), st.booleans()),
    st.builds(lambda a: pa.chunked_array([a, a]), st.builds(arrow_array, st.sampled_from(ARROW_TYPES), st.integers(0, 5), st.booleans())),
    st.builds(lambda a, i, n: a.slice(i, n), st.builds(arrow_array, st.sampled_from(ARROW_TYPES), st.integers(0, 5), st.booleans()), st.integers(0, 2), st.integers(0, 3)),
    st.builds(array.array, st.sampled_from("bBhHiIlLqQfd"), st.lists(st.integers(0, 100), max_size=9)),
    st.builds(lambda a: memoryview(a).cast("B").cast("f", [len(a) // 8, 2]) if len(a) >= 8 and len(a) % 8 == 0 else memoryview(a)[::2], st.binary(min_size=1, max_size=64)),
    st.builds(ctypes_array, st.integers(0, 9)),
    st.builds(bytearray, st.binary(max_size=48)),
    st.builds(Liar, st.integers(0, 6)),
)
leaves = st.one_of(scalars, arrays)


def containers(inner):
    return st.one_of(
        st.lists(inner, max_size=5),
        st.lists(inner, max_size=4).map(tuple),
        st.lists(inner, max_size=4).map(iter),
        st.dictionaries(st.sampled_from(["x", "axis", "angle", "first", "second", "shape", "buffer", "names", "width", "info", 1]), inner, max_size=4),
        st.builds(value_object, st.sampled_from(VALUES), st.lists(inner, max_size=3), st.just({})),
        st.builds(odd, st.sampled_from([*ODD_METHODS, "_reel_", "_reel_struct_", "__array_interface__", "dtype"]), st.one_of(inner, st.just(ValueError("no")))),
        st.builds(lambda b, data: made(b, data), st.sampled_from(BATCHES), inner),
    )


objects = st.recursive(leaves, containers, max_leaves=8)


def made(batch, data):
    """A batch, or the data when there is none of it."""
    try:
        return batch(data, strict=True)
    except Exception:
        return data


@pytest.fixture(autouse=True)
def modes():
    before = reel.error_utils.strict_mode()
    yield
    reel.error_utils.set_strict_mode(before)


def survives(call):
    """Runs it; gives what it gave, or None if it raised what it may."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return call()
        except ALLOWED:
            return None


@SETTINGS
@hypothesis.given(st.sampled_from(BATCHES), objects)
def test_batches(cls, data):
    batch = survives(lambda: cls(data, strict=True))
    if batch is not None and len(batch) < 1000:
        array = batch.as_arrow_array()
        array.validate(full=True)
        assert len(array) == len(batch) and array.type == cls._ARROW_DATATYPE
        assert (batch == batch) in (True, False)  # NaN differs from itself
        repr(batch)
    survives(lambda: cls(data, strict=False))


@SETTINGS
@hypothesis.given(st.sampled_from([cls for module in VALUE_MODULES for cls in VALUES]), st.lists(objects, max_size=3))
def test_values(cls, arguments):
    value = survives(lambda: cls(*arguments))
    if value is not None:
        survives(lambda: repr(value))
        survives(lambda: value == value)
        survives(lambda: value.as_arrow_array() if hasattr(value, "as_arrow_array") else None)


ARCHETYPES = [getattr(module, name) for module in (reel.archetypes, reel.blueprint.archetypes) for name in dir(module) if isinstance(getattr(module, name), type) and issubclass(getattr(module, name), reel._reel.Archetype)]


@st.composite
def archetype_calls(draw):
    cls = draw(st.sampled_from(ARCHETYPES))
    fields = [name for name, *_ in cls._fields()]
    chosen = draw(st.lists(st.sampled_from(fields), max_size=4, unique=True)) if fields else []
    return cls, {name: draw(objects) for name in chosen}


@SETTINGS
@hypothesis.given(archetype_calls(), st.booleans())
def test_archetypes(call, strict):
    cls, fields = call
    reel.error_utils.set_strict_mode(strict)
    for make in (cls, cls.from_fields, cls.columns):
        survives(lambda make=make: make(**fields))
    survives(lambda: cls(*fields.values()))


@pytest.mark.parametrize("cls", ARCHETYPES, ids=lambda cls: cls.__name__)
def test_every_constructor(cls):
    """The arguments that a constructor takes, which need not be the fields: each archetype has its turn."""
    parameters = inspect.signature(cls).parameters
    required = [name for name, p in parameters.items() if p.default is p.empty]
    chosen = st.lists(st.sampled_from(list(parameters)), max_size=3, unique=True) if parameters else st.just([])
    given = []

    @hypothesis.settings(SETTINGS, max_examples=max(10, EXAMPLES // 10))
    @hypothesis.given(chosen.flatmap(lambda names: st.fixed_dictionaries({name: objects for name in [*required, *names]})), st.booleans())
    def check(arguments, strict):
        reel.error_utils.set_strict_mode(strict)
        given.append(arguments)
        row = survives(lambda: cls(**arguments))
        if row is not None:
            survives(lambda: (repr(row), row.as_component_batches()))

    check()
    assert len(given) >= (10 if parameters else 1)


@SETTINGS
@hypothesis.given(st.lists(archetype_calls(), max_size=3), st.booleans())
def test_logging(calls, strict):
    reel.error_utils.set_strict_mode(strict)
    recording = reel.RecordingStream("reel_fuzz_inputs")
    memory = recording.memory_recording()
    for cls, fields in calls:
        row = survives(lambda cls=cls, fields=fields: cls.from_fields(**fields))
        if row is not None:
            survives(lambda row=row: (recording.log("a/b", row), str(row)))
        survives(lambda fields=fields: recording.log("a/c", *fields.values()))
    assert memory.drain_as_bytes().startswith(b"RRF2")
