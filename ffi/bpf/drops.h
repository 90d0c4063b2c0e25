/* SPDX-License-Identifier: MIT */
/* What the kernel throws away (bpf/drops.bpf.c): loaded where it gives reasons, and read when there is something new. */
#ifndef TCPTOP_BPF_DROPS_H
#define TCPTOP_BPF_DROPS_H

#include "state.h"
#include "../base/bytes.h"

/* After the UDP programs, whose maps it uses. libbpf's warnings about it are taken out of the log. 0, or negative errno, of which -ENOENT is that
 * this kernel gives no reasons: there are no records of drops then, and *to is NULL. */
int drops_watch(struct programs *p, struct drops **to);

/* Whether there is anything new. Costs nothing while nothing is dropped. */
bool drops_are_due(const struct drops *d);

/* Appends a record of each count that has grown (of all, with describe_all), and makes room in the table if it is filling up. 0 or negative
 * errno. */
int drops_read(struct drops *d, bool describe_all, struct bytes *to);

void drops_free(struct drops *d);

#endif
