#include "say.h"

enum { TYPE_CREATE_ENTITY_ON_CLIENT = 1002 };

void say_greeting(struct floor *floor, struct peer *client)
{
    static const char type[] = "Account";
    enum { NAME = sizeof type - 1, SIZE = 2 + 2 + 16 + 1 + 16 + 4 + NAME + 16 + 4 + 1 };
    uint8_t *w = floor_put(floor, client, SIZE);
    memset(w, 0, SIZE);
    put_u16(w, TYPE_CREATE_ENTITY_ON_CLIENT);
    put_u32(w + CLIENT_AT, client->slot);
    w[20] = true; /* the client's own player */
    memset(w + 21, 'A', ID_SIZE);
    put_u32(w + 37, NAME);
    memcpy(w + 41, type, NAME);
    put_u32(w + SIZE - 5, 1);
    w[SIZE - 1] = 0x80; /* an empty map */
}
