"""Reads types.txt and decides, from facts alone, what each enum and field is in C."""
import re
from dataclasses import dataclass, field as dataclass_field

PRIMITIVES = {  # Arrow: (C type, bytes)
    "u8": ("uint8_t", 1), "i8": ("int8_t", 1), "u16": ("uint16_t", 2), "i16": ("int16_t", 2),
    "u32": ("uint32_t", 4), "i32": ("int32_t", 4), "u64": ("uint64_t", 8), "i64": ("int64_t", 8),
    "f16": ("uint16_t", 2), "f32": ("float", 4), "f64": ("double", 8),
}
# Components whose C type is a struct (reel/values.h, src/types/blueprint_values.h; src/types/places*.c say where everything stands in them): the struct, and the
# form of one of it. A VALUE is not set when it is all zero; where all zero is a value, there is a POINTER.
STRUCTS = {
    "ImageFormat": ("reel_image_format", "VALUE"),
    "RotationAxisAngle": ("reel_axis_angle", "POINTER"),
    "AnnotationContext": ("reel_annotation_classes", "VALUE"),
    "GraphEdge": ("reel_graph_edge", "VALUE"),
    "KeyValuePairs": ("reel_key_value_pairs", "VALUE"),
    "ChannelMessageCounts": ("reel_channel_message_counts", "VALUE"),
    "TensorWidthDimension": ("reel__bp_tensor_dimension", "POINTER"),
    "TensorHeightDimension": ("reel__bp_tensor_dimension", "POINTER"),
    "TensorDimensionIndexSelection": ("reel__bp_tensor_index", "POINTER"),
    "b:TensorDimensionIndexSlider": ("reel__bp_tensor_slider", "POINTER"),
    "b:AbsoluteTimeRange": ("reel__bp_absolute_time_range", "POINTER"),
    "b:ColumnOrder": ("reel__bp_column_names", "VALUE"),
    "b:ColumnType": ("reel__bp_column_kind", "POINTER"),
    "b:FilterByRange": ("reel__bp_filter_range", "POINTER"),
    "b:FilterIsNotNull": ("reel__bp_filter_not_null", "POINTER"),
    "b:SelectedColumns": ("reel__bp_column_selection", "POINTER"),
    "b:SortBy": ("reel__bp_sort_order", "POINTER"),
    "b:TextLogColumn": ("reel__bp_text_log_column", "POINTER"),
    "b:TimelineColumn": ("reel__bp_timeline_column", "POINTER"),
    "b:TimeRange": ("reel__bp_time_range", "POINTER"),
    "b:VisibleTimeRange": ("reel__bp_visible_time_range", "POINTER"),
    "b:VisualBounds2D": ("reel__bp_bounds2d", "POINTER"),
    "b:VisualizerComponentMapping": ("reel__bp_component_mapping", "POINTER"),
}
# Vectors of enums.
VECTORS_OF = {"ViewCoordinates": "e:ViewDir"}
# Enums that are not components of fields but stand inside of structs and vectors.
INNER_ENUMS = ("e:PixelFormat", "e:ColorModel", "e:ChannelDatatype", "e:ViewDir", "be:ComponentSourceKind", "be:SortDirection", "be:TextLogColumnKind")
FIELDS_MAX = 62  # `clear` has 64 bits; the top one is REEL_CLEAR_REST
DESCRIBE = "DESCRIBE"  # where tools/schema_diff.py leaves a description to a person


class SchemaError(Exception):
    pass


def snake(name):
    """MarkerShape -> marker_shape, BayerRGGB8 -> bayer_rggb8, LineStrips3D -> line_strips3d, GeoJSON -> geo_json."""
    name = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name)
    name = re.sub(r"([A-Z])([A-Z][a-z])", r"\1_\2", name)
    name = re.sub(r"(\d)_([A-Z])(?![a-z])", r"\1\2", name)
    return name.lower()


