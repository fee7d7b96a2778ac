"""Rows of every make-up (record_rows.c) against the official SDK's: several archetypes, single components, components of one's own, strides, memory handed over."""
import os
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import rerun as rr
from rerun._baseclasses import DescribedComponentBatch

import judge

PROGRAM = Path(os.environ["REEL_TEST_BUILD"]) / "tests/programs/record_rows"
POSITIONS = np.arange(12, dtype="f4").reshape(4, 3)
COLORS = np.array([0xff0000ff, 0x00ff00ff, 0x0000ffff, 0x11223344], dtype="u4")
CELLS = pa.FixedSizeListArray.from_arrays(pa.array(np.arange(12, dtype="f4")), type=pa.list_(pa.field("item", pa.float32(), nullable=False), 3))


def batch(component, values, archetype=None, component_type=None):
    class Batch:
        def component_descriptor(self):
            return rr.ComponentDescriptor(component, archetype=archetype, component_type=component_type)

        def as_arrow_array(self):
            return values

    return DescribedComponentBatch(Batch(), Batch().component_descriptor())


def batches(*archetypes):
    return [b for a in archetypes for b in a.as_component_batches()]


def log_several_archetypes():
    points, transform, text = rr.Points3D(POSITIONS, colors=COLORS, radii=0.5), rr.Transform3D(translation=[1, 2, 3]), rr.TextLog("both", level="INFO")
    own = batch("temperature", pa.array([36.6]))
    rr.log("several", points, transform, text)
    rr.log("several", batches(points, transform, text) + [own])
    rr.log("several/static", points, transform, static=True)
    rr.log("several", rr.Points3D.from_fields(colors=COLORS[:1], radii=[]))
    rr.log("/__properties/situation", batches(text) + [own], static=True)


def log_components():
    points = batches(rr.Points3D.from_fields(positions=POSITIONS, colors=COLORS[:1], labels=["größe", ""], radii=[]))
    rr.log("components", points)
    rr.log("components", points, static=True)
    rr.log("mixed", batches(rr.LineStrips3D.from_fields(strips=[POSITIONS[:2], np.zeros((0, 3), "f4"), POSITIONS[2:]]), rr.SeriesPoints.from_fields(markers=[rr.components.MarkerShape.Cross]), rr.Clear(recursive=True)))


def log_own():
    any_values = [batch("counts", pa.array([1, -2, 2**63 - 1])), batch("numbers", pa.array([1.5, -0.0])), batch("texts", pa.array(["x", "größe"])), batch("flags", pa.array([True, False, True])),
                  batch("bytes", pa.array([b"\0\1\377"])), batch("small", pa.array([255], pa.uint8()))]
    battery = [batch("Battery:temperature", pa.array([0.5], pa.float32()), "Battery"), batch("Battery:cells", CELLS, "Battery", "user.Cell"), batch("Battery:state", pa.array([], pa.utf8()), "Battery")]
    for i in range(3):
        rr.set_time("frame", sequence=i)
        rr.log("any", any_values)
        rr.log("battery", battery)
    rr.reset_time()
    rr.log("any/static", any_values, static=True)


def log_strided():
    rr.log("strided", rr.Points3D(POSITIONS, colors=COLORS))
    rr.log("strided/components", rr.Points3D(POSITIONS, radii=POSITIONS[:, 1]))


def log_handed():
    for i in range(3):
        pixels = (np.arange(256 * 256) * (i + 1)).astype("u1").reshape(256, 256)
        cloud = (np.arange(60000) + i).astype("f4").reshape(-1, 3)
        rr.set_time("frame", sequence=i)
        rr.log("handed/image", rr.Image(pixels), rr.Tensor(pixels))
        rr.log("handed/strips", rr.LineStrips3D([cloud[:10000], cloud[10000:]]))
        rr.log("handed/points", rr.Points3D(cloud, colors=COLORS[:1]))
        rr.log("handed/points", rr.Points3D(POSITIONS[:1], colors=COLORS[:1]))
    rr.reset_time()


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rows")
    ours, official = folder / "reel.rrd", folder / "official.rrd"
    subprocess.run([PROGRAM, ours], check=True, timeout=60)
    with rr.RecordingStream("rows", recording_id="rows", send_properties=False) as recording:
        recording.save(str(official))
        for part in (log_several_archetypes, log_components, log_own, log_strided, log_handed):
            part()
        recording.flush()
    return ours, official


@pytest.mark.parametrize("entity", ["several", "components", "mixed", "any", "battery", "strided", "handed", "__properties"])
def test_equal(recorded, equal, entity):
    ours, official = ({key: column for key, column in judge.read(path).items() if key[0].split("/")[1] == entity} for path in recorded)
    assert len(official) > 1
    found = judge.differences(ours, official)
    equal("cases", f"rows/{entity}", not found)
    assert not found, judge.tell(found)


def test_the_official_tools_take_them(recorded):
    judge.verify(recorded[0])
    judge.compare(*recorded)
