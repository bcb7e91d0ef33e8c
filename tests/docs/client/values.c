/* Arguments and values of docs/guide/clients.md. */
#include <goworld_client.h>
#include <stdio.h>

void sell(gwc_client *client, gwc_entity *player);
void print_bag(const gwc_entity *player);

void sell(gwc_client *client, gwc_entity *player)
{
    gwc_value *offer = gwc_new_map();
    gwc_put(offer, "item", gwc_str("sword"));
    gwc_put(offer, "price", gwc_i64(100));
    gwc_call(client, player, "Sell", gwc_tree(offer));
    gwc_free(offer);
}

void print_bag(const gwc_entity *player)
{
    const gwc_value *bag = gwc_attr(player, "bag");
    for (size_t i = 0; i < gwc_count(bag); i++)
        printf("%s x %lld\n", gwc_to_str(gwc_get(gwc_at(bag, i), "item")),
               (long long)gwc_to_int(gwc_get(gwc_at(bag, i), "count")));
}
