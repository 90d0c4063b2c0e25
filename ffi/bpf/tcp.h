/* SPDX-License-Identifier: MIT */
/* The TCP programs: loaded, attached, and taken down. */
#ifndef TCPTOP_BPF_TCP_H
#define TCPTOP_BPF_TCP_H

#include "state.h"

/* Both together as tcptop__load(). The first one makes what UDP's programs have in common with these. */
int32_t maps_make(struct programs *p, uint32_t ring_bytes);
int32_t tcp_load(struct programs *p, uint32_t openings, uint32_t keep);
void tcp_free(struct programs *p);

/* Before the object is loaded: what asks for the kernel's types by their numbers is told them. False: this kernel has no bpf_rdonly_cast(), which that takes (the walk of
 * bpf/tcp_table.bpf.c, and tcp_still). */
bool tcp_walk_types_set(struct bpf_object *object);

#endif
