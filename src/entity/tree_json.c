/* Maps and lists as JSON. */
#include "base/json.h"
#include "entity/tree.h"

static void print_value(struct buf *b, gw_value value);

static void print_node(struct buf *b, const struct gw_node *node, const char *brackets)
{
    buf_append(b, brackets, 1);
    for (uint32_t i = 0; node && i < node->count; i++) {
        const struct tree_entry *entry = &node->entries[i];
        if (i)
            buf_append(b, ",", 1);
        if (entry->key) {
            json_write_str(b, entry->key, strlen(entry->key));
            buf_append(b, ":", 1);
        }
        print_value(b, tree_value_of(&entry->value));
    }
    buf_append(b, brackets + 1, 1);
}

static void print_value(struct buf *b, gw_value value)
{
    switch (value.type) {
    case GW_VALUE_bool:
        buf_print(b, value.boolean ? "true" : "false");
        return;
    case GW_VALUE_i64:
        buf_print(b, "%lld", (long long)value.integer);
        return;
    case GW_VALUE_u64:
        buf_print(b, "%llu", (unsigned long long)value.integer);
        return;
    case GW_VALUE_f64:
        json_write_f64(b, value.real);
        return;
    case GW_VALUE_str:
        json_write_str(b, value.text, value.size);
        return;
    case GW_VALUE_id:
        json_write_str(b, value.id.text, gw_id_is_none(value.id) ? 0 : sizeof value.id.text);
        return;
    case GW_VALUE_map:
        print_node(b, value.map.node_, "{}");
        return;
    case GW_VALUE_list:
        print_node(b, value.list.node_, "[]");
        return;
    default:
        buf_print(b, "null");
        return;
    }
}

void gw_value_print(gw_text *text, gw_value value)
{
    struct buf json = {0};
    print_value(&json, value);
    buf_append(&json, "", 1);
    gw_text_assign(text, (const char *)json.data);
    buf_free(&json);
}
