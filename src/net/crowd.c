/* crowd: see crowd.h. */
#include "net/crowd.h"

#include "base/assert.h"
#include "base/buf.h"
#include "base/idmap.h"

#include <netinet/in.h>
#include <stdlib.h>

struct crowd_place {
    struct crowd *crowd;
    gw_id key; /* '4' or '6' and the bytes that count */
    unsigned connections;
};

struct crowd {
    struct idmap places;
    unsigned max;
};

struct crowd *crowd_create(unsigned max, uint64_t seed)
{
    ASSERT(max >= 1);
    struct crowd *crowd = mem_zalloc(sizeof *crowd);
    *crowd = (struct crowd){.places = {.seed = seed}, .max = max};
    return crowd;
}

void crowd_destroy(struct crowd *crowd)
{
    if (!crowd)
        return;
    ASSERT(crowd->places.count == 0);
    idmap_free(&crowd->places);
    free(crowd);
}

static gw_id key_of_bytes(char kind, const void *bytes, size_t size)
{
    gw_id key = {0};
    key.text[0] = kind;
    memcpy(key.text + 1, bytes, size);
    return key;
}

static gw_id key_of(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
        return key_of_bytes('4', &v4->sin_addr, 4);
    }
    if (address->sa_family != AF_INET6)
        return (gw_id){0};
    const struct in6_addr *v6 = &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;
    return IN6_IS_ADDR_V4MAPPED(v6) ? key_of_bytes('4', v6->s6_addr + 12, 4)
                                    : key_of_bytes('6', v6->s6_addr, 8);
}

struct crowd_place *crowd_enter(struct crowd *crowd, const struct sockaddr *address)
{
    gw_id key = key_of(address);
    struct crowd_place *place = idmap_get(&crowd->places, key);
    if (place && place->connections == crowd->max)
        return NULL;
    if (!place) {
        place = mem_alloc(sizeof *place);
        *place = (struct crowd_place){.crowd = crowd, .key = key};
        idmap_put(&crowd->places, key, place);
    }
    place->connections++;
    return place;
}

void crowd_leave(struct crowd_place *place)
{
    if (!place || --place->connections > 0)
        return;
    idmap_remove(&place->crowd->places, place->key);
    free(place);
}

size_t crowd_addresses(const struct crowd *crowd)
{
    return crowd->places.count;
}
