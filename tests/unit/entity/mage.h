/* mage: the game that the tests of reloads play, in its first version and in its second. */
#pragma once

#include "fixture.h"
#include "happened.h"

#include "entity/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct Mage {
    gw_entity base;
    gw_text name; /* all clients see it */
    int32_t mana; /* its own client does; persistent */
    double power; /* 2.5 at first */
    char title[8];
    gw_map bag;    /* its own client sees it */
    int64_t timer; /* that Begin has started */
    bool level;
    int32_t alive;
    int64_t friends; /* no attribute: carried by the hooks */
} Mage;

/* The second version: attributes in another order; `title` is gone, `luck` is new, `mana` and
 * `power` have other types. */
typedef struct Sage {
    gw_entity base;
    int64_t luck; /* 7, by on_init */
    gw_map bag;
    int8_t mana;
    int16_t power;
    uint8_t level; /* a bool there */
    bool alive;    /* an integer there */
    int64_t timer;
    gw_text name;
    int64_t friends;
} Sage;

extern const gw_game mage_game, sage_game; /* sage_game is the second version */
extern const gw_game mageless_game;        /* one without the type */

/* What the hooks on_freeze and on_restored return from now on. */
extern gw_err mage_freeze_err, mage_restored_err;
extern gw_id mage_doomed; /* whom on_freeze of another one ends */

/* GAME(f) { ... }: the body is a handler of the game. It is left at its end only. */
#define GAME(f)                                                                                    \
    for (struct scope gw__before = world_enter((f)->world, NULL), *gw__once = &gw__before;         \
         gw__once; world_leave((f)->world, gw__before), gw__once = NULL)

/* The state is a fixture that plays the first version; its boot entity is a Mage. */
int mage_setup(void **state);
int mage_teardown(void **state);
#define MAGE_TEST(name) cmocka_unit_test_setup_teardown(name, mage_setup, mage_teardown)

/* One with a client that has begun its life; what was sent and noted is passed over. */
gw_id mage_settled(struct fixture *f, const char *client);

/* The reload succeeds, and by the same program sends nothing. */
void mage_reload(struct fixture *f, const gw_game *game);
/* It does not, for that reason; the world goes on. */
void mage_reload_fails(struct fixture *f, const gw_game *game, const char *why);
