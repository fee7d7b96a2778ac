"""Code that runs in the middle of a call: what is logged, set or converted may change or drop what the call is about. Memory that goes too early shows under the address sanitizer."""

import gc

import pytest

import reel as rr
from reel import _reel


@pytest.fixture
def recording():
    made = rr.RecordingStream("reentry")
    yield made
    rr.set_global_data_recording(None)


class Acts:
    """Logged, it does something first."""

    def __init__(self, act, batches=()):
        self.act, self.batches = act, batches

    def as_component_batches(self):
        self.act()
        return list(self.batches)


def rows_of(data, tmp_path):
    from reel.chunk import RrdReader

    path = tmp_path / "rows.rrd"
    path.write_bytes(data)
    return {c.entity_path: c for c in RrdReader(path).stream().to_chunks()}


def test_a_field_is_set_while_it_is_logged(recording, tmp_path):
    memory = recording.memory_recording()
    points = rr.Points3D([[1, 2, 3]] * 1000, radii=range(1000))

    def change():
        points.positions = []
        points.radii = []
        gc.collect()

    recording.log("a", points, Acts(change, rr.Boxes3D(half_sizes=[1, 1, 1]).as_component_batches()), static=True)
    columns = rows_of(memory.drain_as_bytes(), tmp_path)["/a"].to_record_batch().to_pydict()
    assert columns["Points3D:positions"] == [[[1, 2, 3]] * 1000]
    assert columns["Points3D:radii"] == [list(range(1000))]
    assert len(points.positions) == 0


@pytest.mark.filterwarnings("ignore")
def test_more_batches_than_a_row_has_room_for_are_held_too(recording, tmp_path):
    memory = recording.memory_recording()
    many = [rr.Points3D([[i, 0, 0]] * 100, radii=[i] * 100, colors=[i] * 100, labels=["a"], class_ids=[i] * 100) for i in range(9)]

    def change():
        for points in many:
            points.__init__([])

    recording.log("a", *many, Acts(change), static=True)
    assert "/a" in rows_of(memory.drain_as_bytes(), tmp_path)


def test_the_old_value_of_a_field_looks_at_the_field_as_it_goes():
    points = rr.Points3D([1, 2, 3])
    seen = []

    class Memory(bytearray):
        def __del__(self):
            seen.append(len(points.positions))

    points.positions = memoryview(Memory(12 * 1000)).cast("f")
    assert len(points.positions) == 1000
    points.positions = [[1, 2, 3]] * 2
    assert seen == [2]


def test_the_current_recording_goes_while_it_is_logged_to(tmp_path):
    kept = []
    rr.set_global_data_recording(rr.RecordingStream("goes"))
    rr.save(tmp_path / "goes.rrd")
    rr.log("a", Acts(lambda: kept.append(rr.set_global_data_recording(None)) or kept.clear(), rr.Points3D([1, 2, 3]).as_component_batches()), static=True)
    gc.collect()
    assert rr.get_global_data_recording() is None
    assert "/a" in rows_of((tmp_path / "goes.rrd").read_bytes(), tmp_path)


def test_a_payload_leaves_its_mapping_while_it_is_looked_at():
    ranges = {}

    class Leaves:
        @property
        def _reel_(self):
            ranges.clear()
            raise AttributeError

    for name in ("rerun.components.VisibleTimeRange", "rerun.encodings.TimeRangeBoundary", "rerun.components.TensorData"):
        if name not in [fact[0] for fact in _reel.component_facts()]:
            continue
        for variant in ("U8", "CursorRelative"):
            ranges[variant] = Leaves()
            with pytest.warns(rr.error_utils.RerunWarning):
                _reel.batch_class(name)([{"shape": [1], "names": None, "buffer": ranges, "start": ranges, "end": ranges, "range": {"start": ranges, "end": ranges}, "timeline": "a"}])


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_ends_a_program_is_no_conversion_error(recording, error):
    class Ends:
        def __iter__(self):
            raise error

    for call in (
        lambda: recording.log("a", Acts(Ends().__iter__)),
        lambda: recording.log("a", Ends()),
        lambda: rr.Points3D(Ends()),
        lambda: rr.Points3D([1, 2, 3], colors=Ends()),
        lambda: rr.Points3D.from_fields(positions=Ends()),
        lambda: rr.Points3D.columns(positions=Ends()),
    ):
        with pytest.raises(error):
            call()


