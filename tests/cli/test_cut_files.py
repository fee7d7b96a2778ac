"""Files that become shorter while they are read: they are mapped, and what is not there any more would end the command by a signal."""
import os
import subprocess

import numpy as np
import pytest
import rerun as rr
from conftest import REEL

CHUNKS = 40


@pytest.fixture
def images(tmp_path):
    """Chunks of about 200 KB, each of which is more as text than a pipe holds."""
    path = tmp_path / "images.rrd"
    rec = rr.RecordingStream("cut", recording_id="cut", send_properties=False)
    rec.save(str(path))
    for i in range(CHUNKS):
        rec.set_time("frame", sequence=i)
        rec.log("image", rr.Image(np.random.default_rng(i).integers(0, 255, (256, 256, 3), np.uint8)))
        rec.flush()
    rec.disconnect()
    return path


@pytest.mark.parametrize("left", [0, 5000, 0.5])
@pytest.mark.parametrize("command", [["export", "--format", "jsonl"], ["export", "--format", "arrow-stream"], ["filter", "--entity", "/image", "-o", "-"]])
def test_a_file_that_is_cut_off_while_it_is_read_is_a_failure_that_is_said(images, command, left):
    size = images.stat().st_size
    process = subprocess.Popen([REEL, *command, images], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(10)  # it has begun; now it waits for somebody to read on
    os.truncate(images, left if isinstance(left, int) else int(left * size))
    _, said = process.communicate(timeout=60)
    assert process.returncode == 1 and said.startswith(b"reel"), (process.returncode, said)
