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
        "extern const reel__arrow_type reel__arrow_types[];", "",
        "/* Indexes of reel__enums. */", "enum {", *enums, "};",
        "extern const reel__enum reel__enums[];", "",
        "/* The blueprint archetype with a REEL__BP_... number, or NULL. Apart from the others, so that a program without blueprints does not carry them. */",
        "#define REEL__BLUEPRINT_FIRST 1000",
        "const reel__archetype *reel__blueprint_archetype(uint32_t number);", "",
        "#endif"]) + "\n"


# What the rows of both tables are written with.
PLACE_MACROS = """
#define ENUM(name) &reel__enums[REEL__ENUM_##name]

/* Where the member is. */
#define END(s, member) .end = offsetof(s, member) + sizeof(((s *)0)->member)
#define LIST(s, member) .form = REEL__FORM_LIST, .offset = offsetof(s, member), .offset_2 = offsetof(s, n_##member), END(s, n_##member)
#define STRIDED(s, member) .form = REEL__FORM_LIST, .offset = offsetof(s, member), .offset_2 = offsetof(s, n_##member), .offset_stride = offsetof(s, member##_stride), \\
    END(s, member##_stride)
#define OPTIONAL(s, member) .form = REEL__FORM_OPTIONAL, .offset = offsetof(s, member.has), .offset_2 = offsetof(s, member.v), END(s, member)
#define MEMBER(form_, s, member) .form = REEL__FORM_##form_, .offset = offsetof(s, member), END(s, member)
""".strip("\n").split("\n")


def table_macros(scope, with_blueprint_components):
    lines = [f'#define FIELD(archetype, field, component, type) {{ archetype ":" field, "rerun.{scope}archetypes." archetype, component, &reel__arrow_types[REEL__TYPE_##type] }}',
             '#define COMPONENT(name) "rerun.components." name']
    if with_blueprint_components:
        lines.append('#define BLUEPRINT_COMPONENT(name) "rerun.blueprint.components." name')
    return lines + PLACE_MACROS


def place(archetype, field):
    if field.has_stride:
        return f"STRIDED({archetype.c_struct}, {field.name})"
    if field.form in ("LIST", "OPTIONAL"):
        return f"{field.form}({archetype.c_struct}, {field.name})"
    return f"MEMBER({field.form}, {archetype.c_struct}, {field.name})"


def field_row(archetype, field, names):
    scope, _, short = field.component.key.rpartition(":")
    component = f'{"BLUEPRINT_" if scope == "b" else ""}COMPONENT("{short}")'
    descriptor = f'FIELD("{archetype.name}", "{field.name}", {component}, {names[field.component.arrow]})'
    parts = [f'"{field.name}"', descriptor]
    if field.enum:
        parts.append(f".enumeration = ENUM({schema.snake(field.enum.name).upper()})")
    if field.element == "STRUCT":
        parts.append(f".layout = &{field.layout}")
    parts.append(f".element = REEL__ELEMENT_{field.element}")
    if field.level != "OPTIONAL":
        parts.append(f".level = REEL__{field.level}")
    if field.many:
        parts.append(".many = true")
    if field.component.own_chunk:
        parts.append(".own_chunk = true")
    if field.width:
        parts.append(f".width = {field.width}")
    return "    { " + ", ".join(parts + [place(archetype, field)]) + " },"


def fields_table(name, archetypes, names):
    lines = [f"static const reel__field {name}[] = {{"]
    for archetype in archetypes:
        lines.append(f"    /* {archetype.name} */")
        lines += [field_row(archetype, field, names) for field in archetype.fields]
    return lines + ["};", ""]


