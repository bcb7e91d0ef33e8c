/* send: see send.h. */
#include "gate/send.h"

#include "wire/messages.h"

/* ---- its dialect ----------------------------------------------------------------------------- */

/* 2017 and 2018 send the same; but the library of 2018 speaks TCP alone, that of 2017 WebSocket. */
static enum dialect old_dialect(const struct client *client)
{
    return client->is_websocket ? DIALECT_2017 : DIALECT_2018;
}

static void speak(struct client *client, enum dialect dialect)
{
    client->dialect = dialect;
    client->has_shown = true;
    client->gate->stats.speakers[dialect]++;
}

void client_start_to_speak(struct client *client)
{
    client->dialect = old_dialect(client);
    if (client->gate->desc.dialect != DIALECT_UNKNOWN)
        speak(client, client->gate->desc.dialect);
}

void client_look_for_dialect(struct client *client, struct view packet)
{
    enum dialect dialect = dialect_shown_by(packet, old_dialect(client));
    if (dialect == DIALECT_UNKNOWN)
        return;
    speak(client, dialect);
    holds_release(client);
}

/* ---- sending --------------------------------------------------------------------------------- */

static void count_sent(struct client *client, size_t size, bool sent)
{
    struct gate *g = client->gate;
    if (!sent) {
        gate_complain(g, lost_client_packets, "client_cannot_receive",
                      "client=" GW_ID_FORMAT " address=%s", GW_ID_ARG(client->id),
                      client->link->address);
        return;
    }
    g->stats.packets_to_clients++;
    g->stats.bytes_to_clients += size;
}

void client_pass(struct client *client, struct view packet)
{
    count_sent(client, packet.size, link_send(client->link, packet.data, packet.size));
}

void client_pass_shared(struct client *client, struct packet *packet)
{
    count_sent(client, packet->size - PACKET_HEADER_BYTES, link_send_packet(client->link, packet));
}

NEVER_INLINE void send_otherwise(struct client *client, struct view packet)
{
    if (client->is_away) {
        seats_missed(client, packet, (struct view){0});
        return;
    }
    struct view form = dialect_to_client(client->dialect, packet, &client->gate->translated);
    if (client_has_to_wait(client, form.data != packet.data))
        holds_put(client, packet, (struct view){0});
    else
        client_pass(client, form);
}

void client_send(struct client *client, struct view packet)
{
    if (client_takes_all(client))
        client_pass(client, packet);
    else
        send_otherwise(client, packet);
}

void client_send2(struct client *client, struct view head, struct view tail)
{
    if (client->is_away)
        seats_missed(client, head, tail);
    else if (client_has_to_wait(client, false))
        holds_put(client, head, tail);
    else
        count_sent(client, head.size + tail.size,
                   link_send2(client->link, head.data, head.size, tail.data, tail.size));
}

/* ---- what waits ------------------------------------------------------------------------------ */

void kept_put(struct buf *kept, struct view head, struct view tail)
{
    write_u32(kept, head.size + tail.size);
    write_bytes(kept, head.data, head.size);
    write_bytes(kept, tail.data, tail.size);
}

/* What is sent may have to wait again. */
void client_send_kept(struct client *client, struct buf *kept)
{
    struct buf packets = *kept;
    *kept = (struct buf){0};
    struct reader r = reader_of(packets.data, packets.size);
    while (reader_left(&r) > 0)
        client_send(client, read_var(&r));
    buf_free(&packets);
}