@pytest.mark.filterwarnings("ignore")
def test_a_failed_batch_is_not_logged_in_any_way(recording, tmp_path):
    class Mine(rr.Points3D):
        def as_component_batches(self):
            return super().as_component_batches()

    memory = recording.memory_recording()
    recording.log("own", Mine("bad", radii=[1]), static=True)
    recording.log("list", rr.Points3D("bad", radii=[1]).as_component_batches(), static=True)
    recording.log("encoding", rr.Points3D(rr.encodings.Vec3DBatch("bad"), radii=[1]), static=True)
    recording.log("nothing", rr.components.Position3DBatch("bad").described(rr.Points3D.descriptor_positions()), static=True)
    rows = rows_of(memory.drain_as_bytes(), tmp_path)
    for path in ("/own", "/list", "/encoding"):
        assert [c[0] for c in rows[path]._components()] == ["Points3D:radii"], path
    assert "/nothing" not in rows


@pytest.mark.filterwarnings("ignore")
def test_messages_that_are_cut_within_a_character_are_told(recording):
    for n in range(290, 310):
        for call in (lambda: recording.save("/nowhere/" + "€" * n + "/a"), lambda: recording.set_time("t" * (n % 3) + "€" * n, duration="x"), lambda: rr.RecordingStream("a", recording_id="€" * n)):
            try:
                call()
            except Exception as error:
                assert not isinstance(error, UnicodeDecodeError)


def test_a_recording_that_was_not_initialised_says_so():
    empty = _reel.Recording.__new__(_reel.Recording)
    for call in (lambda: empty._hold_sinks(True), lambda: empty._flush(), lambda: empty._add_memory(), lambda: empty.log("a", rr.Points3D([1, 2, 3]), strict=True)):
        with pytest.raises(RuntimeError, match="not initialised"):
            call()


def test_classes_of_the_program_are_not_equal_to_each_other():
    class A(_reel.Archetype):
        pass

    class B(_reel.Archetype):
        pass

    assert A() != B()


def test_numbers_of_an_empty_array_of_texts_are_none():
    pa = pytest.importorskip("pyarrow")
    with pytest.raises(TypeError, match="holds no numbers"):
        _reel.flat(pa.array([], pa.string()))


def test_numbers_that_stand_askew_in_memory(recording):
    np = pytest.importorskip("numpy")
    pa = pytest.importorskip("pyarrow")
    memory = recording.memory_recording()
    raw = b"x" + np.arange(3000, dtype="f4").tobytes()
    askew = pa.Array.from_buffers(pa.float32(), 3000, [None, pa.py_buffer(memoryview(raw)[1:])])
    assert len(rr.Points3D(askew).positions) == 1000
    assert len(rr.Points3D([1, 2, 3], radii=askew).radii) == 3000
    recording.log("a", rr.Points3D([1, 2, 3], radii=askew), rr.Scalars(askew), static=True)
    times = np.frombuffer(b"x" + np.arange(3).tobytes(), dtype="i8", offset=1)
    index = rr.TimeColumn("t", sequence=times)
    assert index.times.buffers()[1].address % 8 == 0
    recording.send_columns("b", [index], rr.Scalars.columns(scalars=[1, 2, 3]), strict=True)
    assert memory.drain_as_bytes()


def test_a_truth_that_cannot_be_told_is_an_error(recording):
    class Unsure:
        def __bool__(self):
            raise ValueError("unsure")

    with pytest.raises(ValueError, match="unsure"):
        recording._hold_sinks(Unsure())
