/* Bots: clients of the simulator whose insides are open. */
#include "cluster.h"

#include "base/assert.h"
#include "wire/msgpack.h"

#include <stdarg.h>
#include <stdio.h>

enum { WAIT_MS_MAX = 60000 };

/* The client has seen something. */
static void follow(void *user)
{
    struct bot *bot = user;
    const gw_sim_client *client = bot->client;
    for (; bot->count < client->count; bot->count++) {
        ASSERT(bot->count < sizeof bot->lines / sizeof *bot->lines);
        bot->lines[bot->count] = client->sights[bot->count]->line;
    }
    bot->link = client->link;
    bot->closed = client->closed;
    bot->player = client->player;
    memcpy(bot->player_type, client->player_type, sizeof bot->player_type);
}

void bot_open(struct bot *bot, struct cluster *c, unsigned gate)
{
    *bot = (struct bot){.cluster = c, .client = gw_sim_connect(c->all, gate + 1)};
    bot->client->noted = follow;
    bot->client->noted_user = bot;
}

void bot_close(struct bot *bot)
{
    gw_sim_disconnect(bot->client);
}

static bool is_gone(void *user)
{
    return !((struct bot *)user)->link;
}

void bot_free(struct bot *bot)
{
    bot_close(bot);
    sim_run_until(bot->cluster->sim, is_gone, bot, 1000);
    bot->client->noted = NULL;
}

static void send_call(struct bot *bot, gw_id entity, const char *method, va_list list)
{
    struct buf args = {0}, payload = {0};
    uint16_t count = 0;
    for (const char *text; (text = va_arg(list, const char *)); count++) {
        size_t begin = write_var_begin(&args);
        msgpack_write_str(&args, text, strlen(text));
        write_var_end(&args, begin);
    }
    write_u16(&payload, MSG_CALL_ENTITY_METHOD_FROM_CLIENT);
    write_id(&payload, entity);
    write_str(&payload, method);
    write_u16(&payload, count);
    if (args.size)
        write_bytes(&payload, args.data, args.size);
    bot_send(bot, payload.data, payload.size);
    buf_free(&args);
    buf_free(&payload);
}

void bot_call(struct bot *bot, const char *method, ...)
{
    va_list list;
    va_start(list, method);
    send_call(bot, bot->player, method, list);
    va_end(list);
}

void bot_call_entity(struct bot *bot, gw_id entity, const char *method, ...)
{
    va_list list;
    va_start(list, method);
    send_call(bot, entity, method, list);
    va_end(list);
}

void bot_send(struct bot *bot, const void *payload, size_t size)
{
    gw_sim_send(bot->client, payload, size);
}

struct waiting {
    struct bot *bot;
    const char *line;
};

static bool has_come(void *user)
{
    struct waiting *w = user;
    while (w->bot->mark < w->bot->count)
        if (strcmp(w->bot->lines[w->bot->mark++], w->line) == 0)
            return true;
    return false;
}

bool bot_wait(struct bot *bot, const char *line)
{
    struct waiting waiting = {bot, line};
    bool come = sim_run_until(bot->cluster->sim, has_come, &waiting, WAIT_MS_MAX);
    if (!come)
        for (unsigned i = 0; i < bot->count; i++)
            fprintf(stderr, "  came: %s\n", bot->lines[i]);
    return come;
}

static bool is_closed(void *user)
{
    return ((struct bot *)user)->closed;
}

bool bot_wait_closed(struct bot *bot)
{
    return sim_run_until(bot->cluster->sim, is_closed, bot, WAIT_MS_MAX);
}

unsigned bot_count(const struct bot *bot, const char *line)
{
    unsigned count = 0;
    for (unsigned i = 0; i < bot->count; i++)
        count += strcmp(bot->lines[i], line) == 0;
    return count;
}
