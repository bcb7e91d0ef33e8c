/* Compiled as C11 and as C++11 (header.sh): the public header means the same in both. */
#include <goworld_client.h>

#ifdef __cplusplus
extern "C" {
#endif

gwc_err use_everything(gwc_client *client);

gwc_err use_everything(gwc_client *client)
{
    gwc_entity *player = gwc_player(client);
    gwc_value *list = gwc_new_list();
    gwc_append(list, gwc_str_of("text", 2));
    gwc_err err = gwc_call(client, player, "None");
    if (!err)
        err = gwc_call(client, player, "Many", gwc_nil(), gwc_bool(true), gwc_i64(-1), gwc_u64(1),
                       gwc_f32(0.5f), gwc_f64(0.5), gwc_str("text"), gwc_bytes("bytes", 5),
                       gwc_tree(list));
    gwc_free(list);
    return err;
}

#ifdef __cplusplus
}
#endif
