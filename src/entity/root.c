/* root: see root.h. */
#include "entity/root.h"

#include "entity/value.h"

static struct gw_node **handle_of(struct entity *e, const gw_attr *attr)
{
    return (void *)((char *)&e->base + attr->offset);
}

static void make_root(struct entity *e, uint32_t index, struct gw_node *node)
{
    tree_make_root(node, e, index, &e->trees);
    *handle_of(e, &e->type->attrs[index]) = node;
}

/* The old one is loose then: somebody may have its handle. `node` is loose, or nobody's. */
static void replace(struct world *w, struct entity *e, struct gw_node *root, struct gw_node *node)
{
    uint32_t index = root->index;
    tree_unlink(node);
    tree_unlink(root);
    tree_make_loose(root, world_loose(w));
    make_root(e, index, node);
}

static struct gw_node *root_of(const struct entity *e, uint32_t index)
{
    struct gw_node *root = e->trees;
    while (root->index != index)
        root = root->next;
    return root;
}

void roots_replace(struct world *w, struct entity *e, uint32_t attr, struct gw_node *node)
{
    replace(w, e, root_of(e, attr), node);
}

void roots_init(struct entity *e)
{
    for (uint32_t i = 0; i < e->type->attr_count && e->type->has_trees; i++) {
        const gw_attr *attr = &e->type->attrs[i];
        if (value_is_tree(attr))
            make_root(e, i, tree_new(attr->type == GW_VALUE_list));
    }
}

/* Whatever handles the game may have assigned, the trees are those in the list. */
void roots_fini(struct entity *e)
{
    const gw_attr *attrs = e->type->attrs;
    tree_free_all(&e->trees);
    for (uint32_t i = 0; i < e->type->attr_count && e->type->has_trees; i++)
        if (value_is_tree(&attrs[i]))
            *handle_of(e, &attrs[i]) = NULL;
}

static bool may_adopt(const struct entity *e, const struct gw_node *root,
                      const struct gw_node *node)
{
    return !e->attrs_ready && node && node->home == TREE_LOOSE && node->is_list == root->is_list;
}

void roots_reclaim(struct world *w, struct entity *e)
{
    for (struct gw_node *root = e->trees, *next; root; root = next) {
        next = root->next;
        const gw_attr *attr = &e->type->attrs[root->index];
        struct gw_node **handle = handle_of(e, attr), *node = *handle;
        if (node == root)
            continue;
        if (may_adopt(e, root, node)) {
            replace(w, e, root, node);
            continue;
        }
        *handle = root;
        world_misuse(w, &e->base, "an attribute was changed without GW_SET", attr->name);
    }
}
