/* Values of element TENSOR: reel_tensor_data. */
#ifndef REEL_TYPES_TENSOR_H
#define REEL_TYPES_TENSOR_H

#include "interpret.h"

#include <reel/values.h>

/* Bytes of an element, by reel_tensor_type. */
extern const uint8_t reel__tensor_widths[REEL_TENSOR_F64 + 1];

/* As reel__measure and reel__write. A tensor without data has its elements written by somebody else (standing.h). */
reel_status reel__measure_tensors(const reel__cell *cell, const char *path, size_t *sizes);
void reel__write_tensors(const reel__cell *cell, uint8_t *const *streams);

/* Bytes of the elements of a tensor that was measured. */
size_t reel__tensor_bytes(const reel_tensor_data *tensor);

#endif
