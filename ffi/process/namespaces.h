/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_NAMESPACES_H
#define TCPTOP_NAMESPACES_H

#include <stdbool.h>
#include <stdint.h>

/* Calls enter() inside each network namespace that a process or /run/netns shows and that is_wanted(), on a thread of its own.
 * is_wanted NULL: all are. `inode` names the namespace. missed (NULL: nobody asks) grows by those that no descriptor was left for. 0, or
 * the first negative errno that enter() returned; ETIME: it was cut short at deadline_ns (base/clock.h). */
int namespaces_visit(bool (*is_wanted)(void *, uint64_t inode), int (*enter)(void *, uint64_t inode), void *context, uint32_t *missed,
		     uint64_t deadline_ns);

#endif
