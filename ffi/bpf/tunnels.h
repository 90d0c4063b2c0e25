/* SPDX-License-Identifier: MIT */
/* UDP sockets that carry a tunnel of the kernel's. */
#ifndef TCPTOP_BPF_TUNNELS_H
#define TCPTOP_BPF_TUNNELS_H

#include "state.h"

/* Where the kernel has no such iterator they are not told of. */
void tunnels_watch(struct programs *p);

/* Appends a record for each, as found now or, unless there is to be a look, last. 0 or negative errno. */
int tunnels_append(struct programs *p, const struct request *r, struct bytes *to);

void tunnels_free(struct programs *p);

#endif
