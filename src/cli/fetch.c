/* fetch: see fetch.h. */
#include "cli/fetch.h"

#include "os/system.h"

#include <stdlib.h>

#define PAGE_BYTES_MAX ((size_t)4 * 1024 * 1024)

/* All that are fetched together. */
struct run {
    struct loop *loop;
    struct tcp *tcp;
    const char *path;
    int64_t due_ms;
    size_t left; /* that have not ended */
    bool over;   /* time is up: what has not come whole is not taken */
};

/* One of them. */
struct getting {
    struct run *run;
    struct fetch *fetch;
    struct stream *stream;
    struct outq out;
};

/* Leaves what stands behind the head of the answer. */
static const char *take_page(struct buf *answer)
{
    static const char good[] = "HTTP/1.1 200 ", head_end[] = "\r\n\r\n";
    const uint8_t *end = answer->size ? memmem(answer->data, answer->size, head_end, 4) : NULL;
    if (!end || memcmp(answer->data, good, sizeof good - 1) != 0)
        return "what answers there has no such page";
    buf_consume(answer, (size_t)(end - answer->data) + 4);
    buf_append(answer, "", 1);
    answer->size--;
    return NULL;
}

static void end(struct getting *getting, const char *trouble)
{
    getting->fetch->trouble = trouble;
    if (--getting->run->left == 0)
        loop_stop(getting->run->loop);
}

static void bytes(void *user, uint8_t *data, size_t size)
{
    struct getting *getting = user;
    buf_append(&getting->fetch->page, data, size);
    if (getting->fetch->page.size > PAGE_BYTES_MAX)
        stream_close(getting->stream, "the page is too large");
}

static void closed(void *user, const char *reason)
{
    struct getting *getting = user;
    bool is_large = getting->fetch->page.size > PAGE_BYTES_MAX;
    outq_clear(&getting->out);
    if (!getting->run->over)
        end(getting, is_large ? reason : take_page(&getting->fetch->page));
}

static void ask(struct getting *getting)
{
    struct buf request = {0};
    buf_print(&request, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n",
              getting->run->path, getting->fetch->address.text);
    gw_err err = outq_put_raw(&getting->out, request.data, request.size);
    (void)err; /* the queue has no limit */
    buf_free(&request);
    stream_wake(getting->stream);
}

static void connected(void *user, struct stream *stream, const char *reason)
{
    static const struct stream_events events = {.bytes = bytes, .closed = closed};
    struct getting *getting = user;
    if (!stream) {
        end(getting, reason);
        return;
    }
    outq_init(&getting->out, stream->pool, 0);
    getting->stream = stream;
    stream->events = &events;
    stream->user = getting;
    stream->out = &getting->out;
    ask(getting);
}

static int64_t turn(void *user)
{
    struct run *run = user;
    if (loop_clock(run->loop)->now_ms >= run->due_ms)
        loop_stop(run->loop);
    return run->due_ms;
}

static void begin(struct run *run, struct getting *getting, struct fetch *fetch, int64_t timeout_ms)
{
    *getting = (struct getting){.run = run, .fetch = fetch};
    fetch->trouble = "no answer came in time";
    run->left++;
    tcp_dial(run->tcp, &(struct tcp_dial_desc){.address = fetch->address.text,
                                               .timeout_ms = timeout_ms,
                                               .connected = connected,
                                               .user = getting});
}

static void get_all(struct run *run, struct fetch *fetches, size_t count, int64_t timeout_ms)
{
    struct getting *gettings = mem_zalloc((count + 1) * sizeof *gettings);
    run->due_ms = loop_clock(run->loop)->now_ms + timeout_ms;
    loop_on_turn(run->loop, turn, run);
    for (size_t i = 0; i < count; i++)
        if (fetches[i].address.text[0])
            begin(run, &gettings[i], &fetches[i], timeout_ms);
    if (run->left)
        loop_run(run->loop);
    run->over = true;
    tcp_destroy(run->tcp);
    free(gettings);
}

void fetch_all(struct fetch *fetches, size_t count, const char *path, int64_t timeout_ms)
{
    struct outq_pool pool = {0};
    struct run run = {.path = path};
    if (loop_create(&run.loop) != GW_OK)
        return;
    os_files_max_raise();
    run.tcp = tcp_create(run.loop, &pool);
    get_all(&run, fetches, count, timeout_ms);
    loop_destroy(run.loop);
    outq_pool_free(&pool);
}

void fetch_free(struct fetch *fetch)
{
    buf_free(&fetch->page);
}
