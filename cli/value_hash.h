/* 128 bits that are equal for equal values: how much memory their arrays share, where they begin in it and what stands under nulls makes no difference. NaN
 * equals NaN. */
#ifndef REEL_CLI_VALUE_HASH_H
#define REEL_CLI_VALUE_HASH_H

#include <reel/arrow.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct cli_hash {
    uint64_t a, b;
} cli_hash;

#define CLI_HASH_BEGIN ((cli_hash) { UINT64_C(0x243f6a8885a308d3), UINT64_C(0x13198a2e03707344) })

void cli_hash_bytes(cli_hash *hash, const void *data, size_t size);
void cli_hash_number(cli_hash *hash, uint64_t number);
/* To be called once, at the end. */
cli_hash cli_hash_end(cli_hash hash);
/* Of hashes that have no order. */
void cli_hash_add(cli_hash *sum, cli_hash part);

/* Of a type: its formats, and the names of fields in structs and unions. */
void cli_hash_type(cli_hash *hash, const struct ArrowSchema *schema);
/* The values [first, first + n) of an array. False: memory is out. */
bool cli_hash_values(cli_hash *hash, const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t first, int64_t n);

#endif
