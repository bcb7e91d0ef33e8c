/* conf: what a goworld.ini says, checked, with defaults filled in and paths made absolute. */
#pragma once

#include "base/log.h"
#include "conf/key.h"

struct conf_log {
    enum log_level level;
    const char *file; /* "": none */
    bool to_stderr;
};

struct conf_deployment {
    unsigned dispatchers, games, gates; /* each >= 1 */
    unsigned max_restarts;              /* in a row, of one process; 0: what died stays down */
};

struct conf_database {
    const char *type; /* "sqlite" */
    const char *url;  /* sqlite: the file */
    const char *db, *collection;
};

struct conf_dispatcher {
    struct conf_address listen;
    struct conf_address advertise; /* where games and gates dial it */
    struct conf_address http;
    struct conf_log log;
};

struct conf_game {
    const char *boot_entity;
    unsigned save_interval_s;
    unsigned stop_timeout_s; /* in which it has to be saved when it is to end */
    unsigned client_nesting_max;
    struct conf_address http;
    struct conf_log log;
    unsigned position_sync_interval_ms;
    bool ban_boot_entity; /* clients do not start on this game */
};

enum conf_client_protocol {
    CONF_CLIENT_PROTOCOL_AUTO,
    CONF_CLIENT_PROTOCOL_2017,
    CONF_CLIENT_PROTOCOL_2018,
    CONF_CLIENT_PROTOCOL_2020,
};

struct conf_gate {
    struct conf_address listen;
    struct conf_address http; /* the page, /ws, /metrics, /healthz */
    struct conf_log log;
    bool compress_connection, encrypt_connection; /* false: not offered */
    const char *rsa_key, *rsa_certificate;
    enum conf_client_protocol client_protocol;
    unsigned heartbeat_check_interval_s; /* 0: off */
    unsigned reconnect_grace_s;          /* 0: no client may come back */
    unsigned position_sync_interval_ms;
    size_t client_send_queue_max;  /* bytes; a client that reads too slowly is disconnected there */
    size_t client_packet_size_max; /* bytes; a larger packet from a client closes its connection */
    const char *const *websocket_origins; /* ends with NULL; none: any Origin or none at all */
    const char *http_root;                /* folder of static pages */
    unsigned max_clients;
    unsigned max_connections_per_address; /* of one IPv4 address or IPv6 /64; 0: no limit */
    unsigned handshake_timeout_s;         /* until a connection to http has sent a request */
    unsigned client_packets_per_second;   /* beyond, a client is read more slowly; 0: no limit */
    size_t client_bytes_per_second;       /* likewise */
    unsigned client_burst_s;              /* so many seconds of that may come at once */
    unsigned client_bad_packets_max;      /* the last of them closes it */
};

struct lines;

struct conf {
    const char *path;    /* of the file */
    const char *dir;     /* where it lies: what relative paths start from */
    const char *run_dir; /* state: pids, logs, databases */
    bool debug;
    struct conf_deployment deployment;
    struct conf_database storage, kvdb;
    struct conf_dispatcher *dispatchers; /* deployment.dispatchers of them; number 1 is at [0] */
    struct conf_game *games;
    struct conf_gate *gates;
    const char *const *warnings; /* "path:line: sentence" each; ends with NULL */
    struct lines *lines;         /* what stands in the file */
    struct texts texts;          /* owns all of the above but the lines */
};

/* The highest number a process can have (it travels as uint16, kept far below so that all can be
 * listed). */
#define CONF_PROCESSES_MAX 1024

/* On failure *error is "path:line: sentence" or "path: sentence", which the caller frees. */
GW_NODISCARD gw_err conf_load(const char *path, struct conf **out, char **error);
/* The same from memory; `path` must be absolute: it names the file in errors and anchors relative
 * paths. */
GW_NODISCARD gw_err conf_parse(const char *path, const char *bytes, size_t size, struct conf **out,
                               char **error);
void conf_free(struct conf *conf); /* NULL does nothing */

/* The settings of one process; NULL when there is no such number. */
const struct conf_dispatcher *conf_dispatcher(const struct conf *conf, unsigned id);
const struct conf_game *conf_game(const struct conf *conf, unsigned id);
const struct conf_gate *conf_gate(const struct conf *conf, unsigned id);
