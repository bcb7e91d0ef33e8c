/* The text that Prometheus reads. */
#include "base/metric.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct counts {
    uint64_t clients, refused;
};

static const struct metric metrics[] = {
    METRIC(GAUGE, struct counts, clients, "gate_clients", "Clients that are connected"),
    METRIC(COUNTER, struct counts, refused, "gate_refused_total", "Packets refused"),
    METRIC_END,
};

static void each_metric_has_help_type_and_value(void **state)
{
    (void)state;
    struct counts counts = {.clients = 3, .refused = UINT64_MAX};
    const char *expected = "# HELP goworld_gate_clients Clients that are connected\n"
                           "# TYPE goworld_gate_clients gauge\n"
                           "goworld_gate_clients{process=\"gate1\"} 3\n"
                           "# HELP goworld_gate_refused_total Packets refused\n"
                           "# TYPE goworld_gate_refused_total counter\n"
                           "goworld_gate_refused_total{process=\"gate1\"} 18446744073709551615\n";
    struct buf out = {0};
    metric_print(&out, metrics, &counts, "process=\"gate1\"");
    buf_append(&out, "", 1);
    assert_string_equal((char *)out.data, expected);
    buf_free(&out);
}

static void no_labels_have_no_braces(void **state)
{
    (void)state;
    struct counts counts = {0};
    struct buf out = {0};
    metric_print(&out, metrics, &counts, "");
    buf_append(&out, "", 1);
    assert_non_null(strstr((char *)out.data, "\ngoworld_gate_clients 0\n"));
    buf_free(&out);
}

static void what_each_of_several_things_has_stands_below_one_head(void **state)
{
    (void)state;
    struct buf out = {0};
    metric_print_head(&out, &metrics[0]);
    metric_print_of(&out, &metrics[0], "type", "Player", 3, "process=\"gate1\"");
    metric_print_of(&out, &metrics[0], "type", "a\"b\\c\nd", 4, "");
    buf_append(&out, "", 1);
    assert_string_equal((char *)out.data,
                        "# HELP goworld_gate_clients Clients that are connected\n"
                        "# TYPE goworld_gate_clients gauge\n"
                        "goworld_gate_clients{type=\"Player\",process=\"gate1\"} 3\n"
                        "goworld_gate_clients{type=\"a\\\"b\\\\c\\nd\"} 4\n");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_metric_has_help_type_and_value),
        cmocka_unit_test(no_labels_have_no_braces),
        cmocka_unit_test(what_each_of_several_things_has_stands_below_one_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
