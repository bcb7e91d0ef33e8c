/* host: see host.h. */
#include "gate/host.h"

#include "base/buf.h"
#include "base/sentence.h"
#include "cluster/dispatchers.h"
#include "gate/gate.h"
#include "gate/pages.h"
#include "host/dial.h"
#include "host/sink.h"
#include "net/tcplink.h"

#include <stdlib.h>

/* Browsers that load the page, and whoever reads /metrics: beside the clients. */
#define PAGE_CONNECTIONS_MAX 1000u

struct gate_host {
    struct host *host;
    struct sink sink;
    struct gate *core;
    struct dialler *dialler;
    struct tcplink_listener *listener;
    struct pages pages;
    struct http_server *http;
    struct tcp_admission admission;
    struct complaint refused; /* who was not let in */
    unsigned dispatchers;
    bool serves;
};

static void dial(void *user, unsigned index)
{
    dialler_dial(((struct gate_host *)user)->dialler, index);
}

static void dispatcher_up(void *user, unsigned index, struct link *link)
{
    gate_dispatcher_up(((struct gate_host *)user)->core, index, link);
}

static void dispatcher_down(void *user, unsigned index)
{
    gate_dispatcher_down(((struct gate_host *)user)->core, index);
}

static void accepted(void *user, struct link *link)
{
    gate_accept_client(((struct gate_host *)user)->core, link, GATE_TCP);
}

static void accepted_websocket(void *user, struct link *link)
{
    gate_accept_client(((struct gate_host *)user)->core, link, GATE_WEBSOCKET);
}

static int64_t turn(void *user)
{
    struct gate_host *server = user;
    int64_t next = gate_turn(server->core);
    if (!server->serves && gate_stats(server->core)->dispatchers_connected == server->dispatchers) {
        server->serves = true;
        log_info(&server->sink.log, "serving", "port=%u", tcplink_listener_port(server->listener));
        host_serves(server->host);
    }
    return next;
}

static enum dialect dialect_of(enum conf_client_protocol protocol)
{
    static const enum dialect dialects[] = {
        [CONF_CLIENT_PROTOCOL_AUTO] = DIALECT_UNKNOWN,
        [CONF_CLIENT_PROTOCOL_2017] = DIALECT_2017,
        [CONF_CLIENT_PROTOCOL_2018] = DIALECT_2018,
        [CONF_CLIENT_PROTOCOL_2020] = DIALECT_2020,
    };
    return dialects[protocol];
}

static void secret(void *user, void *bytes, size_t size)
{
    (void)user;
    os_random_bytes(bytes, size);
}

static struct gate *make_core(struct gate_host *server, const struct conf_gate *mine, unsigned id)
{
    struct host *host = server->host;
    return gate_create(&(struct gate_desc){
        .gateid = (uint16_t)id,
        .dispatchers = server->dispatchers,
        .position_sync_interval_ms = mine->position_sync_interval_ms,
        .dialect = dialect_of(mine->client_protocol),
        .epoch = host->epoch,
        .seed = host->seed,
        .ids = &host->ids,
        .pool = &host->pool,
        .clock = loop_clock(host->loop),
        .log = &server->sink.log,
        .limits = {.client_packet_size_max = (uint32_t)mine->client_packet_size_max,
                   .client_send_queue_max = mine->client_send_queue_max,
                   .max_clients = mine->max_clients,
                   .client_packets_per_s = mine->client_packets_per_second
                                               ? mine->client_packets_per_second
                                               : UINT32_MAX,
                   .client_bytes_per_s =
                       mine->client_bytes_per_second ? mine->client_bytes_per_second : SIZE_MAX,
                   .client_burst_s = mine->client_burst_s,
                   .client_bad_packets_max = mine->client_bad_packets_max,
                   .client_silence_max_ms = mine->heartbeat_check_interval_s * 1000,
                   .reconnect_grace_ms = mine->reconnect_grace_s * 1000},
        .dial = dial,
        .secret = secret,
        .user = server,
    });
}

static struct link_limits client_limits(const struct conf_gate *mine)
{
    return (struct link_limits){.payload_bytes_max = (uint32_t)mine->client_packet_size_max,
                                .queue_bytes_max = mine->client_send_queue_max};
}

