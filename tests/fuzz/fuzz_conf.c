/* Any bytes as goworld.ini: an answer or a sentence, never a crash; and what is in force can be
 * shown. */
#include "base/assert.h"
#include "conf/show.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct conf *conf = NULL;
    char *error = NULL;
    gw_err err = conf_parse("/srv/goworld.ini", (const char *)data, size, &conf, &error);
    ASSERT((err == GW_OK) == (conf != NULL) && (err == GW_OK) == (error == NULL));
    if (conf) {
        ASSERT(conf->deployment.games >= 1 && conf_game(conf, conf->deployment.games));
        ASSERT(conf->gates[0].websocket_origins && conf->storage.url);
        struct buf shown = {0};
        ASSERT(conf_show(conf, NULL, &shown, &error) == GW_OK && shown.size > 0);
        buf_free(&shown);
    }
    conf_free(conf);
    free(error);
    return 0;
}
