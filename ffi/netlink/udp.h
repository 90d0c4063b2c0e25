/* SPDX-License-Identifier: MIT */
/* UDP where the programs that count flows cannot be loaded: the sockets and their owners, without figures. */
#ifndef TCPTOP_NETLINK_UDP_H
#define TCPTOP_NETLINK_UDP_H

#include "state.h"

void udp_dumped(struct netlink *n, struct netns *s, const struct diag_message *m);
struct tcptop_udp_record udp_record(const struct socket_entry *e);

#endif
