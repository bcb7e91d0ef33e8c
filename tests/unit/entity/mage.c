/* mage: see mage.h. */
#include "mage.h"

#include <stdlib.h>

gw_err mage_freeze_err, mage_restored_err;
gw_id mage_doomed;

/* ---- the first version ---------------------------------------------------------------------- */

extern const gw_entity_type Mage_type;

#define MAGE_RPC(RPC)                                                                              \
    RPC(Mage, Begin, GW_SERVER)                                                                    \
    RPC(Mage, Cast, GW_SERVER, (str, spell))                                                       \
    RPC(Mage, Forget, GW_SERVER, (i64, n))                                                         \
    RPC(Mage, StopCasting, GW_SERVER)                                                              \
    RPC(Mage, Meditate, GW_FIBER, (i64, ms))                                                       \
    RPC(Mage, MeditateOn, GW_FIBER)                                                                \
    RPC(Mage, AskGoing, GW_SERVER)
GW_RPC_DECLARE(MAGE_RPC)
#define MAGE_CLIENT_RPC(RPC) RPC(Mage, OnCast, (str, spell))
GW_CLIENT_RPC_DECLARE(MAGE_CLIENT_RPC)

static const gw_attr Mage_attrs[] = {GW_ATTR(Mage, name, GW_ALL_CLIENTS),
                                     GW_ATTR(Mage, mana, GW_CLIENT | GW_PERSISTENT),
                                     GW_ATTR(Mage, power, 0),
                                     GW_ATTR(Mage, title, 0),
                                     GW_ATTR(Mage, bag, GW_CLIENT),
                                     GW_ATTR(Mage, timer, 0),
                                     GW_ATTR(Mage, level, 0),
                                     GW_ATTR(Mage, alive, 0),
                                     GW_ATTR_END};

void Mage_Begin(Mage *self)
{
    GW_SET(self, name, "Ann");
    GW_SET(self, mana, 70);
    GW_SET(self, title, "Dr");
    GW_SET(self, level, true);
    GW_SET(self, alive, 1);
    gw_map_set(self->bag, "herb", 4);
    self->friends = 9;
    Mage_after_Cast(self, 500, "once");
    Mage_after_Forget(self, 900, 1);
    GW_SET(self, timer, (int64_t)Mage_every_Cast(self, 200, "tick"));
}
void Mage_Cast(Mage *self, const char *spell)
{
    note("cast(%s) ", spell);
    Mage_client_OnCast(gw_own_client(&self->base), spell);
}
void Mage_Forget(Mage *self, int64_t n)
{
    (void)self;
    note("forget(%d) ", (int)n);
}
void Mage_StopCasting(Mage *self)
{
    gw_timer_cancel(&self->base, (gw_timer)self->timer);
}
void Mage_Meditate(Mage *self, int64_t ms)
{
    (void)self;
    note("meditated(%d) ", (int)gw_await_sleep(ms));
}
/* Never ends: each fiber leaves the next. */
void Mage_MeditateOn(Mage *self)
{
    self->friends++;
    if (!gw_await_sleep(10))
        Mage_call_MeditateOn(self->base.id);
}
/* Never ends: each call leaves the next one for the next turn. */
void Mage_AskGoing(Mage *self)
{
    self->friends++;
    Mage_call_AskGoing(self->base.id);
}

static gw_err mage_freezes(gw_entity *e, gw_map carried)
{
    note("freeze ");
    gw_entity *doomed = gw_find(mage_doomed);
    if (doomed && doomed != e)
        gw_destroy(doomed);
    gw_map_set(carried, "friends", ((Mage *)e)->friends);
    return mage_freeze_err;
}
static gw_err mage_restored(gw_entity *e, gw_map carried)
{
    note("restored ");
    ((Mage *)e)->friends = gw_map_i64(carried, "friends");
    return mage_restored_err;
}
static void mage_init(gw_entity *e)
{
    ((Mage *)e)->power = 2.0;
}
static void mage_ready(gw_entity *e)
{
    (void)e;
    note("ready ");
}
static void mage_ends(gw_entity *e)
{
    (void)e;
    note("destroy ");
}

