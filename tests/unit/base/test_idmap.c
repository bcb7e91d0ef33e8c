/* idmap against a model that is too simple to be wrong. */
#include "base/idmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* All of them fill a table of 512 nearly as far as it may be. */
enum { IDS = 405, STEPS = 200000 };

static uint64_t random_next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static gw_id id_of(size_t number)
{
    gw_id id = {"AAAAAAAAAAAAAAAA"};
    id.text[15] = (char)('A' + number % 16);
    id.text[8] = (char)('A' + number / 16);
    return id;
}

static void check_walk(const struct idmap *map, void *const model[IDS])
{
    size_t position = 0, seen = 0, expected = 0;
    for (struct idmap_slot *slot; (slot = idmap_next(map, &position)); seen++) {
        size_t number = (size_t)(slot->id.text[8] - 'A') * 16 + (size_t)(slot->id.text[15] - 'A');
        assert_ptr_equal(slot->value, model[number]);
    }
    for (size_t i = 0; i < IDS; i++)
        expected += model[i] != NULL;
    assert_int_equal(seen, expected);
    assert_int_equal(map->count, expected);
}

/* Returns what was there and puts `value` there. */
static void *exchange(void **place, void *value)
{
    void *old = *place;
    *place = value;
    return old;
}

static void random_steps_give_what_the_model_gives(void **state)
{
    (void)state;
    static char values[64];
    void *model[IDS] = {0};
    struct idmap map = {.seed = 42};
    uint64_t seed = 12345;
    for (unsigned step = 0; step < STEPS; step++) {
        uint64_t r = random_next(&seed);
        size_t number = (r >> 8) % IDS;
        /* Long times of mostly putting and mostly removing, so that the load goes up and down. */
        bool is_filling = step / 2000 % 2 == 0;
        if (r % 8 < (is_filling ? 5 : 1)) {
            void *value = &values[(r >> 32) % 64];
            assert_ptr_equal(idmap_put(&map, id_of(number), value),
                             exchange(&model[number], value));
        } else if (r % 8 < 6) {
            assert_ptr_equal(idmap_remove(&map, id_of(number)), exchange(&model[number], NULL));
        }
        assert_ptr_equal(idmap_get(&map, id_of(number)), model[number]);
        uint64_t hash = idmap_prefetch(&map, id_of(number));
        assert_ptr_equal(idmap_get_hashed(&map, id_of(number), hash), model[number]);
        if (step % 1000 == 0)
            check_walk(&map, model);
    }
    check_walk(&map, model);
    idmap_free(&map);
}

/* Of a call that makes entities, say: those behind it were looked ahead at before. */
static void a_hash_is_good_after_the_map_has_grown(void **state)
{
    (void)state;
    struct idmap map = {.seed = 7};
    uint64_t hash = idmap_prefetch(&map, id_of(3));
    for (size_t i = 0; i < IDS; i++)
        idmap_put(&map, id_of(i), &map + i);
    assert_ptr_equal(idmap_get_hashed(&map, id_of(3), hash), &map + 3);
    idmap_free(&map);
}

static void an_empty_map_of_zeros_has_nothing(void **state)
{
    (void)state;
    struct idmap map = {0};
    size_t position = 0;
    assert_null(idmap_get(&map, id_of(1)));
    assert_null(idmap_remove(&map, id_of(1)));
    assert_null(idmap_next(&map, &position));
    idmap_free(&map);
}

static void an_id_takes_at_most_64_bytes(void **state)
{
    (void)state;
    struct idmap map = {0};
    for (size_t i = 0; i < IDS; i++) {
        idmap_put(&map, id_of(i), &map);
        size_t bytes = map.capacity * (sizeof *map.slots + sizeof *map.tags);
        assert_true(map.capacity == 16 || bytes <= 64 * map.count);
        assert_true(map.count * 5 <= map.capacity * 4);
        assert_int_equal(map.capacity & (map.capacity - 1), 0);
    }
    idmap_free(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_steps_give_what_the_model_gives),
        cmocka_unit_test(a_hash_is_good_after_the_map_has_grown),
        cmocka_unit_test(an_empty_map_of_zeros_has_nothing),
        cmocka_unit_test(an_id_takes_at_most_64_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
