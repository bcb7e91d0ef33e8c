/* Any bytes as a payload: whatever a reader takes, its writer writes again and the reader takes
 * that too. */
#include "base/assert.h"
#include "wire/messages.h"

#include <stdlib.h>

/* Bools may change (any byte but 0 is true), so the second writing is compared with the first. */
#define MSG(NAME, name, number, ...)                                                               \
    static void try_##name(struct view payload, struct buf *once, struct buf *twice)               \
    {                                                                                              \
        struct msg_##name m;                                                                       \
        if (!msg_##name##_read(payload, &m))                                                       \
            return;                                                                                \
        buf_clear(once);                                                                           \
        buf_clear(twice);                                                                          \
        msg_##name##_write(once, &m);                                                              \
        ASSERT(once->size == payload.size);                                                        \
        struct view written = {once->data, (uint32_t)once->size};                                  \
        ASSERT(msg_##name##_read(written, &m));                                                    \
        msg_##name##_write(twice, &m);                                                             \
        ASSERT(twice->size == once->size && memcmp(once->data, twice->data, once->size) == 0);     \
    }
#include "wire/messages.inl"
#undef MSG

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view payload = {data, (uint32_t)size};
    struct buf once = {0}, twice = {0};
#define MSG(NAME, name, number, ...) try_##name(payload, &once, &twice);
#include "wire/messages.inl"
#undef MSG
    ASSERT(size < 2 || msg_type_of(payload) == (data[0] | data[1] << 8));
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
