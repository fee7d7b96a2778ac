"""The table of cases: for every archetype, of data and of blueprints, values for each field, and the cases made of them. Each case is an entity of one recording.

    cases/<Archetype>/<case>      several fields together: one, many and no instances, splats, extreme values, static rows, rows over time
    fields/<Archetype>/<field>    a field alone, then emptied by its bit in .clear
"""
import zlib

import numpy as np
import rerun as rr

from script import EVERY, Log, Reset, Time, official_component
from struct_values import STRUCTS, TEXTS, pixels, structs

FLOATS = {2: [np.inf, -np.inf, -0.0, 65504.0, 6e-8, -1.5], 4: [np.inf, -np.inf, -0.0, 3.4028235e38, 1e-45, -1.5], 8: [np.inf, -np.inf, -0.0, 1.7976931348623157e308, 5e-324, -1.5]}
NOT_A_NUMBER = [np.nan, 0.5, np.copysign(np.nan, -1.0)]
BLOBS = [b"\0\1\2\xff", b"", bytes(range(256)) * 5, b"\0"]
TENSORS = [np.array([1, 2, 250], t) for t in ("u1", "u2", "u4", "u8")] + [np.array([-1, 0, 7], t) for t in ("i1", "i2", "i4", "i8")] + [
    np.array([0.5, np.inf, -0.0], "f2"), np.array([0.5, np.inf, -0.0], "f4"), np.array([0.5, np.inf, -0.0, 1e308], "f8")]
# Where an archetype asks for something more particular than its component does. BarChart: one dimension. Volume3D: three.
TENSORS_OF = {
    "BarChart": [*TENSORS, (np.array([1.0, 2.0]), ["height"]), np.zeros(0, "f8")],
    "Volume3D": [np.arange(24, dtype="f2").reshape(2, 3, 4), (np.arange(8, dtype="f4").reshape(2, 2, 2), ["z", "y", "x"])],
    "Tensor": [*TENSORS, np.arange(24, dtype="i8").reshape(2, 3, 4), (np.arange(6, dtype="f4").reshape(2, 3), ["räum", ""]), np.zeros((3, 0, 2), "u2"), np.arange(2.0).reshape(1, 1, 1, 2, 1)],
}
TIMES = [("frame", "sequence"), ("took", "duration"), ("when", "timestamp")]


def numbers(dtype, n, width, kind, random):
    """(n, width) numbers; extreme ones come in turn."""
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        listed = {"extreme": FLOATS[dtype.itemsize], "nan": NOT_A_NUMBER}.get(kind)
        return (np.resize(np.array(listed), (n, width)) if listed else random.uniform(-10, 10, (n, width))).astype(dtype)
    limits = np.iinfo(dtype)
    return np.resize(np.array([limits.max, limits.min, 1], dtype), (n, width)) if kind == "extreme" else random.integers(0, 100, (n, width)).astype(dtype)


def strips(size, dtype, n, kind, random):
    lengths = [2, 0, 1, 5, 3, 4, 2]
    return [numbers(dtype, lengths[i % len(lengths)], size, kind, random) for i in range(n)]


def flat(f, n, kind, random):
    component = f.component.key
    dtype = {"float": "f4", "double": "f8"}.get(f.c_type, f.c_type.removesuffix("_t"))
    if component == "SphericalHarmonics3Rgb":
        return numbers("f2", n, 45, kind, random).reshape(n, 15, 3)
    if component == "ViewCoordinates":
        return np.array([[3, 2, 5], [3, 1, 6], [4, 5, 1]], "u1")[:1] if n else []
    if f.width == 36:
        return numbers("f4", n, 9, kind, random).reshape(n, 3, 3)
    width = f.width // np.dtype(dtype).itemsize
    made = numbers(dtype, n, width, kind, random)
    return made if width > 1 else made[:, 0]


def axis_angles(n, kind, random):
    values = numbers("f4", n, 4, kind, random)
    return [rr.RotationAxisAngle(v[:3], rr.Angle(rad=float(v[3]))) for v in values]


def value(archetype, f, n, turn=0, kind="plain"):
    """n values of a field, the same in every run. turn: which of the listed values comes first. kind: plain, extreme, nan."""
    random = np.random.default_rng(zlib.crc32(f"{archetype}.{f.name}.{n}.{turn}".encode()))
    if f.element == "TEXT":
        made = [TEXTS[(i + turn) % len(TEXTS)] for i in range(n)]
        return made if f.form == "LIST" else made[0]
    if f.element == "ENUM":
        enum = official_component(f)
        made = [list(enum)[(i + turn) % len(list(enum))] for i in range(n)]
        return made if f.form == "LIST" else made[0]
    if f.element == "BOOL":
        made = [(i + turn) % 3 == 0 for i in range(n)]
        return made if f.form == "LIST" else made[0]
    if f.element == "BYTES":
        return pixels(turn) if f.component.key == "ImageBuffer" else BLOBS[turn % len(BLOBS)]
    if f.element == "TENSOR" and kind == "nan":
        return np.array(NOT_A_NUMBER, "f4").reshape((1, 1, 3) if archetype == "Volume3D" else 3)
    if f.element == "TENSOR":
        return TENSORS_OF[archetype][turn % len(TENSORS_OF[archetype])]
    if f.element == "STRIP":
        component = {"LineStrip2D": (2, "f4"), "LineStrip3D": (3, "f4"), "GeoLineString": (2, "f8")}[f.component.key]
        return strips(*component, n, kind, random)
    if f.element == "STRUCT":
        made = axis_angles(n, kind, random) if f.component.key == "RotationAxisAngle" else structs(f.component.key, n, turn, kind)
        return made if f.form == "LIST" else made[0]
    return flat(f, n, kind, random)


