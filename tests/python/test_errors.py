"""What is told of bad input: which archetype and argument, at the line of the program that gave it; strict mode."""

import inspect
import os
import subprocess
import sys
import warnings

import pytest
import reel as rr


@pytest.mark.parametrize(
    ("name", "arguments", "bad"),
    [
        ("BarChart", {}, "values"),
        ("Boxes2D", {}, "sizes"),
        ("Boxes2D", {"array_format": "XYWH"}, "array"),
        ("Boxes3D", {}, "sizes"),
        ("Boxes3D", {"sizes": [1, 1, 1]}, "mins"),
        ("DepthImage", {}, "image"),
        ("Ellipsoids3D", {}, "radii"),
        ("Image", {}, "image"),
        ("Mesh3D", {"vertex_positions": [[0, 0, 0]]}, "albedo_texture"),
        ("Points3D", {}, "positions"),
        ("SegmentationImage", {}, "image"),
        ("VideoFrameReference", {}, "seconds"),
    ],
)
def test_errors_name_archetype_and_argument(name, arguments, bad):
    for value in ("odd", object()):
        with pytest.raises((TypeError, ValueError)) as told:
            with rr.error_utils.catch_and_log_exceptions(strict=True):
                getattr(rr, name)(**arguments, **{bad: value})
        assert str(told.value).startswith(name) and bad in str(told.value), told.value


class Odd:
    def as_component_batches(self):
        raise ValueError("nothing can be made of this")


CALLS = {
    "constructor": lambda: rr.Points3D([[1, 2, 3]], radii="wide"),
    "constructor_in_python": lambda: rr.Image("x"),
    "from_fields": lambda: rr.Points3D.from_fields(radii="wide"),
    "columns": lambda: rr.Points3D.columns(radii="wide"),
    "batch": lambda: rr.components.RadiusBatch("wide"),
    "log": lambda: rr.log("a", 5),
    "log_of_a_recording": lambda: rr.get_data_recording().log("a", Odd()),
    "send_columns": lambda: rr.send_columns("a", [rr.TimeColumn("t", sequence=[1])], rr.Scalars.columns(scalars=[1, 2])),
    "any_values": lambda: rr.AnyValues(5),
    "dynamic_archetype": lambda: rr.DynamicArchetype("a", 5),
    "file": lambda: rr.log_file_from_path("/nowhere/at_all.png"),
    "property": lambda: rr.send_property("a", 5),
    "log_components": lambda: rr.log_components("a", [5]),
    "old": lambda: rr.log_line_strip("a", "x"),
    "view": lambda: __import__("reel.blueprint").blueprint.Spatial3DView(background="x"),
}


@pytest.fixture
def recording():
    before = rr.get_global_data_recording()
    rr.init("errors")
    yield rr.memory_recording()
    rr.set_global_data_recording(before)


@pytest.mark.parametrize("name", CALLS)
def test_a_warning_points_at_the_line_of_the_program(recording, name):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        CALLS[name]()
    told = [warning for warning in told if warning.category is rr.RerunWarning]
    assert [(warning.filename, warning.lineno) for warning in told] == [(__file__, CALLS[name].__code__.co_firstlineno)]


@pytest.mark.parametrize("name", CALLS)
def test_strict_mode_raises_it(recording, name):
    rr.set_strict_mode(True)
    try:
        with pytest.raises(Exception), warnings.catch_warnings():  # noqa: B017  of many kinds
            warnings.simplefilter("ignore", DeprecationWarning)
            CALLS[name]()
    finally:
        rr.set_strict_mode(False)


@pytest.mark.parametrize(("value", "is_strict", "is_told"), [("1", True, False), ("on", True, False), ("TRUE", True, False), ("yes", True, False), ("0", False, False), ("", False, True), ("maybe", False, True)])
def test_strict_mode_of_the_environment(value, is_strict, is_told):
    code = "import reel as rr\ntry:\n    rr.Points3D('x'); print('warned', rr.strict_mode())\nexcept ValueError:\n    print('raised', rr.strict_mode())"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], env={**os.environ, "RERUN_STRICT": value}, capture_output=True, text=True, timeout=60)
    assert done.stdout.split() == (["raised", "True"] if is_strict else ["warned", "False"])
    assert ("RERUN_STRICT" in done.stderr) is is_told


LOOP: list = []
LOOP.append(LOOP)
NOTHING_TO_LOG = ["x", b"x", 5, float("nan"), object(), {"a": 1}, [], [None], LOOP, 2**70, int]


@pytest.mark.parametrize("name", [name for name in rr.legacy.__all__ if name.startswith("log_")])
def test_old_functions_tell_what_they_cannot_log(recording, name):
    """As log does: by a warning, whatever is given for whichever argument; in strict mode by an error."""
    function = getattr(rr, name)
    parameters = [p for p in inspect.signature(function).parameters.values() if p.name not in ("recording", "entity_path")]
    required = {p.name: [[1, 2, 3]] for p in parameters if p.default is p.empty}
    told = set()
    for parameter in parameters:
        for value in NOTHING_TO_LOG:
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("always")
                function("p", **{**required, parameter.name: value})
            told |= {str(warning.message) for warning in warned if warning.category is rr.RerunWarning}
    assert told or parameters == [] or name in ("log_cleared", "log_disconnected_space", "log_unknown_transform")
    with pytest.raises(TypeError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        function("p", there_is_no_such_argument=1)


@pytest.mark.parametrize("arguments", [{"xyz": "QQQ"}, {"xyz": 5}, {"up": "+Q"}, {"up": [1]}, {"xyz": "RDF", "up": "+Z"}, {}])
def test_old_view_coordinates_name_what_they_expect(recording, arguments):
    with pytest.warns(rr.RerunWarning, match="log_view_coordinates, p: .*expected"), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        rr.log_view_coordinates("p", **arguments)
