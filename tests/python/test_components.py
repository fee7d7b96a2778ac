"""Classes of single values, and conversions that are ours alone."""

from __future__ import annotations

import copy
import importlib
import inspect
import math
import pickle
import pkgutil
import subprocess
import sys
import warnings

import pytest
import reel
import reel.blueprint.components
import reel.blueprint.encodings
import reel.components as components
import reel.encodings as encodings
from reel.error_utils import RerunWarning

MODULES = ["components", "encodings", "blueprint.components", "blueprint.encodings"]


def official(name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = pytest.importorskip("rerun")
        if hasattr(module, "__reel__"):
            pytest.skip("the official SDK is not there to compare with")
        return importlib.import_module(f"rerun.{name}")


def values(batch):
    return batch.as_arrow_array().to_pylist()


# --- names --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_every_official_name_is_there(name):
    ours, theirs = importlib.import_module(f"reel.{name}"), official(name)
    assert set(theirs.__all__) <= set(ours.__all__)
    assert [n for n in theirs.__all__ if getattr(ours, n, None) is None] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_for_each_type(name):
    theirs = official(name)
    for module in pkgutil.iter_modules(theirs.__path__):
        if not module.name.endswith("_ext"):
            ours = importlib.import_module(f"reel.{name}.{module.name}")
            for exported in importlib.import_module(f"rerun.{name}.{module.name}").__all__:
                assert getattr(ours, exported) is getattr(importlib.import_module(f"reel.{name}"), exported)


@pytest.mark.parametrize("name", MODULES)
def test_signatures_are_the_official_ones(name):
    ours, theirs = importlib.import_module(f"reel.{name}"), official(name)
    differing = {}
    for n in theirs.__all__:
        cls = getattr(theirs, n)
        if isinstance(cls, type) and not n.endswith(("Batch", "Like")) and not hasattr(cls, "__members__"):
            a, b = ([(p.name, p.kind, p.default is p.empty) for p in inspect.signature(getattr(m, n)).parameters.values()] for m in (ours, theirs))
            if a != b:
                differing[n] = (str(inspect.signature(getattr(ours, n))), str(inspect.signature(cls)))
    assert differing == {}


@pytest.mark.parametrize("name", MODULES)
def test_enums_have_the_official_members(name):
    ours, theirs = importlib.import_module(f"reel.{name}"), official(name)
    for n in theirs.__all__:
        if hasattr(getattr(theirs, n), "__members__"):
            assert {m.name: m.value for m in getattr(ours, n)} == {m.name: m.value for m in getattr(theirs, n)}


def test_datatypes_are_encodings():
    import reel.datatypes
    from reel.datatypes import Vec3D
    from reel.datatypes.rgba32 import Rgba32

    assert Vec3D is encodings.Vec3D and Rgba32 is encodings.Rgba32
    assert reel.datatypes.__all__ == encodings.__all__


# --- objects ------------------------------------------------------------------------------------------------------------------------


def test_vectors():
    np = pytest.importorskip("numpy")
    for position in (components.Position3D(1, 2, 3), components.Position3D([1, 2, 3]), components.Position3D(xyz=np.array([1.0, 2.0, 3.0]))):
        assert position.xyz.dtype == np.float32 and position.xyz.tolist() == [1, 2, 3]
        assert list(position) == [1, 2, 3] and position[1] == 2 and len(position) == 3
        assert np.asarray(position).tolist() == [1, 2, 3] and np.array(position, dtype=int).dtype == int
        assert position == components.Position3D(1, 2, 3) != components.Position3D(1, 2, 4)
        assert repr(position) == "Position3D(xyz=[1.0, 2.0, 3.0])"
        assert position != encodings.Vec3D(1, 2, 3)  # another class, as in the official SDK
        assert values(components.Position3DBatch(position)) == [[1, 2, 3]]


def test_values_are_copied():
    np = pytest.importorskip("numpy")
    array = np.array([1, 2, 3], dtype=np.float32)
    value, batch = encodings.Vec3D(array), components.Position3DBatch(array)
    array[:] = 0
    assert value.xyz.tolist() == [1, 2, 3] and values(batch) == [[1, 2, 3]]


@pytest.mark.parametrize(
    "value",
    [
        components.Position3D(1, 2, 3), components.Color(0xFF0000FF), components.Text("a"), components.Radius(2), components.ViewCoordinates.RDF, components.MarkerShape.Cross,
        encodings.RotationAxisAngle([1, 0, 0], 1), components.TransformMat3x3(range(9)), components.LineStrip3D([[1, 2, 3]]), encodings.AnnotationInfo(1, "a", [1, 2, 3]),
        reel.blueprint.components.PanelState.Hidden, components.AnnotationContext([(1, "a")]), encodings.TimeRangeBoundary.absolute(seq=1),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_values_are_pickled_and_copied(value):
    for again in (pickle.loads(pickle.dumps(value)), copy.copy(value), copy.deepcopy(value)):
        assert again == value and type(again) is type(value) and repr(again) == repr(value)


def test_matrices_take_rows_and_keep_columns():
    rows = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    flat = [1, 4, 7, 2, 5, 8, 3, 6, 9]
    for matrix in (encodings.Mat3x3(rows), encodings.Mat3x3(rows=rows), encodings.Mat3x3(columns=flat), encodings.Mat3x3(encodings.Mat3x3(rows)), encodings.Mat3x3([1, 2, 3, 4, 5, 6, 7, 8, 9])):
        assert list(matrix) == flat and values(encodings.Mat3x3Batch(matrix)) == [flat]
    assert values(components.TransformMat3x3Batch([rows, encodings.Mat3x3(rows), [1, 2, 3, 4, 5, 6, 7, 8, 9]])) == [flat] * 3
    with pytest.raises(ValueError, match=r"size 2 into shape \(3,3\)"):
        encodings.Mat3x3([1, 2])
    with pytest.raises(ValueError, match="rows and columns"):
        encodings.Mat3x3(rows, columns=rows)


def test_large_matrices_are_turned_in_a_copy():
    np = pytest.importorskip("numpy")
    given = np.arange(9000, dtype=np.float32).reshape(1000, 3, 3)
    before = given.copy()
    assert values(components.TransformMat3x3Batch(given)) == before.transpose(0, 2, 1).reshape(1000, 9).tolist()
    assert np.array_equal(given, before)


def test_rotations_and_angles():
    assert encodings.Angle(deg=180).radians == math.pi == encodings.Angle(math.pi).radians
    for rotation in (encodings.RotationAxisAngle([1, 0, 0], math.pi), encodings.RotationAxisAngle(axis=(1, 0, 0), degrees=180), encodings.RotationAxisAngle([1, 0, 0], encodings.Angle(deg=180))):
        assert values(components.RotationAxisAngleBatch(rotation)) == [{"axis": [1, 0, 0], "angle": pytest.approx(math.pi)}]
    with pytest.raises(ValueError, match="exactly one"):
        encodings.RotationAxisAngle([1, 0, 0], 1, degrees=2)
    assert encodings.Quaternion.identity() == encodings.Quaternion(xyzw=[0, 0, 0, 1])


def test_times():
    assert encodings.TimeInt(seconds=1.5) == encodings.TimeInt(nanos=1_500_000_000) and int(encodings.TimeInt(seq=3)) == 3
    with pytest.raises(ValueError):
        encodings.TimeInt()
    with pytest.raises(ValueError):
        encodings.TimeRangeBoundary.absolute(encodings.TimeInt(seq=0), seq=1)


def test_enums():
    shape = components.MarkerShape
    assert shape.auto("diamond") is shape.auto("DIAMOND") is shape.auto(2) is shape.auto(shape.Diamond) is shape.Diamond
    assert str(shape.Diamond) == "Diamond" and int(shape.Diamond) == 2
    assert values(components.MarkerShapeBatch(["circle", shape.Diamond, 3])) == [1, 2, 3]
    with pytest.raises(ValueError, match="Circle, Diamond"):
        shape.auto("round")
    with pytest.raises(ValueError, match="'round' was given, one of Circle, Diamond"):
        components.MarkerShapeBatch("round", strict=True)


def test_view_coordinates_have_all_constants():
    constants = [name for name in vars(components.ViewCoordinates) if name.isupper() and not name.startswith("_")]
    assert len(constants) == 60 and components.ViewCoordinates.ViewDir is encodings.ViewDir
    theirs = official("components").ViewCoordinates
    for name in constants:
        assert [axis.value for axis in getattr(components.ViewCoordinates, name).coordinates] == [axis.value for axis in getattr(theirs, name).coordinates]


def test_arrow_types_of_components():
    pa = pytest.importorskip("pyarrow")
    assert components.Scalar.arrow_type() == pa.float64() and components.Scalar.component_type() == "rerun.components.Scalar"
    assert components.Scalar(2).as_arrow_array().to_pylist() == [2.0]
    assert components.Scalar._BATCH_TYPE is components.ScalarBatch
    assert components.Position3DBatch._native_to_pa_array([[1, 2, 3]], None).to_pylist() == [[1, 2, 3]]


def test_batches_of_equal_types_are_equal():
    assert components.Position3DBatch([1, 2, 3]) == encodings.Vec3DBatch([[1, 2, 3]])
    assert components.Position3DBatch([1, 2, 3]) != components.Position3DBatch([1, 2, 4])
    assert components.Position3DBatch([]) != [] and components.Position3DBatch([]) is not None
    with pytest.raises(TypeError):
        hash(components.Position3DBatch([]))


# --- conversions --------------------------------------------------------------------------------------------------------------------


def test_colors_clamp():
    assert values(components.ColorBatch([2.0, -1.0, 0.5])) == [0xFF0080FF]
    assert values(components.ColorBatch([[300, -5, 7]])) == [0xFF0007FF]
    assert values(components.ColorBatch([float("nan"), float("inf"), 0.0])) == [0x00FF00FF]


@pytest.mark.parametrize("dtype", ["f4", "f8", "f2"])
def test_colors_of_large_arrays(dtype):
    np = pytest.importorskip("numpy")
    rgba = np.linspace(-0.5, 1.5, 4000).reshape(-1, 4).astype(dtype)
    expected = np.clip(np.rint(rgba.astype("f8") * 255), 0, 255).astype(np.uint8)
    for channels in (3, 4):
        wanted = np.full((len(rgba), 4), 255, np.uint8)
        wanted[:, :channels] = expected[:, :channels]
        assert values(components.ColorBatch(rgba[:, :channels])) == wanted.view(">u4")[:, 0].tolist()


def test_ambiguous_colors_warn_once():
    with pytest.warns(RerunWarning) as told:
        assert values(components.ColorBatch([0x11000000, 0x00220000, 0x00003300])) == [0x11000000, 0x00220000, 0x00003300]
    assert len(told) == 1


def test_generators_and_iterables():
    assert values(components.Position3DBatch((i, i, i) for i in range(2))) == [[0, 0, 0], [1, 1, 1]]
    assert values(components.TextBatch(c for c in "ab")) == ["a", "b"]
    assert values(components.ClassIdBatch({3})) == [3]
    assert values(components.LineStrip2DBatch([[0, i], [1, i]] for i in range(2))) == [[[0, 0], [1, 0]], [[0, 1], [1, 1]]]
    assert values(components.MarkerShapeBatch(iter(["circle"]))) == [1]


@pytest.mark.parametrize("dtype", ["f2", "f4", "f8", "u1", "i8", "u4"])
def test_casts_are_those_of_numpy(dtype):
    np = pytest.importorskip("numpy")
    numbers = np.random.default_rng(1).integers(0, 100, 300).astype(dtype) if dtype[0] != "f" else np.concatenate([np.random.default_rng(1).normal(size=294), [0.0, -0.0, 1e-7, 6e-8, 65504, 1e-5]]).astype(dtype)
    assert np.array_equal(np.array(values(components.Position3DBatch(numbers)), dtype="f4").ravel(), numbers.astype("f4"))
    coefficients = np.resize(numbers, 450)
    assert np.array_equal(np.array(values(components.SphericalHarmonics3RgbBatch(coefficients)), dtype="f2").ravel(), coefficients.astype("f2"))


def test_all_halves():
    np = pytest.importorskip("numpy")
    halves = np.arange(65536, dtype=np.uint16).view(np.float16)
    halves = halves[~np.isnan(halves)]
    ours = np.array(values(components.ScalarBatch(halves)))
    assert np.array_equal(ours, halves.astype(np.float64))
    padded = np.resize(halves, -(-len(halves) // 45) * 45)
    for wide in ("f4", "f8"):
        back = components.SphericalHarmonics3RgbBatch(padded.astype(wide)).as_arrow_array().flatten().flatten().to_numpy(zero_copy_only=False)
        assert np.array_equal(back.view(np.uint16), padded.view(np.uint16))
    between = np.float64(halves[:-1]) + np.diff(np.float64(halves)) / 2 if len(halves) else None
    with np.errstate(over="ignore", invalid="ignore"):
        wanted = between[np.isfinite(between)][:45000]
        assert np.array_equal(components.SphericalHarmonics3RgbBatch(wanted).as_arrow_array().flatten().flatten().to_numpy(zero_copy_only=False), wanted.astype(np.float16))


def test_numbers_out_of_range_are_told():
    for data in ([70000], [-1], 2**70):
        with pytest.raises((ValueError, OverflowError)):
            components.ClassIdBatch(data, strict=True)
    with pytest.raises(ValueError, match="1.5 is not a"):
        components.ClassIdBatch([1.5], strict=True)
    with pytest.raises(ValueError, match="is not a uint16"):
        components.ClassIdBatch(pytest.importorskip("numpy").array([1, 70000]), strict=True)


def test_dates_are_nanoseconds():
    np = pytest.importorskip("numpy")
    assert values(components.TimestampBatch(np.array(["1970-01-01T00:00:01"], dtype="M8[s]"))) == [1_000_000_000]


def test_missing_numbers_are_nan():
    assert math.isnan(values(components.ScalarBatch([1.0, None]))[1])


def test_arrow_arrays():
    pa = pytest.importorskip("pyarrow")
    points = components.Position3DBatch([[1, 2, 3], [4, 5, 6]]).as_arrow_array()
    assert values(components.Position3DBatch(points)) == values(components.Position3DBatch(pa.chunked_array([points]))) == [[1, 2, 3], [4, 5, 6]]
    assert values(components.Position3DBatch(points.slice(1))) == [[4, 5, 6]]
    assert values(components.ScalarBatch(pa.array([1, 2], type=pa.int32()))) == [1.0, 2.0]
    with pytest.raises(TypeError, match="texts|numbers|string"):
        components.Position3DBatch(pa.array(["a"]), strict=True)


def test_polars():
    pl = pytest.importorskip("polars")
    assert values(components.ScalarBatch(pl.Series([1.0, 2.0]))) == [1.0, 2.0]
    assert values(components.TextBatch(pl.Series(["a", "b"]))) == ["a", "b"]


def test_pillow():
    np, image = pytest.importorskip("numpy"), pytest.importorskip("PIL.Image")
    picture = image.fromarray(np.arange(12, dtype=np.uint8).reshape(2, 2, 3))
    assert values(components.ColorBatch(picture))[0] == 0x000102FF
    assert values(components.ImageBufferBatch(picture)) == [list(range(12))]


def test_dlpack():
    np = pytest.importorskip("numpy")

    class Tensor:
        def __init__(self, array):
            self.array = array

        def __dlpack__(self, **kwargs):
            return self.array.__dlpack__(**kwargs)

        def __dlpack_device__(self):
            return self.array.__dlpack_device__()

    assert values(components.Position3DBatch(Tensor(np.arange(6.0).reshape(2, 3)))) == [[0, 1, 2], [3, 4, 5]]


def test_one_pair_is_one_value():
    assert values(components.GraphEdgeBatch(("a", "b"))) == [{"first": "a", "second": "b"}]
    assert values(components.KeyValuePairsBatch([("a", "b"), ("c", "d")])) == [[{"first": "a", "second": "b"}, {"first": "c", "second": "d"}]]
    assert values(components.ChannelMessageCountsBatch({1: 2})) == [[{"channel_id": 1, "message_count": 2}]]
    assert values(components.AnnotationContextBatch({1: "a"}))[0][0]["class_description"]["info"] == {"id": 1, "label": "a", "color": None}


def test_structs_may_be_mappings():
    assert values(components.RotationAxisAngleBatch({"axis": [1, 2, 3], "angle": 1})) == [{"axis": [1, 2, 3], "angle": 1}]
    assert values(components.ImageFormatBatch({"width": 2, "height": 3, "color_model": encodings.ColorModel.RGB}))[0]["color_model"] == 2
    with pytest.raises(TypeError, match="angle"):
        components.RotationAxisAngleBatch({"axis": [1, 2, 3]}, strict=True)


def test_a_failed_conversion_warns_and_is_empty():
    with pytest.warns(RerunWarning, match="ColorBatch: ValueError"):
        batch = components.ColorBatch("red", strict=False)
    assert len(batch) == 0


def test_without_numpy_and_pyarrow():
    program = """
import sys
sys.modules["numpy"] = sys.modules["pyarrow"] = None
import array, reel, reel.components as c, reel.encodings as e
p = c.Position3D(1, 2, 3)
assert list(p) == [1, 2, 3] and p.xyz[2] == 3 and p == c.Position3D([1, 2, 3]) and repr(p) == "Position3D(xyz=[1.0, 2.0, 3.0])"
assert bytes(c.Position3DBatch([p, [4, 5, 6], array.array("d", [7, 8, 9])])._packed()) == array.array("f", range(1, 10)).tobytes()
assert c.ColorBatch([[255, 0, 0], [0, 255, 0, 1]])._packed() == array.array("I", [0xFF0000FF, 0x00FF0001]).tobytes()
assert c.TransformMat3x3Batch(e.Mat3x3(range(9)))._packed() == array.array("f", [0, 3, 6, 1, 4, 7, 2, 5, 8]).tobytes()
assert len(c.AnnotationContextBatch([(1, "a", [1, 2, 3])])) == 1 and len(c.TensorDataBatch([[1, 2], [3, 4]])) == 1
assert c.Radius.ui_points([1, 2]) == [-1, -2] and c.MarkerShape.auto("circle").value == 1
assert "rerun" not in sys.modules
print("done")
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert result.stdout.strip() == "done", result.stderr


# --- classes of others that derive from ours ----------------------------------------------------------------------------------------


def test_batches_in_python():
    pa = pytest.importorskip("pyarrow")
    from reel._baseclasses import BaseBatch, ComponentBatchMixin

    class OwnBatch(BaseBatch[list], ComponentBatchMixin):
        _ARROW_DATATYPE = pa.int8()
        _COMPONENT_TYPE = "own.Component"

        @staticmethod
        def _native_to_pa_array(data, data_type):
            return pa.array([int(x) for x in data], type=data_type)

    batch = OwnBatch("123")
    assert batch.as_arrow_array() == pa.array([1, 2, 3], type=pa.int8()) == batch.pa_array
    assert batch == OwnBatch([1, 2, 3]) and len(batch) == 3 and batch.component_type() == "own.Component"
    assert len(OwnBatch(None)) == 0
    with pytest.warns(RerunWarning, match="OwnBatch"):
        assert len(OwnBatch(["x"], strict=False)) == 0
    with pytest.raises(ValueError):
        OwnBatch(["x"], strict=True)
