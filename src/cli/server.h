/* server: a server directory, its goworld.ini and the processes that the ini asks for. */
#pragma once

#include "cli/cli.h"
#include "conf/conf.h"
#include "host/host.h"

/* Paths are absolute. */
struct server {
    const char *shown;   /* the directory as given */
    const char *command; /* what a hint begins with: goworld as given, and its -configfile */
    const char *dir;     /* where it lies */
    const char *name;    /* the folder's name */
    const char *program; /* DIR/NAME */
    const char *own;     /* see server_own_program; NULL until then */
    struct conf *conf;   /* NULL without SERVER_CONF */
    const char *ini;     /* NULL without SERVER_INI */
    const char *run_dir; /* where the ini lies, then run/ */
    struct texts texts;  /* owns the above */
};

/* How much of a server a command needs. */
enum server_need {
    SERVER_DIR,  /* the directory is there */
    SERVER_INI,  /* and it is known which ini is in use: enough to stop what runs */
    SERVER_CONF, /* and the ini is right */
};

/* On failure *error is a sentence the caller frees. What is odd in a right ini is told on standard
 * error. */
GW_NODISCARD gw_err server_open(struct server *server, const struct cli_options *options,
                                enum server_need need, char **error);
void server_close(struct server *server);

/* In the order in which they start; they stop in the other. */
enum role { ROLE_DISPATCHER, ROLE_GAME, ROLE_GATE, ROLE_COUNT };

extern const char *const role_names[ROLE_COUNT];

unsigned server_count(const struct server *server, enum role role);

#define PROCESS_NAME_SIZE 32
void server_process_name(enum role role, unsigned number, char name[PROCESS_NAME_SIZE]);
/* Returns the path of a file in run/, by one of the endings in host/state.h. The server owns it. */
const char *server_state_path(struct server *server, const char *name, const char *ending);

/* Where the process answers HTTP, for who is on this machine, "127.0.0.1:25001"; empty when the ini
 * leaves the port to the system. */
struct host_address server_http(const struct server *server, enum role role, unsigned number);

/* Where a browser on this machine finds the page of the first gate, "http://127.0.0.1:24001/"; NULL
 * when there is none, or its port is not known yet. The server owns it. */
const char *server_page(struct server *server);

/* Tells on standard error when DIR has to be built first. */
GW_NODISCARD gw_err server_check_program(const struct server *server);

/* Tells on standard error when nothing can be built in that folder. */
GW_NODISCARD gw_err server_check_path(const char *dir, const char *shown);

/* The program that runs now, with symbolic links resolved; the server owns it. */
const char *server_own_program(struct server *server);
