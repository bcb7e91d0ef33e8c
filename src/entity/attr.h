/* attr: the one door through which attributes change; clients hear of it from here. */
#pragma once

#include "entity/state.h"
#include "entity/tree.h"

/* Sends all that the own client sees as changes, to one that may have missed some. */
void attrs_send(struct world *w, struct entity *e);

/* What was changed in a map or list: what of these there is stands in the message, in this order.
 */
struct tree_change {
    struct gw_node *node;
    uint16_t message;
    const char *key;                /* NULL: none */
    uint32_t index;                 /* of MSG_NOTIFY_LIST_ATTR_CHANGE */
    const struct tree_value *value; /* NULL: none */
};

/* Tells the clients that may see the attribute of a change: in its tree, or (NULL) of all. */
void attrs_tell_clients(struct world *w, struct entity *e, unsigned index,
                        const struct tree_change *inside);
/* Tells them of each attribute that is not as in the map, which was frozen or sent of the entity:
 * it is new in this program, was converted or given up, or a hook has set it. */
void attrs_tell_changed(struct world *w, struct entity *e, struct view before);

/* The entity of whose attributes the node is a part; NULL for loose ones and records. */
struct entity *attrs_owner(struct gw_node *node);

/* Asked before each change of an attribute: GW_ECANCELED when the entity is destroyed. */
GW_NODISCARD gw_err attrs_may_change(struct world *w, struct entity *e);
/* Told after each. */
void attrs_tree_changed(struct world *w, struct entity *e, const struct tree_change *change);
void attrs_node_replaced(struct world *w, struct entity *e, struct gw_node *node); /* by itself */
