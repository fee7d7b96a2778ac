/* The names that changed, release by release, as the official reader 0.41 changes them when it is given such chunks:
 *
 *   0.0.1  (rerun 0.22) columns stand in any order; Scalar, SeriesLine and SeriesPoint, and their fields, got names in the plural
 *   0.0.2  (rerun 0.23) keys begin with "rerun." instead of "rerun:"; a component is called by its type, its field stands beside it; RecordingProperties at /__properties/recording
 *          is RecordingInfo at /__properties today
 *   0.1.0  indicator columns, which say only that an archetype was logged
 *   0.1.1  types of InstancePoses3D's own (PoseTranslation3D ...); Transform3D:axis_length; CoordinateFrame:frame_id
 *   0.1.2  SeriesVisible
 *   0.1.3  nothing that is known
 */
#include "migrate.h"

#include "../base/error.h"

#include <stdio.h>
#include <string.h>

typedef struct renamed {
    const char *from, *to;
} renamed;

static const renamed archetypes_0_0_1[] = {
    {"rerun.archetypes.Scalar", "rerun.archetypes.Scalars"},
    {"rerun.archetypes.SeriesLine", "rerun.archetypes.SeriesLines"},
    {"rerun.archetypes.SeriesPoint", "rerun.archetypes.SeriesPoints"},
};
static const renamed fields_0_0_1[] = {{"scalar", "scalars"}, {"color", "colors"}, {"width", "widths"}, {"name", "names"}, {"marker", "markers"}, {"marker_size", "marker_sizes"}};
static const renamed types_0_1_1[] = {
    {"rerun.components.PoseTranslation3D", "rerun.components.Translation3D"},
    {"rerun.components.PoseRotationAxisAngle", "rerun.components.RotationAxisAngle"},
    {"rerun.components.PoseRotationQuat", "rerun.components.RotationQuat"},
    {"rerun.components.PoseScale3D", "rerun.components.Scale3D"},
    {"rerun.components.PoseTransformMat3x3", "rerun.components.TransformMat3x3"},
};

#define COUNT(list) (sizeof(list) / sizeof *(list))

/* The new name, or the one given. */
static const char *renamed_to(const renamed *list, size_t n, const char *name) {
    for (size_t i = 0; i < n; i++)
        if (strcmp(list[i].from, name) == 0)
            return list[i].to;
    return name;
}

static bool begins_with(const char *text, const char *with) { return strncmp(text, with, strlen(with)) == 0; }
static bool ends_with(const char *text, const char *with) {
    size_t size = strlen(text), end = strlen(with);
    return size >= end && strcmp(text + size - end, with) == 0;
}

/* ---- versions */

static void warn(const reel__decode_notes *notes, const char *format, const char *text, size_t size) {
    char said[300];
    snprintf(said, sizeof said, format, (int)(size > 40 ? 40 : size), text);
    if (notes && notes->warn)
        notes->warn(notes->user, REEL_READ_NEWER, said);
}

/* "0.1.3"; what follows a hyphen makes a release of its own that comes before. */
static bool parse_version(const char *text, size_t size, uint64_t *out) {
    uint64_t parts[3] = {0};
    size_t at = 0;
    for (int i = 0; i < 3; i++) {
        size_t digits = at;
        for (; at < size && text[at] >= '0' && text[at] <= '9' && at - digits < 6; at++)
            parts[i] = 10 * parts[i] + (uint64_t)(text[at] - '0');
        if (at == digits || (i < 2 && (at == size || text[at++] != '.')))
            return false;
    }
    if (at < size && text[at] != '-' && text[at] != '+')
        return false;
    *out = REEL__SORBET(parts[0], parts[1], parts[2]);
    *out -= at < size && text[at] == '-' && *out;
    return true;
}

static bool has_key_that_begins(const char *metadata, const char *with) {
    for (reel__arrow_pairs p = reel__arrow_pairs_of(metadata); reel__arrow_pairs_next(&p);)
        if (p.key_size >= strlen(with) && memcmp(p.key, with, strlen(with)) == 0)
            return true;
    return false;
}

