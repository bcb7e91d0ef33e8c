/* log: events with key=value fields, written to whatever sink the process hands in. */
#pragma once

#include <goworld/types.h>

/* An event without fields has the format "": that is no mistake here. */
#pragma GCC diagnostic ignored "-Wformat-zero-length"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_FATAL };

/* No line is longer, in bytes. */
#define LOG_LINE_MAX 2304

/* One process (or one simulated process) has one log; it is handed to whoever logs. */
struct log {
    enum log_level level; /* less than this is not written */
    const char *process;  /* "gate1"; borrowed */
    void (*write)(void *user, enum log_level level, const char *line, size_t size); /* no newline */
    void *user;
    int64_t (*now_ms)(void *user); /* wall clock for the stamp; NULL leaves the stamp out */
};

/* Writes `TIME LEVEL PROCESS event key=value ...`. `event` is a word; `format` gives the fields,
 * may be "". Control characters of the result are escaped, so that a peer's bytes cannot forge a
 * line. */
void log_event(const struct log *log, enum log_level level, const char *event, const char *format,
               ...) GW_PRINTF(4, 5);

#define log_debug(log, ...) log_at((log), LOG_DEBUG, __VA_ARGS__)
#define log_info(log, ...) log_at((log), LOG_INFO, __VA_ARGS__)
#define log_warn(log, ...) log_at((log), LOG_WARN, __VA_ARGS__)
#define log_error(log, ...) log_at((log), LOG_ERROR, __VA_ARGS__)
#define log_at(log, severity, ...)                                                                 \
    ((severity) >= (log)->level ? log_event((log), (severity), __VA_ARGS__) : (void)0)

/* Says one kind of event at most once per interval; counts what it held back. Zero is ready. */
struct log_limit {
    int64_t next_ms;
    uint64_t held_back;
};

#define LOG_LIMIT_INTERVAL_MS 10000

/* Returns true when the event may be written now; *held_back is then how many were not. */
bool log_limit_pass(struct log_limit *limit, int64_t now_ms, uint64_t *held_back);

/* Reads "debug", "info", "warn", "error", "panic", "fatal". */
GW_NODISCARD gw_err log_level_parse(const char *name, enum log_level *level);
const char *log_level_name(enum log_level level);

/* A sink: `user` is a FILE *. */
void log_write_file(void *user, enum log_level level, const char *line, size_t size);
