"""Every public name of the official package is here, with the same parameters: names, order, kinds, required or not."""

from __future__ import annotations

import ast
import fnmatch
import importlib
import inspect
import pathlib
import warnings
from typing import Any

import pytest
import reel

official = pytest.importorskip("rerun")
if hasattr(official, "__reel__"):
    pytest.skip("the official SDK is not there to compare with", allow_module_level=True)

MODULES = ["", "archetypes", "components", "encodings", "blueprint", "blueprint.archetypes", "blueprint.components", "blueprint.encodings", "blueprint.views", "chunk", "experimental", "time", "sinks",
           "recording_stream", "error_utils", "notebook", "any_value", "any_batch_value", "dynamic_archetype"]  # fmt: skip

# What differs on purpose (patterns of names), and why. Out of scope: what needs a catalog server or a running viewer.
MADE_BY_THE_PACKAGE = "objects that the package makes, not programs"
DIFFERENT = {
    "notebook.*": "the widget is driven through a running viewer", "blueprint.TableBlueprint*": "tables are shown by the catalog",
    **{f"experimental.{name}*": "drives a running viewer" for name in "Blueprint BlueprintInfo Command LoadingSource LogEntry OpenResult ProfileTrace Recording Timeline View ViewReport ViewerClient ViewerState".split()},
    **{f"experimental.{name}*": "the catalog" for name in "BearerTokenObjectStoreAuth ComponentSchema DatasetAssetSchema DatasetSchema EntitySchema MetricsCollector ObjectStoreAuth QueryMetrics RecordingSchema TableColumnSchema query_metrics".split()},
    "experimental.LeRobotReader*": "a format of data sets that needs Parquet and video decoding", "*BinaryStream": MADE_BY_THE_PACKAGE, "MemoryRecording": MADE_BY_THE_PACKAGE, "chunk.Chunk": MADE_BY_THE_PACKAGE, "chunk.LazyChunkStream": MADE_BY_THE_PACKAGE,
    "chunk.LazyStore": MADE_BY_THE_PACKAGE, "chunk.StoreEntry": MADE_BY_THE_PACKAGE, "chunk.ChunkStore": "made of chunks, or by from_chunks", "chunk.ChunkStore.reader": "is of the catalog", "*TensorData.numpy": "force need not be given",
    "init": "keywords of releases up to 0.10 are taken", "*RecordingStream.__exit__": "may be called without arguments", "*RecordingStream.spawn": "the arguments of rr.spawn, too",
    **{f"*RecordingStream.{name}": "a method has no recording= beside itself" for name in ("binary_stream", "get_application_id", "is_enabled")},
}  # fmt: skip


