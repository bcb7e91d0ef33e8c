/* Any bytes as a registry key and as its value: what is read is written as it was, and what a game
 * of GoWorld would take apart wrongly is not good. */
#include "base/assert.h"
#include "wire/servicekey.h"

static void try_key(struct view bytes)
{
    struct service_key key;
    if (!service_key_read(bytes, &key))
        return;
    ASSERT(service_key_is_meant(bytes));
    ASSERT(key.is_of_entity == service_key_is_of_entity(bytes));
    struct buf written = {0};
    service_key_write(&written, &key);
    if (!memchr(key.name.data, 0, key.name.size)) /* names that a type can have */
        ASSERT(written.size == bytes.size && memcmp(written.data, bytes.data, bytes.size) == 0);
    buf_free(&written);
}

static void try_pair(struct view key, struct view value)
{
    if (service_pair_is_good(key, value) && service_key_is_meant(key))
        ASSERT(service_key_is_of_entity(key) ? value.size == 16 : value.size >= 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t host[] = "Service/A#0", entity[] = "Service/A#0/EntityID";
    struct view bytes = {data, (uint32_t)size};
    try_key(bytes);
    try_pair(bytes, bytes);
    try_pair((struct view){host, sizeof host - 1}, bytes);
    try_pair((struct view){entity, sizeof entity - 1}, bytes);
    uint16_t game = service_game_read(bytes);
    struct buf written = {0};
    service_game_write(&written, game);
    if (game)
        ASSERT(written.size == size && memcmp(written.data, data, size) == 0);
    buf_free(&written);
    return 0;
}
