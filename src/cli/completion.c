/* completion: see completion.h. The scripts in src/cli/completion/ have places that are filled from
 * the tables of commands.h. */
#include "cli/completion.h"

#include "base/sentence.h"
#include "cli/commands.h"
#include "cli/fill.h"
#include "cli/manual.h"
#include "host/embedded.h"

#include <stdio.h>
#include <stdlib.h>

/* src/cli/completion, made by the build. */
extern const struct embedded_file completion_files[];

/* How a shell has a command, and an option without a value, with one and with a file; empty: only
 * their names. */
struct form {
    const char *shell;
    const char *command, *option, *option_with_value, *option_with_file;
};

static const struct form forms[] = {
    {"bash", "", "", "", ""},
    {"zsh", "        '@name@:@summary@'\n", "        '@name@[@summary@]' \\\n",
     "        '@name@[@summary@]:value:' \\\n",
     "        '@name@[@summary@]:file:_files -g \"*.ini\"' \\\n"},
    {"fish", "complete -c goworld -n '__goworld_has 0' -a @name@ -d '@summary@'\n",
     "complete -c goworld -o @bare@ -d '@summary@'\n",
     "complete -c goworld -x -o @bare@ -d '@summary@'\n",
     "complete -c goworld -r -F -o @bare@ -d '@summary@'\n"},
};

enum { FORM_COUNT = sizeof forms / sizeof *forms };

/* What a table becomes: its names with spaces between, and its rows in the shell's form. */
struct place {
    struct buf names, rows;
};

struct places {
    struct place commands, words, roles, options;
};

static void add(struct place *place, const char *form, const char *name, const char *summary)
{
    struct buf quoted = {0};
    fill_in(&quoted, summary, strlen(summary), (const struct fill_word[]){{"'", "'\\''"}, {0}});
    buf_append(&quoted, "", 1);
    const struct fill_word row[] = {{"@name@", name},
                                    {"@bare@", name + strspn(name, "-")},
                                    {"@summary@", (const char *)quoted.data},
                                    {0}};
    buf_print(&place->names, "%s%s", place->names.size ? " " : "", name);
    fill_in(&place->rows, form, strlen(form), row);
    buf_free(&quoted);
}

static const char *option_form(const struct form *form, const struct flag *flag)
{
    if (strcmp(flag->value, "FILE") == 0)
        return form->option_with_file;
    return *flag->value ? form->option_with_value : form->option;
}

static void list_tables(struct places *places, const struct form *form)
{
    for (const struct command *c = commands; c->name; c++)
        add(&places->commands, form->command, c->name, c->summary);
    for (const struct word *w = words; w->name; w++)
        add(&places->words, form->command, w->name, w->summary);
    for (const struct process_role *role = roles; role->name; role++)
        add(&places->roles, form->command, role->name, role->summary);
    for (const struct flag *flag = flags; flag->name; flag++)
        add(&places->options, option_form(form, flag), flag->name, flag->summary);
}

/* The text as a string, without the newline at its end. */
static const char *text_of(struct buf *text)
{
    if (text->size && text->data[text->size - 1] == '\n')
        text->size--;
    buf_append(text, "", 1);
    return (const char *)text->data;
}

static void free_place(struct place *place)
{
    buf_free(&place->names);
    buf_free(&place->rows);
}

static const char *all_shells(struct buf *names)
{
    for (size_t i = 0; i < FORM_COUNT; i++)
        buf_print(names, "%s%s", i ? " " : "", forms[i].shell);
    return text_of(names);
}

static void print_script(const struct embedded_file *file, const struct form *form)
{
    struct places at = {0};
    struct buf shells = {0}, script = {0};
    list_tables(&at, form);
    const struct fill_word filled[] = {
        {"@commands@", text_of(&at.commands.names)},
        {"@words@", text_of(&at.words.names)},
        {"@roles@", text_of(&at.roles.names)},
        {"@options@", text_of(&at.options.names)},
        {"@described_commands@", text_of(&at.commands.rows)},
        {"@described_words@", text_of(&at.words.rows)},
        {"@described_roles@", text_of(&at.roles.rows)},
        {"@described_options@", text_of(&at.options.rows)},
        {"@shells@", all_shells(&shells)},
        {"@pages@", MANUAL_PAGES},
        {0},
    };
    fill_in(&script, file->data, file->size, filled);
    fwrite(script.data, 1, script.size, stdout);
    free_place(&at.commands);
    free_place(&at.words);
    free_place(&at.roles);
    free_place(&at.options);
    buf_free(&shells);
    buf_free(&script);
}

static const struct embedded_file *script_of(const struct form *form)
{
    char *name = sentence("goworld.%s", form->shell);
    const struct embedded_file *file = completion_files;
    while (strcmp(file->name, name) != 0)
        file++;
    free(name);
    return file;
}

int completion_run(const char *shell)
{
    for (const struct form *form = forms; form < forms + FORM_COUNT; form++)
        if (strcmp(form->shell, shell) == 0) {
            print_script(script_of(form), form);
            return EXIT_OK;
        }
    return cli_fail("there is no completion for %s; there is one for bash, zsh and fish", shell);
}