uint64_t reel__sorbet_version(const struct ArrowSchema *schema, const reel__decode_notes *notes) {
    size_t size;
    uint64_t version;
    const char *text = reel__arrow_metadata_get(schema->metadata, "sorbet:version", &size);
    if (!text) {
        bool is_nightly = !has_key_that_begins(schema->metadata, "rerun.") && reel__arrow_metadata_get(schema->metadata, "rerun:version", &size);
        return is_nightly ? REEL__SORBET(0, 0, 2) : REEL__SORBET(0, 0, 1);
    }
    if (!parse_version(text, size, &version)) {
        warn(notes, "a chunk has the version \"%.*s\", which is none: it is read as one of today's", text, size);
        return REEL__SORBET_NEWEST;
    }
    if (version > REEL__SORBET_NEWEST)
        warn(notes, "a chunk has the version %.*s, which is newer than 0.1.4: what is new in it is not known", text, size);
    return version;
}

/* ---- names */

const char *reel__sorbet_metadata(const char *metadata, const char *key, size_t *size) {
    size_t key_size = strlen(key);
    const char *found = NULL;
    *size = 0;
    for (reel__arrow_pairs p = reel__arrow_pairs_of(metadata); reel__arrow_pairs_next(&p);) {
        if (p.key_size != key_size + 6 || memcmp(p.key, "rerun", 5) != 0 || memcmp(p.key + 6, key, key_size) != 0)
            continue;
        bool is_new = p.key[5] == ':';
        if (is_new || (p.key[5] == '.' && !found)) {
            found = p.value;
            *size = p.value_size;
        }
        if (is_new)
            break;
    }
    return found;
}

static reel_status no_memory(void) { return reel__fail(REEL_E_NO_MEMORY, "no memory for the names of a chunk's columns"); }

/* A copy with a NUL; NULL if the key is not there. */
static reel_status copy_value(reel__ipc_tree *tree, const char *metadata, const char *key, const char **out) {
    size_t size;
    const char *value = reel__sorbet_metadata(metadata, key, &size);
    *out = NULL;
    if (!value)
        return REEL_OK;
    if (memchr(value, 0, size))
        return reel__fail(REEL_E_UNSUPPORTED, "a chunk's column has a name with a NUL within: \"%.60s\"", value);
    char *copy = reel__ipc_alloc(tree, size + 1);
    if (!copy)
        return no_memory();
    memcpy(copy, value, size);
    copy[size] = 0;
    *out = copy;
    return REEL_OK;
}

static reel_status join(reel__ipc_tree *tree, const char *a, const char *b, const char *c, const char **out) {
    size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *text = reel__ipc_alloc(tree, size);
    if (!text)
        return no_memory();
    snprintf(text, size, "%s%s%s", a, b, c);
    *out = text;
    return REEL_OK;
}

static const char *short_archetype(const char *archetype) {
    static const char *const prefixes[] = {"rerun.archetypes.", "rerun.blueprint.archetypes."};
    for (size_t i = 0; i < COUNT(prefixes); i++)
        if (begins_with(archetype, prefixes[i]))
            archetype += strlen(prefixes[i]);
    return archetype;
}

/* Before 0.1.0: "rerun.component" is the type, "rerun.archetype_field" the field. Either may be missing. */
static reel_status old_component(reel__ipc_tree *tree, const struct ArrowSchema *field, uint64_t version, reel__column_names *out) {
    const char *type, *place;
    size_t size;
    REEL__TRY(copy_value(tree, field->metadata, "component", &type));
    REEL__TRY(copy_value(tree, field->metadata, "archetype_field", &place));
    if (ends_with(field->name, "Indicator") || (type && ends_with(type, "Indicator") && !place)) {
        out->kind = REEL__COLUMN_DROPPED;
        return REEL_OK;
    }
    if (!type || reel__arrow_metadata_get(field->metadata, "rerun:component", &size)) {
        out->name = type ? type : field->name;
        return REEL_OK;
    }
    if (version < REEL__SORBET(0, 0, 2) && out->archetype) {
        const char *archetype = renamed_to(archetypes_0_0_1, COUNT(archetypes_0_0_1), out->archetype);
        if (archetype != out->archetype && place)
            place = renamed_to(fields_0_0_1, COUNT(fields_0_0_1), place);
        out->archetype = archetype;
    }
    out->component_type = place || out->archetype ? type : NULL;
    out->name = place ? place : type;
    return out->archetype && place ? join(tree, short_archetype(out->archetype), ":", place, &out->name) : REEL_OK;
}

