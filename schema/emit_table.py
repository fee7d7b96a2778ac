"""The constant tables that src/types/schema.h describes."""
import model as schema
from emit_header import GENERATED, wrapped

ARROW_KINDS = {**{kind: kind.upper() for kind in schema.PRIMITIVES}, "bool": "BOOL", "utf8": "UTF8", "null": "NULL",
               "fixed_list": "FIXED_LIST", "list": "LIST", "struct": "STRUCT", "union": "UNION"}


def type_name(text, components):
    """A readable constant for an Arrow type: its shape when that is short, else the component that has it."""
    node = schema.parse_arrow(text)
    sizes = []
    kind, at = "", node
    if at.kind == "list" and len(list(at.preorder())) <= 3:
        kind, at = "LIST_", at.children[0]
    while at.kind == "fixed_list":
        sizes.append(str(at.size))
        at = at.children[0]
    if at.children:
        first = next(c for c in components if c.arrow == text)
        return schema.snake(first.key.rpartition(":")[2]).upper()
    return kind + at.kind.upper() + "".join(f"X{size}" for size in sizes)


def type_names(model):
    names = {}
    used = [f.component for a in model.archetypes for f in a.fields]
    for text in model.arrow_types:
        name = type_name(text, used)
        if name in names.values():
            raise schema.SchemaError(f"two Arrow types would be called {name}")
        names[text] = name
    return names


def enum_constant(enum):
    return "REEL__ENUM_" + schema.snake(enum.name).upper()


def table_header(model):
    names = type_names(model)
    types = wrapped([f"REEL__TYPE_{names[text]}" for text in model.arrow_types] + ["REEL__N_TYPES"], "    ", 140)
    enums = wrapped([enum_constant(e) for e in model.enums.values() if e.used] + ["REEL__N_ENUMS"], "    ", 140)
    return "\n".join([
        f"/* What the generated tables hold, by name. {GENERATED} */",
        "#ifndef REEL_TYPES_TABLE_H", "#define REEL_TYPES_TABLE_H", "",
        '#include "schema.h"', "",
        "/* Indexes of reel__arrow_types. */", "enum {", *types, "};",
        "extern reel__arrow_type reel__arrow_types[REEL__N_TYPES]; /* made with the archetypes (packed.h) */", "",
        "/* Indexes of reel__enums. */", "enum {", *enums, "};",
        "extern reel__enum reel__enums[REEL__N_ENUMS];", "",
        "/* The data archetype that types.h calls REEL_ARCHETYPE_..., and the blueprint archetype with a REEL__BP_... number; or NULL. */",
        "#define REEL__BLUEPRINT_FIRST 1000",
        "const reel__archetype *reel__data_archetype(uint32_t number);",
        "const reel__archetype *reel__blueprint_archetype(uint32_t number);", "",
        "#endif"]) + "\n"


# What the rows of both tables are written with. Texts stand in one pool; a field names their places.
PLACE_MACROS = """
#define TYPE(name) REEL__TYPE_##name
#define ENUM(name) .enumeration = 1 + REEL__ENUM_##name

/* Where the member is. */
#define END(s, member) .end = offsetof(s, member) + sizeof(((s *)0)->member)
#define LIST(s, member) .form = REEL__FORM_LIST, .offset = offsetof(s, member), .offset_2 = offsetof(s, n_##member), END(s, n_##member)
#define STRIDED(s, member) .form = REEL__FORM_LIST, .offset = offsetof(s, member), .offset_2 = offsetof(s, n_##member), .offset_stride = offsetof(s, member##_stride), \\
    END(s, member##_stride)
#define OPTIONAL(s, member) .form = REEL__FORM_OPTIONAL, .offset = offsetof(s, member.has), .offset_2 = offsetof(s, member.v), END(s, member)
#define MEMBER(form_, s, member) .form = REEL__FORM_##form_, .offset = offsetof(s, member), END(s, member)
""".strip("\n").split("\n")


class Pool:
    """Texts one after another, each once."""

    def __init__(self):
        self.places, self.size = {}, 0

    def __getitem__(self, text):
        if text not in self.places:
            self.places[text] = self.size
            self.size += len(text) + 1
            if self.size > 0xffff:
                raise schema.SchemaError("the texts of a table pass 64 KiB: their places have 16 bits")
        return self.places[text]

    def lines(self):
        return wrapped([f'"{text}\\0"' for text in self.places], "    ", 140, separator="")


def place(archetype, field):
    if field.has_stride:
        return f"STRIDED({archetype.c_struct}, {field.name})"
    if field.form in ("LIST", "OPTIONAL"):
        return f"{field.form}({archetype.c_struct}, {field.name})"
    return f"MEMBER({field.form}, {archetype.c_struct}, {field.name})"


def field_row(archetype, field, names, pool, layouts):
    parts = [f'{pool[f"{archetype.name}:{field.name}"]}', f"{pool[field.component.full_name]}", f"TYPE({names[field.component.arrow]})"]
    if field.enum or field.codes:
        parts.append(f"ENUM({schema.snake((field.enum or field.codes).name).upper()})")
    if field.element == "STRUCT":
        if field.layout not in layouts:
            layouts.append(field.layout)
        parts.append(f".layout = {layouts.index(field.layout) + 1}")
    parts.append(f".element = REEL__ELEMENT_{'CODES' if field.codes else field.element}")
    if field.level != "OPTIONAL":
        parts.append(f".level = REEL__{field.level}")
    flags = [flag for flag, is_set in (("REEL__PACKED_MANY", field.many), ("REEL__PACKED_OWN_CHUNK", field.component.own_chunk)) if is_set]
    if flags:
        parts.append(f".flags = {' | '.join(flags)}")
    if field.width:
        parts.append(f".width = {field.width}")
    return "    { " + ", ".join(parts + [place(archetype, field)]) + " },"


