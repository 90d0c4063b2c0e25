/* SPDX-License-Identifier: MIT */
/* Who holds which socket, from /proc/PID/fd. */
#ifndef TCPTOP_OWNERS_H
#define TCPTOP_OWNERS_H

#include "state.h"

/* One pass over every descriptor of every process. 0 or negative errno; ETIME: n->exchange.deadline_ns came before its end, and what it met
 * until then is known. */
int owners_of_inodes(struct netlink *n);

#endif
