#include "options.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: load echo|chat|oneway|ask|local|idle|fill|move|gap -addr HOST:PORT [-clients N] "
    "[-outstanding "
    "M]\n"
    "            [-pairs N] [-text BYTES] [-stalled N] [-field F] [-interval MS]\n"
    "            [-seconds S] [-warmup S] [-pin CPU]\n"
    "            [-from N] [-to N] [-reload COMMAND] [-times N] [name=pid...]\n";

static _Noreturn void refuse(const char *what, const char *value)
{
    fprintf(stderr, "load: %s: %s\n%s", what, value, usage);
    exit(2);
}

static double read_number(const char *name, const char *text, double min, double max)
{
    char *end;
    double number = strtod(text, &end);
    if (*text == '\0' || *end != '\0' || !(number >= min && number <= max))
        refuse(name, text);
    return number;
}

static void read_address(struct sockaddr_in *address, const char *text)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    if (!colon || (size_t)(colon - text) >= sizeof host)
        refuse("-addr", text);
    memcpy(host, text, (size_t)(colon - text));
    host[colon - text] = '\0';
    address->sin_family = AF_INET;
    address->sin_port = htons((uint16_t)read_number("-addr", colon + 1, 1, 65535));
    if (inet_pton(AF_INET, host, &address->sin_addr) != 1)
        refuse("-addr", text);
}

static const struct count {
    const char *name;
    size_t offset;
    double min, max;
} counts[] = {
    {"-clients", offsetof(struct options, clients), 1, 60000},
    {"-outstanding", offsetof(struct options, outstanding), 1, 1e6},
    {"-pairs", offsetof(struct options, pairs), 1, 1e6},
    {"-text", offsetof(struct options, text), 16, 400},
    {"-stalled", offsetof(struct options, stalled), 0, 60000},
    {"-from", offsetof(struct options, from), 0, 1e7},
    {"-to", offsetof(struct options, to), 1, 1e7},
    {"-times", offsetof(struct options, times), 1, 1000},
};

static const struct count *find_count(const char *name)
{
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (strcmp(counts[i].name, name) == 0)
            return &counts[i];
    return NULL;
}

static void read_option(struct options *o, const char *name, const char *value)
{
    const struct count *count = find_count(name);
    if (count)
        *(uint32_t *)((char *)o + count->offset) =
            (uint32_t)read_number(name, value, count->min, count->max);
    else if (strcmp(name, "-addr") == 0)
        read_address(&o->address, value);
    else if (strcmp(name, "-reload") == 0)
        o->reload = value;
    else if (strcmp(name, "-seconds") == 0)
        o->seconds = read_number(name, value, 0.01, 3600);
    else if (strcmp(name, "-field") == 0)
        o->field = read_number(name, value, 1, 1e6);
    else if (strcmp(name, "-interval") == 0)
        o->interval_ms = read_number(name, value, 1, 60000);
    else if (strcmp(name, "-warmup") == 0)
        o->warmup_s = read_number(name, value, 0, 3600);
    else if (strcmp(name, "-pin") == 0)
        o->pin = (int)read_number(name, value, 0, 1023);
    else
        refuse("there is no such option", name);
}

static void add_watched(struct options *o, const char *text)
{
    const char *equals = strchr(text, '=');
    struct watched *w = &o->watched[o->watched_count];
    if (o->watched_count == WATCHED_MAX || !equals || (size_t)(equals - text) >= sizeof w->name)
        refuse("name=pid", text);
    memcpy(w->name, text, (size_t)(equals - text));
    w->pid = (pid_t)read_number("name=pid", equals + 1, 1, 1 << 30);
    o->watched_count++;
}

void options_read(struct options *o, int argc, char **argv)
{
    *o = (struct options){.clients = 1,
                          .outstanding = 1,
                          .pairs = 1,
                          .text = 16,
                          .field = 1000,
                          .interval_ms = 100,
                          .seconds = 2,
                          .warmup_s = 0.5,
                          .pin = -1,
                          .times = 3,
                          .from = 2000,
                          .to = 8000};
    if (argc < 2)
        refuse("what", "");
    o->mode = argv[1];
    for (int i = 2; i < argc; i++) {
        if (argv[i][0] != '-')
            add_watched(o, argv[i]);
        else if (i + 1 < argc)
            read_option(o, argv[i], argv[i + 1]), i++;
        else
            refuse("a value is missing", argv[i]);
    }
    if (o->address.sin_port == 0)
        refuse("-addr", "is missing");
    if (o->from >= o->to)
        refuse("-from", "must be less than -to");
}
