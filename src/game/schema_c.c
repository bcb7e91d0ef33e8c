/* schema_c: see schema_c.h. What all headers begin with is src/game/stubs/head.h. */
#include "game/schema_c.h"

#include "game/schema.h"
#include "game/signature.h"
#include "game/stub.h"

/* What an argument may not be called: words of C++ and of newer C, and what the stubs use. */
static const char *const taken_names[] = {"alignas",      "alignof",
                                          "and",          "and_eq",
                                          "asm",          "bitand",
                                          "bitor",        "catch",
                                          "char16_t",     "char32_t",
                                          "char8_t",      "class",
                                          "client",       "co_await",
                                          "co_return",    "co_yield",
                                          "compl",        "concept",
                                          "const_cast",   "consteval",
                                          "constexpr",    "constinit",
                                          "decltype",     "delete",
                                          "dynamic_cast", "entity",
                                          "explicit",     "export",
                                          "friend",       "mutable",
                                          "namespace",    "new",
                                          "noexcept",     "not",
                                          "not_eq",       "nullptr",
                                          "operator",     "or",
                                          "or_eq",        "private",
                                          "protected",    "public",
                                          "requires",     "static_assert",
                                          "static_cast",  "reinterpret_cast",
                                          "template",     "this",
                                          "thread_local", "throw",
                                          "try",          "typeid",
                                          "typename",     "typeof",
                                          "using",        "virtual",
                                          "wchar_t",      "xor",
                                          "xor_eq",       NULL};

/* A type of the schema: what a caller hands over and the function that makes an argument of it,
 * what comes and the function that reads it; "": it is that already. Types end where a name may
 * follow. */
struct c_type {
    const char *name;
    const char *given, *pack;
    const char *got, *read;
};

static const struct c_type c_types[] = {
    {"bool", "bool ", "gwc_bool", "bool ", "gwc_to_bool"},
    {"i8", "int8_t ", "gwc_i64", "int8_t ", "(int8_t)gwc_to_int"},
    {"i16", "int16_t ", "gwc_i64", "int16_t ", "(int16_t)gwc_to_int"},
    {"i32", "int32_t ", "gwc_i64", "int32_t ", "(int32_t)gwc_to_int"},
    {"i64", "int64_t ", "gwc_i64", "int64_t ", "gwc_to_int"},
    {"u8", "uint8_t ", "gwc_u64", "uint8_t ", "(uint8_t)gwc_to_uint"},
    {"u16", "uint16_t ", "gwc_u64", "uint16_t ", "(uint16_t)gwc_to_uint"},
    {"u32", "uint32_t ", "gwc_u64", "uint32_t ", "(uint32_t)gwc_to_uint"},
    {"u64", "uint64_t ", "gwc_u64", "uint64_t ", "gwc_to_uint"},
    {"f32", "float ", "gwc_f32", "float ", "(float)gwc_to_double"},
    {"f64", "double ", "gwc_f64", "double ", "gwc_to_double"},
    {"id", "const char *", "gwc_str", "const char *", "gwc_to_str"},
    {"str", "const char *", "gwc_str", "const char *", "gwc_to_str"},
    {"vec3", "gwc_vec3 ", "gwc_tree", "gwc_vec3 ", "gwc_stub_to_vec3"},
    {"map", "const gwc_value *", "gwc_tree", "const gwc_value *", ""},
    {"list", "const gwc_value *", "gwc_tree", "const gwc_value *", ""},
    {"bytes", "gwc_arg ", "", "const gwc_value *", ""},
};

enum { C_TYPE_COUNT = sizeof c_types / sizeof *c_types };

/* What is none of them is handed over as bytes are. */
static const struct c_type *c_type_of(const char *name, size_t size)
{
    const struct c_type *type = c_types;
    while (type < c_types + C_TYPE_COUNT - 1 &&
           (strlen(type->name) != size || memcmp(type->name, name, size) != 0))
        type++;
    return type;
}

static const struct c_type *c_type_of_argument(const struct signature_argument *argument)
{
    return c_type_of(argument->type, argument->type_size);
}

/* ---- words ---------------------------------------------------------------------------------- */

/* A question mark is escaped, so that there are no trigraphs. */
static void print_string(struct buf *out, const char *text)
{
    buf_print(out, "\"");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
            buf_print(out, "\\%03o", c);
        else
            buf_print(out, strchr("\"\\?", c) ? "\\%c" : "%c", c);
    }
    buf_print(out, "\"");
}

static void print_argument_name(struct buf *out, const struct signature_argument *argument)
{
    buf_append(out, argument->name, argument->name_size);
    if (stub_is_among(taken_names, argument->name, argument->name_size))
        buf_print(out, "_");
}

/* Avatar_call_SendChat */
static void print_name(struct buf *out, const struct type *type, const char *kind, const char *name)
{
    stub_print_name(out, type->def->name);
    buf_print(out, "_%s", kind);
    stub_print_name(out, name);
}

static bool is_vec3(const struct signature_argument *argument)
{
    return strcmp(c_type_of_argument(argument)->name, "vec3") == 0;
}

/* ---- what clients call ---------------------------------------------------------------------- */

/* A vector travels as a tree, which is made before the call or freed after it. */
static unsigned print_trees(struct buf *out, const gw_method *method, bool is_made)
{
    struct signature_argument argument;
    unsigned index = 0, count = 0;
    for (const char *at = method->signature; signature_next(&at, &argument); index++) {
        if (!is_vec3(&argument))
            continue;
        count++;
        if (!is_made) {
            buf_print(out, "    gwc_free(tree_%u);\n", index);
            continue;
        }
        buf_print(out, "    gwc_value *tree_%u = gwc_stub_vec3(", index);
        print_argument_name(out, &argument);
        buf_print(out, ");\n");
    }
    return count;
}

