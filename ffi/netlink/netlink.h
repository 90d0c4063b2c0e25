/* SPDX-License-Identifier: MIT */
/* The netlink source: TCP without BPF. Dumps of every socket (inet_diag), and a destroy message for each that ends (SKNLGRP_INET_TCP_DESTROY), in
 * every network namespace. The same records as the eBPF programs write, as far as the kernel gives the figures. UDP: sockets and their owners. */
#ifndef TCPTOP_NETLINK_H
#define TCPTOP_NETLINK_H

#include "../base/source.h"

/* A source of TCP, else of UDP. 0 or negative errno; ENOENT: the kernel has no inet_diag. */
int netlink_open(struct source **at, bool tcp);

/* Lists UDP sockets too, with a source of TCP. 0, or negative errno: it goes on without them. */
int netlink_add_udp(struct source *s);

/* Bits of enum tcptop_limit. */
int32_t netlink_limits(const struct source *s);

/* Whether the kernel lookups a dump: 0 or negative errno. destroy_err: the same for joining the destroy groups. */
int netlink_try(int *destroy_err);

#endif
