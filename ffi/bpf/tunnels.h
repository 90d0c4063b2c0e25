/* SPDX-License-Identifier: MIT */
/* UDP sockets of the kernel's tunnels (VXLAN, WireGuard and others). */
#ifndef TCPTOP_BPF_TUNNELS_H
#define TCPTOP_BPF_TUNNELS_H

#include "state.h"

/* Attaches the iterator. Without iter/udp there are no records of tunnels. */
void tunnels_watch(struct programs *p);

/* Appends a record of each: found now if r->look, else by the last run. 0 or negative errno. */
int tunnels_append(struct programs *p, const struct request *r, struct bytes *to);

void tunnels_free(struct programs *p);

#endif
