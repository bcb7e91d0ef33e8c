/* gate: see gate.h. */
#include "gate.h"

#include "wire/messages.h"
#include "wire/packet.h"

#include <poll.h>
#include <stdlib.h>

static struct gate *gate_of(const struct transport *transport)
{
    return (struct gate *)(uintptr_t)transport;
}

/* ---- the transport -------------------------------------------------------------------------- */

static bool gate_dial(struct transport *transport, struct failure *failure)
{
    gate_of(transport)->dials++;
    return !gate_of(transport)->refuses || failure_set(failure, "refused");
}

static enum transport_progress gate_connect(struct transport *transport, struct failure *failure)
{
    (void)failure;
    struct gate *gate = gate_of(transport);
    gate->is_connected = !gate->is_silent;
    return gate->is_connected ? TRANSPORT_CONNECTED : TRANSPORT_CONNECTING;
}

static ssize_t gate_receive(struct transport *transport, uint8_t *bytes, size_t capacity,
                            struct failure *failure)
{
    struct gate *gate = gate_of(transport);
    size_t size = gate->to_client.size;
    if (gate->piece_bytes && size > gate->piece_bytes)
        size = gate->piece_bytes;
    if (size > capacity)
        size = capacity;
    if (size == 0 && gate->ends) {
        *failure = *gate->ends;
        gate->ends = NULL;
        return -1;
    }
    if (size > 0)
        memcpy(bytes, gate->to_client.data, size);
    buf_consume(&gate->to_client, size);
    return (ssize_t)size;
}

static ssize_t gate_send(struct transport *transport, const uint8_t *bytes, size_t size,
                         struct failure *failure)
{
    (void)failure;
    struct gate *gate = gate_of(transport);
    if (size > gate->room_bytes)
        size = gate->room_bytes;
    gate->room_bytes -= size;
    buf_append(&gate->from_client, bytes, size);
    return (ssize_t)size;
}

static void gate_hang_up(struct transport *transport)
{
    gate_of(transport)->hang_ups++;
    gate_of(transport)->is_connected = false;
}

static int gate_fd(const struct transport *transport)
{
    return gate_of(transport)->is_connected ? 77 : -1;
}

static short gate_events(const struct transport *transport)
{
    return gate_of(transport)->is_connected ? POLLIN : POLLOUT;
}

static void gate_destroy(struct transport *transport)
{
    buf_free(&gate_of(transport)->to_client);
}

static const struct transport_ops gate_ops = {
    .dial = gate_dial,
    .connect = gate_connect,
    .receive = gate_receive,
    .send = gate_send,
    .hang_up = gate_hang_up,
    .fd = gate_fd,
    .events = gate_events,
    .destroy = gate_destroy,
};

/* ---- the diary ------------------------------------------------------------------------------ */

void gate_note(struct gate *gate, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    buf_print(&gate->diary, "%s%s", gate->diary.size ? "; " : "", line);
}

static void print_items(struct buf *out, const gwc_value *value, bool is_map)
{
    for (size_t i = 0; i < gwc_count(value); i++) {
        buf_print(out, "%s", i ? "," : "");
        if (is_map)
            buf_print(out, "%s:", gwc_key_at(value, i));
        print_value(out, gwc_at(value, i));
    }
}

void print_value(struct buf *out, const gwc_value *value)
{
    switch (gwc_type_of(value)) {
    case GWC_NIL:
        buf_print(out, "nil");
        break;
    case GWC_BOOL:
        buf_print(out, "%s", gwc_to_bool(value) ? "true" : "false");
        break;
    case GWC_INT:
        buf_print(out, "%lld", (long long)gwc_to_int(value));
        break;
    case GWC_DOUBLE:
        buf_print(out, "%.3f", gwc_to_double(value));
        break;
    case GWC_STR:
    case GWC_BYTES:
        buf_print(out, "%s", gwc_to_str(value));
        break;
    case GWC_LIST:
        buf_print(out, "[");
        print_items(out, value, false);
        buf_print(out, "]");
        break;
    case GWC_MAP:
        buf_print(out, "{");
        print_items(out, value, true);
        buf_print(out, "}");
        break;
    }
}

/* For the length of one statement. */
static const char *text_of(const gwc_value *value)
{
    static char text[512];
    struct buf b = {0};
    print_value(&b, value);
    snprintf(text, sizeof text, "%.*s", (int)b.size, (const char *)b.data);
    buf_free(&b);
    return text;
}

static void note_open(gwc_client *client)
{
    gate_note(gwc_user(client), "open");
}

static void note_created(gwc_client *client, gwc_entity *entity)
{
    gate_note(gwc_user(client), "create %s %s", gwc_entity_type(entity),
              text_of(gwc_entity_attrs(entity)));
}

static void note_player(gwc_client *client, gwc_entity *player)
{
    gate_note(gwc_user(client), "player %s", gwc_entity_type(player));
}

static void note_changed(gwc_client *client, gwc_entity *entity, const gwc_change *change)
{
    static const char *const words[] = {"set", "delete", "clear", "replace", "append", "pop"};
    struct buf path = {0};
    for (size_t i = 0; i < change->path_count; i++)
        if (change->path[i].key)
            buf_print(&path, "/%s", change->path[i].key);
        else
            buf_print(&path, "/%u", change->path[i].index);
    char before[512];
    snprintf(before, sizeof before, "%s", text_of(change->before));
    gate_note(gwc_user(client), "%s %.*s %s was %s: %s", words[change->kind], (int)path.size,
              path.size ? (const char *)path.data : "", change->value ? "is" : "gone", before,
              text_of(gwc_entity_attrs(entity)));
    buf_free(&path);
}

