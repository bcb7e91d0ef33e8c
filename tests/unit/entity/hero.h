/* hero: the game that these tests play. A hero has a method for whatever a test wants to be done,
 * and everything that happens in the game is noted. */
#pragma once

#include "fixture.h"
#include "happened.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct Hero {
    gw_entity base;
    gw_text name;
    char title[8];
    int32_t level;
    float speed;
    gw_id friend_id;
    bool hidden; /* no attribute */
} Hero;

/* Takes its twin along when it ends; a Stillborn, of the same form, ends in its first hook. */
typedef struct Moth {
    gw_entity base;
    gw_id twin;
    int64_t age;
} Moth;

/* With the types Hero, Moth, Stillborn, and Guest, which is not persistent. */
extern const gw_game hero_game;

/* The state is a fixture that plays the game; its boot entity is a Hero. */
int hero_setup(void **state);
int hero_teardown(void **state);
#define HERO_TEST(name) cmocka_unit_test_setup_teardown(name, hero_setup, hero_teardown)

/* A hero with a client, settled: what its birth sent and noted is passed over. */
Hero *hero_settled(struct fixture *f, const char *client);