GW_RPC_DEFINE(Mage, MAGE_RPC)
const gw_entity_type Mage_type = {.name = "Mage",
                                  .size = sizeof(Mage),
                                  .attrs = Mage_attrs,
                                  .methods = Mage_methods,
                                  .persistent = true,
                                  .on_init = mage_init,
                                  .on_attrs_ready = mage_ready,
                                  .on_destroy = mage_ends,
                                  .on_freeze = mage_freezes,
                                  .on_restored = mage_restored};

static void game_restored(void)
{
    note("game_restored ");
}
static void game_ready(void)
{
    note("game_ready ");
}

static const gw_entity_type *const mage_types[] = {&Mage_type, NULL};
const gw_game mage_game = {
    .types = mage_types, .on_ready = game_ready, .on_restored = game_restored};

/* ---- the second ----------------------------------------------------------------------------- */

extern const gw_entity_type Sage_type;
#define SAGE_RPC(RPC)                                                                              \
    RPC(Sage, Cast, GW_SERVER, (str, spell))                                                       \
    RPC(Sage, StopCasting, GW_SERVER)
GW_RPC_DECLARE(SAGE_RPC)

static const gw_attr Sage_attrs[] = {GW_ATTR(Sage, luck, GW_CLIENT),
                                     GW_ATTR(Sage, bag, GW_CLIENT),
                                     GW_ATTR(Sage, mana, GW_CLIENT | GW_PERSISTENT),
                                     GW_ATTR(Sage, power, 0),
                                     GW_ATTR(Sage, timer, 0),
                                     GW_ATTR(Sage, name, GW_ALL_CLIENTS),
                                     GW_ATTR(Sage, level, 0),
                                     GW_ATTR(Sage, alive, 0),
                                     GW_ATTR_END};

void Sage_Cast(Sage *self, const char *spell)
{
    (void)self;
    note("sage(%s) ", spell);
}
void Sage_StopCasting(Sage *self)
{
    gw_timer_cancel(&self->base, (gw_timer)self->timer);
}
static void sage_init(gw_entity *e)
{
    ((Sage *)e)->luck = 7;
}
static gw_err sage_restored(gw_entity *e, gw_map carried)
{
    ((Sage *)e)->friends = gw_map_i64(carried, "friends");
    return mage_restored_err;
}
GW_RPC_DEFINE(Sage, SAGE_RPC)
const gw_entity_type Sage_type = {.name = "Mage",
                                  .size = sizeof(Sage),
                                  .attrs = Sage_attrs,
                                  .methods = Sage_methods,
                                  .persistent = true,
                                  .on_init = sage_init,
                                  .on_restored = sage_restored};
static const gw_entity_type *const sage_types[] = {&Sage_type, NULL};
const gw_game sage_game = {.types = sage_types};

typedef struct Other {
    gw_entity base;
} Other;
static const gw_entity_type Other_type = {.name = "Other", .size = sizeof(Other)};
static const gw_entity_type *const other_types[] = {&Other_type, NULL};
const gw_game mageless_game = {.types = other_types};

/* ---- for tests ------------------------------------------------------------------------------ */

int mage_setup(void **state)
{
    mage_freeze_err = mage_restored_err = GW_OK;
    mage_doomed = (gw_id){0};
    forget_happened();
    *state = fixture_create(&mage_game, "Mage");
    return 0;
}

int mage_teardown(void **state)
{
    fixture_destroy(*state);
    return 0;
}

gw_id mage_settled(struct fixture *f, const char *client)
{
    gw_id id = fixture_connect(f, client)->id;
    fixture_call(f, id, "Begin", "");
    fixture_work(f);
    fixture_skip(f);
    forget_happened();
    return id;
}

void mage_reload(struct fixture *f, const gw_game *game)
{
    size_t sent = f->sent.size;
    char *error = fixture_reload(f, game, game == &mageless_game ? "Other" : "Mage");
    if (error)
        print_error("%s\n", error);
    assert_null(error);
    if (game == &mage_game)
        assert_int_equal(f->sent.size, sent);
}

void mage_reload_fails(struct fixture *f, const gw_game *game, const char *why)
{
    const struct world *before = f->world;
    char *error = fixture_reload(f, game, game == &mageless_game ? "Other" : "Mage");
    assert_non_null(error);
    if (!strstr(error, why))
        print_error("%s\n", error);
    assert_non_null(strstr(error, why));
    assert_ptr_equal(f->world, before);
    free(error);
}
