/* Strings that an entity or a record owns. */
#include "base/assert.h"
#include "base/buf.h"

#include <goworld/text.h>

#include <stdlib.h>

void gw_text_assign(gw_text *text, const char *value)
{
    size_t length = value ? strlen(value) : 0;
    ASSERT(length < UINT32_MAX);
    /* The copy comes first: value may be a part of what text holds now. */
    char *copy = length ? mem_strdup(value) : NULL;
    gw_text_clear(text);
    *text = (gw_text){.owned_ = copy, .length_ = (uint32_t)length};
}

void gw_text_clear(gw_text *text)
{
    free(text->owned_);
    *text = (gw_text){0};
}