def module(package: str, name: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return importlib.import_module(f"{package}.{name}" if name else package)


def public(name: str) -> list[str]:
    theirs = module("rerun", name)
    names = getattr(theirs, "__all__", None) or [n for n in dir(theirs) if not n.startswith("_") and (inspect.isclass(getattr(theirs, n)) or inspect.isroutine(getattr(theirs, n)))]
    return [n for n in names if not n.endswith("Like") and not inspect.ismodule(getattr(theirs, n, None)) and is_official(getattr(theirs, n, None))]  # Like: unions for type checkers


def is_official(value: Any) -> bool:
    return str(getattr(value, "__module__", "rerun") or "rerun").split(".")[0] in ("rerun", "rerun_bindings")


def parameters(function: Any) -> list[tuple[str, Any, bool]] | None:
    try:
        found = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return None
    told = [(p.name, p.kind, p.default is p.empty) for p in found if p.name != "self"]
    return sorted(told, key=lambda p: p[0] if p[1] is inspect.Parameter.KEYWORD_ONLY else "")  # keywords have no order


def methods(cls: type) -> list[str]:
    """What a class has that is public. Not fields (attributes of objects), nor hooks by which the official package's own classes are made."""
    found = [(n, next(vars(base)[n] for base in cls.__mro__ if n in vars(base))) for n in dir(cls) if not n.startswith("_") or n in ("__enter__", "__exit__")]
    return [n for n, value in found if not inspect.ismemberdescriptor(value) and not n.endswith("_override") and n != "deferred_patch_class" and is_official(getattr(value, "__func__", value))]


def differences(name: str) -> dict[str, tuple[str, str]]:
    ours, theirs = module("reel", name), module("rerun", name)
    found = {}
    for n in public(name):
        there = f"{name}.{n}".lstrip(".")
        mine, other = getattr(ours, n, None), getattr(theirs, n)
        if mine is None and other is not None:
            found[there] = ("is not here", "")
            continue
        if inspect.isclass(other) and inspect.isclass(mine):
            for m in methods(other):
                if not hasattr(mine, m):
                    found[f"{there}.{m}"] = ("is not here", "")
            pairs = [(f"{there}.{m}", getattr(mine, m, None), getattr(other, m)) for m in methods(other) if callable(getattr(other, m))]
            pairs.append((there, mine, other))
        else:
            pairs = [(there, mine, other)]
        for where, a, b in pairs:
            if callable(a) and callable(b) and parameters(b) is not None and parameters(a) != parameters(b):
                found[where] = (str(inspect.signature(a)) if parameters(a) is not None else "none", str(inspect.signature(b)))
    return found


@pytest.mark.parametrize("name", MODULES)
def test_names_and_parameters(name: str) -> None:
    found = differences(name)
    assert {where: what for where, what in found.items() if not any(fnmatch.fnmatchcase(where, pattern) for pattern in DIFFERENT)} == {}


def test_the_table_is_of_what_differs() -> None:
    found = {where for name in MODULES for where in differences(name)}
    assert [pattern for pattern in DIFFERENT if not fnmatch.filter(found, pattern)] == []


def test_every_listed_name_is_there() -> None:
    assert [name for name in dir(reel) if not hasattr(reel, name)] == []


# --- stubs --------------------------------------------------------------------------------------------------------------------------

STUBS = {"archetypes": "archetypes/__init__.pyi", "blueprint.archetypes": "blueprint/archetypes.pyi"}


def stub_parameters(function: ast.FunctionDef) -> list[tuple[str, Any, bool]]:
    kinds, a = inspect.Parameter, function.args
    positional = [(p.arg, kinds.POSITIONAL_OR_KEYWORD, i < len(a.args) - len(a.defaults)) for i, p in enumerate(a.args) if p.arg not in ("self", "cls")]
    return positional + sorted((p.arg, kinds.KEYWORD_ONLY, default is None) for p, default in zip(a.kwonlyargs, a.kw_defaults, strict=True))


@pytest.mark.parametrize("name", STUBS)
def test_stubs_say_what_the_classes_do(name: str) -> None:
    ours = module("reel", name)
    tree = ast.parse((pathlib.Path(reel.__file__).parent / STUBS[name]).read_text(encoding="utf-8"))
    classes = {node.name: {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)} for node in tree.body if isinstance(node, ast.ClassDef)}
    assert set(classes) == set(ours.__all__)
    wrong = {}
    for cls, methods_of in classes.items():
        for method in ("__init__", "from_fields", "columns", "cleared"):
            stub, real = stub_parameters(methods_of[method]), parameters(getattr(ours, cls) if method == "__init__" else getattr(getattr(ours, cls), method))
            if stub != real:
                wrong[f"{cls}.{method}"] = (stub, real)
        missing = [m for m in methods_of if not hasattr(getattr(ours, cls), m)]
        if missing:
            wrong[cls] = (missing, [])
    assert wrong == {}


