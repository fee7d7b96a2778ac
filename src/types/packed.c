#include "packed.h"

#include "types_table.h"

#include <string.h>

static void make_field(const reel__packed_set *set, const reel__packed_field *p, const char *archetype, reel__field *out) {
    const char *component = set->texts + p->component;
    *out = (reel__field){
        .name = strchr(component, ':') + 1,
        .descriptor = {component, archetype, set->texts + p->component_type, &reel__arrow_types[p->arrow]},
        .enumeration = p->enumeration ? &reel__enums[p->enumeration - 1] : NULL,
        .layout = p->layout ? set->layouts[p->layout - 1] : NULL,
        .element = p->element, .form = p->form, .level = p->level,
        .many = p->flags & REEL__PACKED_MANY, .own_chunk = (p->flags & REEL__PACKED_OWN_CHUNK) != 0,
        .width = p->width, .offset = p->offset, .offset_2 = p->offset_2, .offset_stride = p->offset_stride, .end = p->end,
    };
}

static void make(const reel__packed_set *set) {
    size_t at = 0;
    for (uint32_t i = 0; i < set->n_archetypes; i++) {
        const reel__packed_archetype *p = &set->archetypes[i];
        uint64_t required = 0;
        const char *name = set->texts + p->name;
        reel__field *fields = &set->made_fields[at];
        for (uint32_t f = 0; f < p->n_fields; f++) {
            make_field(set, &set->fields[at + f], name, &fields[f]);
            if (fields[f].level == REEL__REQUIRED)
                required |= UINT64_C(1) << f;
        }
        set->made_archetypes[1 + i] = (reel__archetype){name, fields, p->n_fields, p->struct_size, required, p->image_buffer, p->image_format};
        at += p->n_fields;
    }
}

static void make_types(const reel__packed_types *p) {
    for (uint32_t i = 0; i < p->n_nodes; i++)
        p->made_nodes[i] = (reel__arrow_node){.name = p->texts + p->nodes[i].name, .kind = p->nodes[i].kind, .nullable = p->nodes[i].nullable, .n = p->nodes[i].n};
    for (uint32_t i = 0; i < REEL__N_TYPES; i++)
        reel__arrow_types[i] = (reel__arrow_type){.nodes = &p->made_nodes[p->types[i].first_node], .n_nodes = p->types[i].n_nodes, .n_streams = p->types[i].n_streams};
    for (uint32_t i = 0; i < p->n_variants; i++)
        p->made_variants[i] = p->texts + p->variants[i];
    for (uint32_t i = 0; i < REEL__N_ENUMS; i++) {
        const reel__packed_enum *e = &p->enums[i];
        reel__enums[i] = (reel__enum){p->texts + e->name, p->values + e->first_variant, p->made_variants + e->first_variant, e->n};
    }
}

void reel__unpack(const reel__packed_set *set, _Atomic(bool) *is_made) {
    static reel__mutex mutex = REEL__MUTEX_INIT;
    static bool has_types;
    reel__mutex_lock(&mutex);
    if (!has_types)
        make_types(&reel__packed_types_of_components);
    has_types = true;
    if (!atomic_load_explicit(is_made, memory_order_relaxed))
        make(set);
    atomic_store_explicit(is_made, true, memory_order_release);
    reel__mutex_unlock(&mutex);
}
