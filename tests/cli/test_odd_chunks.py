"""Chunks as no SDK writes them: what they may cost, and what they hold."""
import resource

import pyarrow as pa
import pytest
from conftest import run
from odd_chunks import batch, begin, chunk_message, ipc_of, rows, with_buffers

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

    return with_buffers(ipc_of(batch(texts), **options), change)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("compression", [None, "lz4"])
def test_a_buffer_that_many_columns_use_costs_no_more_than_the_input_justifies(tmp_path, compression, packed):
    path = tmp_path / "bomb.rrd"
    path.write_bytes(begin() + chunk_message(columns_of_one_buffer(1000, 8 * MIB, compression=compression), packed=packed))
    done = run_within(300 * MIB, "stats", path)  # all columns together would take 8 GiB
    assert done.returncode == 1 and "no memory" not in done.stderr and "buffer" in done.stderr, done.stderr


def test_a_buffer_packed_within_a_packed_chunk_is_held_against_the_file(tmp_path):
    path = tmp_path / "bomb.rrd"
    path.write_bytes(begin() + chunk_message(ipc_of(batch({"a": rows(pa.array(["x" * (256 * MIB)]))}), compression="lz4"), packed=True))
    assert path.stat().st_size < 16384
    done = run_within(100 * MIB, "stats", path)
    assert done.returncode == 1 and "no memory" not in done.stderr and "larger than its message can be" in done.stderr, done.stderr


def test_packed_buffers_within_a_packed_chunk_are_read(tmp_path):
    path = tmp_path / "packed.rrd"
    path.write_bytes(begin() + chunk_message(ipc_of(batch({"a": rows(pa.array(["x" * MIB, "y" * MIB]))}), compression="lz4"), packed=True))
    done = run("stats", path)
    assert done.returncode == 0 and not done.stderr, done.stderr
