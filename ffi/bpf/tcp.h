/* SPDX-License-Identifier: MIT */
/* The TCP programs: loaded, attached, and taken down. */
#ifndef TCPTOP_BPF_TCP_H
#define TCPTOP_BPF_TCP_H

#include "state.h"

/* As tcptop__load(). */
int32_t tcp_load(struct programs *p, uint32_t ring_bytes, uint32_t openings, uint32_t keep);
void tcp_free(struct programs *p);

#endif
