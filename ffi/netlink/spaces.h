/* SPDX-License-Identifier: MIT */
/* All network namespaces that are to be seen. */
#ifndef TCPTOP_SPACES_H
#define TCPTOP_SPACES_H

#include "state.h"

/* Finds those that have appeared, and lets go of those that have gone. 0, or negative errno if not one can be seen. */
int spaces_search(struct netlink *n);
/* Dumps every socket of each. Returns the first error; what else there is, is shown all the same. */
int spaces_dump(struct netlink *n);

#endif
