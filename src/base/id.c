/* Ids: 12 bytes as 16 characters. */
#include "base/id.h"

#include <stdio.h>

static const char alphabet[64] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

/* What a character stands for, or -1. */
static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '_' ? 62 : c == '.' ? 63 : -1;
}

gw_id id_encode(const uint8_t bytes[12])
{
    gw_id id;
    for (size_t group = 0; group < 4; group++) {
        const uint8_t *b = bytes + 3 * group;
        uint32_t bits = (uint32_t)b[0] << 16 | (uint32_t)b[1] << 8 | b[2];
        for (size_t i = 0; i < 4; i++)
            id.text[4 * group + i] = alphabet[bits >> (18 - 6 * i) & 63];
    }
    return id;
}

gw_err id_decode(gw_id id, uint8_t bytes[12])
{
    if (!id_is_valid(id))
        return GW_EINVAL;
    for (size_t group = 0; group < 4; group++) {
        uint32_t bits = 0;
        for (size_t i = 0; i < 4; i++)
            bits = bits << 6 | (uint32_t)digit_of(id.text[4 * group + i]);
        bytes[3 * group] = (uint8_t)(bits >> 16);
        bytes[3 * group + 1] = (uint8_t)(bits >> 8);
        bytes[3 * group + 2] = (uint8_t)bits;
    }
    return GW_OK;
}

bool id_is_valid(gw_id id)
{
    for (size_t i = 0; i < sizeof id.text; i++)
        if (digit_of(id.text[i]) < 0)
            return false;
    return true;
}

static void store_be(uint8_t *at, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[i] = (uint8_t)(value >> (8 * (size - 1 - i)));
}

gw_id id_new(struct id_source *source)
{
    uint8_t bytes[12];
    source->counter = (source->counter + 1) & 0xffffffu;
    store_be(bytes, (uint32_t)(source->clock->wall_ms / 1000), 4);
    memcpy(bytes + 4, source->host, sizeof source->host);
    store_be(bytes + 7, source->pid, 2);
    store_be(bytes + 9, source->counter, 3);
    return id_encode(bytes);
}

gw_id id_nil_space(uint16_t gameid)
{
    uint8_t bytes[12] = {0};
    char text[8];
    size_t size = (size_t)snprintf(text, sizeof text, "%u", (unsigned)gameid);
    memcpy(bytes + sizeof bytes - size, text, size);
    return id_encode(bytes);
}
