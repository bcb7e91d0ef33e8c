/* buf: bytes that grow at the end. */
#pragma once

#include <goworld/types.h>

/* For what is done with every field of every message: link-time optimization limits how much larger
 * inlining makes the program, and reaches that before it comes to these. */
#define ALWAYS_INLINE static inline __attribute__((always_inline))

/* For what is seldom done, in a function that runs for every message: inlined, it would cost that
 * one registers that have to be saved. */
#define NEVER_INLINE static __attribute__((noinline))

/* Zero is an empty buffer that owns nothing. Memory never shrinks until buf_free. */
struct buf {
    uint8_t *data;
    size_t size, capacity;
};

void buf_append(struct buf *b, const void *bytes, size_t size);
void buf_print(struct buf *b, const char *format, ...)
    GW_PRINTF(2, 3);                          /* appends without the NUL */
void buf_consume(struct buf *b, size_t size); /* drops from the front */
void buf_free(struct buf *b);
void buf_grow(struct buf *b, size_t more); /* buf_reserve when there is no room */

/* Makes room for `more` bytes after size; aborts the process when memory is out. Returns the first
 * of them. */
ALWAYS_INLINE uint8_t *buf_reserve(struct buf *b, size_t more)
{
    if (__builtin_expect(b->capacity - b->size < more || !b->data, 0))
        buf_grow(b, more);
    return b->data + b->size;
}

static inline void buf_clear(struct buf *b)
{
    b->size = 0;
}

/* Between one and two times `half` bytes: the middle ones may be copied twice. */
ALWAYS_INLINE void mem_copy_halves(uint8_t *to, const uint8_t *from, size_t size, size_t half)
{
    uint8_t first[32], last[32];
    memcpy(first, from, half);
    memcpy(last, from + size - half, half);
    memcpy(to, first, half);
    memcpy(to + size - half, last, half);
}

/* memcpy for what is mostly short: a call of that takes longer than to copy a few words. */
ALWAYS_INLINE void mem_copy_short(uint8_t *to, const uint8_t *from, size_t size)
{
    if (size > 64)
        memcpy(to, from, size);
    else if (size >= 32)
        mem_copy_halves(to, from, size, 32);
    else if (size >= 16)
        mem_copy_halves(to, from, size, 16);
    else if (size >= 8)
        mem_copy_halves(to, from, size, 8);
    else if (size >= 4)
        mem_copy_halves(to, from, size, 4);
    else
        for (size_t at = 0; at < size; at++)
            to[at] = from[at];
}

/* malloc and friends; they abort the process on failure: half an engine helps nobody. */
void *mem_alloc(size_t size);
void *mem_zalloc(size_t size);
void *mem_realloc(void *block, size_t size);
char *mem_strdup(const char *text);
char *mem_copy_text(const char *bytes, size_t size); /* and a NUL behind them */