def packed_tables(archetypes, names):
    """The static tables of one set, and the set."""
    pool, layouts, fields, rows = Pool(), [], [], []
    for archetype in archetypes:
        fields.append(f"    /* {archetype.name} */")
        fields += [field_row(archetype, field, names, pool, layouts) for field in archetype.fields]
        rows.append(f"    {{ {pool[archetype.full_name]}, sizeof({archetype.c_struct}), {len(archetype.fields)}, {archetype.index_of('ImageBuffer')}, {archetype.index_of('ImageFormat')} }},"
                    f" /* {archetype.name} */")
    return ["static const reel__packed_field fields[] = {", *fields, "};", "",
            "static const reel__packed_archetype archetypes[] = {", *rows, "};", "",
            "static const reel__layout *const layouts[] = {", *wrapped([f"&{layout}" for layout in layouts], "    ", 140), "};", "",
            "static const char texts[] =", *pool.lines(), "    ;", "",
            "enum { N_FIELDS = sizeof fields / sizeof *fields, N_ARCHETYPES = sizeof archetypes / sizeof *archetypes };",
            "static reel__field made_fields[N_FIELDS];",
            "static reel__archetype made_archetypes[1 + N_ARCHETYPES];",
            "static const reel__packed_set set = { texts, layouts, fields, archetypes, N_ARCHETYPES, made_fields, made_archetypes };",
            "static _Atomic(bool) is_made;", ""]


LOOKUP = """
const reel__archetype *reel__{kind}_archetype(uint32_t number)
{{
    uint32_t at = number - {first};
    return at - 1 < N_ARCHETYPES ? &reel__unpacked(&set, &is_made)[at] : NULL;
}}
""".strip("\n")


def tables(model, title, include, archetypes, kind, first):
    names = type_names(model)
    lines = [f"/* {title} {GENERATED} */", '#include "packed.h"', '#include "types_table.h"', f"#include {include}", "", *PLACE_MACROS, ""]
    lines += packed_tables(archetypes, names)
    lines += LOOKUP.format(kind=kind, first=first).split("\n")
    return "\n".join(lines) + "\n"


def archetype_tables(model):
    return tables(model, "Archetypes and their fields.", "<reel/types.h>", model.data(), "data", "0")


def blueprint_tables(model):
    return tables(model, "Blueprint archetypes and their fields.", '"types_blueprint.h"', model.blueprint(), "blueprint", "REEL__BLUEPRINT_FIRST")


def node_text(node, pool):
    size = node.size if node.kind == "fixed_list" else len(node.children)
    return f"{{ {pool[node.name]}, REEL__ARROW_{ARROW_KINDS[node.kind]}, {str(node.nullable).lower()}, {size} }}"


def arrow_tables(model):
    names, pool = type_names(model), Pool()
    nodes, types, first = [], [], 0
    for text in model.arrow_types:
        own = list(schema.parse_arrow(text).preorder())
        nodes.append(f"    /* {names[text]} */")
        nodes += wrapped([node_text(n, pool) for n in own], "    ", 140)
        nodes[-1] += ","
        types.append(f"    [REEL__TYPE_{names[text]}] = {{ {first}, {len(own)}, {schema.n_streams(own[0])} }},")
        first += len(own)
    enums, values, variants = [], [], []
    for enum in (e for e in model.enums.values() if e.used):
        enums.append(f"    [{enum_constant(enum)}] = {{ {pool[enum.name]}, {len(values)}, {len(enum.variants)} }},")
        values += [str(number) for _, number in enum.variants]
        variants += [str(pool[name]) for name, _ in enum.variants]
    return "\n".join([
        f"/* Arrow types of components, and enums. {GENERATED} */", '#include "packed.h"', '#include "types_table.h"', "",
        "static const reel__packed_node nodes[] = {", *nodes, "};", "",
        "static const reel__packed_type types[REEL__N_TYPES] = {", *types, "};", "",
        "/* Of all enums, one behind another: numbers, and where the names begin. */",
        "static const uint32_t values[] = {", *wrapped(values, "    ", 140), "};",
        "static const uint16_t variants[] = {", *wrapped(variants, "    ", 140), "};",
        "static const reel__packed_enum enums[REEL__N_ENUMS] = {", *enums, "};", "",
        "static const char texts[] =", *pool.lines(), "    ;", "",
        "enum { N_NODES = sizeof nodes / sizeof *nodes, N_VARIANTS = sizeof values / sizeof *values };",
        "static reel__arrow_node made_nodes[N_NODES];",
        "static const char *made_variants[N_VARIANTS];",
        "reel__arrow_type reel__arrow_types[REEL__N_TYPES];",
        "reel__enum reel__enums[REEL__N_ENUMS];",
        "const reel__packed_types reel__packed_types_of_components = { texts, nodes, N_NODES, types, enums, values, variants, N_VARIANTS, made_nodes, made_variants };"]) + "\n"
