/* SPDX-License-Identifier: MIT */
/* Which process holds which socket. */
#ifndef TCPTOP_BPF_OWNERS_H
#define TCPTOP_BPF_OWNERS_H

#include "state.h"

/* One owner pass. 0 or negative errno; ETIME: it was cut short at deadline_ns. */
int owners_pass(struct programs *p, uint64_t deadline_ns);

/* Runs the orphans iterator once in every network namespace that a process or /run/netns shows. 0 or negative errno. */
int orphans_seed(struct programs *p);

/* Whether sockets have appeared without an owner since the last pass. */
bool owners_wanted(struct programs *p);

/* Runs an owner pass and appends the records of UDP owners that it found. Before the flows of a snapshot: a TAG_UDP_OWNER record is for
 * flows that began before it. */
void owners_append(struct programs *p, struct bytes *to, uint64_t deadline_ns);

#endif
