/* schema: see schema.h. */
#include "game/schema.h"

#include "game/schema_c.h"
#include "game/schema_js.h"
#include "game/schema_json.h"
#include "host/exit.h"

#include <stdio.h>
#include <stdlib.h>

const char *schema_value_type(gw_value_type type)
{
    static const char *const names[GW_VALUE_COUNT] = {
#define T(tag, ctype) [GW_VALUE_##tag] = #tag,
        GW_VALUE_TYPES(T)
#undef T
            [GW_VALUE_text] = "str",
        [GW_VALUE_chars] = "str",
    };
    return names[type];
}

/* A plain type of spaces is none of the game's. */
gw_err schema_write(const gw_game *game, const struct schema_form *form, struct buf *out,
                    char **error)
{
    struct type *types;
    size_t count;
    gw_err err = types_compile(game, &types, &count, error);
    if (!err)
        err = form->write(out, types, game->space ? count : count - 1, error);
    types_free(types, count);
    return err;
}

static const struct schema_form forms[] = {
    {"", schema_json},
    {"-js", schema_js},
    {"-c", schema_c},
};

const struct schema_form *schema_form_of(const char *flag)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].flag, flag) == 0)
            return &forms[i];
    return NULL;
}

static int fail(const char *error)
{
    fprintf(stderr, "schema: %s\n", error);
    return EXIT_FAILURE;
}

static int print(const struct buf *text)
{
    size_t written = fwrite(text->data, 1, text->size, stdout);
    return written == text->size && fflush(stdout) == 0 ? EXIT_SUCCESS : fail("cannot write it");
}

int schema_main(const gw_game *game, int argc, char **argv)
{
    const struct schema_form *form = schema_form_of(argc > 1 ? argv[1] : "");
    if (!form || argc > 2) {
        fprintf(stderr, "schema: there is no option %s\n", argv[argc - 1]);
        return EXIT_WRONG_USAGE;
    }
    struct buf text = {0};
    char *error = NULL;
    gw_err err = schema_write(game, form, &text, &error);
    int code = err ? fail(error) : print(&text);
    free(error);
    buf_free(&text);
    return code;
}
