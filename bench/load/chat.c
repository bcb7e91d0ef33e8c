#include "client.h"
#include "common/clock.h"
#include "modes.h"
#include "packets.h"
#include "report.h"
#include "usage.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

/* A message's text ends with its number, in as many hexadecimal digits. */
enum {
    NUMBER_SIZE = 16,
    TEXT_SIZE_MAX = 400,
    OVERTAKEN_MAX = 16, /* by so many times those that are outstanding, since senders are many */
    NAP_NS = 200000,    /* a thousand clients do not share one machine's wake-ups */
    RECEIVE_BUFFER_BYTES = 4096, /* of a client that does not read */
};

/* A message that the first client has heard. */
struct heard {
    char number[NUMBER_SIZE];
    int64_t sent_ns;
    uint32_t left; /* clients that have not heard it yet */
};

/* Every client hears the messages of all in one order: it is known by the place in that. */
struct chat {
    struct load load;
    uint32_t hearers, outstanding, text_size;
    uint64_t sent, complete; /* messages; complete: all hearers have heard them */
    uint64_t placed;         /* messages that somebody has heard */
    struct heard *heard;     /* by place modulo outstanding */
    uint32_t sent_max;       /* that one message may be behind the newest */
    int64_t *sent_ns;        /* by number modulo sent_max */
    uint64_t *places;        /* by client: of the message that it hears next */
    struct histogram latency;
    struct buf packet;
};

/* Clients talk by turns. */
static void say_next(struct chat *chat, int64_t now)
{
    char text[TEXT_SIZE_MAX + 1];
    struct client *client = &chat->load.clients[chat->sent % chat->hearers];
    snprintf(text, sizeof text, "%0*llx", (int)chat->text_size, (unsigned long long)chat->sent);
    packets_begin(&chat->packet, client->player, "Chat", 1);
    packets_add_str(&chat->packet, text);
    packets_end(&chat->packet);
    if (load_send(&chat->load, client, chat->packet.data, chat->packet.size) != chat->packet.size)
        load_fail("the gate does not read");
    chat->sent_ns[chat->sent++ % chat->sent_max] = now;
}

static void place(struct chat *chat, const char *digits)
{
    struct heard *heard = &chat->heard[chat->placed++ % chat->outstanding];
    char text[NUMBER_SIZE + 1] = {0};
    memcpy(text, digits, NUMBER_SIZE);
    uint64_t number = strtoull(text, NULL, 16);
    if (number >= chat->sent || chat->sent - number > chat->sent_max)
        load_fail("message %llu was heard when %llu are said", (unsigned long long)number,
                  (unsigned long long)chat->sent);
    memcpy(heard->number, digits, NUMBER_SIZE);
    heard->sent_ns = chat->sent_ns[number % chat->sent_max];
    heard->left = chat->hearers;
}

static void hear(struct load *load, struct client *client, const uint8_t *payload, uint32_t size,
                 int64_t now)
{
    struct chat *chat = load->user;
    if (msg_type_of((struct view){payload, size}) != MSG_CALL_FILTERED_CLIENTS ||
        client->index >= chat->hearers || size < NUMBER_SIZE)
        return;
    const char *digits = (const char *)payload + size - NUMBER_SIZE;
    uint64_t at = chat->places[client->index]++;
    struct heard *heard = &chat->heard[at % chat->outstanding];
    if (at == chat->placed)
        place(chat, digits);
    else if (memcmp(heard->number, digits, NUMBER_SIZE) != 0)
        load_fail("client %u hears message %.16s where others heard %.16s", client->index, digits,
                  heard->number);
    histogram_add(&chat->latency, now - heard->sent_ns);
    if (--heard->left == 0)
        chat->complete++;
}

/* A message that all have heard is followed by the next. */
static void say_owed(struct load *load, struct client *client, int64_t now)
{
    struct chat *chat = load->user;
    (void)client;
    while (chat->sent - chat->complete < chat->outstanding)
        say_next(chat, now);
}

static const struct load_events events = {.packet = hear, .flush = say_owed};

/* They are greeted, and then do not read any more. */
static void connect_stalled(struct load *load, const struct options *o)
{
    load->receive_buffer_bytes = RECEIVE_BUFFER_BYTES;
    load_connect(load, &o->address, o->clients + o->stalled);
    for (uint32_t i = o->clients; i < load->count; i++)
        load_ignore(load, &load->clients[i]);
}

static uint32_t count_closed(const struct load *load, uint32_t first)
{
    uint32_t closed = 0;
    for (uint32_t i = first; i < load->count; i++) {
        struct pollfd at = {.fd = load->clients[i].fd, .events = POLLRDHUP};
        closed += poll(&at, 1, 0) > 0;
    }
    return closed;
}

static void print_memory(const struct options *o)
{
    for (unsigned i = 0; i < o->watched_count; i++)
        printf(" rss_%s_bytes=%lld", o->watched[i].name,
               (long long)watched_rss_bytes(&o->watched[i]));
}

static void begin(struct chat *chat, const struct options *o)
{
    chat->hearers = o->clients;
    chat->outstanding = o->outstanding;
    chat->text_size = o->text < NUMBER_SIZE ? NUMBER_SIZE : o->text;
    chat->heard = mem_zalloc(o->outstanding * sizeof *chat->heard);
    chat->sent_max = o->outstanding * OVERTAKEN_MAX;
    chat->sent_ns = mem_zalloc(chat->sent_max * sizeof *chat->sent_ns);
    chat->places = mem_zalloc(o->clients * sizeof *chat->places);
    say_owed(&chat->load, NULL, now_ns());
}

static void end(struct chat *chat)
{
    buf_free(&chat->packet);
    free(chat->heard);
    free(chat->sent_ns);
    free(chat->places);
    load_close(&chat->load);
}

void chat_run(const struct options *o)
{
    static struct chat chat;
    load_open(&chat.load, o->clients + o->stalled, &(struct load_events){0}, &chat);
    load_connect(&chat.load, &o->address, o->clients);
    connect_stalled(&chat.load, o);
    chat.load.events = &events;
    chat.load.nap_ns = NAP_NS;
    begin(&chat, o);
    load_run_until(&chat.load, now_ns() + (int64_t)(o->warmup_s * 1e9));
    struct usage usage = usage_now(o);
    histogram_clear(&chat.latency);
    load_run_until(&chat.load, now_ns() + (int64_t)(o->seconds * 1e9));
    usage = usage_since(&usage, o);
    if (chat.latency.total == 0)
        load_fail("nobody heard anything");
    printf("deliveries=%llu", (unsigned long long)chat.latency.total);
    report_rate(chat.latency.total, usage.wall_ns);
    report_latency(&chat.latency);
    usage_print(&usage, o, chat.latency.total);
    print_memory(o);
    printf(" closed=%u\n", count_closed(&chat.load, o->clients));
    end(&chat);
}
