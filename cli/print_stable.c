#include "print_stable.h"
#include "json_text.h"
#include "number_text.h"
#include "recording_input.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define MEMORY            ((size_t)24 << 20)
#define DIFFERS_EACH_TIME "log_time"
#define START_TIME        "RecordingInfo:start_time"
enum { TYPE_LINE = 1, VALUE_LINE = 2 };

/* A record: what it is sorted by, then the line, then how many bytes the former has (u32). */

static bool put_number(cli_text *to, uint64_t value) {
    char bytes[8];
    for (int i = 7; i >= 0; i--, value >>= 8) bytes[i] = (char)value;
    return cli_text_append(to, bytes, 8);
}
static bool put_text(cli_text *to, const char *text) { return cli_text_append(to, text, strlen(text) + 1); }
static bool put_byte(cli_text *to, int byte) { return cli_text_append(to, &(char) { (char)byte }, 1); }

bool cli_stable_begin(cli_stable *s, const cli_print_style *style) {
    *s = (cli_stable) { .style = style, .sorter = cli_sorter_new(MEMORY) };
    return s->sorter != NULL;
}

void cli_stable_free(cli_stable *s) {
    cli_sorter_free(s->sorter);
    cli_map_free(&s->types);
    cli_text_free(&s->record);
    *s = (cli_stable) { 0 };
}

typedef struct place {
    cli_stable *stable;
    const reel_read_message *message;
    const reel_chunk *chunk;
    const reel_chunk_component *component;
} place;

static bool is_shown(const reel_chunk_timeline *t) { return strcmp(t->name, DIFFERS_EACH_TIME) != 0; }

static bool put_head(const place *p, int line) {
    cli_text *r = &p->stable->record;
    cli_text_clear(r);
    return put_byte(r, (int)p->message->store_kind) && put_text(r, p->message->application_id) && put_text(r, reel_chunk_entity(p->chunk)) &&
           put_text(r, p->component->component) && put_byte(r, line);
}

/* Static rows first, then by all timelines in the order of their names; signed times as numbers that sort alike. */
static bool put_times(const place *p, size_t row) {
    cli_text *r = &p->stable->record;
    bool fits = put_byte(r, !reel_chunk_is_static(p->chunk));
    for (size_t i = 0; i < reel_chunk_timelines(p->chunk) && fits; i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(p->chunk, i);
        fits = !is_shown(t) || (put_text(r, t->name) && put_number(r, (uint64_t)t->times[row] ^ UINT64_C(1) << 63));
    }
    return fits && put_byte(r, 0) && cli_text_append(r, (const char *)reel_chunk_row_ids(p->chunk) + 16 * row, 16);
}

/* ---- lines */

static bool begin_line(const place *p, cli_text *out) {
    const reel_read_message *m = p->message;
    if (!p->stable->style->is_json) {
        return cli_text_printf(out, "%s ", cli_store_kind_name(m->store_kind)) && cli_text_append_clean(out, m->application_id, strlen(m->application_id)) &&
               cli_text_printf(out, " %s %s", reel_chunk_entity(p->chunk), p->component->component);
    }
    return cli_text_append(out, "{", 1) && cli_json_text(out, "store_kind", cli_store_kind_name(m->store_kind)) &&
           cli_json_text(out, "application_id", m->application_id) && cli_json_text(out, "entity", reel_chunk_entity(p->chunk)) &&
           cli_json_text(out, "component", p->component->component);
}

static bool append_type(const place *p, cli_text *out) {
    const reel_chunk_component *c = p->component;
    if (!begin_line(p, out)) return false;
    if (p->stable->style->is_json) {
        return cli_json_text(out, "type", c->arrow_type) && cli_json_text(out, "component_type", c->component_type) &&
               cli_json_text(out, "archetype", c->archetype) && cli_text_append(out, "}", 1);
    }
    return cli_text_printf(out, " is %s%s%s%s%s", c->arrow_type, c->component_type ? ", " : "", c->component_type ? c->component_type : "",
                           c->archetype ? " of " : "", c->archetype ? c->archetype : "");
}

