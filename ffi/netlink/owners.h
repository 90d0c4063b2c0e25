/* SPDX-License-Identifier: MIT */
/* Who holds which socket, from /proc/PID/fd. */
#ifndef TCPTOP_OWNERS_H
#define TCPTOP_OWNERS_H

#include "state.h"

/* One pass over every descriptor of every process. 0 or negative errno; ETIME: it was cut short at
 * n->exchange.deadline_ns; owners found until then stay. */
int owners_of_inodes(struct netlink *n);

#endif
