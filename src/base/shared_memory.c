#include "shared_memory.h"

#include "alloc.h"

static void release_block(reel__held *held) { reel__release(held); }

reel__held_block *reel__held_block_new(size_t size) {
    size_t bytes;
    if (!reel__add_size(sizeof(reel__held_block), size, &bytes))
        return NULL;
    reel__held_block *block = reel__alloc(bytes);
    if (!block)
        return NULL;
    reel__held_init(&block->held, release_block);
    block->size = size;
    return block;
}
