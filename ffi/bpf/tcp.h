/* SPDX-License-Identifier: MIT */
/* The TCP programs: loaded, attached, and taken down. */
#ifndef TCPTOP_BPF_TCP_H
#define TCPTOP_BPF_TCP_H

#include "state.h"

/* Both together as tcptop__load(). The first one makes what UDP's programs have in common with these. */
int32_t maps_make(struct programs *p, uint32_t ring_bytes);
int32_t tcp_load(struct programs *p, uint32_t openings, uint32_t keep);
void tcp_free(struct programs *p);

#endif
