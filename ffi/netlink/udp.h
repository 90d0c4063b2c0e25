/* SPDX-License-Identifier: MIT */
/* UDP sockets, where no program counts their flows: a list of who has one, without what moves on it. */
#ifndef TCPTOP_NETLINK_UDP_H
#define TCPTOP_NETLINK_UDP_H

#include "state.h"

void udp_shown(struct netlink *n, struct space *s, const struct diag_message *m);
struct tcptop_udp_record udp_record(const struct known *k);

#endif
