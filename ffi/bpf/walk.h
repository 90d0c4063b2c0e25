/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_WALK_H
#define TCPTOP_WALK_H

#include "state.h"

/* Appends what the ring holds and every live TCP socket, in the order of writing. 0 or negative errno; ETIME: not all by deadline_ns. */
int sockets_walk(struct programs *p, struct bytes *to, uint64_t deadline_ns);

#endif
