/* gw_text: a string that its entity or record owns. */
#pragma once

#include <goworld/types.h>

/* Zero is the empty string. Members are the engine's: read with gw_text_get, write an attribute
 * with GW_SET and any other text with gw_text_assign. */
typedef struct gw_text {
    char *owned_;
    uint32_t length_;
} gw_text;

/* Returns a NUL-terminated view that lasts until the text is next written or cleared. */
static inline const char *gw_text_get(const gw_text *text)
{
    return text->owned_ ? text->owned_ : "";
}

/* In bytes. */
static inline size_t gw_text_length(const gw_text *text)
{
    return text->length_;
}

/* Copies value; NULL counts as "". Not for attributes: clients and storage would not hear of it. */
void gw_text_assign(gw_text *text, const char *value);

/* Frees what the text owns and leaves it empty. */
void gw_text_clear(gw_text *text);
