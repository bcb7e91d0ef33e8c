/* save: writes what is persistent of entities to the storage: when created, regularly, on demand
 * and at the end. */
#pragma once

#include "entity/state.h"

/* A new entity is saved at the end of the turn, with the attributes that its creator has set by
 * then. */
void save_schedule_first(struct world *w, struct entity *e);
void saves_run(struct world *w); /* those that are due, at most a turn's worth */

/* `saved` may be NULL. GW_EFULL when storage has no room for more, GW_EAWAY while another game may
 * have the entity. */
GW_NODISCARD gw_err save_now(struct world *w, struct entity *e, storage_saved saved, void *user);

/* The same, of an entity that is gone but for its data. */
GW_NODISCARD gw_err save_packed(struct world *w, const struct type *type, gw_id id,
                                struct view data, storage_saved saved, void *user);

/* Storage has a save of the entity that is not in the database yet. */
bool save_is_running(const struct world *w, const struct entity *e);

/* The entity ends: what it is now is kept until storage has it; then the cluster is told that it is
 * gone. */
void save_last(struct world *w, struct entity *e);
