/* A row may hold more than one archetype, and components of one's own: a rover's place, what it says of itself, and its battery, which no archetype knows. */
#include <reel/reel.h>

#include <math.h>
#include <stdio.h>

enum { N_STEPS = 200, N_CELLS = 4 };

static reel_status log_step(reel_recording *rec, int step) {
    float angle = (float)step / 20;
    float place[3] = { 4 * cosf(angle), 4 * sinf(angle), 0.2f };
    float body[3] = { 0.6f, 0.4f, 0.2f };
    double cells[N_CELLS], current = 3 + sin(angle * 3);
    for (int i = 0; i < N_CELLS; i++)
        cells[i] = 4.1 - 0.002 * step - 0.01 * i;
    char said[64];
    const char *texts[1] = { said };
    snprintf(said, sizeof said, "%.1f A", current);

    reel_transform3d transform = { .translation = place };
    reel_boxes3d box = { .half_sizes = body, .n_half_sizes = 1, .labels = texts, .n_labels = 1 };
    const reel_part parts[] = { REEL_PART(transform3d, &transform), REEL_PART(boxes3d, &box) };
    const reel_column battery[] = {
        { .name = "cells", .archetype_name = "Battery", .type = REEL_VALUE_F64, .values = cells, .n_values = N_CELLS },
        { .name = "current", .archetype_name = "Battery", .type = REEL_VALUE_F64, .values = &current, .n_values = 1 },
    };
    return reel_log_row(rec, "rover", &(reel_row) { .parts = parts, .n_parts = 2, .columns = battery, .n_columns = 2 });
}

int main(int argc, char **argv) {
    reel_recording *rec = reel_new("reel_example_rows", NULL);
    reel_status status = rec ? reel_save(rec, argc > 1 ? argv[1] : "rows.rrd") : REEL_E_NO_MEMORY;
    for (int step = 0; step < N_STEPS && status == REEL_OK; step++) {
        status = reel_set_time_sequence(rec, "step", step);
        if (status == REEL_OK) status = log_step(rec, step);
    }
    if (status == REEL_OK) status = reel_close(rec, -1);
    if (status != REEL_OK) fprintf(stderr, "rows: %s\n", reel_error_message());
    reel_free(rec);
    return status == REEL_OK ? 0 : 1;
}
