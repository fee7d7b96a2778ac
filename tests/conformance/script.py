"""Operations on a recording, performed twice: by Reel (record_cases.c) and by the official SDK. The values of both come from the same table (cases.py).

A value of a field is what the official SDK takes, as numpy arrays and lists: (n, 3) floats for n vectors, rows first for matrices, texts as a list, blobs as bytes."""
import os
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import rerun as rr
import rerun.blueprint.archetypes
import rerun.blueprint.components
from rerun._baseclasses import ComponentColumn, DescribedComponentBatch

from judge import values_of

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "schema"))
import model  # noqa: E402

PROGRAM = Path(os.environ.get("REEL_TEST_BUILD", ROOT / "build/test")) / "tests/programs/record_cases"
MODEL = model.load(ROOT / "schema" / "types.txt")
ARCHETYPES = {a.name: a for a in MODEL.data()}
BLUEPRINTS = {a.name: a for a in MODEL.blueprint()}
EVERY = {**ARCHETYPES, **BLUEPRINTS}
TENSOR_TYPES = {np.dtype(t): i + 1 for i, t in enumerate(["u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f2", "f4", "f8"])}
NUMPY = {"u8": "u1", "i32": "i4", "u16": "u2", "u32": "u4", "u64": "u8", "i64": "i8", "f16": "f2", "f32": "f4", "f64": "f8"}
SINKS = ["file", "memory", "callback", "custom", "buffer"]
TIME_TYPES = {"sequence": 1, "duration": 2, "timestamp": 3}
# The official Python package takes [] for a tensor of no elements instead of for no tensor, its BarChart cannot be without values, and it has no ChannelMessageCounts
# (NotImplementedError): their columns are made one by one.
NO_FROM_FIELDS = {name for name, a in ARCHETYPES.items() if any(f.element == "TENSOR" or f.component.key == "ChannelMessageCounts" for f in a.fields)}
STATIC, UPDATE, PROPERTY, BY_HANDLE = 1, 2, 4, 256


# --- operations -------------------------------------------------------------------------------------------------------------------

@dataclass
class Time:
    timeline: str
    kind: str  # sequence, duration, timestamp
    value: int


@dataclass
class Disable:
    timeline: str


@dataclass
class Reset:
    pass


@dataclass
class Log:
    """cleared: names of fields whose bit is set in .clear, or "rest"."""
    path: str
    archetype: str
    fields: dict = field(default_factory=dict)
    cleared: object = ()
    update: bool = False
    static: bool = False
    by_handle: bool = False


@dataclass
class Property:
    """name: one part of a path, as the official SDK takes it."""
    name: str
    archetype: str
    fields: dict


@dataclass
class Columns:
    """times: {timeline: (kind, values)}; columns: {(archetype, field): (values, lengths or None)}."""
    path: str
    times: dict
    columns: dict


@dataclass
class Flush:
    pass


@dataclass
class Threads:
    scripts: list


@dataclass
class Entities:
    """A scalar at each of n entities: prefix/0 is first, prefix/1 is first + 1 ..."""
    prefix: str
    n: int
    first: int


@dataclass
class Name:
    name: str


@dataclass
class StartTime:
    ns: int


@dataclass
class Capture:
    path: str


@dataclass
class New:
    application_id: str = "conformance"
    recording_id: str = "the_recording"
    name: str = ""
    log_time: bool = True
    log_tick: bool = False
    properties: bool = False
    strict: bool = False
    flush_rows: int = 0
    flush_bytes: int = 0


@dataclass
class Sink:
    kind: str
    path: Path


# --- Reel -------------------------------------------------------------------------------------------------------------------------

class Writer:
    def __init__(self):
        self.parts = []

    def number(self, value):
        self.parts.append(struct.pack("<Q", value & 0xffff_ffff_ffff_ffff))

    def blob(self, data):
        data = data.encode() if isinstance(data, str) else bytes(data)
        self.number(len(data))
        self.parts.append(data + bytes(8 - len(data) % 8))

    def op(self, number, *arguments):
        self.number(number)
        for argument in arguments:
            if isinstance(argument, int):
                self.number(argument)
            else:
                self.blob(argument)


