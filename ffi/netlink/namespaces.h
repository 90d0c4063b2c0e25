/* SPDX-License-Identifier: MIT */
/* All network namespaces that are to be seen. */
#ifndef TCPTOP_NETLINK_NAMESPACES_H
#define TCPTOP_NETLINK_NAMESPACES_H

#include "state.h"

/* Opens the network namespaces that are new, and closes those that nobody else uses. 0, or negative errno if not one can be opened. */
int namespaces_search(struct netlink *n);
/* Dumps the sockets of all of them. Returns the first error, after trying the others too. */
int namespaces_dump(struct netlink *n);

#endif
