"""Chunks as no SDK writes them: what they may cost, and what they hold."""
import os
import resource
import subprocess

import pyarrow as pa
import pytest
import rerun as rr
from conftest import run, verify
from odd_chunks import BEGIN, batch, chunk_message, ipc, rows, with_buffers

MIB = 1 << 20


def run_within(bytes_max, *arguments):
    return run(*arguments, timeout=60, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (bytes_max, bytes_max)))


def columns_of_one_buffer(n, size, **options):
    """n columns of one text each, all of which lead to the text of the first."""
    texts = {"a": rows(pa.array(["é" * (size // 2)]))} | {f"b{i:05}": rows(pa.array(["short"])) for i in range(n)}
    first, per_column = 4, 5  # row ids and times; list (validity, offsets), text (validity, offsets, bytes)

    def change(buffers):
        for at in range(first + per_column, len(buffers), per_column):
            buffers[at + 3:at + 5] = buffers[first + 3:first + 5]
        return buffers

    return with_buffers(ipc(batch(texts), **options), change)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("compression", [None, "lz4"])
def test_a_buffer_that_many_columns_use_costs_no_more_than_the_input_justifies(tmp_path, compression, packed):
    path = tmp_path / "bomb.rrd"
    path.write_bytes(BEGIN + chunk_message(columns_of_one_buffer(1000, 8 * MIB, compression=compression), packed=packed))
    done = run_within(300 * MIB, "stats", path)  # all columns together would take 8 GiB
    assert done.returncode == 1 and "no memory" not in done.stderr and "buffer" in done.stderr, done.stderr


def test_a_buffer_packed_within_a_packed_chunk_is_held_against_the_file(tmp_path):
    path = tmp_path / "bomb.rrd"
    path.write_bytes(BEGIN + chunk_message(ipc(batch({"a": rows(pa.array(["x" * (256 * MIB)]))}), compression="lz4"), packed=True))
    assert path.stat().st_size < 16384
    done = run_within(100 * MIB, "stats", path)
    assert done.returncode == 1 and "no memory" not in done.stderr and "larger than its message can be" in done.stderr, done.stderr


def test_packed_buffers_within_a_packed_chunk_are_read(tmp_path):
    path = tmp_path / "packed.rrd"
    path.write_bytes(BEGIN + chunk_message(ipc(batch({"a": rows(pa.array(["x" * MIB, "y" * MIB]))}), compression="lz4"), packed=True))
    done = run("stats", path)
    assert done.returncode == 0 and not done.stderr, done.stderr


# ---- values that are not stored as they are


def views(*texts):
    return pa.array(texts, pa.string_view())


LONG = "a text that does not fit into a view itself"
ENCODED = {
    "dictionary": pa.array(["a", LONG, None, "a"]).dictionary_encode(),
    "dictionary_u8": pa.DictionaryArray.from_arrays(pa.array([2, 0, 1, 1], pa.uint8()), pa.array([1.5, -2.5, 0.0])),
    "dictionary_of_lists": pa.DictionaryArray.from_arrays(pa.array([1, None, 0, 1], pa.int8()), pa.array([[1, 2], None, []])),
    "dictionary_in_struct": pa.StructArray.from_arrays([pa.array(["x", "y", "x", None]).dictionary_encode(), pa.array([1, 2, 3, 4])], ["a", "b"]),
    "text_views": views("a", LONG, None, LONG + "!"),
    "binary_views": pa.array([b"\xff", LONG.encode(), b"", None], pa.binary_view()),
    "list_views": pa.ListViewArray.from_arrays([3, 0, 1, 0], [2, 3, 0, 5], pa.array([1.0, 2.0, None, 4.0, 5.0])),  # out of order, and overlapping
    "large_list_views": pa.array([[1], None, [2, 3], []], pa.large_list_view(pa.int16())),
    "list_of_views": pa.array([["a", LONG], [], None, [None]], pa.list_(pa.string_view())),
    "runs": pa.RunEndEncodedArray.from_arrays(pa.array([1, 3, 4], pa.int16()), pa.array(["a", None, LONG])),
    "runs_of_views": pa.RunEndEncodedArray.from_arrays(pa.array([3, 4], pa.int64()), views("a", LONG)),
    "sliced_dictionary": pa.array(["z", "a", "b", "z", "c", "a"]).dictionary_encode()[1:5],
}


def exported(path, folder):
    out = folder / "out.arrow"
    done = run("export", path, "--format", "arrow", "-o", out)
    assert done.returncode == 0 and not done.stderr, done.stderr
    return pa.ipc.open_file(out).read_all()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ENCODED)
def test_encoded_values_are_read_as_pyarrow_reads_them(tmp_path, name, packed):
    values, path = ENCODED[name], tmp_path / "encoded.rrd"
    columns = {"each": rows(values, [0, 1, 1, 4, 4]), "plain": rows(pa.array([1.0, 2.0, 3.0, 4.0])), "alone": values}
    path.write_bytes(BEGIN + chunk_message(ipc(batch(columns)), packed=packed))
    table = exported(path, tmp_path)
    expected = values.to_pylist()
    assert table["each"].to_pylist() == [expected[:1], [], expected[1:], []]
    assert table["plain"].to_pylist() == [[1.0], [2.0], [3.0], [4.0]]
    alone = table["alone"].to_pylist()  # a column that is no list has one value in each row, or null: not logged
    assert alone == expected if pa.types.is_list(values.type) else [row and row[0] for row in alone] == expected
    for encoding in ("dictionary<", "view", "run_end"):
        assert encoding not in str(table.schema)
    merged = tmp_path / "merged.rrd"
    for command in ("merge", "optimize"):
        done = run(command, path, "-o", merged)
        assert done.returncode == 0 and not done.stderr, done.stderr
        assert run("compare", path, merged).returncode == 0
        verify(merged)
        assert run("verify", merged).returncode == 0


def test_a_chunk_of_views_without_rows_is_read(tmp_path):
    path = tmp_path / "none.rrd"
    path.write_bytes(BEGIN + chunk_message(ipc(batch({"x": rows(views())}))))
    done = run("stats", path)
    assert done.returncode == 0 and not done.stderr, done.stderr


def test_what_the_official_sdk_stores_of_encoded_arrays_is_read(tmp_path):
    """It logs an array of the user's as it is."""
    path = tmp_path / "any.rrd"
    rec = rr.RecordingStream("any", recording_id="any", send_properties=False)
    rec.save(str(path))
    rec.reset_time()
    rec.set_time("frame", sequence=1)
    for name in ("dictionary", "text_views", "list_views", "runs"):
        rec.log(name, rr.AnyValues(**{name: ENCODED[name]}))
    rec.flush()
    rec.disconnect()
    assert run("verify", path).returncode == 0
    table = exported(path, tmp_path)
    for name in ("dictionary", "text_views", "list_views", "runs"):
        assert [row for row in table[name].to_pylist() if row is not None] == [ENCODED[name].to_pylist()]


def bombs():
    """Few bytes that stand for very many."""
    text, n = pa.array(["x" * MIB]), 1 << 20
    yield "dictionary", {f"c{i}": rows(pa.DictionaryArray.from_arrays(pa.array([0] * n, pa.int8()), text), [0, n]) for i in range(4)}
    yield "list_views", {"c": rows(pa.ListViewArray.from_arrays(pa.array([0] * n, pa.int32()), pa.array([n] * n, pa.int32()), pa.array([1.0] * n)), [0, n])}
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([16 * MIB], pa.int64()), text)
    yield "runs", {f"c{i}": rows(runs, [0, 16 * MIB]) for i in range(50)}


@pytest.mark.parametrize("name, columns", list(bombs()), ids=lambda value: value if isinstance(value, str) else "")
def test_few_bytes_that_stand_for_many_are_refused(tmp_path, name, columns):
    path = tmp_path / "bomb.rrd"
    path.write_bytes(BEGIN + chunk_message(ipc(batch(columns)), packed=True))
    done = run_within(2048 * MIB, "stats", path)
    assert done.returncode == 1 and "too large" in done.stderr, done.stderr


@pytest.mark.parametrize("command", ["merge", "filter", "recover", "split", "optimize"])
def test_chunks_without_an_id_in_their_message_get_one(tmp_path, command):
    """The official tool panics at them where there is a footer."""
    path, out = tmp_path / "old.rrd", tmp_path / "out.rrd"
    path.write_bytes(BEGIN + chunk_message(ipc(batch({"x": rows(pa.array([1.0, 2.0]))})), with_id=False))
    options = {"split": ["--by", "store", "-o", tmp_path / "parts"], "filter": ["--entity", "/**", "-o", out]}.get(command, ["-o", out])
    done = run(command, path, *options)
    assert done.returncode == 0, done.stderr
    written = out if command != "split" else next((tmp_path / "parts").iterdir())
    verify(written)
    assert run("compare", path, written).returncode == 0


@pytest.mark.parametrize("command, code", [("merge", 0), ("filter", 0), ("optimize", 1), ("recover", 1)])
def test_a_file_without_bytes_is_said_to_be_empty(tmp_path, command, code):
    path = tmp_path / "none.rrd"
    path.touch()
    done = run(command, path, "-o", tmp_path / "out.rrd")
    assert done.returncode == code and ("is empty" in done.stderr or "nothing to recover" in done.stderr), done.stderr


@pytest.mark.parametrize("command", ["export", "optimize"])
def test_a_named_pipe_is_read_by_commands_that_go_to_and_fro(tmp_path, command):
    data, pipe, out = tmp_path / "data.rrd", tmp_path / "pipe", tmp_path / ("out.csv" if command == "export" else "out.rrd")
    data.write_bytes(BEGIN + chunk_message(ipc(batch({"x": rows(pa.array([1.0, 2.0]))}))))
    os.mkfifo(pipe)
    with subprocess.Popen(["cp", data, pipe]) as writer:
        done = run(command, pipe, "-o", out, timeout=30)
        assert done.returncode == 0 and not done.stderr and writer.wait(30) == 0, done.stderr
    assert out.read_text() == run("export", data, "--format", "csv").stdout if command == "export" else run("compare", data, out).returncode == 0
