/* SPDX-License-Identifier: MIT */
/* The thread of tcptop__begin(). */
#ifndef TCPTOP_AHEAD_H
#define TCPTOP_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tcptop.h"

/* In this order, but that AHEAD_MEET has a thread of its own. */
enum ahead_step { AHEAD_TCP, AHEAD_MEET, AHEAD_UDP, AHEAD_DROPS, AHEAD_STEPS };

/* The arguments of tcptop__begin(). */
struct ahead_settings {
	uint32_t ring_bytes, openings, keep, timeout_ms, watch_dns;
};

/* One step, on whichever thread. Negative: it has failed. */
typedef int32_t ahead_perform(struct tcptop *t, const struct ahead_settings *s, enum ahead_step step);

struct ahead;

/* Begins to perform the steps. None follows one that fails. NULL: there is no thread for it, or no memory. */
struct ahead *ahead_start(struct tcptop *t, const struct ahead_settings *s, ahead_perform *perform);

/* Waits for the end of the thread. Whether the step was performed there: its result. */
bool ahead_took(struct ahead *a, enum ahead_step step, int32_t *result);

/* Waits too. */
void ahead_free(struct ahead *a);

#endif
