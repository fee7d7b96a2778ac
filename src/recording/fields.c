#include "fields.h"

#include "../arrow/arrow_import.h"
#include "../base/alloc.h"
#include "../base/error.h"
#include "../base/text.h"

#include <stdio.h>
#include <string.h>

/* ---- types of plain values */

#define PLAIN(value, arrow_kind, element_, bytes) [REEL_VALUE_##value] = {{"item", REEL__ARROW_##arrow_kind, true, 0, NULL, NULL}, REEL__ELEMENT_##element_, bytes}
static const struct {
    reel__arrow_node node;
    uint8_t element, width;
} plain[] = {
    PLAIN(U8, U8, FLAT, 1), PLAIN(U16, U16, FLAT, 2), PLAIN(U32, U32, FLAT, 4), PLAIN(U64, U64, FLAT, 8),
    PLAIN(I8, I8, FLAT, 1), PLAIN(I16, I16, FLAT, 2), PLAIN(I32, I32, FLAT, 4), PLAIN(I64, I64, FLAT, 8),
    PLAIN(F16, F16, FLAT, 2), PLAIN(F32, F32, FLAT, 4), PLAIN(F64, F64, FLAT, 8),
    PLAIN(BOOL, BOOL, BOOL, 1), PLAIN(TEXT, UTF8, TEXT, 0), PLAIN(BYTES, BINARY, BYTES, 0),
};
enum { PLAIN_TYPES = sizeof plain / sizeof *plain, VALUE_SIZE_MAX = 4096 };

/* ---- making one */

/* A field of this recording: the texts and, for plain values, the type stand in the same block. */
typedef struct made_field {
    reel__field field;
    reel__arrow_type type;
    reel__arrow_node nodes[2];
    reel__arrow_type *imported; /* owned; or NULL */
    char texts[];
} made_field;

/* The type is left to the caller. */
static made_field *make(const reel_descriptor *d) {
    made_field *m = reel__alloc_zero(sizeof *m + reel__text_size(d->component) + reel__text_size(d->archetype) + reel__text_size(d->component_type));
    if (!m)
        return NULL;
    char *at = m->texts;
    m->field.descriptor.component = reel__text_put(&at, d->component);
    m->field.descriptor.archetype = reel__text_put(&at, d->archetype);
    m->field.descriptor.component_type = reel__text_put(&at, d->component_type);
    m->field.name = m->field.descriptor.component;
    m->field.many = true;
    m->field.descriptor.arrow = &m->type;
    return m;
}

static void free_made(made_field *m) {
    if (m)
        reel__release(m->imported);
    reel__release(m);
}

static void set_plain_type(made_field *m, reel_value_type type, uint32_t size) {
    m->nodes[0] = plain[type].node;
    if (size) {
        m->nodes[0] = (reel__arrow_node){"item", REEL__ARROW_FIXED_LIST, true, size, NULL, NULL};
        m->nodes[1] = plain[type].node;
        m->nodes[1].nullable = false;
    }
    uint16_t streams = plain[type].element == REEL__ELEMENT_TEXT || plain[type].element == REEL__ELEMENT_BYTES ? 2 : 1;
    m->type = (reel__arrow_type){m->nodes, size ? 2 : 1, streams, false};
    m->field.element = plain[type].element;
    m->field.width = (uint16_t)(plain[type].width * (size ? size : 1));
}

/* ---- finding one */

static reel_status check_text(const char *path, const char *what, const char *text, bool needed) {
    size_t size = text ? strlen(text) : 0;
    if ((needed && !size) || size > REEL__COMPONENT_NAME_MAX)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has %zu bytes: %d to %d are allowed", path, what, size, needed, REEL__COMPONENT_NAME_MAX);
    if (!reel__utf8_valid(text, size))
        return reel__fail(REEL_E_UTF8, "%s: %s of %zu bytes is not valid UTF-8", path, what, size);
    return REEL_OK;
}

static reel_status check_descriptor(const char *path, const reel_descriptor *d) {
    REEL__TRY(check_text(path, "a component's name", d->component, true));
    REEL__TRY(check_text(path, "an archetype's name", d->archetype, false));
    return check_text(path, "a component's type", d->component_type, false);
}

/* What a component is found by: a kind (a plain type's number, or one of those below), its texts, and for Arrow arrays their type behind it. Plain ones fit on the stack: looking up
 * a known one allocates nothing. */
enum { KIND_ARROW = 0, KIND_ARROW_FIELD = UINT8_MAX };
typedef struct text_key {
    uint8_t bytes[5 + 3 * (REEL__COMPONENT_NAME_MAX + 2)];
    size_t size;
} text_key;

