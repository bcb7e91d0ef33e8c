/* seat: see seat.h. */
#include "client/seat.h"

#include "wire/messages.h"

#define HELD_BYTES_MAX (1u << 20)

void seat_lose(struct seat *seat)
{
    seat->is_asked = false;
    buf_free(&seat->held);
}

void seat_forget(struct seat *seat)
{
    seat_lose(seat);
    seat->token_size = 0;
}

void seat_ask(struct seat *seat, struct buf *out)
{
    size_t begin = write_var_begin(out);
    msg_seat_from_client_write(out,
                               &(struct msg_seat_from_client){{seat->token, seat->token_size}});
    write_var_end(out, begin);
    seat->is_asked = seat->token_size > 0;
}

void seat_leave(struct seat *seat, struct buf *out)
{
    if (!seat->token_size)
        return;
    size_t begin = write_var_begin(out);
    msg_leave_from_client_write(out, &(struct msg_leave_from_client){});
    write_var_end(out, begin);
    seat_forget(seat);
}

bool seat_hold(struct seat *seat, struct view packet)
{
    if (seat->held.size + packet.size > HELD_BYTES_MAX)
        return false;
    write_var(&seat->held, packet.data, packet.size);
    return true;
}

bool seat_is_answer(struct view packet)
{
    return msg_type_of(packet) == MSG_SEAT_ON_CLIENT;
}

bool seat_take_answer(struct seat *seat, struct view packet, bool *returned)
{
    struct msg_seat_on_client m;
    if (!msg_seat_on_client_read(packet, &m) || m.token.size > sizeof seat->token ||
        (m.returned && !seat->is_asked))
        return false;
    if (m.token.size)
        memcpy(seat->token, m.token.data, m.token.size);
    seat->token_size = m.token.size;
    seat->is_asked = false;
    *returned = m.returned;
    return true;
}
