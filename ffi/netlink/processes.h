/* SPDX-License-Identifier: MIT */
/* Processes that an owner pass has met, and what the next snapshot tells of them. */
#ifndef TCPTOP_PROCESSES_H
#define TCPTOP_PROCESSES_H

#include "state.h"

/* What is known of the process, read anew once a pass; NULL: it has ended, or is not for us to see. Valid until the next call. */
const struct process_facts *process_met(struct netlink *n, uint32_t tgid);
/* Records of processes that were not told of yet. 0 or negative errno. */
int processes_append(struct netlink *n, struct bytes *to);

#endif
