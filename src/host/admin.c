/* admin: see admin.h. */
#include "host/admin.h"

#include "base/assert.h"
#include "os/system.h"

#include <stdio.h>

/* What every process shows. */
struct process_values {
    uint64_t cpu_ms, rss_bytes, uptime_ms;
};

static const struct metric process_metrics[] = {
    METRIC(COUNTER, struct process_values, cpu_ms, "process_cpu_ms_total", "CPU milliseconds used"),
    METRIC(GAUGE, struct process_values, rss_bytes, "process_resident_bytes", "Memory in use"),
    METRIC(GAUGE, struct process_values, uptime_ms, "process_uptime_ms",
           "Milliseconds since the start"),
    METRIC_END,
};

void admin_add(struct admin *admin, const struct metric *metrics, const void *values)
{
    ASSERT(admin->group_count < ADMIN_GROUPS_MAX);
    admin->groups[admin->group_count++] =
        (struct admin_group){.metrics = metrics, .values = values};
}

static struct process_values process_values(const struct host *host)
{
    struct os_usage usage;
    os_usage(&usage);
    int64_t uptime_ms = loop_clock(host->loop)->now_ms - host->started_ms;
    return (struct process_values){.cpu_ms = usage.cpu_ns / 1000000,
                                   .rss_bytes = usage.rss_bytes,
                                   .uptime_ms = (uint64_t)uptime_ms};
}

static void write_metrics(struct admin *admin, struct http_response *response)
{
    char labels[64];
    snprintf(labels, sizeof labels, "process=\"%s\"", admin->process);
    struct process_values process = process_values(admin->host);
    metric_print(&response->body, process_metrics, &process, labels);
    metric_print(&response->body, net_metrics, tcp_stats(admin->host->tcp), labels);
    for (unsigned i = 0; i < admin->group_count; i++)
        metric_print(&response->body, admin->groups[i].metrics, admin->groups[i].values, labels);
    if (admin->print_more)
        admin->print_more(admin->user, &response->body, labels);
    response->content_type = "text/plain; version=0.0.4; charset=utf-8";
}

static void write_health(struct admin *admin, struct http_response *response)
{
    const char *trouble = admin->trouble ? admin->trouble(admin->user) : NULL;
    response->status = trouble ? 503 : 200;
    buf_print(&response->body, "%s\n", trouble ? trouble : "ok");
}

bool admin_handle(struct admin *admin, const struct http_request *request,
                  struct http_response *response)
{
    if (http_text_is(request->path, "/metrics"))
        write_metrics(admin, response);
    else if (http_text_is(request->path, "/healthz"))
        write_health(admin, response);
    else
        return false;
    return true;
}

static void handle_alone(void *user, const struct http_request *request,
                         struct http_response *response)
{
    if (!admin_handle(user, request, response))
        http_response_error(response, 404);
}

gw_err admin_listen(struct admin *admin, const struct conf_address *address,
                    struct http_server **out, char **error)
{
    struct host_address text = host_address(address);
    gw_err err = http_listen(admin->host->tcp,
                             &(struct http_desc){.address = text.text,
                                                 .connections_max = 100,
                                                 .handle = handle_alone,
                                                 .handle_user = admin},
                             out);
    if (err != GW_OK)
        *error = host_listen_error(address, "http_addr", err);
    return err;
}
