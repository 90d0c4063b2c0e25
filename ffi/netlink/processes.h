/* SPDX-License-Identifier: MIT */
/* Processes that an owner pass has met, and their TAG_PROCESS records for the next snapshot. */
#ifndef TCPTOP_PROCESSES_H
#define TCPTOP_PROCESSES_H

#include "state.h"

/* The facts of the process, read once in each pass; NULL: it has ended, or /proc hides it. Valid until the next call. */
const struct process_facts *process_met(struct netlink *n, uint32_t tgid);
/* Appends the records that no snapshot has had yet. 0 or negative errno. */
int processes_append(struct netlink *n, struct bytes *to);

#endif
