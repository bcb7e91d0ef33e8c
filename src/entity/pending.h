/* pending: entities between storage and life: being saved for the last time, or being loaded.
 *
 * An entity that is to be loaded again while its last save is under way goes from one to the other
 * here, so that it is never read before it was written. Its dispatcher holds what is sent to it
 * until it hears that it lives. */
#pragma once

#include "entity/state.h"

#define PENDING_RETRY_MS 1000 /* when storage has no room */

/* Takes `data`: what is to be saved. */
void pending_save(struct world *w, struct type *type, gw_id id, struct buf data);

/* Loads an entity; when it is being saved, afterwards. */
void pending_load(struct world *w, struct type *type, gw_id id);

/* A client was given to the entity while it is between storage and life here: who gave it may have
 * asked to load it by another path, which is slower. It is told again when that is decided. Returns
 * false when the entity is not pending here, or too many such wait. */
bool pending_keep_given(struct world *w, gw_id id, struct view packet);

/* Calls each(user, id) for every one that is to be saved. */
void pendings_each_save(struct world *w, void (*each)(void *user, gw_id id), void *user);

/* The entity lives on another game: a save that waits for its time is dropped. */
void pending_disown(struct world *w, gw_id id);

void pendings_retry(struct world *w); /* saves that storage had no room for */
void pendings_free(struct world *w);
