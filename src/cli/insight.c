/* insight: see insight.h. */
#include "cli/insight.h"

#include "cli/samples.h"

#include <inttypes.h>
#include <stdlib.h>

#define WAIT_MS 1000

/* One thing that is told of a process, if it has that number. */
struct fact {
    enum role role;
    const char *metric;
    const char *one, *many; /* NULL: bytes of `many`, since the start */
};

static const struct fact facts[] = {
    {ROLE_DISPATCHER, "dispatcher_games", "game", "games"},
    {ROLE_DISPATCHER, "dispatcher_gates", "gate", "gates"},
    {ROLE_DISPATCHER, "dispatcher_entities", "entity", "entities"},
    {ROLE_DISPATCHER, "dispatcher_held_packets", "packet waits", "packets wait"},
    {ROLE_GAME, "game_clients", "client", "clients"},
    {ROLE_GAME, "game_spaces", "space", "spaces"},
    {ROLE_GAME, "game_neighbours", "pair in sight", "pairs in sight"},
    {ROLE_GAME, "game_fibers", "fiber", "fibers"},
    {ROLE_GAME, "game_position_bytes_total", NULL, "positions sent"},
    {ROLE_GATE, "gate_clients", "client", "clients"},
    {ROLE_GATE, "gate_position_bytes_total", NULL, "positions sent"},
};

/* ---- asking --------------------------------------------------------------------------------- */

void insight_look(struct insight *insight, const struct server *server)
{
    *insight = (struct insight){0};
    for (unsigned role = 0; role < ROLE_COUNT; role++) {
        insight->first[role] = insight->count;
        insight->count += server_count(server, (enum role)role);
    }
    insight->fetches = mem_zalloc(insight->count * sizeof *insight->fetches);
    struct fetch *fetch = insight->fetches;
    for (unsigned role = 0; role < ROLE_COUNT; role++)
        for (unsigned i = 1; i <= server_count(server, (enum role)role); i++)
            fetch++->address = server_http(server, (enum role)role, i);
    fetch_all(insight->fetches, insight->count, "/metrics", WAIT_MS);
}

void insight_forget(struct insight *insight)
{
    for (size_t i = 0; i < insight->count; i++)
        fetch_free(&insight->fetches[i]);
    free(insight->fetches);
}

/* ---- saying --------------------------------------------------------------------------------- */

static const char *separator(const struct buf *out, size_t begin)
{
    return out->size > begin ? ", " : "";
}

static void print_bytes(struct buf *out, uint64_t bytes)
{
    static const char *const units[] = {"kB", "MB", "GB", "TB"};
    double amount = (double)bytes / 1000;
    size_t unit = 0;
    if (bytes < 1000) {
        buf_print(out, "%d bytes", (int)bytes);
        return;
    }
    for (; amount >= 999.95 && unit + 1 < sizeof units / sizeof *units; unit++)
        amount /= 1000;
    buf_print(out, "%.1f %s", amount, units[unit]);
}

static void print_fact(struct buf *out, const struct fact *fact, uint64_t value)
{
    if (fact->one) {
        buf_print(out, "%" PRIu64 " %s", value, value == 1 ? fact->one : fact->many);
        return;
    }
    print_bytes(out, value);
    buf_print(out, " of %s", fact->many);
}

static void print_facts(struct buf *out, size_t begin, enum role role, const char *page)
{
    struct sample sample;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        if (facts[i].role == role && samples_find(page, facts[i].metric, &sample)) {
            buf_print(out, "%s", separator(out, begin));
            print_fact(out, &facts[i], sample.value);
        }
}

/* "Player 12, Monster 24": those that there are any of. */
static void print_types(struct buf *out, size_t begin, const char *page)
{
    struct sample sample;
    while (samples_next(&page, &sample))
        if (strcmp(sample.name, "game_entities_of_type") == 0 && sample.value)
            buf_print(out, "%s%s %" PRIu64, separator(out, begin), sample.type, sample.value);
}

void insight_describe(enum role role, const char *name, const char *page, struct buf *out)
{
    size_t begin = out->size;
    struct sample first;
    const char *at = page;
    if (!samples_next(&at, &first) || strcmp(first.process, name) != 0) {
        buf_print(out, "it does not tell what it does: another program answers in its place");
        return;
    }
    print_types(out, begin, page);
    print_facts(out, begin, role, page);
}

void insight_print(const struct insight *insight, enum role role, unsigned number, struct buf *out)
{
    const struct fetch *fetch = &insight->fetches[insight->first[role] + number - 1];
    char name[PROCESS_NAME_SIZE];
    server_process_name(role, number, name);
    if (!fetch->address.text[0])
        buf_print(out, "it does not tell what it does: give it an http_addr with a port");
    else if (fetch->trouble)
        buf_print(out, "it does not tell what it does, at %s: %s", fetch->address.text,
                  fetch->trouble);
    else
        insight_describe(role, name, (const char *)fetch->page.data, out);
}
