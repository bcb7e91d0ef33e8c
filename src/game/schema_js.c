/* schema_js: see schema_js.h. What all modules begin with is src/game/stubs/head.js. Texts of the
 * game become strings or names that nothing can end too early. */
#include "game/schema_js.h"

#include "conf/sentence.h"
#include "game/schema.h"
#include "game/signature.h"
#include "host/embedded.h"

#include <stdlib.h>

/* src/game/stubs, made by the build. */
extern const struct embedded_file stub_files[];

/* What a class or an argument may not be called: the language's own words, and what head.js uses.
 */
static const char *const taken_names[] = {
    "arguments", "await",      "break",   "case",      "catch",      "class",     "const",
    "continue",  "debugger",   "default", "delete",    "do",         "else",      "enum",
    "eval",      "export",     "extends", "false",     "finally",    "for",       "function",
    "if",        "implements", "import",  "in",        "instanceof", "interface", "let",
    "new",       "null",       "package", "private",   "protected",  "public",    "return",
    "static",    "super",      "switch",  "this",      "throw",      "true",      "try",
    "typeof",    "var",        "void",    "while",     "with",       "yield",     "Array",
    "FITS",      "Number",     "Stub",    "TypeError", "Uint8Array", "expect",    "integer",
    "number",    "object",     "send",    NULL};

/* What a method may not be called: members that every class has. */
static const char *const taken_members[] = {"constructor", "entity", "attrs", "on", "watch", NULL};

static bool is_among(const char *const *names, const char *text, size_t size)
{
    for (; *names; names++)
        if (strlen(*names) == size && memcmp(*names, text, size) == 0)
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void print_mark(struct buf *out, const char *text, size_t size)
{
    if (is_among(taken_names, text, size))
        buf_print(out, "_");
}

/* A type may be called anything: what no name of the language's may have in it is a _. */
static void print_class_name(struct buf *out, const struct type *type)
{
    const char *name = type->def->name;
    if (is_digit(name[0]))
        buf_print(out, "_");
    for (const char *at = name; *at; at++)
        buf_print(out, "%c", is_letter(*at) || is_digit(*at) ? *at : '_');
    print_mark(out, name, strlen(name));
}

/* A name of C's is one of the language's, letters that are not English ones included. */
static void print_argument_name(struct buf *out, const struct signature_argument *argument)
{
    for (size_t i = 0; i < argument->name_size; i++) {
        char c = argument->name[i];
        bool is_foreign = (unsigned char)c >= 0x80;
        buf_print(out, "%c", is_letter(c) || is_digit(c) || is_foreign ? c : '_');
    }
    print_mark(out, argument->name, argument->name_size);
}

static bool is_name(const char *text)
{
    size_t i = 0;
    while (is_letter(text[i]) || (i > 0 && is_digit(text[i])))
        i++;
    return i > 0 && !text[i];
}

/* A slash is escaped, so that no string ends the comment it stands in. */
static void print_string(struct buf *out, const char *text)
{
    buf_print(out, "'");
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
            buf_print(out, "\\x%02x", c);
        else
            buf_print(out, strchr("'\\/", c) ? "\\%c" : "%c", c);
    }
    buf_print(out, "'");
}

/* The name of a member: as it is, or as a string. */
static void print_key(struct buf *out, const char *name)
{
    if (is_name(name))
        buf_print(out, "%s", name);
    else
        print_string(out, name);
}

/* ---- types as JSDoc has them ---------------------------------------------------------------- */

static const char *js_type(const char *type, size_t size)
{
    static const char *const names[][2] = {
        {"bool", "boolean"},
        {"str", "string"},
        {"id", "string"},
        {"i64", "number | bigint"},
        {"u64", "number | bigint"},
        {"vec3", "{ X: number, Y: number, Z: number }"},
        {"map", "{ [key: string]: any }"},
        {"list", "any[]"},
        {"bytes", "Uint8Array"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i][0]) == size && memcmp(names[i][0], type, size) == 0)
            return names[i][1];
    return "number";
}

static void print_parameters(struct buf *out, const char *signature, bool has_types)
{
    struct signature_argument argument;
    const char *separator = "";
    for (const char *at = signature; signature_next(&at, &argument); separator = ", ") {
        buf_print(out, "%s", separator);
        print_argument_name(out, &argument);
        if (has_types)
            buf_print(out, ": %s", js_type(argument.type, argument.type_size));
    }
}

/* ---- a class -------------------------------------------------------------------------------- */

static bool is_seen(const gw_attr *attr)
{
    return attr->flags & (GW_CLIENT | GW_ALL_CLIENTS);
}

static bool is_callable(const gw_method *method)
{
    return method->flags & GW_OWN_CLIENT;
}

/* Whether clients have anything to do with the type. */
static bool is_for_clients(const struct type *type)
{
    const gw_client_method *handled = type->def->client_methods;
    if (handled && handled->name)
        return true;
    for (size_t i = 0; i < type->attr_count; i++)
        if (is_seen(&type->attrs[i]))
            return true;
    for (const gw_method *m = type->def->methods; m && m->name; m++)
        if (is_callable(m))
            return true;
    return false;
}

static void print_attrs_shape(struct buf *out, const struct type *type)
{
    const char *separator = " ";
    buf_print(out, " *     attrs: {");
    for (size_t i = 0; i < type->attr_count; i++) {
        const gw_attr *attr = &type->attrs[i];
        if (!is_seen(attr))
            continue;
        const char *name = schema_value_type(attr->type);
        buf_print(out, "%s", separator);
        print_key(out, attr->name);
        buf_print(out, ": %s", js_type(name, strlen(name)));
        separator = ", ";
    }
    buf_print(out, *separator == ' ' ? "},\n" : " },\n");
}

