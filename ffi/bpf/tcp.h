/* SPDX-License-Identifier: MIT */
/* The TCP programs: loaded, attached, and taken down. */
#ifndef TCPTOP_BPF_TCP_H
#define TCPTOP_BPF_TCP_H

#include "state.h"

/* Both together as tcptop__load(). The first one makes what UDP's programs have in common with these. */
int32_t maps_make(struct programs *p, uint32_t ring_bytes);
int32_t tcp_load(struct programs *p, uint32_t openings, uint32_t keep);
void tcp_free(struct programs *p);

/* For an object that is bpf/tcp_table.bpf.c, before it is loaded: its walk asks for the kernel's types by their numbers. Where there is no BTF it does nothing. */
void tcp_walk_types_set(struct bpf_object *object);

#endif
