/* Bytes that grow, and memory that is never NULL. */
#include "base/buf.h"

#include "base/assert.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUF_CAPACITY_MIN = 64 };

void buf_grow(struct buf *b, size_t more)
{
    ASSERT(more <= SIZE_MAX / 4 && b->size <= SIZE_MAX / 4);
    size_t needed = b->size + more;
    size_t capacity = b->capacity * 2;
    if (capacity < BUF_CAPACITY_MIN)
        capacity = BUF_CAPACITY_MIN;
    if (capacity < needed)
        capacity = needed;
    b->data = mem_realloc(b->data, capacity);
    b->capacity = capacity;
}

void buf_append(struct buf *b, const void *bytes, size_t size)
{
    if (size == 0)
        return;
    memcpy(buf_reserve(b, size), bytes, size);
    b->size += size;
}

/* Formats into the room there is; returns what vsnprintf says. */
static size_t print_into_room(struct buf *b, const char *format, va_list args)
{
    int size = vsnprintf((char *)b->data + b->size, b->capacity - b->size, format, args);
    ASSERT(size >= 0);
    return (size_t)size;
}

void buf_print(struct buf *b, const char *format, ...)
{
    va_list args;
    buf_reserve(b, 1);
    va_start(args, format);
    size_t size = print_into_room(b, format, args);
    va_end(args);
    if (size >= b->capacity - b->size) {
        buf_reserve(b, size + 1);
        va_start(args, format);
        print_into_room(b, format, args);
        va_end(args);
    }
    b->size += size;
}

void buf_consume(struct buf *b, size_t size)
{
    ASSERT(size <= b->size);
    b->size -= size;
    if (b->size > 0)
        memmove(b->data, b->data + size, b->size);
}

void buf_free(struct buf *b)
{
    free(b->data);
    *b = (struct buf){0};
}

static void *checked(void *block)
{
    if (!block) {
        fputs("goworld: out of memory\n", stderr);
        abort();
    }
    return block;
}

void *mem_alloc(size_t size)
{
    return checked(malloc(size ? size : 1));
}

void *mem_zalloc(size_t size)
{
    return checked(calloc(1, size ? size : 1));
}

void *mem_realloc(void *block, size_t size)
{
    return checked(realloc(block, size ? size : 1));
}

char *mem_strdup(const char *text)
{
    return checked(strdup(text));
}

char *mem_copy_text(const char *bytes, size_t size)
{
    char *copy = mem_alloc(size + 1);
    if (size)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    return copy;
}
