/* What is told, to whom, and in which order. */
#include "aoi/aoi.h"
#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { EVERYTHING = AOI_SEES | AOI_IS_SEEN | AOI_LISTENS };

/* A space whose members are called by a letter. */
struct told {
    struct aoi *aoi;
    struct buf text; /* " +ab" when a begins to see b, " -ab" when it ceases to */
    uint32_t ask;    /* member that is asked whom it sees at each change, unless 0 */
};

static void changed(void *user, void *watcher, void *subject, bool sees)
{
    struct told *t = user;
    buf_print(&t->text, " %c%c%c", sees ? '+' : '-', *(char *)watcher, *(char *)subject);
    if (!t->ask)
        return;
    struct aoi_list seen = aoi_seen(t->aoi, t->ask);
    buf_print(&t->text, "(");
    for (size_t i = 0; i < seen.count; i++)
        buf_print(&t->text, "%c", *(char *)seen.things[i]);
    buf_print(&t->text, ")");
}

static void told_init(struct told *t)
{
    *t = (struct told){0};
    t->aoi = aoi_create(&(struct aoi_desc){.changed = changed, .user = t});
}

static void told_fini(struct told *t)
{
    aoi_destroy(t->aoi);
    buf_free(&t->text);
}

static uint32_t enter(struct told *t, const char *name, float x, float distance, unsigned parts)
{
    return aoi_enter(t->aoi, (void *)(uintptr_t)name, x, 0, distance, parts);
}

/* This was told since the last time. */
static void expect(struct told *t, const char *text)
{
    buf_print(&t->text, "%c", 0);
    assert_string_equal((char *)t->text.data, text);
    buf_clear(&t->text);
}

static void what_ends_is_told_before_what_begins_and_the_mover_first(void **state)
{
    (void)state;
    struct told t;
    told_init(&t);
    enter(&t, "a", 0, 10, EVERYTHING);
    enter(&t, "b", 50, 10, EVERYTHING);
    uint32_t far = enter(&t, "f", -12, 15, EVERYTHING);
    expect(&t, " +fa");
    uint32_t mover = enter(&t, "m", 5, 10, EVERYTHING);
    expect(&t, " +ma +am");
    aoi_move(t.aoi, mover, 45, 0);
    expect(&t, " -ma -am +mb +bm");
    aoi_move(t.aoi, mover, 2, 0);
    expect(&t, " -mb -bm +ma +am +fm");
    aoi_move(t.aoi, far, -1000, 0);
    expect(&t, " -fa -fm");
    aoi_leave(t.aoi, mover);
    expect(&t, " -ma -am");
    told_fini(&t);
}

static void the_distance_belongs_to_the_square(void **state)
{
    (void)state;
    struct told t;
    told_init(&t);
    enter(&t, "a", 0, 10, EVERYTHING);
    uint32_t mover = enter(&t, "m", 10.000001f, 10, EVERYTHING);
    expect(&t, "");
    aoi_move(t.aoi, mover, 10, 10);
    expect(&t, " +ma +am");
    aoi_move(t.aoi, mover, 10, 10.000001f);
    expect(&t, " -ma -am");
    told_fini(&t);
}

static void only_who_sees_and_listens_is_told(void **state)
{
    (void)state;
    struct told t;
    told_init(&t);
    enter(&t, "l", 0, 10, AOI_SEES | AOI_LISTENS);
    enter(&t, "s", 0, 10, AOI_SEES | AOI_IS_SEEN);
    expect(&t, " +ls");
    enter(&t, "x", 0, 0, AOI_LISTENS);
    expect(&t, "");
    uint32_t thing = enter(&t, "t", 1, 0, AOI_IS_SEEN | AOI_LISTENS);
    expect(&t, " +lt");
    assert_int_equal(aoi_watchers(t.aoi, thing).count, 2);
    assert_int_equal(aoi_listeners(t.aoi, thing).count, 1);
    assert_int_equal(aoi_pairs(t.aoi), 3);
    told_fini(&t);
}

