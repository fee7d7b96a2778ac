"""Writes recordings with whatever official recorder this Python has: make_official.py KIND PATH. Versions from 0.33 to 0.41 run it."""
import sys

import numpy as np
import rerun as rr
import rerun.blueprint as rrb


def rows(rec):
    for i in range(60):
        rec.set_time("frame", sequence=i)
        rec.set_time("took", duration=i * 0.25)
        rec.log("a/points", rr.Points3D(np.full((i % 4, 3), i, np.float32), colors=[255, 2, i]))
        if i % 3 == 0:
            rec.log("a/points", rr.Points3D([[i, i, i]], radii=[0.5]))
        rec.log("a/value", rr.Scalars([float(i), -1.0]))
        if i % 2:
            rec.log("b c/text", rr.TextLog(f"row {i}", level="INFO"))
        if i == 30:
            rec.disable_timeline("took") if hasattr(rec, "disable_timeline") else None
    rec.log("fixed", rr.Points3D([[1, 2, 3]]), static=True)
    rec.log("a/value", rr.SeriesLines(names=["x"]), static=True)
    rec.send_recording_name("official")
    rec.send_property("mine", rr.AnyValues(answer=42))


def columns(rec):
    n = 5000
    rec.send_columns("many", indexes=[rr.TimeColumn("frame", sequence=np.arange(n)), rr.TimeColumn("back", sequence=np.arange(n)[::-1])], columns=rr.Scalars.columns(scalars=np.arange(n) * 0.5))
    for i in range(20):
        rec.send_columns("many", indexes=[rr.TimeColumn("frame", sequence=np.arange(10) + 10_000 + 10 * i)], columns=rr.Scalars.columns(scalars=np.arange(10.0)))
    for i in range(3):
        rec.set_time("frame", sequence=i)
        rec.log("image", rr.Image(np.full((32, 24, 3), i, np.uint8)))
        rec.log("tensor", rr.Tensor(np.arange(24.0).reshape(2, 3, 4) + i))


def main(kind, path):
    rec = rr.RecordingStream("official_app", recording_id="official_recording")
    if kind == "blueprint":
        rec.save(path, default_blueprint=rrb.Blueprint(rrb.Horizontal(rrb.Spatial3DView(origin="/a"), rrb.TimeSeriesView(origin="/a/value"))))
    else:
        rec.save(path)
    {"rows": rows, "blueprint": rows, "columns": columns}[kind](rec)
    rec.flush()
    rec.disconnect()


main(*sys.argv[1:])