static void note_call(gwc_client *client, gwc_entity *entity, const char *method,
                      const gwc_value *args)
{
    gate_note(gwc_user(client), "%s.%s%s", gwc_entity_type(entity), method, text_of(args));
}

static void note_moved(gwc_client *client, gwc_entity *entity)
{
    gwc_vec3 at = gwc_entity_position(entity);
    gate_note(gwc_user(client), "move %s %g %g %g %g", gwc_entity_type(entity), (double)at.x,
              (double)at.y, (double)at.z, (double)gwc_entity_yaw(entity));
}

static void note_destroyed(gwc_client *client, gwc_entity *entity)
{
    gate_note(gwc_user(client), "destroy %s", gwc_entity_type(entity));
}

static void note_closed(gwc_client *client, const gwc_loss *loss)
{
    gate_note(gwc_user(client), "closed%s%s%s%s", loss->kicked ? " kicked" : "",
              loss->again ? " again" : "", loss->reason[0] ? ": " : "", loss->reason);
}

/* ---- opening and turning -------------------------------------------------------------------- */

void gate_open(struct gate *gate, const gwc_desc *desc)
{
    gwc_desc full = *desc;
    full.user = gate;
    full.seed = 1;
    full.on_open = full.on_open ? full.on_open : note_open;
    full.on_created = full.on_created ? full.on_created : note_created;
    full.on_player = full.on_player ? full.on_player : note_player;
    full.on_changed = full.on_changed ? full.on_changed : note_changed;
    full.on_moved = full.on_moved ? full.on_moved : note_moved;
    full.on_call = full.on_call ? full.on_call : note_call;
    full.on_destroyed = full.on_destroyed ? full.on_destroyed : note_destroyed;
    full.on_closed = full.on_closed ? full.on_closed : note_closed;
    gate->base.ops = &gate_ops;
    gate->room_bytes = SIZE_MAX;
    gate->client = client_create_over(&full, &gate->base);
    assert_int_equal(gwc_open(gate->client), GWC_OK);
}

void gate_close(struct gate *gate)
{
    gwc_destroy(gate->client);
    buf_free(&gate->from_client);
    buf_free(&gate->diary);
}

void gate_turn(struct gate *gate, int64_t later_ms)
{
    gate->now_ms += later_ms;
    gwc_process(gate->client, gate->now_ms);
}

/* ---- what the gate says --------------------------------------------------------------------- */

void gate_say_hex(struct gate *gate, const char *payload)
{
    size_t begin = write_var_begin(&gate->to_client);
    hex_append(&gate->to_client, payload);
    write_var_end(&gate->to_client, begin);
}

static gw_id id_of(const char *text)
{
    gw_id id;
    memcpy(id.text, text, sizeof id.text);
    return id;
}

static struct view view_hex(struct buf *b, const char *digits)
{
    hex_append(b, digits);
    return view_of(b);
}

void gate_say_create(struct gate *gate, bool is_player, const char *id, const char *type,
                     const char *attrs_hex)
{
    struct buf attrs = {0};
    struct msg_create_entity_on_client m = {.gate = 1,
                                            .client = id_of(PLAYER),
                                            .is_player = is_player,
                                            .entity = id_of(id),
                                            .type = view_str(type),
                                            .x = 1,
                                            .attrs = view_hex(&attrs, attrs_hex)};
    size_t begin = write_var_begin(&gate->to_client);
    msg_create_entity_on_client_write(&gate->to_client, &m);
    write_var_end(&gate->to_client, begin);
    buf_free(&attrs);
}

void gate_say_destroy(struct gate *gate, const char *id)
{
    struct msg_destroy_entity_on_client m = {.entity = id_of(id), .type = view_str("Any")};
    size_t begin = write_var_begin(&gate->to_client);
    msg_destroy_entity_on_client_write(&gate->to_client, &m);
    write_var_end(&gate->to_client, begin);
}

void gate_say_change(struct gate *gate, uint16_t type, const char *path_hex, const char *rest_hex)
{
    struct buf *to = &gate->to_client;
    size_t begin = write_var_begin(to);
    write_u16(to, type);
    write_u16(to, 1);
    write_id(to, id_of(PLAYER));
    write_id(to, id_of(PLAYER));
    size_t path = write_var_begin(to);
    hex_append(to, path_hex);
    write_var_end(to, path);
    hex_append(to, rest_hex);
    write_var_end(to, begin);
}

void gate_say_call(struct gate *gate, const char *id, const char *method, const char *args_hex)
{
    struct buf args = {0};
    struct msg_call_entity_method_on_client m = {
        .entity = id_of(id), .method = view_str(method), .args = view_hex(&args, args_hex)};
    size_t begin = write_var_begin(&gate->to_client);
    msg_call_entity_method_on_client_write(&gate->to_client, &m);
    write_var_end(&gate->to_client, begin);
    buf_free(&args);
}

/* ---- what is expected ----------------------------------------------------------------------- */

void gate_expect(struct gate *gate, const char *diary)
{
    buf_append(&gate->diary, "", 1);
    assert_string_equal((const char *)gate->diary.data, diary);
    buf_clear(&gate->diary);
}

void gate_expect_sent(struct gate *gate, const char *hex)
{
    assert_hex(gate->from_client.data, gate->from_client.size, hex);
    buf_clear(&gate->from_client);
}
