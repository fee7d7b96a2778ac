"""The data model: what is generated from it is reproducible, and its facts are those of the official package."""
import enum
import importlib
import shutil
import subprocess
import sys
from pathlib import Path

import attrs
import pyarrow as pa
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "schema"))
import generate  # noqa: E402
import model  # noqa: E402

MODEL = model.load(ROOT / "schema" / "types.txt")
PRIMITIVES = {"u8": pa.uint8(), "i8": pa.int8(), "u16": pa.uint16(), "i16": pa.int16(), "u32": pa.uint32(), "i32": pa.int32(), "u64": pa.uint64(),
              "i64": pa.int64(), "f16": pa.float16(), "f32": pa.float32(), "f64": pa.float64(), "bool": pa.bool_(), "utf8": pa.utf8(), "null": pa.null()}


def arrow_type(node):
    children = [pa.field(child.name, arrow_type(child), nullable=child.nullable) for child in node.children]
    if node.kind == "list":
        return pa.list_(children[0])
    if node.kind == "fixed_list":
        return pa.list_(children[0], node.size)
    if node.kind == "struct":
        return pa.struct(children)
    if node.kind == "union":
        return pa.dense_union(children)
    return PRIMITIVES[node.kind]


def official_archetype(archetype):
    package = "rerun.blueprint.archetypes" if archetype.blueprint else "rerun.archetypes"
    return getattr(importlib.import_module(package), archetype.name)


def official_enum(declared):
    packages = [f"rerun.{'blueprint.' if 'b' in declared.scope else ''}{kind}" for kind in ("components", "encodings")]
    return next(getattr(importlib.import_module(package), declared.name) for package in packages if hasattr(importlib.import_module(package), declared.name))


def test_files_on_disk_are_what_is_generated():
    done = subprocess.run([sys.executable, ROOT / "schema" / "generate.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def copy_sources(to):
    """What generate.py reads."""
    for folder in ("schema", "python/reel"):
        shutil.copytree(ROOT / folder, to / folder, ignore=shutil.ignore_patterns("__pycache__", "*.pyi"))


def test_two_runs_write_the_same_bytes(tmp_path):
    """In two processes, whose hash seeds differ."""
    written = []
    for seed in ("1", "2"):
        copy = tmp_path / seed
        copy_sources(copy)
        subprocess.run([sys.executable, copy / "schema" / "generate.py"], check=True, capture_output=True, env={"PYTHONHASHSEED": seed})
        written.append({name: (copy / name).read_bytes() for name in generate.files()})
    assert written[0] == written[1]


def test_check_finds_a_changed_file(tmp_path):
    copy_sources(tmp_path)
    command = [sys.executable, tmp_path / "schema" / "generate.py"]
    subprocess.run(command, check=True, capture_output=True)
    with open(tmp_path / "include/reel/types.h", "a") as file:
        file.write("\n")
    done = subprocess.run([*command, "--check"], capture_output=True, text=True)
    assert done.returncode == 1 and "include/reel/types.h" in done.stderr


def test_zero_is_no_variant_of_any_enum():
    assert [e.name for e in MODEL.enums.values() if min(number for _, number in e.variants) < 1] == []


@pytest.mark.parametrize("line", ["arch Points3D no=8 | Twice.", "arch X no=56 | A gap.", "enum X u8 A=0 | Zero.", "comp X list<f32", "what is this"])
def test_a_wrong_line_is_refused(tmp_path, line):
    text = (ROOT / "schema" / "types.txt").read_text()
    path = tmp_path / "types.txt"
    path.write_text(f"{text}{line}\n" + ("  a Scalar | A.\n" if line.startswith("arch") else "  a X | A.\n" if line.startswith("comp") else ""))
    with pytest.raises((model.SchemaError, ValueError)):
        model.load(path)


def test_the_official_package_has_no_other_archetypes():
    import rerun.archetypes
    import rerun.blueprint.archetypes
    official = {("", name) for name in rerun.archetypes.__all__} | {("b", name) for name in rerun.blueprint.archetypes.__all__}
    assert official == {("b" if a.blueprint else "", a.name) for a in MODEL.archetypes}


@pytest.mark.parametrize("archetype", MODEL.archetypes, ids=lambda a: a.full_name.removeprefix("rerun."))
def test_fields_are_those_of_the_official_package(archetype):
    """Order, names, component types and Arrow types with every nullability."""
    cls, official = official_archetype(archetype), []
    for field in attrs.fields(cls):
        if field.metadata.get("component"):
            package, name = field.type.split(" | ")[0].split(".")  # components.Position3DBatch | None
            batch = getattr(getattr(sys.modules[cls.__module__], package), name)
            official.append((field.name.rstrip("_"), batch._COMPONENT_TYPE, batch._ARROW_DATATYPE))
    ours = [(f.name, f.component.full_name, arrow_type(model.parse_arrow(f.component.arrow))) for f in archetype.fields]
    assert ours == official


@pytest.mark.parametrize("declared", MODEL.enums.values(), ids=lambda e: e.name)
def test_enums_are_those_of_the_official_package(declared):
    official = official_enum(declared)
    assert issubclass(official, enum.Enum)
    assert dict(declared.variants) == {name: member.value for name, member in official.__members__.items()}
