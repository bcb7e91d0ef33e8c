/* written: see written.h. */
#include "conf/written.h"

#include "base/log.h"

#include <inttypes.h>

/* What would begin a comment, end the line or be taken for quotes stands between backticks. A text
 * that has backticks itself comes from a file in which it could not have anything of the others. */
void written_text(struct buf *out, const char *text)
{
    size_t size = strlen(text);
    bool is_plain = size == strcspn(text, ";#\n\\\"'") && text[0] != ' ' &&
                    (size == 0 || text[size - 1] != ' ');
    buf_print(out, is_plain ? "%s" : "`%s`", text);
}

static void print_list(struct buf *out, const char *const *list)
{
    struct buf joined = {0};
    for (size_t i = 0; list[i]; i++)
        buf_print(&joined, "%s%s", i ? ", " : "", list[i]);
    buf_append(&joined, "", 1);
    written_text(out, (const char *)joined.data);
    buf_free(&joined);
}

static void print_bytes(struct buf *out, uint64_t bytes)
{
    static const char suffixes[][2] = {"", "K", "M", "G"};
    size_t i = 0;
    while (i < 3 && bytes > 0 && bytes % 1024 == 0) {
        bytes /= 1024;
        i++;
    }
    buf_print(out, "%" PRIu64 "%s", bytes, suffixes[i]);
}

static void print_address(struct buf *out, const struct conf_address *address)
{
    if (address->host[0])
        buf_print(out, strchr(address->host, ':') ? "[%s]:%u" : "%s:%u", address->host,
                  address->port);
}

void written_value(struct buf *out, const struct key *key, const void *values)
{
    const void *member = (const char *)values + key->offset;
    switch (key->type) {
    case KEY_TEXT:
    case KEY_NAME:
        written_text(out, *(const char *const *)member);
        break;
    case KEY_LIST:
        print_list(out, *(const char *const *const *)member);
        break;
    case KEY_BOOL:
    case KEY_OFF:
        buf_print(out, "%s", *(const bool *)member ? "true" : "false");
        break;
    case KEY_NUMBER:
        buf_print(out, "%u", *(const unsigned *)member);
        break;
    case KEY_BYTES:
        print_bytes(out, *(const size_t *)member);
        break;
    case KEY_ADDRESS:
        print_address(out, member);
        break;
    case KEY_LEVEL:
        buf_print(out, "%s", log_level_name(*(const enum log_level *)member));
        break;
    case KEY_CHOICE:
        buf_print(out, "%s", key->choices[*(const unsigned *)member]);
        break;
    case KEY_IGNORE:
        break;
    }
}