static void print_client_shape(struct buf *out, const gw_client_method *methods)
{
    if (!methods) {
        buf_print(out, " *     client: { [method: string]: (...args: any[]) => void },\n");
        return;
    }
    buf_print(out, methods->name ? " *     client: {\n" : " *     client: {},\n");
    for (const gw_client_method *m = methods; m->name; m++) {
        buf_print(out, " *         ");
        print_key(out, m->name);
        buf_print(out, "(");
        print_parameters(out, m->signature, true);
        buf_print(out, "): void,\n");
    }
    if (methods->name)
        buf_print(out, " *     },\n");
}

static void print_shape(struct buf *out, const struct type *type)
{
    buf_print(out, "\n/**\n * @typedef {{\n");
    print_attrs_shape(out, type);
    print_client_shape(out, type->def->client_methods);
    buf_print(out, " * }} ");
    print_class_name(out, type);
    buf_print(out, "Shape\n */\n");
}

static void print_item(struct buf *out, const char *separator, const char *text)
{
    buf_print(out, "%s", separator);
    print_string(out, text);
}

/* Those that are empty are Stub's. */
static void print_attribute_list(struct buf *out, const struct type *type)
{
    const char *begin = "    static attributes = [", *separator = begin;
    for (size_t i = 0; i < type->attr_count; i++)
        if (is_seen(&type->attrs[i])) {
            print_item(out, separator, type->attrs[i].name);
            separator = ", ";
        }
    buf_print(out, separator == begin ? "" : "];\n");
}

static void print_handled_list(struct buf *out, const gw_client_method *methods)
{
    if (!methods) {
        buf_print(out, "    static handled = null;\n");
        return;
    }
    for (const gw_client_method *m = methods; m->name; m++)
        print_item(out, m == methods ? "    static handled = [" : ", ", m->name);
    buf_print(out, methods->name ? "];\n" : "");
}

/* @param {string} text */
static void print_method_types(struct buf *out, const gw_method *method)
{
    struct signature_argument argument;
    const char *at = method->signature;
    if (!*at)
        return;
    buf_print(out, "    /**");
    while (signature_next(&at, &argument)) {
        buf_print(out, " @param {%s} ", js_type(argument.type, argument.type_size));
        print_argument_name(out, &argument);
    }
    buf_print(out, " */\n");
}

/* ['str name', 'i64 count'] */
static void print_signature(struct buf *out, const gw_method *method)
{
    struct signature_argument argument;
    const char *separator = "";
    buf_print(out, "[");
    for (const char *at = method->signature; signature_next(&at, &argument);) {
        char *text = sentence("%.*s %.*s", (int)argument.type_size, argument.type,
                              (int)argument.name_size, argument.name);
        print_item(out, separator, text);
        separator = ", ";
        free(text);
    }
    buf_print(out, "]");
}

static void print_method(struct buf *out, const gw_method *method)
{
    buf_print(out, "\n");
    print_method_types(out, method);
    buf_print(out, "    ");
    print_key(out, method->name);
    if (is_among(taken_members, method->name, strlen(method->name)))
        buf_print(out, "_");
    buf_print(out, "(");
    print_parameters(out, method->signature, false);
    buf_print(out, ") {\n        return send(this, ");
    print_string(out, method->name);
    buf_print(out, ", ");
    print_signature(out, method);
    buf_print(out, ", arguments);\n    }\n");
}

static void print_class(struct buf *out, const struct type *type)
{
    print_shape(out, type);
    buf_print(out, "\n/** @extends {Stub<");
    print_class_name(out, type);
    buf_print(out, "Shape>} */\nexport class ");
    print_class_name(out, type);
    buf_print(out, " extends Stub {\n    static type = ");
    print_string(out, type->def->name);
    buf_print(out, ";\n");
    print_attribute_list(out, type);
    print_handled_list(out, type->def->client_methods);
    for (const gw_method *m = type->def->methods; m && m->name; m++)
        if (is_callable(m))
            print_method(out, m);
    buf_print(out, "}\n");
}

/* ---- the module ----------------------------------------------------------------------------- */

static bool have_same_class(const struct type *a, const struct type *b)
{
    struct buf name_a = {0}, name_b = {0};
    print_class_name(&name_a, a);
    print_class_name(&name_b, b);
    bool same = name_a.size == name_b.size && memcmp(name_a.data, name_b.data, name_a.size) == 0;
    buf_free(&name_a);
    buf_free(&name_b);
    return same;
}

static gw_err check_class(const struct type *types, const struct type *type, char **error)
{
    for (const struct type *other = types; other < type; other++)
        if (is_for_clients(other) && have_same_class(other, type)) {
            *error = sentence("types %s and %s would be classes of the same name: rename one",
                              other->def->name, type->def->name);
            return GW_EINVAL;
        }
    return GW_OK;
}

gw_err schema_js(struct buf *out, const struct type *types, size_t count, char **error)
{
    buf_append(out, stub_files[0].data, stub_files[0].size);
    for (const struct type *type = types; type < types + count; type++) {
        if (!is_for_clients(type))
            continue;
        gw_err err = check_class(types, type, error);
        if (err)
            return err;
        print_class(out, type);
    }
    return GW_OK;
}