/* Every "RecordingProperties" in a name. */
static reel_status rename_properties(reel__ipc_tree *tree, const char **name) {
    static const char from[] = "RecordingProperties", to[] = "RecordingInfo";
    const char *at;
    while (*name && (at = strstr(*name, from))) {
        char *head = reel__ipc_alloc(tree, (size_t)(at - *name) + 1);
        if (!head)
            return no_memory();
        memcpy(head, *name, (size_t)(at - *name));
        head[at - *name] = 0;
        REEL__TRY(join(tree, head, to, at + sizeof from - 1, name));
    }
    return REEL_OK;
}

static bool is_indicator(const struct ArrowSchema *field, const char *component) {
    size_t size;
    const char *claim = reel__sorbet_metadata(field->metadata, "is_indicator", &size);
    if (claim)
        return size == 4 && memcmp(claim, "true", 4) == 0;
    return begins_with(component, "rerun.components.") && ends_with(component, "Indicator");
}

static reel_status component_names(reel__ipc_tree *tree, const struct ArrowSchema *field, uint64_t version, reel__column_names *out) {
    REEL__TRY(copy_value(tree, field->metadata, "archetype", &out->archetype));
    if (version < REEL__SORBET(0, 1, 0)) {
        REEL__TRY(old_component(tree, field, version, out));
        REEL__TRY(rename_properties(tree, &out->name));
        REEL__TRY(rename_properties(tree, &out->archetype));
        if (!out->component_type)
            REEL__TRY(copy_value(tree, field->metadata, "component_type", &out->component_type));
    } else {
        REEL__TRY(copy_value(tree, field->metadata, "component", &out->name));
        REEL__TRY(copy_value(tree, field->metadata, "component_type", &out->component_type));
    }
    if (!out->name || !*out->name)
        out->name = field->name;
    if (version < REEL__SORBET(0, 1, 1) && is_indicator(field, out->name))
        out->kind = REEL__COLUMN_DROPPED;
    if (version < REEL__SORBET(0, 1, 2)) {
        if (out->component_type)
            out->component_type = renamed_to(types_0_1_1, COUNT(types_0_1_1), out->component_type);
        if (strcmp(out->name, "Transform3D:axis_length") == 0) {
            out->archetype = "rerun.archetypes.TransformAxes3D";
            out->name = "TransformAxes3D:axis_length";
        } else if (strcmp(out->name, "CoordinateFrame:frame_id") == 0) {
            out->name = "CoordinateFrame:frame";
        }
    }
    if (version < REEL__SORBET(0, 1, 3) && out->component_type && strcmp(out->component_type, "rerun.components.SeriesVisible") == 0)
        out->component_type = "rerun.components.Visible";
    return REEL_OK;
}

reel_status reel__sorbet_column(reel__ipc_tree *tree, const struct ArrowSchema *field, uint64_t version, reel__column_names *out) {
    static const struct {
        const char *text;
        reel__column_kind kind;
    } kinds[] = {{"control", REEL__COLUMN_ROW_ID}, {"row_id", REEL__COLUMN_ROW_ID}, {"index", REEL__COLUMN_INDEX}, {"time", REEL__COLUMN_INDEX}, {"data", REEL__COLUMN_COMPONENT},
                 {"component", REEL__COLUMN_COMPONENT}};
    size_t size, i = 0;
    const char *kind = reel__sorbet_metadata(field->metadata, "kind", &size);
    *out = (reel__column_names){.kind = REEL__COLUMN_COMPONENT};
    for (; kind && i < COUNT(kinds); i++)
        if (strlen(kinds[i].text) == size && memcmp(kinds[i].text, kind, size) == 0)
            break;
    if (i == COUNT(kinds))
        return reel__fail(REEL_E_FORMAT, "a chunk's column \"%.60s\" is of the kind \"%.*s\", which is not known", field->name, size > 60 ? 60 : (int)size, kind);
    if (kind)
        out->kind = kinds[i].kind;
    if (out->kind == REEL__COLUMN_COMPONENT)
        return component_names(tree, field, version, out);
    if (out->kind == REEL__COLUMN_INDEX)
        REEL__TRY(copy_value(tree, field->metadata, "index_name", &out->name));
    if (!out->name)
        out->name = field->name;
    return REEL_OK;
}

bool reel__sorbet_entity(const struct ArrowSchema *schema, uint64_t version, const char **path, size_t *size) {
    static const char old_properties[] = "/__properties/recording";
    *path = reel__sorbet_metadata(schema->metadata, "entity_path", size);
    if (*path && version < REEL__SORBET(0, 1, 0) && *size == sizeof old_properties - 1 && memcmp(*path, old_properties, *size) == 0)
        *size = strlen("/__properties");
    return *path != NULL;
}
