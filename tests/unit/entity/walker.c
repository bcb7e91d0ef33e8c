/* walker: see walker.h. */
#include "walker.h"

#include <stdio.h>

void (*walker_told)(const char *hook, gw_entity *self, const gw_entity *other);

static void tell(const char *hook, gw_entity *self, const gw_entity *other)
{
    if (walker_told)
        walker_told(hook, self, other);
}

/* ---- hooks ---------------------------------------------------------------------------------- */

#define HOOK(name)                                                                                 \
    static void name(gw_entity *self)                                                              \
    {                                                                                              \
        tell(#name, self, NULL);                                                                   \
    }
#define HOOK_ABOUT(name)                                                                           \
    static void name(gw_entity *self, gw_entity *other)                                            \
    {                                                                                              \
        tell(#name, self, other);                                                                  \
    }
HOOK(created)
HOOK(destroyed)
HOOK(connected)
HOOK(client_lost)
HOOK(enters)
HOOK(migrates_out)
HOOK(migrates_in)
HOOK_ABOUT(leaves)
HOOK_ABOUT(sees)
HOOK_ABOUT(loses)
HOOK_ABOUT(entered)
HOOK_ABOUT(left)
#undef HOOK
#undef HOOK_ABOUT

static void fails(gw_entity *self, gw_id space, gw_err why)
{
    char hook[48];
    snprintf(hook, sizeof hook, "fails:" GW_ID_FORMAT ":%d", GW_ID_ARG(space), (int)why);
    tell(hook, self, NULL);
}

/* ---- notes ---------------------------------------------------------------------------------- */

static const char *name_of(const gw_entity *e)
{
    static char kind[24];
    if (!gw_is_space(e))
        return ((const Walker *)e)->name;
    snprintf(kind, sizeof kind, "%lld", (long long)gw_space_kind(e));
    return kind;
}

static void note_hook(const char *hook, gw_entity *self, const gw_entity *other)
{
    note("%s(%s", hook, name_of(self));
    if (other)
        note(",%s", name_of(other));
    note(") ");
}

void walker_listen(void)
{
    forget_happened();
    walker_told = note_hook;
}

/* ---- types ---------------------------------------------------------------------------------- */

static const gw_attr Walker_attrs[] = {GW_ATTR(Walker, hp, GW_ALL_CLIENTS),
                                       GW_ATTR(Walker, gold, GW_CLIENT), GW_ATTR_END};

void Walker_Tick(Walker *self, int64_t n)
{
    char hook[32];
    snprintf(hook, sizeof hook, "tick:%lld", (long long)n);
    tell(hook, &self->base, NULL);
}

void Walker_Rest(Walker *self, int64_t ms)
{
    char hook[32];
    snprintf(hook, sizeof hook, "rested:%d", (int)gw_await_sleep(ms));
    tell(hook, &self->base, NULL);
}

GW_RPC_DEFINE(Walker, WALKER_RPC)

/* A walker of another name. */
#define WALKER(type_name, ...)                                                                     \
    const gw_entity_type type_name##_type = {.name = #type_name,                                   \
                                             .size = sizeof(Walker),                               \
                                             .attrs = Walker_attrs,                                \
                                             .methods = Walker_methods,                            \
                                             .on_created = created,                                \
                                             .on_client_connected = connected,                     \
                                             .on_client_lost = client_lost,                        \
                                             .on_destroy = destroyed,                              \
                                             .on_enter_space = enters,                             \
                                             .on_leave_space = leaves,                             \
                                             .on_enter_space_failed = fails,                       \
                                             .on_enter_aoi = sees,                                 \
                                             .on_leave_aoi = loses,                                \
                                             .on_migrate_out = migrates_out,                       \
                                             .on_migrate_in = migrates_in,                         \
                                             __VA_ARGS__}
WALKER(Walker, );
WALKER(Owl, .aoi_distance = OWL_DISTANCE);
WALKER(Mole, .aoi = GW_AOI_BLIND);
WALKER(Ghost, .aoi = GW_AOI_UNSEEN);
WALKER(Scribe, .persistent = true);
#undef WALKER

const gw_entity_type Brief_type = {
    .name = "Brief", .size = sizeof(Walker), .methods = Walker_methods, .on_init = gw_destroy};
gw_entity *walker_doomed;

static void wreck(gw_entity *self)
{
    (void)self;
    gw_destroy(walker_doomed);
}

const gw_entity_type Wrecker_type = {
    .name = "Wrecker", .size = sizeof(Walker), .on_attrs_ready = wreck};
const gw_entity_type Stone_type = {
    .name = "Stone", .size = sizeof(Walker), .attrs = Walker_attrs, .aoi = GW_AOI_BLIND};
const gw_entity_type Fish_type = {.name = "Fish", .size = sizeof(Walker), .attrs = Walker_attrs};

static const gw_attr Place_attrs[] = {GW_ATTR(Place, visitors, GW_ALL_CLIENTS), GW_ATTR_END};

#define PLACE_RPC(RPC) RPC(Place, Hear, GW_SERVER, (i32, n))
GW_RPC_DECLARE(PLACE_RPC)

void Place_Hear(Place *self, int32_t n)
{
    char hook[32];
    snprintf(hook, sizeof hook, "hears:%d", (int)n);
    tell(hook, &self->base, NULL);
}

GW_RPC_DEFINE(Place, PLACE_RPC)
const gw_entity_type Place_type = {.name = "Place",
                                   .size = sizeof(Place),
                                   .attrs = Place_attrs,
                                   .methods = Place_methods,
                                   .on_created = created,
                                   .on_destroy = destroyed,
                                   .on_entity_entered = entered,
                                   .on_entity_left = left};

static const gw_entity_type *const types[] = {&Walker_type,  &Owl_type,   &Mole_type, &Ghost_type,
                                              &Scribe_type,  &Stone_type, &Fish_type, &Brief_type,
                                              &Wrecker_type, NULL};
const gw_game walker_game = {.types = types, .space = &Place_type};

/* ---- the game ------------------------------------------------------------------------------- */

int walker_setup(void **state)
{
    walker_told = NULL;
    *state = fixture_create(&walker_game, "Walker");
    return 0;
}

int walker_teardown(void **state)
{
    walker_told = NULL;
    fixture_destroy(*state);
    return 0;
}

gw_entity *walker_place(int64_t kind, float distance)
{
    gw_entity *place = gw_create_space(kind);
    if (distance > 0)
        assert_int_equal(gw_enable_aoi(place, distance), GW_OK);
    return place;
}

Walker *walker_in(gw_entity *place, const char *name, float x, float z)
{
    Walker *walker = GW_CREATE_IN(Walker, place, ((gw_vec3){x, 0, z}));
    snprintf(walker->name, sizeof walker->name, "%s", name);
    return walker;
}
