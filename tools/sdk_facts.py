#!/usr/bin/env python3
"""Prints what the installed rerun-sdk says of its data model, as JSON: names, numbers and Arrow types, no texts. schema_diff.py runs this with
the Python of the version that it looks at, so it uses nothing but that version and pyarrow.

    version, python     of the package, of the interpreter
    enums               {name: {repr, variants: [[name, number]...]}}
    components          {name: Arrow type}
    archetypes          {name: {visualizer, fields: [{name, component, many, needed}...]}}, fields in order
    views               {class: {identifier, properties: [[argument, archetype]...]}}

Names have the scopes of schema/types.txt (b: blueprint, e: encoding, be: both), and Arrow types its notation. `needed` tells whether the
constructor asks for the field: the package knows no other level."""
import enum
import importlib
import inspect
import json
import re
import sys

import pyarrow as pa

NUMBERS = {
    "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16", "uint32": "u32", "uint64": "u64",
    "halffloat": "f16", "float": "f32", "double": "f64", "bool": "bool", "string": "utf8", "null": "null",
}


def child(field, is_item):
    """A field of a nested type; the one child of a list is always called item."""
    text = arrow_text(field.type) + ("?" if field.nullable else "")
    return text if is_item and field.name == "item" else f"{field.name}:{text}"


def arrow_text(kind):
    if str(kind) in NUMBERS:
        return NUMBERS[str(kind)]
    children = [kind.field(i) for i in range(kind.num_fields)]
    if pa.types.is_fixed_size_list(kind):
        return f"fixed_size_list<{child(children[0], True)},{kind.list_size}>"
    if pa.types.is_list(kind):
        return f"list<{child(children[0], True)}>"
    if pa.types.is_struct(kind):
        return "struct{" + ",".join(child(f, False) for f in children) + "}"
    if pa.types.is_union(kind):
        return f"{kind.mode}_union{{" + ",".join(f"{code}={child(f, False)}" for code, f in zip(kind.type_codes, children)) + "}"
    return re.sub(r"\W+", "_", str(kind))  # unknown to schema/model.py: it will say so


def module_of(*names):
    for name in names:
        try:
            return importlib.import_module(f"rerun.{name}")
        except ModuleNotFoundError:
            continue
    raise SystemExit(f"sdk_facts.py: this rerun-sdk has none of {', '.join(names)}")


def batches(module):
    """(name, its batch class, the class itself) of each type that a module offers."""
    for name in sorted(module.__all__):
        batch = getattr(module, name)
        if name.endswith("Batch") and inspect.isclass(batch) and getattr(batch, "_ARROW_DATATYPE", None) is not None:
            yield name.removesuffix("Batch"), batch, getattr(module, name.removesuffix("Batch"), None)


def scoped(full_name):
    """rerun.blueprint.components.PanelState -> b:PanelState"""
    parts = full_name.split(".")
    return ("b:" if "blueprint" in parts else "") + parts[-1]


def types():
    enums, components = {}, {}
    modules = [("b:", module_of("blueprint.components")), ("", module_of("components")),
               ("be:", module_of("blueprint.encodings", "blueprint.datatypes")), ("e:", module_of("encodings", "datatypes"))]
    for scope, module in modules:
        for name, batch, cls in batches(module):
            text = arrow_text(batch._ARROW_DATATYPE)
            if inspect.isclass(cls) and issubclass(cls, enum.Enum):
                enums[scope + name] = {"repr": text, "variants": [[v.name, v.value] for v in cls]}
            if "e" not in scope:
                components[scoped(batch._COMPONENT_TYPE)] = text
    return enums, components


def visualizer_of(cls):
    match = re.search(r"Visualizer\(\s*\"(\w+)\"", inspect.getsource(cls.visualizer)) if hasattr(cls, "visualizer") else None
    return match[1] if match else ""


def fields_of(cls):
    given = inspect.signature(cls.from_fields).parameters
    constructor = inspect.signature(cls.__init__).parameters
    fields = []
    for name in (attribute.name for attribute in cls.__attrs_attrs__):
        descriptor = getattr(cls, f"descriptor_{name}")()
        in_constructor = constructor.get(name)
        fields.append({
            "name": name, "component": scoped(str(descriptor.component_type)),
            "many": bool(re.search(r"\w+ArrayLike\b", str(given[name].annotation))),
            "needed": in_constructor is not None and in_constructor.default is inspect.Parameter.empty,
        })
        if str(descriptor.component) != f"{cls.__name__}:{name}":
            raise SystemExit(f"sdk_facts.py: {cls.__name__}.{name} is the component {descriptor.component}: no longer named as types.txt takes it to be")
    return fields


def archetypes():
    found = {}
    for scope, module in (("", module_of("archetypes")), ("b:", module_of("blueprint.archetypes"))):
        for name in sorted(module.__all__):
            cls = getattr(module, name)
            if inspect.isclass(cls) and hasattr(cls, "from_fields"):
                found[scope + name] = {"visualizer": visualizer_of(cls), "fields": fields_of(cls)}
    return found


def views():
    module, found = module_of("blueprint.views"), {}
    for name in sorted(module.__all__):
        cls = getattr(module, name)
        properties = []
        for argument, parameter in inspect.signature(cls.__init__).parameters.items():
            archetype = re.search(r"blueprint_archetypes\.(\w+)", str(parameter.annotation))
            if archetype:
                properties.append([argument, archetype[1]])
        found[name] = {"identifier": re.search(r"class_identifier=\"(\w+)\"", inspect.getsource(cls.__init__))[1], "properties": properties}
    return found


def main():
    import rerun

    enums, components = types()
    facts = {"version": rerun.__version__, "python": sys.version.split()[0], "enums": enums, "components": components, "archetypes": archetypes(), "views": views()}
    json.dump(facts, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
