/* SPDX-License-Identifier: MIT */
/* Which process holds which socket. */
#ifndef TCPTOP_BPF_OWNERS_H
#define TCPTOP_BPF_OWNERS_H

#include "state.h"

/* Finds it out, as far as it gets by deadline_ns. 0 or negative errno. */
int owners_pass(struct programs *p, uint64_t deadline_ns);

/* Runs the orphans iterator once in every network namespace that a process or /run/netns shows. 0 or negative errno. */
int orphans_seed(struct programs *p);

/* Sockets have begun whose owner no program could tell. */
bool owners_wanted(struct programs *p);

/* A pass, and what it found of UDP sockets: in front of their flows, which may have begun before the look. */
void owners_append(struct programs *p, struct bytes *to, uint64_t deadline_ns);

#endif
