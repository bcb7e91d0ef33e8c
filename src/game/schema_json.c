/* schema_json: see schema_json.h. */
#include "game/schema_json.h"

#include "base/json.h"
#include "game/schema.h"
#include "game/signature.h"

#define FORMAT 1 /* changes when what a reader relies on does */

static void print_name(struct buf *out, const char *name)
{
    buf_print(out, "\"name\": ");
    json_write_str(out, name, strlen(name));
}

static const char *bool_word(bool value)
{
    return value ? "true" : "false";
}

/* A list in a type has a row per line: what stands before each, and behind all. */
static void begin_row(struct buf *out, bool is_first)
{
    buf_print(out, "%s\n        {", is_first ? "" : ",");
}

static void end_rows(struct buf *out, bool is_empty)
{
    buf_print(out, is_empty ? "]" : "\n      ]");
}

/* ---- a type's rows -------------------------------------------------------------------------- */

static const char *seen_by(unsigned flags)
{
    if (flags & GW_ALL_CLIENTS)
        return "all_clients";
    return flags & GW_CLIENT ? "own_client" : "server";
}

static void print_attrs(struct buf *out, const struct type *type)
{
    buf_print(out, "      \"attributes\": [");
    for (size_t i = 0; i < type->attr_count; i++) {
        const gw_attr *attr = &type->attrs[i];
        begin_row(out, i == 0);
        print_name(out, attr->name);
        buf_print(out, ", \"type\": \"%s\", \"seen_by\": \"%s\", \"persistent\": %s}",
                  schema_value_type(attr->type), seen_by(attr->flags),
                  bool_word(attr->flags & GW_PERSISTENT));
    }
    end_rows(out, type->attr_count == 0);
}

static const char *caller(unsigned flags)
{
    if ((flags & GW_ANY_CLIENT) == GW_ANY_CLIENT)
        return "any_client";
    return flags & GW_OWN_CLIENT ? "own_client" : "server";
}

static void print_arguments(struct buf *out, const char *signature)
{
    struct signature_argument argument;
    const char *separator = "";
    buf_print(out, "[");
    for (const char *at = signature; signature_next(&at, &argument); separator = ", ") {
        buf_print(out, "%s{\"name\": ", separator);
        json_write_str(out, argument.name, argument.name_size);
        buf_print(out, ", \"type\": ");
        json_write_str(out, argument.type, argument.type_size);
        buf_print(out, "}");
    }
    buf_print(out, "]");
}

static void print_method(struct buf *out, const gw_method *method)
{
    print_name(out, method->name);
    buf_print(out, ", \"caller\": \"%s\", \"fiber\": %s, \"arguments\": ", caller(method->flags),
              bool_word(method->flags & GW_FIBER));
    print_arguments(out, method->signature);
    buf_print(out, ", \"answer\": ");
    if (method->answer)
        print_arguments(out, method->answer);
    else
        buf_print(out, "null");
    buf_print(out, "}");
}

static void print_methods(struct buf *out, const gw_method *methods)
{
    const gw_method *method = methods;
    buf_print(out, ",\n      \"methods\": [");
    for (; method && method->name; method++) {
        begin_row(out, method == methods);
        print_method(out, method);
    }
    end_rows(out, method == methods);
}

static void print_client_methods(struct buf *out, const gw_client_method *methods)
{
    const gw_client_method *method = methods;
    buf_print(out, ",\n      \"client_methods\": ");
    if (!methods) {
        buf_print(out, "null");
        return;
    }
    buf_print(out, "[");
    for (; method->name; method++) {
        begin_row(out, method == methods);
        print_name(out, method->name);
        buf_print(out, ", \"arguments\": ");
        print_arguments(out, method->signature);
        buf_print(out, "}");
    }
    end_rows(out, method == methods);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void print_type(struct buf *out, const struct type *type)
{
    const gw_entity_type *def = type->def;
    buf_print(out, "    {\n      ");
    print_name(out, def->name);
    buf_print(out, ",\n      \"wire_name\": ");
    json_write_str(out, type->wire_name, strlen(type->wire_name));
    buf_print(out, ",\n      \"persistent\": %s,\n      \"service_shards\": %u,\n",
              bool_word(def->persistent), def->service_shards);
    print_attrs(out, type);
    print_methods(out, def->methods);
    print_client_methods(out, def->client_methods);
    buf_print(out, "\n    }");
}

gw_err schema_json(struct buf *out, const struct type *types, size_t count, char **error)
{
    (void)error; /* nothing goes wrong */
    buf_print(out, "{\n  \"format\": %d,\n  \"types\": [", FORMAT);
    for (size_t i = 0; i < count; i++) {
        buf_print(out, i ? ",\n" : "\n");
        print_type(out, &types[i]);
    }
    buf_print(out, count ? "\n  ]\n}\n" : "]\n}\n");
    return GW_OK;
}