static gw_err listen_for_clients(struct gate_host *server, const struct conf_gate *mine,
                                 char **error)
{
    struct host_address text = host_address(&mine->listen);
    gw_err err = tcplink_listen(server->host->tcp,
                                &(struct tcplink_listen_desc){.address = text.text,
                                                              .connections_max = mine->max_clients,
                                                              .admission = &server->admission,
                                                              .limits = client_limits(mine),
                                                              .accepted = accepted,
                                                              .user = server},
                                &server->listener);
    if (err != GW_OK)
        *error = host_listen_error(&mine->listen, "listen_addr", err);
    return err;
}

static gw_err listen_for_browsers(struct gate_host *server, const struct conf_gate *mine,
                                  char **error)
{
    struct host_address text = host_address(&mine->http);
    gw_err err = http_listen(
        server->host->tcp,
        &(struct http_desc){.address = text.text,
                            .connections_max = mine->max_clients + PAGE_CONNECTIONS_MAX,
                            .admission = &server->admission,
                            .plain_max = PAGE_CONNECTIONS_MAX,
                            .head_timeout_ms = (int64_t)mine->handshake_timeout_s * 1000,
                            .handle = pages_handle,
                            .handle_user = &server->pages,
                            .websocket_path = "/ws",
                            .origins = mine->websocket_origins[0] ? mine->websocket_origins : NULL,
                            .limits = client_limits(mine),
                            .accepted = accepted_websocket,
                            .accepted_user = server},
        &server->http);
    if (err != GW_OK)
        *error = host_listen_error(&mine->http, "http_addr", err);
    return err;
}

static void refused(void *user, const char *address, const char *reason)
{
    struct gate_host *server = user;
    complain(&server->refused, &server->sink.log, loop_clock(server->host->loop),
             "connection_refused", "address=%s reason=\"%s\"", address, reason);
}

static void let_in(struct gate_host *server, const struct conf_gate *mine)
{
    unsigned max = mine->max_connections_per_address;
    server->admission = (struct tcp_admission){
        .crowd = max ? crowd_create(max, server->host->seed) : NULL,
        .refused = refused,
        .user = server,
    };
}

static const char *trouble(void *user)
{
    const struct gate_host *server = user;
    return gate_stats(server->core)->dispatchers_connected == server->dispatchers
               ? NULL
               : "a dispatcher is away";
}

/* A game without a page needs no folder for it. */
static void open_pages(struct gate_host *server, const struct conf_gate *mine)
{
    struct admin *admin = &server->pages.admin;
    *admin = (struct admin){
        .host = server->host, .process = server->sink.process, .trouble = trouble, .user = server};
    admin_add(admin, gate_metrics, gate_stats(server->core));
    admin_add(admin, dispatchers_metrics, dispatchers_stats(gate_dispatchers(server->core)));
    if (http_static_open(mine->http_root, &server->pages.root) != GW_OK)
        log_info(&server->sink.log, "no_page", "http_root=%s", mine->http_root);
}

static gw_err start(struct gate_host *server, const struct conf *conf,
                    const struct host_options *options, char **error)
{
    const struct conf_gate *mine = conf_gate(conf, options->id);
    if (!mine) {
        *error = sentence("there is no gate %u in %s", options->id, conf->path);
        return GW_ENOTFOUND;
    }
    const struct clock *clock = loop_clock(server->host->loop);
    gw_err err = sink_open(&server->sink, &mine->log, "gate", options, clock, error);
    if (err != GW_OK)
        return err;
    server->dispatchers = conf->deployment.dispatchers;
    server->dialler = dialler_create(&(struct dialler_desc){.host = server->host,
                                                            .conf = conf,
                                                            .up = dispatcher_up,
                                                            .down = dispatcher_down,
                                                            .user = server});
    server->core = make_core(server, mine, options->id);
    open_pages(server, mine);
    let_in(server, mine);
    err = listen_for_clients(server, mine, error);
    return err == GW_OK ? listen_for_browsers(server, mine, error) : err;
}

gw_err gate_host_start(struct host *host, const struct conf *conf,
                       const struct host_options *options, struct gate_host **out, char **error)
{
    struct gate_host *server = mem_zalloc(sizeof *server);
    server->host = host;
    gw_err err = start(server, conf, options, error);
    if (err != GW_OK) {
        gate_host_stop(server);
        return err;
    }
    loop_on_turn(host->loop, turn, server);
    host_await(host);
    *out = server;
    return GW_OK;
}

void gate_host_stop(struct gate_host *server)
{
    if (!server)
        return;
    http_server_close(server->http);
    tcplink_listener_close(server->listener);
    crowd_destroy(server->admission.crowd);
    http_static_close(server->pages.root);
    gate_destroy(server->core);
    dialler_destroy(server->dialler);
    sink_close(&server->sink);
    free(server);
}