def as_list(value):
    return [value] if isinstance(value, (str, bytes)) or not hasattr(value, "__len__") else list(value)


def flat_array(f, value):
    node = model.parse_arrow(f.component.arrow)
    while node.children:
        node = node.children[0]
    array = np.asarray(value, dtype=NUMPY[node.kind])
    if f.width == 36:  # matrices are column-major in C
        array = array.reshape(-1, 3, 3).swapaxes(1, 2)
    return np.ascontiguousarray(array)


def write_strips(w, f, strips):
    dtype = "f8" if f.c_type == "reel_geo_strips" else "f4"
    arrays = [np.ascontiguousarray(s, dtype) for s in strips]
    w.number(len(arrays))
    w.blob(np.array([len(a) for a in arrays], "u4").tobytes())
    w.blob(b"".join(a.tobytes() for a in arrays))


def write_tensor(w, value):
    array, names = value if isinstance(value, tuple) else (value, None)
    w.number(TENSOR_TYPES[array.dtype])
    w.blob(np.array(array.shape, "u8").tobytes())
    w.number(names is not None)
    for name in names or []:
        w.blob(name)
    w.blob(np.ascontiguousarray(array).tobytes())


def write_node(w, node, value, is_root=False):
    """A value as read_structs.h reads it: what may be null has a 1 or a 0 before it, lists their length, unions their code."""
    if node.nullable and not is_root and node.kind not in ("union", "null"):
        w.number(value is not None)
        if value is None:
            return
    match node.kind:
        case "null":
            pass
        case "utf8":
            w.blob(value)
        case "f32" | "f64":
            w.number(int.from_bytes(struct.pack("<f" if node.kind == "f32" else "<d", value), "little"))
        case "struct":
            for child in node.children:
                write_node(w, child, value[child.name])
        case "list" | "fixed_list":
            if node.kind == "list":
                w.number(len(value))
            for item in value:
                write_node(w, node.children[0], item)
        case "union":
            w.number(value[0])
            write_node(w, node.children[value[0]], value[1])
        case _:
            w.number(int(value))


def write_structs(w, f, value):
    values, node = values_of(arrow_of(f, as_structs(value))), model.parse_arrow(f.component.arrow)
    w.number(len(values))
    for one in values:
        write_node(w, node, one, is_root=True)


