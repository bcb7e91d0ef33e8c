/* sanitize: tells ASan and TSan, where they are compiled in, that the thread goes on on another
 * stack. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZE_ADDRESS
#endif
#if __has_feature(thread_sanitizer)
#define SANITIZE_THREAD
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZE_ADDRESS
#endif
#if defined(__SANITIZE_THREAD__)
#define SANITIZE_THREAD
#endif

#if defined(SANITIZE_ADDRESS)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(SANITIZE_THREAD)
#include <sanitizer/tsan_interface.h>
#endif

/* What the sanitizers want to know of one stack. The thread's own is learnt at the first switch
 * away from it. */
struct sanitize_stack {
    const void *bottom;
    size_t size;
    void *fake;   /* ASan's, while the stack is left */
    void *thread; /* TSan's */
};

static inline void sanitize_stack_init(struct sanitize_stack *stack, const void *bottom,
                                       size_t size)
{
    *stack = (struct sanitize_stack){.bottom = bottom, .size = size};
#if defined(SANITIZE_THREAD)
    stack->thread = __tsan_create_fiber(0);
#endif
}

/* The stack is used anew from its top: what was poisoned in it is history. */
static inline void sanitize_stack_forget(struct sanitize_stack *stack)
{
#if defined(SANITIZE_ADDRESS)
    __asan_unpoison_memory_region(stack->bottom, stack->size);
    stack->fake = NULL;
#else
    (void)stack;
#endif
}

static inline void sanitize_stack_fini(struct sanitize_stack *stack)
{
    sanitize_stack_forget(stack);
#if defined(SANITIZE_THREAD)
    __tsan_destroy_fiber(stack->thread);
#endif
}

/* Stands right before the switch; `forever`: nobody comes back to `from`. */
static inline void sanitize_switch_start(struct sanitize_stack *from, struct sanitize_stack *to,
                                         bool forever)
{
#if defined(SANITIZE_ADDRESS)
    __sanitizer_start_switch_fiber(forever ? NULL : &from->fake, to->bottom, to->size);
#endif
#if defined(SANITIZE_THREAD)
    if (!from->thread)
        from->thread = __tsan_get_current_fiber();
    __tsan_switch_to_fiber(to->thread, 0);
#endif
    (void)from, (void)to, (void)forever;
}

/* Stands where a switch back to `stack` arrives. */
static inline void sanitize_switch_finish(struct sanitize_stack *stack)
{
#if defined(SANITIZE_ADDRESS)
    __sanitizer_finish_switch_fiber(stack->fake, NULL, NULL);
#endif
    (void)stack;
}

/* Stands where a switch arrives for the first time; learns the stack of `from`. */
static inline void sanitize_switch_finish_first(struct sanitize_stack *stack,
                                                struct sanitize_stack *from)
{
#if defined(SANITIZE_ADDRESS)
    __sanitizer_finish_switch_fiber(NULL, &from->bottom, &from->size);
#endif
    (void)stack, (void)from;
}
