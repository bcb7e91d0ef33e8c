/* Timers: a method of an entity called later, by name, so that it outlives a reload; and work for
 * the turn's end. */
#pragma once

#include <goworld/entity.h>

#define GW_SECOND INT64_C(1000) /* in milliseconds */
#define GW_MINUTE (60 * GW_SECOND)
#define GW_TIMER_INTERVAL_MS_MIN 10 /* of a repeating timer */
#define GW_TIMER_DELAY_MS_MAX (366 * 24 * 60 * GW_MINUTE)

/* Names a timer of one entity; 0 is no timer. Timers start with the stubs of rpc.h:
 * Avatar_after_Tick(self, 500, ...), Avatar_every_Tick(self, GW_SECOND, ...); they end with their
 * entity. 0 comes back for a time out of range (logged). */
typedef uint32_t gw_timer;

/* No effect when it has fired or never was. */
void gw_timer_cancel(gw_entity *entity, gw_timer timer);

/* Calls fn when the running handler has ended, before anything else comes in. */
void gw_post(void (*fn)(void *argument), void *argument);

/* The time of the loop's turn, which stands still within it: the wall clock's, Unix time, which may
 * jump; and one that never goes back, for spans: another machine, or this one after a reboot, has
 * another. */
int64_t gw_now_ms(void);
int64_t gw_monotonic_ms(void);
