/* SPDX-License-Identifier: MIT */
/* TCP sockets in a dump. */
#ifndef TCPTOP_NETLINK_TCP_H
#define TCPTOP_NETLINK_TCP_H

#include "state.h"

void tcp_dumped(struct netlink *n, struct netns *s, const struct diag_message *m);
/* At the end of a dump, when all listeners have been seen: sets the socket's direction, and its listener's owner where it has none. */
void socket_complete(struct netlink *n, struct socket_entry *e);

#endif
