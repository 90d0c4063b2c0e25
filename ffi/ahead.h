/* SPDX-License-Identifier: MIT */
/* The threads of tcptop__begin() and tcptop__begun(). */
#ifndef TCPTOP_AHEAD_H
#define TCPTOP_AHEAD_H

#include <stdbool.h>
#include <stdint.h>

#include "tcptop.h"

/* In this order, but that AHEAD_UDP and AHEAD_DROPS may be performed beside the two before them. */
enum ahead_step { AHEAD_MAPS, AHEAD_TCP, AHEAD_MEET, AHEAD_UDP, AHEAD_DROPS, AHEAD_UDP_USE, AHEAD_STEPS };

/* The arguments of tcptop__begin(). */
struct ahead_settings {
	uint32_t ring_bytes, openings, keep, timeout_ms, watch_dns;
};

/* One step, on whichever thread. Negative: it has failed. */
typedef int32_t ahead_perform(struct tcptop *t, const struct ahead_settings *s, enum ahead_step step);

struct ahead;

/* Begins to perform the steps of TCP. None follows one that fails. NULL: there is no thread for it, or no memory. */
struct ahead *ahead_start(struct tcptop *t, const struct ahead_settings *s, ahead_perform *perform);

/* Begins to perform AHEAD_UDP and AHEAD_DROPS as well, if there is a thread for it. NULL: nothing is to be done. */
void ahead_go_on(struct ahead *a);

/* Waits for the end of the threads. Whether the step was performed there: its result. */
bool ahead_took(struct ahead *a, enum ahead_step step, int32_t *result);

/* Waits too. */
void ahead_free(struct ahead *a);

#endif
