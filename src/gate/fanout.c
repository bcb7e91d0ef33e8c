/* fanout: see fanout.h. */
#include "gate/fanout.h"

#include "gate/send.h"

void fanout_init(struct fanout *fanout, struct view packet)
{
    *fanout = (struct fanout){.packet = packet};
}

void fanout_fini(struct fanout *fanout)
{
    for (unsigned i = 0; i < DIALECT_COUNT; i++) {
        packet_unref(fanout->forms[i].shared);
        buf_free(&fanout->forms[i].bytes);
    }
}

static void make(struct fanout *fanout, struct fanout_form *form, enum dialect dialect)
{
    form->packet = dialect_to_client(dialect, fanout->packet, &form->bytes);
    if (form->packet.size >= OUTQ_SHARE_BYTES)
        form->shared = packet_new(form->packet.data, form->packet.size);
}

NEVER_INLINE void change_form(struct fanout *fanout, enum dialect dialect)
{
    struct fanout_form *form = &fanout->forms[dialect];
    if (!form->packet.data)
        make(fanout, form, dialect);
    fanout->form = form;
    fanout->dialect = dialect;
}

static void pass(const struct fanout_form *form, struct client *client)
{
    if (form->shared)
        client_pass_shared(client, form->shared);
    else
        client_pass(client, form->packet);
}

NEVER_INLINE void send_otherwise(struct fanout *fanout, struct client *client)
{
    if (client->is_away)
        seats_missed(client, fanout->packet, (struct view){0});
    else if (client_has_to_wait(client, fanout->form->packet.data != fanout->packet.data))
        holds_put(client, fanout->packet, (struct view){0});
    else
        pass(fanout->form, client);
}

void fanout_send(struct fanout *fanout, struct client *client)
{
    if (client->dialect != fanout->dialect)
        change_form(fanout, client->dialect);
    if (client_takes_all(client))
        pass(fanout->form, client);
    else
        send_otherwise(fanout, client);
}