static void key_put(text_key *key, const void *data, size_t size) {
    memcpy(key->bytes + key->size, data, size);
    key->size += size;
}

static void key_of(text_key *key, uint8_t kind, uint32_t size, const reel_descriptor *d) {
    const char *const texts[] = {d->component, d->archetype, d->component_type};
    key->size = 0;
    key_put(key, &kind, 1);
    key_put(key, &size, 4);
    for (int i = 0; i < 3; i++) {
        key_put(key, texts[i] ? "1" : "0", 1);
        key_put(key, texts[i] ? texts[i] : "", reel__text_size(texts[i]));
    }
}

/* What is in the map under this key; else `fresh` goes in, which is the map's or freed in any case. */
static reel_status intern(reel__core *core, const void *key, size_t key_size, made_field *fresh, const reel__field **out) {
    reel_status status = REEL_OK;
    made_field *m = NULL;
    if (!key || !fresh) {
        status = reel__fail(REEL_E_NO_MEMORY, "no memory for a component's description");
    } else {
        reel__mutex_lock(&core->names);
        m = reel__map_get(&core->fields, key, key_size);
        if (!m && (status = reel__map_put(&core->fields, key, key_size, fresh)) == REEL_OK) {
            m = fresh;
            fresh = NULL;
            reel__account_add(&core->account, (int64_t)(sizeof *m + 2 * key_size));
        }
        reel__mutex_unlock(&core->names);
    }
    free_made(fresh);
    *out = m ? &m->field : NULL;
    return status;
}

static const reel__field *known(reel__core *core, const void *key, size_t key_size) {
    reel__mutex_lock(&core->names);
    made_field *m = reel__map_get(&core->fields, key, key_size);
    reel__mutex_unlock(&core->names);
    return m ? &m->field : NULL;
}

static reel_status field_of_plain(reel__core *core, const char *path, const reel_descriptor *d, const reel_column *c, const reel__field **out) {
    if (c->type < 1 || (size_t)c->type >= PLAIN_TYPES)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has the type %d, which is not a reel_value_type", path, d->component, (int)c->type);
    if (c->size && plain[c->type].element != REEL__ELEMENT_FLAT)
        return reel__fail(REEL_E_ARGUMENT, "%s: %s has a size of %u: only numbers can be vectors", path, d->component, (unsigned)c->size);
    if (c->size > VALUE_SIZE_MAX)
        return reel__fail(REEL_E_TOO_LARGE, "%s: %s has %u numbers per value: at most %d are allowed", path, d->component, (unsigned)c->size, VALUE_SIZE_MAX);
    text_key key;
    key_of(&key, (uint8_t)c->type, c->size, d);
    if ((*out = known(core, key.bytes, key.size)))
        return REEL_OK;
    made_field *m = make(d);
    if (m)
        set_plain_type(m, c->type, c->size);
    return intern(core, key.bytes, key.size, m, out);
}

static void name_place(char where[512], const char *path, const char *component) { snprintf(where, 512, "%.250s: %.200s", path, component); }

static bool is_whole(const reel_arrow *arrow) { return arrow->array && arrow->schema && arrow->array->release && arrow->schema->release; }

static reel_status import(const char *path, const char *component, const reel_arrow *arrow, reel__arrow_type **type) {
    char where[512];
    if (!is_whole(arrow))
        return reel__fail(REEL_E_ARGUMENT, "%s: %s: the Arrow array or its schema is NULL or released", path, component);
    name_place(where, path, component);
    return reel__arrow_import(arrow->schema, arrow->array, where, type);
}

reel_status reel__field_with_type(reel__core *core, const char *path, const reel_descriptor *d, reel__arrow_type *type, const reel__field **out) {
    text_key texts;
    reel__buf key = {0};
    reel_status status = check_descriptor(path, d);
    if (status != REEL_OK) {
        reel__release(type);
        return status;
    }
    key_of(&texts, KIND_ARROW, 0, d);
    reel__buf_put(&key, texts.bytes, texts.size);
    reel__arrow_type_key(type, &key);
    if (!key.failed && (*out = known(core, key.data, key.size))) {
        reel__release(type);
    } else {
        made_field *m = make(d);
        if (m) {
            m->type = *type;
            m->imported = type;
            m->field.element = REEL__ELEMENT_ARROW;
            m->field.width = reel__arrow_value_bytes(type);
        } else {
            reel__release(type);
        }
        status = intern(core, key.failed ? NULL : key.data, key.size, m, out);
    }
    reel__buf_free(&key);
    return status;
}

