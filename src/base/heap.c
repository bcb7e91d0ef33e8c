/* A binary heap whose nodes know their places, so that any of them can be removed. */
#include "base/heap.h"

#include "base/assert.h"
#include "base/buf.h"

#include <stdbool.h>
#include <stdlib.h>

enum { HEAP_CAPACITY_MIN = 16 };

static bool comes_before(const struct heap_node *a, const struct heap_node *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void place(struct heap *heap, size_t index, struct heap_node *node)
{
    heap->nodes[index] = node;
    node->index = index;
}

/* Each moves the gap at `index` to where the node belongs and puts it there. */
static void sift_up(struct heap *heap, size_t index, struct heap_node *node)
{
    while (index > 0 && comes_before(node, heap->nodes[(index - 1) / 2])) {
        place(heap, index, heap->nodes[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    place(heap, index, node);
}

static void sift_down(struct heap *heap, size_t index, struct heap_node *node)
{
    for (size_t child; (child = 2 * index + 1) < heap->count; index = child) {
        if (child + 1 < heap->count && comes_before(heap->nodes[child + 1], heap->nodes[child]))
            child++;
        if (!comes_before(heap->nodes[child], node))
            break;
        place(heap, index, heap->nodes[child]);
    }
    place(heap, index, node);
}

/* A node of zeros that was never pushed is outside too. */
static bool is_inside(const struct heap *heap, const struct heap_node *node)
{
    return node->index < heap->count && heap->nodes[node->index] == node;
}

void heap_push(struct heap *heap, struct heap_node *node, int64_t due_ms)
{
    ASSERT(!is_inside(heap, node));
    if (heap->count == heap->capacity) {
        heap->capacity = heap->capacity ? heap->capacity * 2 : HEAP_CAPACITY_MIN;
        heap->nodes = mem_realloc(heap->nodes, heap->capacity * sizeof(struct heap_node *));
    }
    node->due_ms = due_ms;
    node->order = heap->pushed++;
    sift_up(heap, heap->count++, node);
}

void heap_remove(struct heap *heap, struct heap_node *node)
{
    if (!is_inside(heap, node))
        return;
    size_t index = node->index;
    struct heap_node *last = heap->nodes[--heap->count];
    node->index = HEAP_OUTSIDE;
    if (last == node)
        return;
    if (index > 0 && comes_before(last, heap->nodes[(index - 1) / 2]))
        sift_up(heap, index, last);
    else
        sift_down(heap, index, last);
}

struct heap_node *heap_first(const struct heap *heap)
{
    return heap->count ? heap->nodes[0] : NULL;
}

void heap_free(struct heap *heap)
{
    for (size_t i = 0; i < heap->count; i++)
        heap->nodes[i]->index = HEAP_OUTSIDE;
    free(heap->nodes);
    *heap = (struct heap){0};
}
