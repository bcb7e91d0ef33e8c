/* heap: a binary heap of intrusive nodes ordered by time; every timer waits in one. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct heap_node {
    int64_t due_ms;
    uint64_t order; /* earlier pushed comes first among equals: set by heap_push */
    size_t index;   /* HEAP_OUTSIDE when in no heap */
};

#define HEAP_OUTSIDE SIZE_MAX

struct heap {
    struct heap_node **nodes;
    size_t count, capacity;
    uint64_t pushed;
};

void heap_push(struct heap *heap, struct heap_node *node, int64_t due_ms);
void heap_remove(struct heap *heap, struct heap_node *node); /* nothing when outside */
struct heap_node *heap_first(const struct heap *heap);       /* NULL when empty */
void heap_free(struct heap *heap); /* borrows nodes: frees only the array */