static reel_status field_of_arrow(reel__core *core, const char *path, const reel_descriptor *d, const reel_arrow *arrow, const reel__field **out) {
    reel__arrow_type *type;
    REEL__TRY(import(path, d->component, arrow, &type));
    return reel__field_with_type(core, path, d, type, out);
}

/* Whether values of one type can stand for the other's: what children are called, and whether they could be null, does not matter here. */
static bool fits(const reel__arrow_type *wanted, const reel__arrow_type *given) {
    bool same = wanted->n_nodes == given->n_nodes;
    for (uint16_t i = 0; same && i < wanted->n_nodes; i++)
        same = wanted->nodes[i].kind == given->nodes[i].kind && wanted->nodes[i].n == given->nodes[i].n;
    return same;
}

/* An archetype's field whose values come from an Arrow array: the same column, with another element. */
static reel_status field_with_arrow(reel__core *core, const char *path, const reel__field *f, const reel_arrow *arrow, const reel__field **out) {
    char where[512];
    reel__arrow_type *type;
    REEL__TRY(import(path, f->descriptor.component, arrow, &type));
    bool does_fit = fits(f->descriptor.arrow, type);
    reel__release(type);
    if (!does_fit)
        return reel__fail(REEL_E_ARGUMENT, "%s: the Arrow type %s is not that of %s", path, arrow->schema->format, f->descriptor.component);
    name_place(where, path, f->descriptor.component);
    REEL__TRY(reel__arrow_check(f->descriptor.arrow, arrow->schema, arrow->array, where)); /* no null where there can be none */
    uint8_t key[1 + sizeof f] = {KIND_ARROW_FIELD};
    memcpy(key + 1, &f, sizeof f);
    if ((*out = known(core, key, sizeof key)))
        return REEL_OK;
    made_field *m = reel__alloc_zero(sizeof *m);
    if (m) {
        m->field = *f;
        m->field.element = REEL__ELEMENT_ARROW;
    }
    return intern(core, key, sizeof key, m, out);
}

/* The component of one's own that a column names: "Battery:temperature" for the name and the archetype's, unless it is to stay as it is. */
static reel_status descriptor_of(const char *path, const reel_column *c, reel_descriptor *d, char *joined, size_t joined_size) {
    if (!c->name)
        return reel__fail(REEL_E_ARGUMENT, "%s: a column is of archetype 0, which there is not, and has no name", path);
    *d = (reel_descriptor){c->name, c->archetype_name, c->component_type};
    REEL__TRY(check_descriptor(path, d));
    if (c->archetype_name && c->field != REEL__NAMED_AS_GIVEN && !strchr(c->name, ':')) {
        int n = snprintf(joined, joined_size, "%s:%s", c->archetype_name, c->name);
        if (n < 0 || (size_t)n >= joined_size)
            return reel__fail(REEL_E_TOO_LARGE, "%s: a component's name with its archetype's has %d bytes: at most %zu are allowed", path, n, joined_size - 1);
        d->component = joined;
    }
    return REEL_OK;
}

static reel_status field_of_archetype(reel__core *core, const char *path, const reel_column *c, const reel__field **out) {
    const reel__archetype *a = reel__archetype_of(c->archetype);
    if (!a || c->field >= a->n_fields)
        return reel__fail(REEL_E_ARGUMENT, "%s: archetype %u has no field %u", path, (unsigned)c->archetype, (unsigned)c->field);
    *out = &a->fields[c->field];
    return c->arrow ? field_with_arrow(core, path, *out, c->arrow, out) : REEL_OK;
}

reel_status reel__field_of(reel__core *core, const char *path, const reel_column *c, const reel__field **out) {
    char joined[REEL__COMPONENT_NAME_MAX + 1];
    reel_descriptor d;
    if (c->archetype)
        return field_of_archetype(core, path, c, out);
    REEL__TRY(descriptor_of(path, c, &d, joined, sizeof joined));
    return c->arrow ? field_of_arrow(core, path, &d, c->arrow, out) : field_of_plain(core, path, &d, c, out);
}

void reel__fields_free(reel__core *core) {
    const reel__map_entry *e;
    for (size_t at = 0; (e = reel__map_next(&core->fields, &at));)
        free_made(e->value);
    reel__map_free(&core->fields);
}

void reel__arrow_release(const reel_arrow *arrow) {
    if (arrow && arrow->array && arrow->array->release)
        arrow->array->release(arrow->array);
    if (arrow && arrow->schema && arrow->schema->release)
        arrow->schema->release(arrow->schema);
}
