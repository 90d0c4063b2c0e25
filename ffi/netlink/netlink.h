/* SPDX-License-Identifier: MIT */
/* TCP without BPF: dumps of every socket (inet_diag) and the kernel's farewell to each (the destroy groups), in every network
 * namespace. The same records as from the eBPF programs, as far as the kernel tells. UDP: who has which socket. */
#ifndef TCPTOP_NETLINK_H
#define TCPTOP_NETLINK_H

#include "../base/source.h"

/* A source of TCP, else of UDP. 0 or negative errno; ENOENT: the kernel has no inet_diag. */
int netlink_open(struct source **at, bool tcp);

/* Lists UDP sockets too, with a source of TCP. 0, or negative errno: it goes on without them. */
int netlink_add_udp(struct source *s);

/* Bits of enum tcptop_limit. */
int32_t netlink_limits(const struct source *s);

/* Whether dumps can be had: 0 or negative errno. farewells: the same of the destroy groups. */
int netlink_try(int *farewells);

#endif
