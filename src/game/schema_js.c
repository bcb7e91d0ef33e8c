/* schema_js: see schema_js.h. What all modules begin with is src/game/stubs/head.js. Texts of the
 * game become strings or names that nothing can end too early. */
#include "game/schema_js.h"

#include "base/sentence.h"
#include "game/schema.h"
#include "game/signature.h"
#include "game/stub.h"

#include <stdlib.h>

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

static void print_mark(struct buf *out, const char *text, size_t size)
{
    if (stub_is_among(taken_names, text, size))
        buf_print(out, "_");
}

static void print_class_name(struct buf *out, const struct type *type)
{
    const char *name = type->def->name;
    stub_print_name(out, name);
    print_mark(out, name, strlen(name));
}

/* One of C's is one of the language's, unless that has taken it. */
static void print_argument_name(struct buf *out, const struct signature_argument *argument)
{
    buf_append(out, argument->name, argument->name_size);
    print_mark(out, argument->name, argument->name_size);
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
    if (stub_is_name(name))
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

static void print_attrs_shape(struct buf *out, const struct type *type)
{
    const char *separator = " ";
    buf_print(out, " *     attrs: {");
    for (size_t i = 0; i < type->attr_count; i++) {
        const gw_attr *attr = &type->attrs[i];
        if (!stub_is_seen(attr))
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
        if (stub_is_seen(&type->attrs[i])) {
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
    if (stub_is_among(taken_members, method->name, strlen(method->name)))
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
    print_string(out, type->wire_name);
    buf_print(out, ";\n");
    print_attribute_list(out, type);
    print_handled_list(out, type->def->client_methods);
    for (const gw_method *m = type->def->methods; m && m->name; m++)
        if (stub_is_callable(m))
            print_method(out, m);
    buf_print(out, "}\n");
}

/* ---- the module ----------------------------------------------------------------------------- */

gw_err schema_js(struct buf *out, const struct type *types, size_t count, char **error)
{
    gw_err err = stub_check_names(types, count, error);
    if (err)
        return err;
    stub_print_head(out, "head.js");
    for (const struct type *type = types; type < types + count; type++)
        if (stub_is_for_clients(type))
            print_class(out, type);
    return GW_OK;
}