static void print_packed(struct buf *out, const gw_method *method)
{
    struct signature_argument argument;
    unsigned index = 0;
    for (const char *at = method->signature; signature_next(&at, &argument); index++) {
        const struct c_type *type = c_type_of_argument(&argument);
        buf_print(out, ", %s%s", type->pack, *type->pack ? "(" : "");
        if (is_vec3(&argument))
            buf_print(out, "tree_%u", index);
        else
            print_argument_name(out, &argument);
        buf_print(out, *type->pack ? ")" : "");
    }
}

static void print_call(struct buf *out, const struct type *type, const gw_method *method)
{
    struct signature_argument argument;
    buf_print(out, "\nstatic inline gwc_err ");
    print_name(out, type, "call_", method->name);
    buf_print(out, "(gwc_client *client, const gwc_entity *entity");
    for (const char *at = method->signature; signature_next(&at, &argument);) {
        buf_print(out, ", %s", c_type_of_argument(&argument)->given);
        print_argument_name(out, &argument);
    }
    buf_print(out, ")\n{\n");
    bool has_trees = print_trees(out, method, true) > 0;
    buf_print(out, has_trees ? "    gwc_err err = " : "    return ");
    buf_print(out, "gwc_call(client, entity, ");
    print_string(out, method->name);
    print_packed(out, method);
    buf_print(out, ");\n");
    print_trees(out, method, false);
    buf_print(out, has_trees ? "    return err;\n}\n" : "}\n");
}

/* ---- what clients see ----------------------------------------------------------------------- */

static void print_attr(struct buf *out, const struct type *type, const gw_attr *attr)
{
    const char *name = schema_value_type(attr->type);
    const struct c_type *c_type = c_type_of(name, strlen(name));
    buf_print(out, "\nstatic inline %s", c_type->got);
    print_name(out, type, "attr_", attr->name);
    buf_print(out, "(const gwc_entity *entity)\n{\n    return %s%sgwc_attr(entity, ", c_type->read,
              *c_type->read ? "(" : "");
    print_string(out, attr->name);
    buf_print(out, *c_type->read ? "));\n}\n" : ");\n}\n");
}

/* ---- what clients handle -------------------------------------------------------------------- */

static void print_prototype(struct buf *out, const struct type *type,
                            const gw_client_method *method)
{
    struct signature_argument argument;
    buf_print(out, "\nvoid ");
    print_name(out, type, "", method->name);
    buf_print(out, "(gwc_client *client, gwc_entity *entity");
    for (const char *at = method->signature; signature_next(&at, &argument);) {
        buf_print(out, ", %s", c_type_of_argument(&argument)->got);
        print_argument_name(out, &argument);
    }
    buf_print(out, ");\n");
}

static void print_receiver(struct buf *out, const struct type *type, const gw_client_method *method)
{
    struct signature_argument argument;
    unsigned index = 0;
    buf_print(out, "static inline void ");
    print_name(out, type, "", method->name);
    buf_print(out, "_receive(gwc_client *client, gwc_entity *entity, const gwc_value *args)\n{\n");
    buf_print(out, *method->signature ? "    " : "    (void)args;\n    ");
    print_name(out, type, "", method->name);
    buf_print(out, "(client, entity");
    for (const char *at = method->signature; signature_next(&at, &argument); index++) {
        const char *read = c_type_of_argument(&argument)->read;
        buf_print(out, ", %s%sgwc_at(args, %u)%s", read, *read ? "(" : "", index, *read ? ")" : "");
    }
    buf_print(out, ");\n}\n");
}

static void print_row(struct buf *out, const struct type *type, const gw_client_method *method)
{
    buf_print(out, "#define ");
    print_name(out, type, "", method->name);
    buf_print(out, "_METHOD {");
    print_string(out, type->wire_name);
    buf_print(out, ", ");
    print_string(out, method->name);
    buf_print(out, ", ");
    print_name(out, type, "", method->name);
    buf_print(out, "_receive}\n");
}

/* ---- the header ----------------------------------------------------------------------------- */

static void print_type(struct buf *out, const struct type *type)
{
    const gw_entity_type *def = type->def;
    buf_print(out, "\n/* ---- ");
    stub_print_name(out, def->name);
    buf_print(out, " ---- */\n\n#define ");
    stub_print_name(out, def->name);
    buf_print(out, "_TYPE ");
    print_string(out, type->wire_name);
    buf_print(out, "\n");
    for (const gw_method *m = def->methods; m && m->name; m++)
        if (stub_is_callable(m))
            print_call(out, type, m);
    for (size_t i = 0; i < type->attr_count; i++)
        if (stub_is_seen(&type->attrs[i]))
            print_attr(out, type, &type->attrs[i]);
    for (const gw_client_method *m = def->client_methods; m && m->name; m++) {
        print_prototype(out, type, m);
        print_receiver(out, type, m);
        print_row(out, type, m);
    }
}

gw_err schema_c(struct buf *out, const struct type *types, size_t count, char **error)
{
    gw_err err = stub_check_names(types, count, error);
    if (err)
        return err;
    stub_print_head(out, "head.h");
    for (const struct type *type = types; type < types + count; type++)
        if (stub_is_for_clients(type))
            print_type(out, type);
    buf_print(out, "\n#ifdef __cplusplus\n}\n#endif\n");
    return GW_OK;
}
