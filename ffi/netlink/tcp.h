/* SPDX-License-Identifier: MIT */
/* TCP sockets in a dump. */
#ifndef TCPTOP_NETLINK_TCP_H
#define TCPTOP_NETLINK_TCP_H

#include "state.h"

/* The socket has connected to another peer, or from another port, since its last dump. */
bool is_another_connection(const struct socket_entry *e, const struct diag_message *m);
void tcp_dumped(struct netlink *n, struct netns *s, const struct diag_message *m);
/* At the end of a dump, when all listeners have been seen: sets the socket's direction, and its listener's owner where it has none. */
void socket_complete(struct netlink *n, struct socket_entry *e);

#endif