def members(archetype):
    return {f.name: f for f in EVERY[archetype].fields}


def is_list(f):
    return f.form in ("LIST", "STRIPS")


def together(archetype, n, turn=0, kind="plain", names=None):
    """All fields; n values of each that has many."""
    return {name: value(archetype, f, n if is_list(f) else 1, turn, kind) for name, f in members(archetype).items() if names is None or name in names}


def splat(archetype):
    """Required lists have five values, the others one."""
    return {name: value(archetype, f, 5 if is_list(f) and f.level == "REQUIRED" else 1) for name, f in members(archetype).items()}


def turns(archetype):
    """So many turns show every listed value of every field."""
    lengths = {"TEXT": len(TEXTS), "BYTES": len(BLOBS), "TENSOR": len(TENSORS_OF.get(archetype, TENSORS)), "BOOL": 3}
    def of(f):
        return len(f.enum.variants) if f.enum else len(STRUCTS.get(f.component.key, [0])) if f.element == "STRUCT" else lengths.get(f.element, 0)
    return max([3] + [of(f) for f in members(archetype).values() if not is_list(f)])


def at(i):
    return [Time("frame", "sequence", i)]


def at_all(i):
    return [Time("frame", "sequence", i), Time("took", "duration", 1_000_000_007 * i - 3), Time("when", "timestamp", 1_700_000_000_123_456_789 + i)]


def cases_of(archetype):
    """{case: operations}; every case sets the times it wants and begins with none."""
    def log(case, fields=None, **more):
        return Log(f"cases/{archetype}/{case}", archetype, fields or {}, **more)

    lists = [name for name, f in members(archetype).items() if is_list(f)]
    made = {
        "one": [*at(1), log("one", together(archetype, 1))],
        "many": [*at_all(2), log("many", together(archetype, 5))],
        "extreme": [*at(-1), log("extreme", together(archetype, 7, kind="extreme"))],
        "static": [log("static", together(archetype, 2), static=True)],
        "only_log_time": [log("only_log_time", together(archetype, 2))],
        "emptied": [*at(5), log("emptied", together(archetype, 3)), *at(6), log("emptied", cleared="rest", update=True)],
        "one_stays": [*at(7), log("one_stays", together(archetype, 1, names=list(members(archetype))[:1]), cleared="rest")],
        "handle": [*at(8), log("handle", together(archetype, 3), by_handle=True), *at(9), log("handle", together(archetype, 2, turn=1), by_handle=True, update=True)],
        "turns": [op for i in range(turns(archetype)) for op in (*at(i), log("turns", together(archetype, 2, turn=i)))],
    }
    if any(f.level == "REQUIRED" for f in members(archetype).values()):
        made["required_are_written"] = [*at(4), log("required_are_written")]
    if lists:
        made["splat"] = [*at(10), log("splat", splat(archetype))]
        made["empty"] = [*at(11), log("empty", {name: [] for name in lists})]
        made["rows"] = [op for i, n in enumerate([1, 5, 0, 2, 17, 0, 0, 1]) for op in (*at_all(i), log("rows", together(archetype, n, turn=i, names=lists)))]
    return {case: [Reset(), *ops] for case, ops in made.items()}


def fields_of(archetype):
    """{field: operations}"""
    made = {}
    for i, (name, f) in enumerate(members(archetype).items()):
        path = f"fields/{archetype}/{name}"
        logged = [Log(path, archetype, {name: value(archetype, f, n if is_list(f) else 1, turn=n)}, update=True) for n in ([3, 1] if is_list(f) else [1])]
        made[name] = [Reset(), *at(i), *logged, *at(i + 1), Log(path, archetype, cleared=[name], update=True)]
    return made


def nan_case_of(archetype):
    """Where there are floating-point numbers. In a recording of its own, since `rerun rrd compare` calls a NaN different from itself."""
    has_floats = any(f.element in ("STRIP", "TENSOR") or f.component.key in ("RotationAxisAngle", "b:VisualBounds2D") or f.c_type in ("float", "double") or "f16" in f.component.arrow for f in members(archetype).values())
    return [Reset(), *at(1), Log(f"cases/{archetype}/nan", archetype, together(archetype, 4, kind="nan"))] if has_floats else []


def all_operations():
    return [op for archetype in EVERY for made in (cases_of(archetype), fields_of(archetype)) for ops in made.values() for op in ops]


def nan_operations():
    return [op for archetype in EVERY for op in nan_case_of(archetype)]
