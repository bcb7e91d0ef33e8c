/* grid: members by where they are, found again by scanning the cells around a point.
 *
 * The plane is divided into square cells, and wound around a ring of buckets: a row of cells is a
 * run of buckets, the next row begins a stride further on. Cells far from each other share a
 * bucket; coordinates tell their members apart. So the plane needs no borders, nothing is looked
 * up, and memory depends on the number of members alone.
 *
 * A bucket is a block of eight members, and more of them chained to it when it is full. */
#pragma once

#include "aoi/lanes.h"

enum { GRID_BLOCK = 8 };

struct grid_coords {
    _Alignas(64) lanes x[2];
    lanes z[2];
};

struct grid_chain {
    uint32_t next;  /* block; 0: none */
    uint32_t count; /* members of this block */
};

struct grid {
    float cells_per_unit;
    uint32_t count;                /* members */
    uint32_t bucket_count, stride; /* the first is a power of two; they are the first blocks */
    uint32_t block_count, block_capacity, free_block;
    struct grid_coords *coords; /* NaN where there is no member */
    uint32_t (*members)[GRID_BLOCK];
    struct grid_chain *chains;
    void *memory; /* of the three */
};

/* A square around a point. */
struct grid_square {
    float x, z, distance;
};

struct grid_found {
    struct grid_hit {
        uint32_t member, tag;
    } * hits;
    size_t count, capacity;
};

void grid_init(struct grid *grid, float cell_size);
void grid_fini(struct grid *grid);

/* `slots[member]` is where a member lies, and kept up to date for all members of the grid. */
void grid_add(struct grid *grid, uint32_t *slots, uint32_t member, float x, float z);
void grid_move(struct grid *grid, uint32_t *slots, uint32_t member, float x, float z);
void grid_remove(struct grid *grid, uint32_t *slots, uint32_t member);
/* Nothing when it is that already. */
void grid_set_cell_size(struct grid *grid, uint32_t *slots, float cell_size);

static inline float grid_x(const struct grid *grid, uint32_t slot)
{
    return grid->coords[slot / GRID_BLOCK].x[slot / 4 % 2][slot % 4];
}

static inline float grid_z(const struct grid *grid, uint32_t slot)
{
    return grid->coords[slot / GRID_BLOCK].z[slot / 4 % 2][slot % 4];
}

/* Finds the members within the square, but not `self`. */
void grid_find(const struct grid *grid, struct grid_square square, uint32_t self, uint32_t tag,
               struct grid_found *found);
/* Finds those within one of two squares of the same size only. */
void grid_compare(const struct grid *grid, struct grid_square before, struct grid_square now,
                  uint32_t self, uint32_t tag, struct grid_found *ended, struct grid_found *begun);
