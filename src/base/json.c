/* Writes JSON. */
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void write_char(struct buf *b, char c)
{
    if (c == '"' || c == '\\')
        buf_print(b, "\\%c", c);
    else if (c == '\n')
        buf_print(b, "\\n");
    else if ((unsigned char)c < 0x20 || c == 0x7f)
        buf_print(b, "\\u%04x", (unsigned)c);
    else
        buf_append(b, &c, 1);
}

void json_write_str(struct buf *b, const char *text, size_t size)
{
    buf_append(b, "\"", 1);
    for (size_t i = 0; i < size; i++)
        write_char(b, text[i]);
    buf_append(b, "\"", 1);
}

void json_write_f64(struct buf *b, double value)
{
    char digits[32] = "null";
    for (int precision = 15; isfinite(value) && precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, value);
        if (strtod(digits, NULL) == value)
            break;
    }
    buf_print(b, "%s", digits);
}
