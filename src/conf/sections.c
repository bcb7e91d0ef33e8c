/* sections: the tables of all sections of goworld.ini, and which table a section's name means. */
#include "conf/sections.h"

#include "base/sentence.h"
#include "conf/conf.h"
#include "conf/hint.h"

#include <stdio.h>
#include <stdlib.h>

#define KEY(type, owner, member, name, initial, help)                                              \
    {                                                                                              \
        name, KEY_##type, offsetof(struct owner, member), initial, help, 0, 0, NULL                \
    }
#define KEY_RANGE(type, owner, member, name, initial, help, min, max)                              \
    {                                                                                              \
        name, KEY_##type, offsetof(struct owner, member), initial, help, min, max, NULL            \
    }
#define KEY_OF(choices, owner, member, name, initial, help)                                        \
    {                                                                                              \
        name, KEY_CHOICE, offsetof(struct owner, member), initial, help, 0, 0, choices             \
    }
#define KEY_END                                                                                    \
    {                                                                                              \
        0                                                                                          \
    }

/* Settings of GoWorld that mean nothing here are known, so that existing files work. */
#define KEY_IGNORED(name, help)                                                                    \
    {                                                                                              \
        name, KEY_IGNORE, 0, NULL, help, 0, 0, NULL                                                \
    }

#define LOG_KEYS(owner)                                                                            \
    KEY(TEXT, owner, log.file, "log_file", "", "a file to log to, in run/ when relative"),         \
        KEY(BOOL, owner, log.to_stderr, "log_stderr", "true", "log to standard error"),            \
        KEY(LEVEL, owner, log.level, "log_level", "debug", "what is less than this is not logged")

static const struct key debug_keys[] = {
    KEY(BOOL, conf, debug, "debug", "false", "debug mode"),
    KEY_END,
};

static const struct key deployment_keys[] = {
    KEY_RANGE(NUMBER, conf_deployment, dispatchers, "desired_dispatchers", "1",
              "how many dispatchers", 1, CONF_PROCESSES_MAX),
    KEY_RANGE(NUMBER, conf_deployment, games, "desired_games", "1", "how many games", 1,
              CONF_PROCESSES_MAX),
    KEY_RANGE(NUMBER, conf_deployment, gates, "desired_gates", "1", "how many gates", 1,
              CONF_PROCESSES_MAX),
    KEY_RANGE(NUMBER, conf_deployment, max_restarts, "max_restarts", "10",
              "how often in a row a process that died is started again", 0, 1000000),
    KEY_END,
};

#define DATABASE_KEYS(file)                                                                        \
    KEY(NAME, conf_database, type, "type", "sqlite", "kind of database"),                          \
        KEY(TEXT, conf_database, url, "url", file, "sqlite: the file, in run/ when relative"),     \
        KEY(TEXT, conf_database, db, "db", "goworld", "database on a server"),                     \
        KEY_IGNORED("start_nodes_*", "nodes of a cluster")

static const struct key storage_keys[] = {
    DATABASE_KEYS("entities.sqlite"),
    KEY_END,
};

static const struct key kvdb_keys[] = {
    DATABASE_KEYS("kvdb.sqlite"),
    KEY(TEXT, conf_database, collection, "collection", "__kv__", "collection on a server"),
    KEY_END,
};

static const struct key dispatcher_keys[] = {
    KEY(ADDRESS, conf_dispatcher, listen, "listen_addr", "127.0.0.1:13000",
        "where games and gates connect"),
    KEY(ADDRESS, conf_dispatcher, advertise, "advertise_addr", NULL,
        "listen_addr as other machines see it"),
    KEY(ADDRESS, conf_dispatcher, http, "http_addr", "127.0.0.1:23000", "/metrics and /healthz"),
    LOG_KEYS(conf_dispatcher),
    KEY_END,
};