def write_values(w, f, value):
    """How many, then the values as record_cases.c reads them."""
    if f.element == "STRIP":
        write_strips(w, f, value)
    elif f.element == "TENSOR":
        tensors = value if isinstance(value, list) else [value]
        w.number(len(tensors))
        for tensor in tensors:
            write_tensor(w, tensor)
    elif f.element == "FLAT":
        data = flat_array(f, value).tobytes()
        w.number(len(data) // f.width)
        w.blob(data)
    elif f.element in ("BOOL", "ENUM"):
        array = np.array([int(getattr(v, "value", v)) for v in as_list(value)], "u1" if f.element == "BOOL" else "i4")
        w.number(len(array))
        w.blob(array.tobytes())
    elif f.element == "STRUCT":
        write_structs(w, f, value)
    else:
        values = as_list(value)
        w.number(len(values))
        for one in values:
            w.blob(one)


def indexed(archetype, name):
    names = [f.name for f in archetype.fields]
    return names.index(name), archetype.fields[names.index(name)]


def write_log(w, path, archetype, fields, flags, cleared=()):
    clear = 1 << 63 if cleared == "rest" else sum(1 << indexed(archetype, name)[0] for name in cleared)
    w.op(6, path, archetype.number, flags, clear, len(fields))
    for name, value in fields.items():
        index, f = indexed(archetype, name)
        w.number(index)
        write_values(w, f, value)


def write_columns(w, op):
    w.op(7, op.path, len(op.times))
    for timeline, (kind, values) in op.times.items():
        w.blob(timeline)
        w.number(TIME_TYPES[kind])
        w.blob(np.array(values, "i8").tobytes())
    w.number(len(op.columns))
    for (archetype, name), (values, lengths) in op.columns.items():
        index, f = indexed(EVERY[archetype], name)
        inner = Writer()
        write_values(inner, f, values)
        w.number(EVERY[archetype].number)
        w.number(index)
        w.parts.append(inner.parts[0])
        w.number(lengths is not None)
        if lengths is not None:
            w.blob(np.array(lengths, "u4").tobytes())
        w.parts += inner.parts[1:]


def write_op(w, op):
    match op:
        case New():
            w.op(1, op.application_id, op.recording_id, op.name, (not op.log_time) | op.log_tick * 2 | (not op.properties) * 4 | op.strict * 8, op.flush_rows, op.flush_bytes)
        case Sink():
            w.op(2, SINKS.index(op.kind), str(op.path))
        case Time():
            w.op(3, op.timeline, TIME_TYPES[op.kind], op.value)
        case Disable():
            w.op(4, op.timeline)
        case Reset():
            w.op(5)
        case Log():
            write_log(w, op.path, EVERY[op.archetype], op.fields, op.static * STATIC | op.update * UPDATE | op.by_handle * BY_HANDLE, op.cleared)
        case Property():
            write_log(w, op.name.replace("\\", "\\\\").replace("/", "\\/"), ARCHETYPES[op.archetype], op.fields, PROPERTY)
        case Columns():
            write_columns(w, op)
        case Flush():
            w.op(8)
        case Threads():
            w.op(9, len(op.scripts), *(encode(script) for script in op.scripts))
        case Entities():
            w.op(10, op.prefix, op.n, op.first)
        case Name():
            w.op(11, op.name)
        case StartTime():
            w.op(12, op.ns)
        case Capture():
            w.op(13, str(op.path))
        case _:
            raise TypeError(op)


def encode(ops):
    w = Writer()
    for op in ops:
        write_op(w, op)
    w.number(0)
    return b"".join(w.parts)


def record_with_reel(ops, late_error=None):
    """late_error: a piece of the text that the recording is expected to report after the fact."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RERUN")}
    done = subprocess.run([PROGRAM], input=encode(ops), capture_output=True, timeout=120, env=environment)
    said = done.stderr.decode()
    assert done.returncode == (3 if late_error else 0), f"record_cases ended with {done.returncode}: {said}"
    assert not late_error or late_error in said, said


# --- the official SDK -------------------------------------------------------------------------------------------------------------

def official_component(f, suffix=""):
    scope, _, name = f.component.key.rpartition(":")
    return getattr(rr.blueprint.components if scope else rr.components, name + suffix)


def as_structs(value):
    return value if isinstance(value, list) else [value]


class Raw:
    """An Arrow array as a component batch."""

    def __init__(self, array):
        self.array = array

    def as_arrow_array(self):
        return self.array


def arrow_of(f, structs):
    """The structs as the official component makes them; each by itself, since some of them take a list for one value. Its ChannelMessageCounts does not make any."""
    batch = official_component(f, "Batch")
    if f.component.key == "ChannelMessageCounts":
        return pa.array(structs, batch._ARROW_DATATYPE)
    return pa.concat_arrays([batch(one).as_arrow_array() for one in structs]) if structs else pa.nulls(0, batch._ARROW_DATATYPE)


def official_value(f, value):
    if f.element == "TENSOR":
        array, names = value if isinstance(value, tuple) else (value, None)
        return rr.encodings.TensorData(array=array, dim_names=names)
    if f.element == "BYTES":
        return official_component(f)(value)
    if f.form == "OPTIONAL" and f.element == "FLAT" and len(value) == 1:
        return value[0].item()
    return value


def described(archetype, f, value):
    cls = official_component(f, "Batch")
    if f.element == "STRUCT":
        batch = Raw(arrow_of(f, as_structs(value)))
    elif f.element == "TENSOR" and isinstance(value, list):
        tensors = [cls(one).as_arrow_array() for one in value]
        batch = Raw(pa.concat_arrays(tensors) if tensors else pa.nulls(0, cls._ARROW_DATATYPE))
    else:
        batch = cls(value)
    return DescribedComponentBatch(batch, rr.ComponentDescriptor(f"{archetype.name}:{f.name}", archetype=archetype.full_name, component_type=f.component.full_name))


def official_archetype(op):
    archetype = EVERY[op.archetype]
    cls = getattr(rr.blueprint.archetypes if archetype.blueprint else rr.archetypes, op.archetype)
    fields = {name: official_value(indexed(archetype, name)[1], value) for name, value in op.fields.items()}
    if isinstance(op, Log):
        members = {f.name: f for f in archetype.fields}
        empty = members if op.cleared == "rest" else op.cleared
        required = [] if op.update else [name for name, f in members.items() if f.level == "REQUIRED"]
        fields = {**{name: [] for name in (*empty, *required)}, **fields}
    if op.archetype in NO_FROM_FIELDS or any(isinstance(value, list) and indexed(archetype, name)[1].element == "STRUCT" for name, value in fields.items()):
        return [described(archetype, indexed(archetype, name)[1], value) for name, value in fields.items()]
    return cls.from_fields(**fields)


def official_time(kind, value):
    return {kind: value if kind == "sequence" else np.timedelta64(value, "ns") if kind == "duration" else np.datetime64(value, "ns")}


def official_columns(rec, op):
    units = {"sequence": "i8", "duration": "m8[ns]", "timestamp": "M8[ns]"}
    indexes = [rr.TimeColumn(name, **{kind: np.array(values, "i8").view(units[kind])}) for name, (kind, values) in op.times.items()]
    columns = []
    for (archetype, name), (values, lengths) in op.columns.items():
        f = indexed(EVERY[archetype], name)[1]
        value = [official_value(f, v) for v in values] if f.element in ("BYTES", "TENSOR") else official_value(f, values)
        if archetype in NO_FROM_FIELDS or archetype in BLUEPRINTS or f.element == "STRUCT":
            batch = described(EVERY[archetype], f, value)
            columns.append(ComponentColumn(batch.component_descriptor(), batch, lengths=lengths))
        else:
            columns += getattr(rr.archetypes, archetype).columns(**{name: value}).partition([1] * len(value) if lengths is None else lengths)
    rec.send_columns(op.path, indexes=indexes, columns=columns, strict=True)


def perform(rec, op):
    match op:
        case Time():
            rec.set_time(op.timeline, **official_time(op.kind, op.value))
        case Disable():
            rec.disable_timeline(op.timeline)
        case Reset():
            rec.reset_time()
        case Log():
            rec.log(op.path, official_archetype(op), static=op.static, strict=True)
        case Property():
            rec.send_property(op.name, official_archetype(op))
        case Columns():
            official_columns(rec, op)
        case Flush():
            rec.flush()
        case Entities():
            for i in range(op.n):
                rec.log(f"{op.prefix}/{i}", rr.Scalars(float(op.first + i)), strict=True)
        case Name():
            rec.send_recording_name(op.name)
        case StartTime():
            rec.send_recording_start_time_nanos(op.ns)
        case _:
            raise TypeError(op)


def record_officially(path, new, ops):
    rec = rr.RecordingStream(new.application_id, recording_id=new.recording_id, send_properties=new.properties)
    rec.reset_time()  # the times of a thread outlive a recording, in the next one of the same id
    rec.save(str(path))
    rec.set_log_time_enabled(new.log_time)
    rec.set_log_tick_enabled(new.log_tick)
    if new.name:
        rec.send_recording_name(new.name)
    for op in ops:
        perform(rec, op)
    rec.flush()
    rec.disconnect()


def record_both(folder, new, ops):
    """The same by both: (Reel's file, the official file)."""
    ours, official = folder / "reel.rrd", folder / "official.rrd"
    record_officially(official, new, ops)
    record_with_reel([new, Sink("file", ours), *ops])
    return ours, official