@dataclass
class Node:
    """One node of an Arrow type."""
    name: str
    kind: str  # u8 ... f64, bool, utf8, null, fixed_list, list, struct, union
    nullable: bool
    size: int = 0
    children: list = dataclass_field(default_factory=list)

    def preorder(self):
        yield self
        for child in self.children:
            yield from child.preorder()


class ArrowParser:
    """list<struct{a:u8,b:utf8?}> -> Node."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def take(self, pattern):
        match = re.compile(pattern).match(self.text, self.at)
        if not match:
            raise SchemaError(f"{self.text!r}: unexpected at {self.at}")
        self.at = match.end()
        return match.group()

    def ahead(self, text):
        return self.text.startswith(text, self.at)

    def node(self, name):
        kind = self.take(r"[a-z_]+\d*")
        result = Node(name, kind, False)
        if kind == "list":
            self.take("<")
            result.children.append(self.node("item"))
            self.take(">")
        elif kind == "fixed_size_list":
            self.take("<")
            result.children.append(self.node("item"))
            self.take(",")
            result.kind, result.size = "fixed_list", int(self.take(r"\d+"))
            self.take(">")
        elif kind in ("struct", "dense_union"):
            result.kind = "struct" if kind == "struct" else "union"
            self.take("{")
            while not self.ahead("}"):
                if result.kind == "union" and int(self.take(r"\d+")) != len(result.children):
                    raise SchemaError(f"{self.text!r}: union codes must count from 0")
                if result.kind == "union":
                    self.take("=")
                child = self.take(r"\w+")
                self.take(":")
                result.children.append(self.node(child))
                if not self.ahead("}"):
                    self.take(",")
            self.take("}")
        elif kind not in PRIMITIVES and kind not in ("bool", "utf8", "null"):
            raise SchemaError(f"{self.text!r}: unknown type {kind!r}")
        if self.ahead("?"):
            self.take(r"\?")
            result.nullable = True
        return result


def parse_arrow(text):
    parser = ArrowParser(text)
    root = parser.node("item")
    if parser.at != len(text):
        raise SchemaError(f"{text!r}: unexpected at {parser.at}")
    root.nullable = True  # Arrow's flag for the items of the outer list
    return root


def n_streams(root):
    """As src/arrow/arrow_type.h counts them."""
    own = {"fixed_list": 0, "struct": 0, "utf8": 2}
    has_validity = lambda node: node.nullable and node is not root and node.kind not in ("union", "null")
    return sum(own.get(node.kind, 1) + has_validity(node) for node in root.preorder())


@dataclass
class Enum:
    name: str
    scope: str  # "", "b", "e", "be"
    repr: str
    variants: list  # (name, number)
    doc: str
    used: bool = False

    @property
    def private(self):
        return self.scope.startswith("b")

    @property
    def c_type(self):
        return ("reel__bp_" if self.private else "reel_") + snake(self.name)

    @property
    def width(self):
        return PRIMITIVES[self.repr][1]

    def constant(self, variant):
        return f"{self.c_type}_{snake(variant)}".upper()


@dataclass
class Component:
    key: str  # "b:PanelState"
    arrow: str
    own_chunk: bool
    strided: bool
    unit: str

    @property
    def full_name(self):
        scope, _, name = self.key.rpartition(":")
        return ("rerun.blueprint.components." if scope == "b" else "rerun.components.") + name


@dataclass
class Field:
    name: str
    component: Component
    many: bool
    level: str
    unit: str
    doc: str
    element: str = "NONE"
    form: str = "NONE"
    c_type: str = ""
    shape: str = ""  # what one value is, for people
    width: int = 0
    enum: Enum = None
    codes: Enum = None  # what the bytes of a vector are

    @property
    def has_stride(self):
        return self.form == "LIST" and self.component.strided

    @property
    def layout(self):
        """C name of the table that says where everything stands in the struct."""
        return "reel__layout_" + self.c_type.removeprefix("reel__").removeprefix("reel_")


@dataclass
class Archetype:
    name: str
    blueprint: bool
    number: int
    doc: str
    section: str
    visualizer: str
    struct_override: str
    fields: list

    @property
    def c_name(self):
        return snake(self.name)

    @property
    def c_struct(self):
        return self.struct_override or ("reel__bp_" if self.blueprint else "reel_") + self.c_name

    @property
    def full_name(self):
        return ("rerun.blueprint.archetypes." if self.blueprint else "rerun.archetypes.") + self.name

    def index_of(self, component):
        """1 + index of the field with this component, 0 if there is none."""
        return next((n + 1 for n, field in enumerate(self.fields) if field.component.key == component), 0)


@dataclass
class Model:
    enums: dict
    components: dict
    archetypes: list
    sections: list
    arrow_types: list  # texts, in order of first use

    def data(self):
        return sorted((a for a in self.archetypes if not a.blueprint), key=lambda a: a.number)

    def blueprint(self):
        return sorted((a for a in self.archetypes if a.blueprint), key=lambda a: a.number)

    def public_enums(self):
        return [e for e in self.enums.values() if e.used and not e.private]

    def private_enums(self):
        return [e for e in self.enums.values() if e.used and e.private]


def classify(field, enums):
    """Element, form and C type of a field; the table of kinds is in src/types/schema.h."""
    key, node = field.component.key, parse_arrow(field.component.arrow)
    enum = enums.get(key)
    if enum:
        field.element, field.enum, field.c_type, field.width = "ENUM", enum, enum.c_type, enum.width
        field.form = "LIST" if field.many else "VALUE"
    elif node.kind == "bool":
        field.element, field.c_type, field.width = "BOOL", "bool", 1
        field.form = "LIST" if field.many else "OPTIONAL"
    elif node.kind == "utf8":
        field.element, field.c_type = "TEXT", "const char *"
        field.form = "LIST" if field.many else "VALUE"
    elif node.kind in PRIMITIVES:
        field.element = "FLAT"
        field.c_type, field.width = PRIMITIVES[node.kind]
        field.form = "LIST" if field.many else "OPTIONAL"
    elif key in STRUCTS:
        field.element = "STRUCT"
        field.c_type, one = STRUCTS[key]
        field.form = "LIST" if field.many else one
        if n_streams(node) == 1:  # of numbers: how many values it has follows from its size
            field.width = PRIMITIVES[list(node.preorder())[-1].kind][1]
    elif key == "TensorData":
        field.element, field.form, field.c_type = "TENSOR", "VALUE", "reel_tensor_data"
        if field.many:
            raise SchemaError(f"{field.name}: no form for many tensors")
    elif node.kind == "list" and node.children[0].kind == "u8":
        field.element, field.form, field.c_type = "BYTES", "VALUE", "reel_bytes"
        if field.many:
            raise SchemaError(f"{field.name}: no form for many blobs")
    elif node.kind == "fixed_list":
        classify_vector(field, node)
        field.codes = enums[VECTORS_OF[key]] if key in VECTORS_OF else None
    elif node.kind == "list" and node.children[0].kind == "fixed_list":
        point = node.children[0]
        field.element, field.form = "STRIP", "STRIPS"
        field.width = PRIMITIVES[point.children[0].kind][1] * point.size
        field.c_type = "reel_geo_strips" if point.children[0].kind == "f64" else "reel_strips"
        field.shape = f"{point.size} numbers a point"
        if not field.many:
            raise SchemaError(f"{field.name}: no form for a single strip")
    else:
        raise SchemaError(f"{field.name}: no C type for a {key}: give it a struct (STRUCTS above, and its places)")


def classify_vector(field, node):
    sizes = []
    while node.kind == "fixed_list":
        sizes.append(node.size)
        node = node.children[0]
    c_type, width = PRIMITIVES[node.kind]
    for size in sizes:
        width *= size
    field.element, field.c_type, field.width = "FLAT", c_type, width
    field.form = "LIST" if field.many else "POINTER"
    field.shape = " x ".join(str(size) for size in sizes)


def parse_options(words):
    return dict(word.split("=", 1) for word in words if "=" in word)


def parse_field(line, components):
    parts = [part.strip() for part in line.split(" | ")]
    words = parts[0].split()
    if len(parts) not in (2, 3) or not 2 <= len(words) <= 3 or not set(words[2:]) <= {"!", "+"}:
        raise SchemaError(f"field line: {line!r}")
    component = components[words[1]]
    level = {"!": "REQUIRED", "+": "RECOMMENDED"}.get(words[2] if len(words) == 3 else "", "OPTIONAL")
    unit = parts[1] if len(parts) == 3 else component.unit
    return Field(words[0].rstrip("*"), component, words[0].endswith("*"), level, unit, parts[-1])


def load(path):
    model = Model({}, {}, [], [], [])
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.endswith("|") or line.endswith(f"| {DESCRIBE}"):
            raise SchemaError(f"a description is needed: {line.strip()!r}")
        if line.startswith("  "):
            model.archetypes[-1].fields.append(parse_field(line, model.components))
            continue
        facts, _, note = line.partition(" | ")
        words = facts.split()
        scope, _, name = words[1].rpartition(":")
        if words[0] == "enum":
            variants = [(v.split("=")[0], int(v.split("=")[1])) for v in words[3:]]
            model.enums[words[1]] = Enum(name, scope, words[2], variants, note)
        elif words[0] == "comp":
            model.components[words[1]] = Component(words[1], words[2], "own_chunk" in words[3:], "strided" in words[3:], note)
        elif words[0] == "section":
            model.sections.append(line[len("section "):])
        elif words[0] == "arch":
            options = parse_options(words[2:])
            model.archetypes.append(Archetype(name, scope == "b", int(options["no"]), note, model.sections[-1],
                                              options.get("vis", ""), options.get("struct", ""), []))
        elif words[0] != "view":
            raise SchemaError(f"line: {line!r}")
    finish(model)
    return model


def finish(model):
    for archetype in model.archetypes:
        for field in archetype.fields:
            classify(field, model.enums)
            if field.enum:
                field.enum.used = True
            if field.component.arrow not in model.arrow_types:
                model.arrow_types.append(field.component.arrow)
    for key in INNER_ENUMS:
        model.enums[key].used = True
    check(model)


def check(model):
    for first, group in ((1, model.data()), (1001, model.blueprint())):
        if [a.number for a in group] != list(range(first, first + len(group))):
            raise SchemaError(f"archetype numbers must run from {first} without a gap")
    for archetype in model.archetypes:
        if len(archetype.fields) > FIELDS_MAX:
            raise SchemaError(f"{archetype.name}: more than {FIELDS_MAX} fields")
        if not archetype.doc or not archetype.fields:
            raise SchemaError(f"{archetype.name}: no description or no fields")
        names = [f.name for f in archetype.fields]
        if len(set(names)) != len(names) or "clear" in names:
            raise SchemaError(f"{archetype.name}: a field name twice, or `clear`")
    for component in model.components.values():
        if component.strided and (component.key in model.enums or parse_arrow(component.arrow).kind not in (*PRIMITIVES, "fixed_list")):
            raise SchemaError(f"{component.key}: only numbers and vectors can be strided")
    for enum in model.enums.values():
        numbers = [number for _, number in enum.variants]
        if min(numbers) < 1 or len(set(numbers)) != len(numbers):
            raise SchemaError(f"{enum.name}: 0 means unset, and every variant has its own number")
    for text in model.arrow_types:
        if n_streams(parse_arrow(text)) > 64:
            raise SchemaError(f"{text}: more streams than REEL__ARROW_STREAMS_MAX")