static bool append_row_times(const place *p, size_t row, cli_text *out) {
    bool is_json = p->stable->style->is_json, fits = true;
    if (is_json)
        fits = cli_json_key(out, "times") && cli_text_append(out, "{", 1);
    else if (reel_chunk_is_static(p->chunk))
        fits = cli_text_printf(out, " static");
    for (size_t i = 0; i < reel_chunk_timelines(p->chunk) && fits; i++) {
        const reel_chunk_timeline *t = reel_chunk_timeline_at(p->chunk, i);
        if (!is_shown(t)) continue;
        if (is_json)
            fits = cli_json_integer(out, t->name, t->times[row]);
        else
            fits = cli_text_printf(out, " %s=", t->name) && cli_time_append(out, t->type, t->times[row]);
    }
    return fits && (!is_json || cli_text_append(out, "}", 1));
}

static bool append_value(const place *p, const cli_batch *batch, size_t component, size_t row, cli_text *out) {
    const cli_print_style *style = p->stable->style;
    const cli_value_style values = { .is_json = style->is_json, .items_max = (size_t)style->items_max, .has_digest = true };
    bool is_set;
    if (!begin_line(p, out) || !append_row_times(p, row, out)) return false;
    if (!(style->is_json ? cli_json_key(out, "values") : cli_text_append(out, ": ", 2))) return false;
    return cli_batch_append(out, &values, batch, component, row, &is_set) && (!style->is_json || cli_text_append(out, "}", 1));
}

/* Ends the record with the line, and hands it to the sorter. */
static bool put_line(const place *p, const cli_text *line) {
    cli_text *r = &p->stable->record;
    uint32_t head = (uint32_t)r->size;
    if (!cli_text_append(r, line->data, line->size) || !cli_text_append(r, (const char *)&head, sizeof head)) return false;
    return cli_sorter_add(p->stable->sorter, r->data, r->size);
}

static bool add_type(const place *p) {
    cli_text line = { 0 };
    size_t number;
    bool is_new = false;
    bool fits = append_type(p, &line) && cli_map_add(&p->stable->types, line.data, line.size, &number, &is_new);
    if (fits && is_new) fits = put_head(p, TYPE_LINE) && put_line(p, &line);
    cli_text_free(&line);
    return fits;
}

static bool add_component(place *p, const cli_batch *batch, size_t component) {
    cli_text line = { 0 };
    int64_t column = batch->first_component + (int64_t)component;
    bool fits = true;
    p->component = reel_chunk_component_at(p->chunk, component);
    if (strcmp(p->component->component, START_TIME) == 0) return true;
    fits = add_type(p);
    for (size_t row = 0; row < reel_chunk_rows(p->chunk) && fits; row++) {
        if (cli_value_is_null(batch->schema.children[column], batch->array.children[column], (int64_t)row)) continue;
        cli_text_clear(&line);
        fits = append_value(p, batch, component, row, &line) && put_head(p, VALUE_LINE) && put_times(p, row) && put_line(p, &line);
    }
    cli_text_free(&line);
    return fits;
}

bool cli_stable_add(cli_stable *s, const reel_read_message *message, const reel_chunk *chunk) {
    place p = { .stable = s, .message = message, .chunk = chunk };
    cli_batch batch;
    errno = ENOMEM; /* unless the sorter says another reason */
    if (!cli_batch_of(&batch, chunk)) return false;
    bool fits = true;
    for (size_t i = 0; i < reel_chunk_components(chunk) && fits; i++) fits = add_component(&p, &batch, i);
    cli_batch_release(&batch);
    return fits;
}

bool cli_stable_print(cli_stable *s) {
    const uint8_t *record;
    size_t size;
    cli_sorted step;
    cli_text line = { 0 };
    while ((step = cli_sorter_next(s->sorter, &record, &size)) == CLI_SORTED_RECORD) {
        uint32_t head;
        memcpy(&head, record + size - sizeof head, sizeof head);
        cli_text_clear(&line);
        if (!cli_text_append(&line, (const char *)record + head, size - sizeof head - head)) break;
        if (!s->style->is_json) cli_text_defuse(&line);
        fwrite(line.data, 1, line.size, stdout);
        putchar('\n');
    }
    cli_text_free(&line);
    return step == CLI_SORTED_END;
}
