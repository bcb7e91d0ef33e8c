/* The order in which timers fall due. */
#include "base/heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { NODES = 500 };

static void nodes_come_out_in_order_of_time_then_of_pushing(void **state)
{
    (void)state;
    struct heap heap = {0};
    static struct heap_node nodes[NODES];
    unsigned seed = 7;
    for (size_t i = 0; i < NODES; i++) {
        seed = seed * 1103515245u + 12345u;
        heap_push(&heap, &nodes[i], (int64_t)(seed >> 16 & 31) - 16);
    }
    const struct heap_node *last = NULL;
    for (size_t i = 0; i < NODES; i++) {
        struct heap_node *first = heap_first(&heap);
        if (last)
            assert_true(last->due_ms < first->due_ms ||
                        (last->due_ms == first->due_ms && last < first));
        last = first;
        heap_remove(&heap, first);
        assert_true(first->index == HEAP_OUTSIDE);
    }
    assert_null(heap_first(&heap));
    heap_free(&heap);
}

static void check_every_node_against_its_parent(const struct heap *heap)
{
    for (size_t i = 0; i < heap->count; i++) {
        const struct heap_node *node = heap->nodes[i], *parent = heap->nodes[i ? (i - 1) / 2 : 0];
        assert_int_equal(node->index, i);
        assert_true(parent->due_ms < node->due_ms ||
                    (parent->due_ms == node->due_ms && parent->order <= node->order));
    }
}

static void whichever_nodes_come_and_go_none_is_before_its_parent(void **state)
{
    (void)state;
    struct heap heap = {0};
    static struct heap_node nodes[NODES];
    unsigned seed = 99;
    for (size_t i = 0; i < NODES; i++)
        nodes[i].index = HEAP_OUTSIDE;
    for (unsigned step = 0; step < 20000; step++) {
        seed = seed * 1103515245u + 12345u;
        struct heap_node *node = &nodes[(seed >> 8) % NODES];
        if (node->index == HEAP_OUTSIDE)
            heap_push(&heap, node, seed >> 20);
        else
            heap_remove(&heap, node);
        check_every_node_against_its_parent(&heap);
    }
    heap_free(&heap);
}

static void removing_a_node_that_is_outside_does_nothing(void **state)
{
    (void)state;
    struct heap heap = {0};
    struct heap_node inside = {0}, outside = {.index = HEAP_OUTSIDE}, zero = {0};
    heap_remove(&heap, &zero);
    heap_push(&heap, &inside, 1);
    heap_remove(&heap, &outside);
    heap_remove(&heap, &zero);
    assert_ptr_equal(heap_first(&heap), &inside);
    heap_free(&heap);
    assert_true(inside.index == HEAP_OUTSIDE);
}

static void a_node_can_be_pushed_again(void **state)
{
    (void)state;
    struct heap heap = {0};
    struct heap_node a = {.index = HEAP_OUTSIDE}, b = {.index = HEAP_OUTSIDE};
    heap_push(&heap, &a, 1);
    heap_push(&heap, &b, 1);
    heap_remove(&heap, &a);
    heap_push(&heap, &a, 1);
    assert_ptr_equal(heap_first(&heap), &b);
    heap_free(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nodes_come_out_in_order_of_time_then_of_pushing),
        cmocka_unit_test(whichever_nodes_come_and_go_none_is_before_its_parent),
        cmocka_unit_test(removing_a_node_that_is_outside_does_nothing),
        cmocka_unit_test(a_node_can_be_pushed_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
