/* Any bytes as a msgpack value: what the check lets through, every reader and walk can take. */
#include "base/assert.h"
#include "wire/msgpack.h"

#include <msgpuck.h>
#include <stdlib.h>

/* Reads the value as everything it may be, and what is inside it. */
static void read_all(struct view value, unsigned depth)
{
    bool boolean;
    int64_t i;
    uint64_t u;
    double real;
    gw_vec3 vec;
    struct view bytes, key, inside;
    struct msgpack_pairs pairs;
    struct msgpack_items items;
    ASSERT(depth <= MSGPACK_DEPTH_MAX);
    bool took = !msgpack_read_bool(value, &boolean);
    took |= !msgpack_read_int(value, INT64_MIN, INT64_MAX, &i);
    took |= !msgpack_read_uint(value, UINT64_MAX, &u);
    took |= !msgpack_read_f64(value, &real);
    took |= !msgpack_read_vec3(value, &vec);
    if (!msgpack_read_str(value, &bytes))
        ASSERT(bytes.data >= value.data && bytes.data + bytes.size <= value.data + value.size);
    else if (!msgpack_read_map(value, &pairs))
        while (msgpack_next_pair(&pairs, &key, &inside))
            read_all(inside, depth + 1);
    else if (!msgpack_read_array(value, &items))
        while (msgpack_next_item(&items, &inside))
            read_all(inside, depth + 1);
    else
        ASSERT(took || value.data[0] >= 0xc7); /* an ext, which nothing reads */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct view value, again;
    if (msgpack_check((struct view){data, (uint32_t)size}, &value))
        return 0;
    ASSERT(value.data == data && value.size >= 1 && value.size <= size);
    /* A copy that ends where the value ends shows whoever reads behind it. */
    uint8_t *copy = malloc(value.size);
    ASSERT(copy);
    memcpy(copy, data, value.size);
    ASSERT(msgpack_check((struct view){copy, value.size}, &again) == GW_OK);
    ASSERT(again.size == value.size);
    const char *at = (const char *)copy;
    ASSERT(mp_check(&at, at + value.size) == 0 && at == (const char *)copy + value.size);
    read_all(again, 0);
    free(copy);
    return 0;
}