static void listening_can_begin_and_end_at_any_time(void **state)
{
    (void)state;
    struct told t;
    told_init(&t);
    uint32_t watcher = enter(&t, "w", 0, 10, AOI_SEES);
    uint32_t thing = enter(&t, "t", 0, 0, AOI_IS_SEEN);
    aoi_set_listens(t.aoi, watcher, true);
    aoi_set_listens(t.aoi, watcher, true);
    aoi_set_listens(t.aoi, thing, true);
    expect(&t, "");
    assert_int_equal(aoi_listeners(t.aoi, thing).count, 1);
    aoi_move(t.aoi, thing, 20, 0);
    expect(&t, " -wt");
    aoi_set_listens(t.aoi, watcher, false);
    aoi_move(t.aoi, thing, 0, 0);
    expect(&t, "");
    assert_true(aoi_sees(t.aoi, watcher, thing));
    assert_int_equal(aoi_pairs(t.aoi), 1);
    told_fini(&t);
}

static void who_is_told_may_ask_and_finds_the_new_state(void **state)
{
    (void)state;
    struct told t;
    told_init(&t);
    t.ask = enter(&t, "w", 0, 10, EVERYTHING);
    uint32_t thing = enter(&t, "t", 0, 0, AOI_IS_SEEN);
    expect(&t, " +wt(t)");
    aoi_move(t.aoi, thing, 1, 0);
    enter(&t, "b", 0, 10, EVERYTHING);
    expect(&t, " +bw(bt) +wb(bt) +bt(bt)");
    aoi_leave(t.aoi, thing);
    expect(&t, " -wt(b) -bt(b)");
    told_fini(&t);
}

static void a_place_that_is_free_is_taken_again(void **state)
{
    (void)state;
    struct told t;
    told_init(&t);
    uint32_t first = enter(&t, "a", 0, 10, EVERYTHING);
    enter(&t, "b", 0, 10, EVERYTHING);
    aoi_leave(t.aoi, first);
    assert_int_equal(enter(&t, "c", 0, 10, EVERYTHING), first);
    expect(&t, " +ba +ab -ab -ba +cb +bc");
    assert_int_equal(aoi_count(t.aoi), 2);
    told_fini(&t);
}

/* Writes all that is told in the life of a crowd. */
static void live(struct told *t)
{
    static const char names[] = "abcdefghijklmnopqrstuvwxyz";
    uint32_t members[26];
    uint64_t seed = 5;
    for (size_t i = 0; i < 26; i++)
        members[i] = enter(t, &names[i], (float)(i % 7) * 9, (float)(10 + i % 3), EVERYTHING);
    for (unsigned step = 0; step < 5000; step++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t i = (seed >> 33) % 26;
        float x = (float)(seed >> 40 & 63);
        if (step % 5 > 0) {
            aoi_move(t->aoi, members[i], x, 0);
        } else {
            aoi_leave(t->aoi, members[i]);
            members[i] = enter(t, &names[i], x, (float)(10 + i % 3), EVERYTHING);
        }
    }
}

static void the_same_calls_tell_the_same_in_the_same_order(void **state)
{
    (void)state;
    struct told once, again;
    told_init(&once);
    told_init(&again);
    live(&once);
    live(&again);
    assert_true(once.text.size > 10000);
    assert_int_equal(once.text.size, again.text.size);
    assert_memory_equal(once.text.data, again.text.data, once.text.size);
    told_fini(&once);
    told_fini(&again);
}

static void the_end_tells_nothing(void **state)
{
    (void)state;
    struct told t;
    told_init(&t);
    enter(&t, "a", 0, 10, EVERYTHING);
    enter(&t, "b", 0, 10, AOI_IS_SEEN);
    expect(&t, " +ab");
    aoi_destroy(t.aoi);
    aoi_destroy(NULL);
    expect(&t, "");
    t.aoi = NULL;
    told_fini(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_ends_is_told_before_what_begins_and_the_mover_first),
        cmocka_unit_test(the_distance_belongs_to_the_square),
        cmocka_unit_test(only_who_sees_and_listens_is_told),
        cmocka_unit_test(listening_can_begin_and_end_at_any_time),
        cmocka_unit_test(who_is_told_may_ask_and_finds_the_new_state),
        cmocka_unit_test(a_place_that_is_free_is_taken_again),
        cmocka_unit_test(the_same_calls_tell_the_same_in_the_same_order),
        cmocka_unit_test(the_end_tells_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
