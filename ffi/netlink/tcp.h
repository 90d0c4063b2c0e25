/* SPDX-License-Identifier: MIT */
/* TCP sockets that a dump shows. */
#ifndef TCPTOP_NETLINK_TCP_H
#define TCPTOP_NETLINK_TCP_H

#include "state.h"

void tcp_shown(struct netlink *n, struct space *s, const struct diag_message *m);
/* What the end of a dump settles about one socket: its direction, and its listener's owner where it has none. */
void known_settle(struct netlink *n, struct known *k);

#endif
