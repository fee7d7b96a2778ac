/* Arrow types in words, for people: "float", "list<uint8>", "fixed_size_list<float>[3]", "struct<width: uint32, height: uint32>", "timestamp[ns, UTC]". */
#ifndef REEL_ARROW_WORDS_H
#define REEL_ARROW_WORDS_H

#include "../base/buf.h"

#include <reel/arrow.h>

/* Appends them. Types nested too deep end in "...". */
void reel__arrow_words(reel__buf *out, const struct ArrowSchema *schema);

#endif