static const struct key game_keys[] = {
    KEY(NAME, conf_game, boot_entity, "boot_entity", "Boot", "type of the entity of a new client"),
    KEY_RANGE(NUMBER, conf_game, save_interval_s, "save_interval", "300",
              "seconds between two saves of an entity", 1, 31536000),
    KEY_RANGE(NUMBER, conf_game, stop_timeout_s, "stop_timeout", "50",
              "seconds in which all has to be saved when the game stops", 1, 86400),
    KEY_RANGE(NUMBER, conf_game, client_nesting_max, "client_nesting_max", "32",
              "lists and maps inside each other in an argument from a client", 1, 32),
    KEY(ADDRESS, conf_game, http, "http_addr", "127.0.0.1:25000", "/metrics and /healthz"),
    LOG_KEYS(conf_game),
    KEY_IGNORED("gomaxprocs", "of the Go runtime"),
    KEY_RANGE(NUMBER, conf_game, position_sync_interval_ms, "position_sync_interval_ms", "100",
              "how often positions go to clients", 1, 60000),
    KEY(BOOL, conf_game, ban_boot_entity, "ban_boot_entity", "false",
        "new clients do not start on this game"),
    KEY_END,
};

/* As enum conf_client_protocol. */
static const char *const client_protocols[] = {"auto", "2017", "2018", "2020", NULL};

static const struct key gate_keys[] = {
    KEY(ADDRESS, conf_gate, listen, "listen_addr", "0.0.0.0:14000", "where native clients connect"),
    KEY(ADDRESS, conf_gate, http, "http_addr", "127.0.0.1:24000",
        "the page, /ws, /metrics and /healthz"),
    LOG_KEYS(conf_gate),
    KEY(OFF, conf_gate, compress_connection, "compress_connection", "false",
        "compressed client connections"),
    KEY(OFF, conf_gate, encrypt_connection, "encrypt_connection", "false",
        "encrypted client connections"),
    KEY(TEXT, conf_gate, rsa_key, "rsa_key", "rsa.key", "key file"),
    KEY(TEXT, conf_gate, rsa_certificate, "rsa_certificate", "rsa.crt", "certificate file"),
    KEY_OF(client_protocols, conf_gate, client_protocol, "client_protocol", "auto",
           "dialect of the clients: 2017, 2018, 2020, or auto for what each shows"),
    KEY_RANGE(NUMBER, conf_gate, heartbeat_check_interval_s, "heartbeat_check_interval", "0",
              "seconds of silence after which a client is disconnected; 0: never", 0, 86400),
    KEY_RANGE(NUMBER, conf_gate, reconnect_grace_s, "reconnect_grace", "0",
              "seconds in which a client whose connection broke may come back; 0: none", 0, 3600),
    KEY_RANGE(NUMBER, conf_gate, position_sync_interval_ms, "position_sync_interval_ms", "100",
              "how often positions go to games", 1, 60000),
    KEY_IGNORED("gomaxprocs", "of the Go runtime"),
    KEY_RANGE(BYTES, conf_gate, client_send_queue_max, "client_send_queue_max", "4M",
              "bytes a client may leave unread before it is disconnected", 4096, 1u << 30),
    KEY_RANGE(BYTES, conf_gate, client_packet_size_max, "client_packet_size_max", "1M",
              "bytes of the largest packet from a client", 64, 25u << 20),
    KEY(LIST, conf_gate, websocket_origins, "websocket_origins", "",
        "Origins that may connect, with commas between; empty: any"),
    KEY(TEXT, conf_gate, http_root, "http_root", "web", "folder of static pages"),
    KEY_RANGE(NUMBER, conf_gate, max_clients, "max_clients", "100000", "clients at one time", 1,
              10000000),
    KEY_RANGE(NUMBER, conf_gate, max_connections_per_address, "max_connections_per_address", "1000",
              "connections at one time from an IPv4 address or an IPv6 /64; 0: no limit", 0,
              10000000),
    KEY_RANGE(NUMBER, conf_gate, handshake_timeout_s, "handshake_timeout", "10",
              "seconds that a connection to http_addr has for its first request", 1, 3600),
    KEY_RANGE(NUMBER, conf_gate, client_packets_per_second, "client_packets_per_second", "1000",
              "packets above which a client is read more slowly; 0: no limit", 0, 100000000),
    KEY_RANGE(BYTES, conf_gate, client_bytes_per_second, "client_bytes_per_second", "256K",
              "bytes above which a client is read more slowly; 0: no limit", 0, 1u << 30),
    KEY_RANGE(NUMBER, conf_gate, client_burst_s, "client_burst", "5",
              "seconds' worth of packets and bytes that a client may send at once", 1, 3600),
    KEY_RANGE(NUMBER, conf_gate, client_bad_packets_max, "client_bad_packets_max", "1",
              "packets that no client may send, the last of which disconnects it", 1, 1000000),
    KEY_END,
};

