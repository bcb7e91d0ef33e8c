/* What other processes and clients send to entities: calls with arguments of every type,
 * attributes, given clients. */
#include "entity/world.h"

#include "base/assert.h"

#include <goworld/goworld.h>

typedef struct Target {
    gw_entity base;
    gw_text text;
    char chars[8];
    int8_t i8;
    uint16_t u16;
    int64_t i64;
    uint64_t u64;
    float f32;
    double f64;
    bool flag;
    gw_id id;
    gw_vec3 place;
    gw_map map;
    gw_list list;
} Target;

#define TARGET_RPC(RPC)                                                                            \
    RPC(Target, Ints, GW_ANY_CLIENT, (i8, a), (i16, b), (i32, c), (i64, d))                        \
    RPC(Target, Uints, GW_ANY_CLIENT, (u8, a), (u16, b), (u32, c), (u64, d))                       \
    RPC(Target, Others, GW_ANY_CLIENT, (bool, flag), (f32, f), (f64, g), (vec3, v), (id, id))      \
    RPC(Target, Texts, GW_OWN_CLIENT, (str, a), (str, b), (str, c))                                \
    RPC(Target, Trees, GW_OWN_CLIENT, (map, map), (list, list), (bytes, bytes))
GW_RPC_DECLARE(TARGET_RPC)

static const gw_attr Target_attrs[] = {
    GW_ATTR(Target, text, GW_CLIENT), GW_ATTR(Target, chars, 0),
    GW_ATTR(Target, i8, 0),           GW_ATTR(Target, u16, 0),
    GW_ATTR(Target, i64, 0),          GW_ATTR(Target, u64, 0),
    GW_ATTR(Target, f32, 0),          GW_ATTR(Target, f64, 0),
    GW_ATTR(Target, flag, 0),         GW_ATTR(Target, id, 0),
    GW_ATTR(Target, place, 0),        GW_ATTR(Target, map, GW_CLIENT),
    GW_ATTR(Target, list, GW_CLIENT), GW_ATTR_END,
};

void Target_Ints(Target *self, int8_t a, int16_t b, int32_t c, int64_t d)
{
    GW_SET(self, i8, a);
    GW_SET(self, i64, b + c + (d >> 1));
}

void Target_Uints(Target *self, uint8_t a, uint16_t b, uint32_t c, uint64_t d)
{
    GW_SET(self, u16, b);
    GW_SET(self, u64, a + c + d);
}

void Target_Others(Target *self, bool flag, float f, double g, gw_vec3 v, gw_id id)
{
    GW_SET(self, flag, flag);
    GW_SET(self, f32, f);
    GW_SET(self, f64, g);
    GW_SET(self, place, v);
    GW_SET(self, id, id);
}

void Target_Texts(Target *self, const char *a, const char *b, const char *c)
{
    ASSERT(strlen(a) + strlen(b) + strlen(c) < 1u << 20);
    GW_SET(self, text, a);
    GW_SET(self, chars, b); /* often too long: refused */
}

/* Each of them put into others, copied, taken out again, and printed. */
void Target_Trees(Target *self, gw_map map, gw_list list, gw_bytes bytes)
{
    size_t sum = 0;
    for (size_t i = 0; i < bytes.size; i++)
        sum += ((const uint8_t *)bytes.data)[i];
    gw_map_set(self->map, "sum", sum);
    for (size_t i = 0; i < gw_list_size(list); i++)
        gw_map_put(map, "element", gw_list_get(list, i));
    gw_list_append(self->list, list);
    gw_map_set(self->map, "map", map);
    gw_list_append(self->list, map);
    gw_list_clear(list);
    for (size_t i = 0; i < gw_map_size(map); i++)
        gw_map_remove(map, gw_map_key(map, 0));
    gw_text text = {0};
    gw_value_print(&text, GW_VALUE(self->list));
    ASSERT(gw_text_length(&text) >= 2);
    gw_text_clear(&text);
}

GW_RPC_DEFINE(Target, TARGET_RPC)
static const gw_entity_type Target_type = {
    .name = "Target", .size = sizeof(Target), .attrs = Target_attrs, .methods = Target_methods};
static const gw_entity_type *const types[] = {&Target_type, NULL};
static const gw_game game = {.types = types};

static void nowhere(void *user, enum log_level level, const char *line, size_t size)
{
    (void)user;
    (void)level;
    (void)line;
    (void)size;
}

static void outbox_send(void *user, gw_id route, struct view packet)
{
    (void)user;
    (void)route;
    ASSERT(packet.data && packet.size >= 2 && packet.size < 1u << 24);
}

static bool speaks_own(void *user, gw_id route, uint16_t gateid)
{
    (void)user;
    (void)route, (void)gateid;
    return true;
}

static const struct clock clock_now = {.now_ms = 1000, .wall_ms = 1700000000000};
static const struct log silent = {.level = LOG_DEBUG, .process = "fuzz", .write = nowhere};

static struct world *world_new(void)
{
    static struct id_source ids = {.clock = &clock_now};
    struct world_desc desc = {.game = &game,
                              .gameid = 1,
                              .boot_entity = "Target",
                              .outbox = {.send = outbox_send, .speaks_own = speaks_own},
                              .clock = &clock_now,
                              .log = &silent,
                              .ids = &ids};
    struct world *w;
    char *error;
    gw_err err = world_create(&desc, &w, &error);
    ASSERT(!err);
    return w;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const gw_id entity = {"eeeeeeeeeeeeeeee"}, client = {"cccccccccccccccc"};
    static const struct view type = {(const uint8_t *)"Target", 6};
    if (size < 1 || size > 65536)
        return 0;
    struct world *w = world_new();
    world_client_connected(w, client, entity, 1, (struct view){(const uint8_t *)"address", 7});
    struct view rest = {data + 1, (uint32_t)size - 1};
    switch (data[0] % 6) {
    case 0:
    case 1:
        world_calls(w, &rest, 1);
        break;
    case 2:
        world_client_given(w, rest);
        break;
    case 4:
        world_asked(w, rest);
        break;
    case 5:
        world_answered(w, rest);
        break;
    default:
        world_create_entity(w, (gw_id){"nnnnnnnnnnnnnnnn"}, type, rest);
        break;
    }
    world_turn(w);
    world_destroy(w);
    return 0;
}
