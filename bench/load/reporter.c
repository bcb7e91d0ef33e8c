#include "reporter.h"

enum { VALUES = sizeof(struct report) / sizeof(int64_t) };

static void take_report(struct load *load, struct client *client, const uint8_t *payload,
                        uint32_t size, int64_t now)
{
    struct reporter *reporter = load->user;
    struct view packet = {payload, size};
    int64_t values[VALUES];
    (void)client;
    (void)now;
    if (!packets_read_ints(packet, "OnReport", values, VALUES))
        return;
    memcpy(&reporter->report, values, sizeof values);
    reporter->reported = true;
}

static const struct load_events events = {.packet = take_report};

void reporter_open(struct reporter *reporter, const struct sockaddr_in *address)
{
    load_open(&reporter->load, 1, &events, reporter);
    load_connect(&reporter->load, address, 1);
}

void reporter_call(struct reporter *reporter, const char *method, const int64_t *values,
                   unsigned count)
{
    struct client *client = reporter->load.clients;
    struct buf *packet = &reporter->packet;
    packets_begin(packet, client->player, method, count);
    for (unsigned i = 0; i < count; i++)
        packets_add_int(packet, values[i]);
    packets_end(packet);
    if (load_send(&reporter->load, client, packet->data, packet->size) != packet->size)
        load_fail("the gate does not read");
}

void reporter_ask(struct reporter *reporter)
{
    reporter->reported = false;
    reporter_call(reporter, "Report", NULL, 0);
    load_run_until_done(&reporter->load, &reporter->reported);
    if (reporter->report.wrong)
        load_fail("%lld calls did not come as they were made", (long long)reporter->report.wrong);
}

void reporter_close(struct reporter *reporter)
{
    buf_free(&reporter->packet);
    load_close(&reporter->load);
}
