#include "model.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t number_of(const struct model *m, const void *thing)
{
    return (size_t)((const struct actor *)thing - m->actors);
}

/* The definition. */
static bool is_seen(const struct model *m, size_t watcher, size_t subject)
{
    const struct actor *a = &m->actors[watcher], *b = &m->actors[subject];
    return a != b && a->is_in && b->is_in && a->parts & AOI_SEES && b->parts & AOI_IS_SEEN &&
           fabsf(a->x - b->x) <= a->distance && fabsf(a->z - b->z) <= a->distance;
}

static void changed(void *user, void *watcher, void *subject, bool sees)
{
    struct model *m = user;
    size_t w = number_of(m, watcher), s = number_of(m, subject);
    assert_true(w < m->count && s < m->count && w != s);
    assert_true(w == m->changing || s == m->changing);
    assert_true(m->actors[w].parts & AOI_LISTENS);
    assert_true(m->told[w * m->count + s] != sees);
    m->told[w * m->count + s] = sees;
    m->events++;
    /* It is in its new state. One that enters does not know its number yet. */
    if (m->actors[w].member && m->actors[s].member && m->actors[w].is_in && m->actors[s].is_in)
        assert_int_equal(aoi_sees(m->aoi, m->actors[w].member, m->actors[s].member), sees);
}

void model_init(struct model *m, size_t count)
{
    *m = (struct model){.count = count};
    m->aoi = aoi_create(&(struct aoi_desc){.changed = changed, .user = m});
    m->actors = calloc(count, sizeof *m->actors);
    m->sees = calloc(count * count, sizeof *m->sees);
    m->told = calloc(count * count, sizeof *m->told);
    m->is_listed = calloc(count, sizeof *m->is_listed);
}

void model_fini(struct model *m)
{
    aoi_destroy(m->aoi);
    free(m->actors);
    free(m->sees);
    free(m->told);
    free(m->is_listed);
}

static void check_list(const struct model *m, struct aoi_list list, const bool *first,
                       size_t stride, unsigned parts)
{
    size_t expected = 0;
    for (size_t i = 0; i < m->count; i++)
        expected += first[i * stride] && (m->actors[i].parts & parts) == parts;
    assert_int_equal(list.count, expected);
    memset(m->is_listed, 0, m->count * sizeof *m->is_listed);
    for (size_t i = 0; i < list.count; i++) {
        size_t other = number_of(m, list.things[i]);
        assert_true(first[other * stride] && (m->actors[other].parts & parts) == parts);
        assert_false(m->is_listed[other]);
        m->is_listed[other] = true;
    }
}

void model_check_lists(const struct model *m, size_t actor)
{
    uint32_t member = m->actors[actor].member;
    if (!m->actors[actor].is_in)
        return;
    const bool *row = m->sees + actor * m->count, *column = m->sees + actor;
    check_list(m, aoi_seen(m->aoi, member), row, 1, 0);
    check_list(m, aoi_watchers(m->aoi, member), column, m->count, 0);
    check_list(m, aoi_listeners(m->aoi, member), column, m->count, AOI_LISTENS);
}

static void set_sees(struct model *m, size_t watcher, size_t subject)
{
    bool *sees = &m->sees[watcher * m->count + subject], now = is_seen(m, watcher, subject);
    m->pairs += now;
    m->pairs -= *sees;
    *sees = now;
    if (m->actors[watcher].parts & AOI_LISTENS)
        assert_int_equal(m->told[watcher * m->count + subject], now);
}

static void check(struct model *m, size_t actor)
{
    size_t members = 0;
    for (size_t other = 0; other < m->count; other++) {
        set_sees(m, actor, other);
        set_sees(m, other, actor);
        members += m->actors[other].is_in;
    }
    assert_int_equal(aoi_count(m->aoi), members);
    assert_int_equal(aoi_pairs(m->aoi), m->pairs);
    model_check_lists(m, actor);
}

void model_enter(struct model *m, size_t actor, struct actor as)
{
    m->changing = actor;
    as.is_in = true;
    as.member = 0;
    m->actors[actor] = as;
    uint32_t member = aoi_enter(m->aoi, &m->actors[actor], as.x, as.z, as.distance, as.parts);
    assert_int_not_equal(member, 0);
    m->actors[actor].member = member;
    check(m, actor);
}

void model_move(struct model *m, size_t actor, float x, float z)
{
    m->changing = actor;
    m->actors[actor].x = x;
    m->actors[actor].z = z;
    aoi_move(m->aoi, m->actors[actor].member, x, z);
    check(m, actor);
}

void model_leave(struct model *m, size_t actor)
{
    m->changing = actor;
    m->actors[actor].is_in = false;
    aoi_leave(m->aoi, m->actors[actor].member);
    check(m, actor);
}

void model_set_listens(struct model *m, size_t actor, bool listens)
{
    struct actor *a = &m->actors[actor];
    uint64_t events = m->events;
    unsigned listening = AOI_LISTENS;
    a->parts = listens ? a->parts | listening : a->parts & ~listening;
    for (size_t subject = 0; subject < m->count; subject++)
        m->told[actor * m->count + subject] = listens && is_seen(m, actor, subject);
    aoi_set_listens(m->aoi, a->member, listens);
    assert_int_equal(m->events, events);
    check(m, actor);
}
