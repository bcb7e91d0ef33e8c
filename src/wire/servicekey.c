/* servicekey: see servicekey.h. */
#include "wire/servicekey.h"

#include "base/id.h"

#define PREFIX "Service/"
#define ENTITY_SUFFIX "/EntityID"
#define GAME "game"

static bool begins_with(struct view v, const char *text)
{
    size_t size = strlen(text);
    return v.size >= size && memcmp(v.data, text, size) == 0;
}

static bool ends_with(struct view v, const char *text)
{
    size_t size = strlen(text);
    return v.size >= size && memcmp(v.data + v.size - size, text, size) == 0;
}

/* One way to write a number only: no sign, no leading zero. */
static bool read_number(struct view digits, uint32_t max, uint32_t *out)
{
    if (digits.size == 0 || digits.size > 9 || (digits.size > 1 && digits.data[0] == '0'))
        return false;
    uint32_t number = 0;
    for (uint32_t i = 0; i < digits.size; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        number = number * 10 + (uint32_t)(digits.data[i] - '0');
    }
    *out = number;
    return number <= max;
}

bool service_key_is_meant(struct view key)
{
    return begins_with(key, PREFIX);
}

bool service_key_is_of_entity(struct view key)
{
    return key.size >= strlen(PREFIX ENTITY_SUFFIX) && service_key_is_meant(key) &&
           ends_with(key, ENTITY_SUFFIX);
}

bool service_key_read(struct view key, struct service_key *out)
{
    if (!service_key_is_meant(key))
        return false;
    bool is_of_entity = service_key_is_of_entity(key);
    struct view rest = {key.data + strlen(PREFIX), key.size - (uint32_t)strlen(PREFIX)};
    if (is_of_entity)
        rest.size -= (uint32_t)strlen(ENTITY_SUFFIX);
    const uint8_t *sign = memrchr(rest.data, '#', rest.size);
    if (!sign || sign == rest.data || memchr(rest.data, '/', rest.size))
        return false;
    uint32_t name_size = (uint32_t)(sign - rest.data), shard;
    struct view digits = {sign + 1, rest.size - name_size - 1};
    if (!read_number(digits, INT32_MAX, &shard))
        return false;
    *out = (struct service_key){{rest.data, name_size}, shard, is_of_entity};
    return true;
}

void service_key_write(struct buf *out, const struct service_key *key)
{
    buf_print(out, PREFIX "%.*s#%u%s", (int)key->name.size, (const char *)key->name.data,
              key->shard, key->is_of_entity ? ENTITY_SUFFIX : "");
}

uint16_t service_game_read(struct view value)
{
    uint32_t game;
    if (!begins_with(value, GAME))
        return 0;
    struct view digits = {value.data + strlen(GAME), value.size - (uint32_t)strlen(GAME)};
    return read_number(digits, UINT16_MAX, &game) ? (uint16_t)game : 0;
}

void service_game_write(struct buf *out, uint16_t game)
{
    buf_print(out, GAME "%u", game);
}

bool service_pair_is_good(struct view key, struct view value)
{
    if (!service_key_is_meant(key))
        return true;
    if (!service_key_is_of_entity(key))
        return service_game_read(value) != 0;
    gw_id id;
    if (value.size != sizeof id.text)
        return false;
    memcpy(id.text, value.data, sizeof id.text);
    return id_is_valid(id);
}