const struct section sections[SECTION_KIND_COUNT] = {
    [SECTION_DEBUG] = {"debug", false, sizeof(struct conf), debug_keys},
    [SECTION_DEPLOYMENT] = {"deployment", false, sizeof(struct conf_deployment), deployment_keys},
    [SECTION_STORAGE] = {"storage", false, sizeof(struct conf_database), storage_keys},
    [SECTION_KVDB] = {"kvdb", false, sizeof(struct conf_database), kvdb_keys},
    [SECTION_DISPATCHER] = {"dispatcher", true, sizeof(struct conf_dispatcher), dispatcher_keys},
    [SECTION_GAME] = {"game", true, sizeof(struct conf_game), game_keys},
    [SECTION_GATE] = {"gate", true, sizeof(struct conf_gate), gate_keys},
};

/* What follows the stem in `name`, or NULL when it does not begin with it. */
static const char *after(const char *name, const char *stem)
{
    size_t size = strlen(stem);
    return strncmp(name, stem, size) == 0 ? name + size : NULL;
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789") == strlen(text);
}

static gw_err read_number(const char *name, const char *digits, unsigned *number, char **error)
{
    unsigned long value = strlen(digits) > 6 ? 0 : strtoul(digits, NULL, 10);
    if (value >= 1 && value <= CONF_PROCESSES_MAX && *digits != '0') {
        *number = (unsigned)value;
        return GW_OK;
    }
    *error = sentence("the number in [%s] must be between 1 and %d", name, CONF_PROCESSES_MAX);
    return GW_EINVAL;
}

/* Offers the names that could stand where `wanted` stands, with its number. */
static gw_err unknown(const char *wanted, char **error)
{
    char names[SECTION_KIND_COUNT * 2][80];
    size_t stem = strcspn(wanted, "0123456789");
    struct hint hint = {.wanted = wanted};
    for (size_t i = 0; i < SECTION_KIND_COUNT; i++) {
        const struct section *s = &sections[i];
        const char *number = strlen(wanted + stem) > 8 ? "" : wanted + stem;
        if (s->numbered && !*number)
            number = "1";
        snprintf(names[2 * i], sizeof *names, "%s%s", s->name, s->numbered ? number : "");
        snprintf(names[2 * i + 1], sizeof *names, "%s%s", s->name, s->numbered ? "_common" : "");
        hint_offer(&hint, names[2 * i]);
        hint_offer(&hint, names[2 * i + 1]);
    }
    *error =
        hint.closest
            ? sentence("unknown section [%s]; did you mean [%s]?", wanted, hint.closest)
            : sentence("unknown section [%s]; there are debug, deployment, storage, kvdb, "
                       "dispatcher_common, dispatcherN, game_common, gameN, gate_common, gateN",
                       wanted);
    return GW_EINVAL;
}

gw_err section_find(const char *name, enum section_kind *kind, unsigned *number, char **error)
{
    for (unsigned i = 0; i < SECTION_KIND_COUNT; i++) {
        const struct section *s = &sections[i];
        const char *rest = after(name, s->name);
        if (!rest)
            continue;
        *kind = (enum section_kind)i;
        *number = SECTION_COMMON;
        if (strcmp(rest, s->numbered ? "_common" : "") == 0)
            return GW_OK;
        if (s->numbered && is_number(rest))
            return read_number(name, rest, number, error);
    }
    return unknown(name, error);
}
