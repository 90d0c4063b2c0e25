/* SPDX-License-Identifier: MIT */
/* Which UDP flows are counted where programs find them without a call (bpf/udp_busy.h). */
#ifndef TCPTOP_FFI_BUSY_H
#define TCPTOP_FFI_BUSY_H

#include <stdint.h>

#include "../../bpf/udp.h"

struct busy {
	struct udp_busy *places; /* NULL: none */
	uint32_t used;
	uint64_t left_ns[UDP_BUSY_PLACES]; /* when a flow last lost this place; 0: never */
};

/* Maps the places of programs that are loaded. Without memory for it there are none, which costs only time. */
void busy_map(struct busy *b, int map_fd);
void busy_unmap(struct busy *b);

/* Gives the flow a place, if it has had many datagrams, and its place is free. `flow` with all that it has had. */
void busy_consider(struct busy *b, const struct udp_key *key, const struct udp_flow *flow, uint64_t now_ns);

/* The place of a flow; NULL: it has none. */
const struct udp_busy *busy_find(const struct busy *b, const struct udp_key *key);

/* The same, and takes it from the flow: from here on its datagrams go to the table. What it has had there can be read until the next flow has it. */
const struct udp_busy *busy_leave(struct busy *b, const struct udp_key *key, uint64_t now_ns);

/* Adds what was counted in its place, or NULL, to a copy of the flow's entry in the table. */
void busy_add(const struct udp_busy *place, struct udp_flow *flow);

#endif
