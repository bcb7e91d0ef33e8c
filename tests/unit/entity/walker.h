/* walker: the game that the tests of spaces play. Whatever a hook is called for is told to the
 * test.
 */
#pragma once

#include "fixture.h"
#include "happened.h"

#include "entity/space.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* One that sees and is seen; its hooks listen. */
typedef struct Walker {
    gw_entity base;
    char name[8];
    int32_t hp;   /* all clients see it */
    int32_t gold; /* its own client does */
} Walker;

/* The same, but: an owl sees 25 far, a mole nothing, a ghost is seen by nobody, a scribe is saved;
 * a stone has no hooks and sees nothing, a fish only has no hooks; a brief, of the same form, ends
 * in its first hook; a wrecker ends `walker_doomed` when it begins. */
extern const gw_entity_type Walker_type, Owl_type, Mole_type, Ghost_type, Scribe_type, Stone_type,
    Fish_type, Brief_type, Wrecker_type;
extern gw_entity *walker_doomed;

#define WALKER_RPC(RPC)                                                                            \
    RPC(Walker, Tick, GW_SERVER, (i64, n))                                                         \
    RPC(Walker, Rest, GW_FIBER, (i64, ms))
GW_RPC_DECLARE(WALKER_RPC)

/* The type of spaces. */
typedef struct Place {
    gw_entity base;
    int32_t visitors; /* all clients see it */
} Place;
extern const gw_entity_type Place_type;

#define OWL_DISTANCE 25.0f

extern const gw_game walker_game;

/* A hook was called; `other` is NULL where there is none. NULL: nobody is told. */
extern void (*walker_told)(const char *hook, gw_entity *self, const gw_entity *other);

/* From now on hooks are noted: "enters(ann) ", "entered(1,ann) " for the space of kind 1.
 */
void walker_listen(void);

/* GAME(f) { ... }: the body is a handler of the game. It is left at its end only. */
#define GAME(f)                                                                                    \
    for (struct scope gw__before = world_enter((f)->world, NULL), *gw__once = &gw__before;         \
         gw__once; world_leave((f)->world, gw__before), gw__once = NULL)

/* The state is a fixture that plays the game; its boot entity is a Walker. */
int walker_setup(void **state);
int walker_teardown(void **state);
#define WALKER_TEST(name) cmocka_unit_test_setup_teardown(name, walker_setup, walker_teardown)

/* A space of that kind with AOI of that distance (0: without), and one in it; to be called in a
 * handler. */
gw_entity *walker_place(int64_t kind, float distance);
Walker *walker_in(gw_entity *place, const char *name, float x, float z);