def test_stubs_have_every_name() -> None:
    tree = ast.parse((pathlib.Path(reel.__file__).parent / "__init__.pyi").read_text(encoding="utf-8"))
    names = {alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names} | {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    official_names = {n for n in public("") if not n.startswith("_")}
    assert sorted(n for n in official_names - names if inspect.isclass(getattr(official, n)) or inspect.isroutine(getattr(official, n))) == []


def stub_classes(file: str) -> dict[str, set[str]]:
    tree = ast.parse((pathlib.Path(reel.__file__).parent / file).read_text(encoding="utf-8"))
    named = {node.name: {item.name for item in node.body if isinstance(item, ast.FunctionDef)} for node in tree.body if isinstance(node, ast.ClassDef)}
    return {**named, "": {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}}


def test_stubs_have_every_method_of_recordings() -> None:
    told = stub_classes("_recording_methods.pyi")["RecordingMethods"] | stub_classes("_reel.pyi")["Recording"] | stub_classes("recording_stream.py")["RecordingStream"]
    assert {name for name in dir(reel.RecordingStream) if not name.startswith("_")} == {name for name in told if not name.startswith("_")}


def test_stubs_let_no_misspelt_name_pass() -> None:
    """Type checkers take a module or class with __getattr__ for one that has any name."""
    assert "__getattr__" not in stub_classes("__init__.pyi")[""]
    assert not [name for name, methods_of in stub_classes("_reel.pyi").items() if name and "__getattr__" in methods_of]
    tree = ast.parse((pathlib.Path(reel.__file__).parent / "__init__.pyi").read_text(encoding="utf-8"))
    names = {alias.asname or alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    names |= {node.name for node in tree.body if isinstance(node, ast.FunctionDef)} | {node.target.id for node in tree.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    assert [name for name in dir(reel) if not name.startswith("_") and name not in names | {"TYPE_CHECKING", "annotations", "sys"}] == []


def test_stubs_have_every_name_of_blueprints() -> None:
    tree = ast.parse((pathlib.Path(reel.__file__).parent / "blueprint/__init__.pyi").read_text(encoding="utf-8"))
    places = {alias.name: node.module for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    ours = module("reel", "blueprint")
    assert {*public("blueprint"), *ours.__all__} - set(places) == set()
    assert [name for name in places if getattr(ours, name, None) is None] == []


def test_stubs_of_views() -> None:
    tree = ast.parse((pathlib.Path(reel.__file__).parent / "blueprint/views.pyi").read_text(encoding="utf-8"))
    views = {node.name: stub_parameters(node.body[1]) for node in tree.body if isinstance(node, ast.ClassDef) and isinstance(node.body[1], ast.FunctionDef)}
    ours = module("reel", "blueprint.views")
    assert views == {name: parameters(getattr(ours, name)) for name in ours.__all__}


@pytest.mark.parametrize("name", ["archetypes", "blueprint.archetypes"])
def test_documentation_tells_numbers_and_shapes(name: str) -> None:
    """positions: (n, 3) float32: what the Arrow type of the values says."""
    pa = pytest.importorskip("pyarrow")
    numbers = {"halffloat": "float16", "float": "float32", "double": "float64", "string": "str"}
    wrong = {}
    for cls in (getattr(module("reel", name), n) for n in module("reel", name).__all__):
        told = dict(line.split(": ", 1) for line in (cls.__doc__ or "").splitlines() if ": " in line)
        for field, *_ in cls._fields():
            leaf, lengths = getattr(cls.from_fields(), f"descriptor_{field}")().component_type, []
            leaf = reel._reel.batch_class(leaf)._ARROW_DATATYPE
            while pa.types.is_fixed_size_list(leaf):
                lengths, leaf = [*lengths, leaf.list_size], leaf.value_type
            kind = numbers.get(str(leaf), str(leaf))
            said = told[field].split(". ")[0]
            total = 1
            for length in lengths:
                total *= length
            if pa.types.is_primitive(leaf) or pa.types.is_string(leaf):
                shape = [int(part) for part in said.partition(")")[0].strip("(").split(", ") if part.isdigit()]
                of_enum = said.rpartition(" ")[2][:1].isupper()
                product = 1
                for length in shape:
                    product *= length
                if not of_enum and (said.rpartition(" ")[2] != kind or product != total):
                    wrong[f"{cls.__name__}.{field}"] = (said, kind, lengths)
    assert wrong == {}
