/* record: see record.h. The first line names the supervisor and its ini; then there is a line per
 * process, `NAME STATE TRIES MAX TOTAL DUE WHY`. */
#include "cli/record.h"

#include "base/buf.h"
#include "base/sentence.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *const state_names[MEMBER_STATE_COUNT] = {
    [MEMBER_DOWN] = "down",       [MEMBER_STARTING] = "starting", [MEMBER_SERVING] = "serving",
    [MEMBER_WAITING] = "waiting", [MEMBER_STOPPED] = "stopped",   [MEMBER_GIVEN_UP] = "given_up",
};

/* ---- writing -------------------------------------------------------------------------------- */

/* A reason may be what a game's program said: it must not begin a new line. */
static void write_text(FILE *file, const char *text)
{
    for (; *text; text++)
        fputc((unsigned char)*text < ' ' ? ' ' : *text, file);
    fputc('\n', file);
}

static void write_member(FILE *file, const struct member *member)
{
    const struct restart *restart = &member->restart;
    fprintf(file, "%s %s %u %u %u %" PRId64 " ", member->name, state_names[member->state],
            restart->tries, restart->tries_max, restart->total, member->due_ms);
    write_text(file, member->why ? member->why : "");
}

static gw_err write_file(const char *path, const char *ini, const struct crew *crew)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return GW_EIO;
    fprintf(file, "supervisor %d ", (int)getpid());
    write_text(file, ini);
    for (unsigned i = 0; i < crew->count; i++)
        write_member(file, &crew->list[i]);
    bool is_whole = !ferror(file);
    return fclose(file) == 0 && is_whole ? GW_OK : GW_EIO;
}

gw_err record_write(const char *path, const char *ini, const struct crew *crew)
{
    char *fresh = sentence("%s.new", path);
    gw_err err = write_file(fresh, ini, crew);
    if (err == GW_OK && rename(fresh, path) != 0)
        err = GW_EIO;
    if (err != GW_OK)
        unlink(fresh);
    free(fresh);
    return err;
}

/* ---- reading -------------------------------------------------------------------------------- */

static gw_err find_state(const char *name, enum member_state *state)
{
    for (unsigned i = 0; i < MEMBER_STATE_COUNT; i++)
        if (strcmp(state_names[i], name) == 0) {
            *state = (enum member_state)i;
            return GW_OK;
        }
    return GW_EINVAL;
}

static gw_err parse(const char *line, struct record *record)
{
    char state[16];
    int at = 0;
    if (sscanf(line, "%31s %15s %u %u %u %" SCNd64 "%n", record->name, state, &record->tries,
               &record->tries_max, &record->total, &record->due_ms, &at) != 6)
        return GW_EINVAL;
    snprintf(record->why, sizeof record->why, "%s", line + at + (line[at] == ' '));
    return find_state(state, &record->state);
}

static bool read_title(FILE *file, struct records *records, pid_t supervisor)
{
    char line[sizeof records->ini + 64];
    int pid, at = 0;
    if (!fgets(line, sizeof line, file) || sscanf(line, "supervisor %d %n", &pid, &at) != 1 ||
        at == 0 || pid != supervisor)
        return false;
    line[strcspn(line, "\n")] = '\0';
    snprintf(records->ini, sizeof records->ini, "%s", line + at);
    return true;
}

static void read_lines(FILE *file, struct records *records)
{
    char line[RECORD_WHY_SIZE + 256];
    struct record record;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (parse(line, &record) != GW_OK)
            continue;
        records->list = mem_realloc(records->list, (records->count + 1) * sizeof *records->list);
        records->list[records->count++] = record;
    }
}

void records_read(struct records *records, const char *path, pid_t supervisor)
{
    *records = (struct records){0};
    FILE *file = fopen(path, "re");
    if (!file)
        return;
    if (read_title(file, records, supervisor))
        read_lines(file, records);
    fclose(file);
}

void records_free(struct records *records)
{
    free(records->list);
    *records = (struct records){0};
}

const struct record *records_get(const struct records *records, const char *name)
{
    for (size_t i = 0; i < records->count; i++)
        if (strcmp(records->list[i].name, name) == 0)
            return &records->list[i];
    return NULL;
}
