/* aoi: who sees whom in one space.
 *
 * Nothing is kept but where the members are: what they see follows from it. So a space that is
 * restored needs no more than its members put back where they were, and sights cannot disagree
 * with positions. Positions are finite, distances positive and finite. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct aoi;

/* What a member does. A member with AOI_SEES sees each other one with AOI_IS_SEEN when |dx| and
 * |dz| between them are at most its own distance. */
enum aoi_part {
    AOI_SEES = 1u << 0,
    AOI_IS_SEEN = 1u << 1,
    AOI_LISTENS = 1u << 2, /* it is told what it sees; means nothing without AOI_SEES */
};

struct aoi_desc {
    /* A watcher that listens begins or ceases to see a subject. The aoi is in its new state, may be
     * asked and must not be changed. */
    void (*changed)(void *user, void *watcher, void *subject, bool sees);
    void *user;
};

struct aoi *aoi_create(const struct aoi_desc *desc);
void aoi_destroy(struct aoi *aoi); /* NULL does nothing; tells nothing */

/* These tell what they change, each pair once, before they return; first all that ends, then all
 * that begins, and of two that see each other first what this member sees. The same calls tell the
 * same in the same order. `thing` is borrowed and is what the member is called by. The distance of
 * one that does not see is not looked at; each distance that somebody has costs every move a scan
 * of its own, so there should be few. Returns the member, which is never 0. */
uint32_t aoi_enter(struct aoi *aoi, void *thing, float x, float z, float distance, unsigned parts);
void aoi_move(struct aoi *aoi, uint32_t member, float x, float z);
void aoi_leave(struct aoi *aoi, uint32_t member);

void aoi_set_listens(struct aoi *aoi, uint32_t member, bool listens); /* tells nothing */

/* What a member was entered with. */
struct aoi_member {
    float distance; /* 0: it does not see */
    unsigned parts;
};
struct aoi_member aoi_member(const struct aoi *aoi, uint32_t member);

/* Puts back a member of an aoi that was elsewhere, or before: as aoi_enter, but nothing is looked
 * for, and nothing told. The pairs of all that is put back are those of the other aoi. */
uint32_t aoi_put_back(struct aoi *aoi, void *thing, float x, float z, struct aoi_member member);
void aoi_put_back_pairs(struct aoi *aoi, uint64_t pairs);

bool aoi_sees(const struct aoi *aoi, uint32_t watcher, uint32_t subject);

/* Good until the next call of a function that gives one, or changes the aoi. */
struct aoi_list {
    void *const *things;
    size_t count;
};
struct aoi_list aoi_seen(struct aoi *aoi, uint32_t member);      /* whom it sees */
struct aoi_list aoi_watchers(struct aoi *aoi, uint32_t member);  /* who sees it */
struct aoi_list aoi_listeners(struct aoi *aoi, uint32_t member); /* who sees it and listens */

size_t aoi_count(const struct aoi *aoi);   /* members */
uint64_t aoi_pairs(const struct aoi *aoi); /* of a watcher and a subject that it sees */
