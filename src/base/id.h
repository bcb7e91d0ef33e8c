/* id: makes EntityIDs and ClientIDs, and reads what is encoded in them; see
 * docs/internals/protocol.md 1. */
#pragma once

#include "base/clock.h"

#include <goworld/types.h>

/* Whatever makes ids differ is handed in, so that a simulated process makes the same ones again. */
struct id_source {
    const struct clock *clock;
    uint8_t host[3]; /* the first bytes of md5(hostname) */
    uint16_t pid;
    uint32_t counter; /* 24 bits are used */
};

gw_id id_new(struct id_source *source);
gw_id id_encode(const uint8_t bytes[12]);
GW_NODISCARD gw_err id_decode(gw_id id, uint8_t bytes[12]);
bool id_is_valid(gw_id id); /* 16 characters of the alphabet */
gw_id id_nil_space(uint16_t gameid);

/* Which of `count` dispatchers serves the entity; count >= 1. */
static inline unsigned id_dispatcher(gw_id id, unsigned count)
{
    return ((unsigned)(uint8_t)id.text[14] * 256 + (uint8_t)id.text[15]) % count;
}