def archetypes_table(declaration, fields_name, archetypes):
    lines = [f"{declaration} = {{", "    { NULL, NULL, NULL, 0, 0, 0, 0, 0 },"]
    first = 0
    for archetype in archetypes:
        required = sum(1 << n for n, field in enumerate(archetype.fields) if field.level == "REQUIRED")
        lines.append(f'    {{ "{archetype.full_name}", "{archetype.c_name}", &{fields_name}[{first}], {len(archetype.fields)}, sizeof({archetype.c_struct}), 0x{required:x}, '
                     f"{archetype.index_of('ImageBuffer')}, {archetype.index_of('ImageFormat')} }},")
        first += len(archetype.fields)
    return lines + ["};", ""]


BLUEPRINT_LOOKUP = """
const reel__archetype *reel__blueprint_archetype(uint32_t number)
{
    if (number <= REEL__BLUEPRINT_FIRST || number - REEL__BLUEPRINT_FIRST >= sizeof archetypes / sizeof *archetypes)
        return NULL;
    return &archetypes[number - REEL__BLUEPRINT_FIRST];
}
""".strip("\n").split("\n")


def archetype_tables(model):
    names = type_names(model)
    lines = [f"/* Archetypes and their fields. {GENERATED} */", '#include "types_table.h"', "#include <reel/types.h>", "", *table_macros("", False), ""]
    lines += fields_table("data_fields", model.data(), names)
    lines += archetypes_table("const reel__archetype reel__archetypes[]", "data_fields", model.data())
    lines.append("const uint32_t reel__n_archetypes = (uint32_t)(sizeof reel__archetypes / sizeof *reel__archetypes);")
    return "\n".join(lines) + "\n"


def blueprint_tables(model):
    names = type_names(model)
    lines = [f"/* Blueprint archetypes and their fields. {GENERATED} */", '#include "types_table.h"', '#include "types_blueprint.h"', "", *table_macros("blueprint.", True), ""]
    lines += fields_table("blueprint_fields", model.blueprint(), names)
    lines += archetypes_table("static const reel__archetype archetypes[]", "blueprint_fields", model.blueprint())
    lines += BLUEPRINT_LOOKUP
    return "\n".join(lines) + "\n"


def node_text(node):
    size = node.size if node.kind == "fixed_list" else len(node.children)
    return f'{{ "{node.name}", REEL__ARROW_{ARROW_KINDS[node.kind]}, {str(node.nullable).lower()}, {size} }}'


def arrow_tables(model):
    names = type_names(model)
    lines = [f"/* Arrow types of components, and enums. {GENERATED} */", '#include "types_table.h"', "",
             "static const reel__arrow_node nodes[] = {"]
    rows, first = [], 0
    for text in model.arrow_types:
        nodes = list(schema.parse_arrow(text).preorder())
        lines.append(f"    /* {names[text]} */")
        lines += wrapped([node_text(n) for n in nodes], "    ", 140)
        lines[-1] += ","
        rows.append(f"    [REEL__TYPE_{names[text]}] = {{ &nodes[{first}], {len(nodes)}, {schema.n_streams(nodes[0])} }},")
        first += len(nodes)
    lines += ["};", "", "const reel__arrow_type reel__arrow_types[] = {", *rows, "};", ""]
    rows = []
    for enum in (e for e in model.enums.values() if e.used):
        variable = schema.snake(enum.name)
        numbers = ", ".join(str(number) for _, number in enum.variants)
        lines.append(f"static const uint32_t {variable}_values[] = {{ {numbers} }};")
        names_text = wrapped([f'"{name}"' for name, _ in enum.variants], "    ", 140)
        if len(names_text) == 1:
            lines.append(f"static const char *const {variable}_names[] = {{ {names_text[0].strip()} }};")
        else:
            lines += [f"static const char *const {variable}_names[] = {{", *names_text, "};"]
        rows.append(f'    [{enum_constant(enum)}] = {{ "{enum.name}", {variable}_values, {variable}_names, {len(enum.variants)} }},')
    lines += ["", "const reel__enum reel__enums[] = {", *rows, "};"]
    return "\n".join(lines) + "\n"
