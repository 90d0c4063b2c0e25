/* SPDX-License-Identifier: MIT */
/* The UDP programs: loaded, attached, and taken down. */
#ifndef TCPTOP_FFI_UDP_H
#define TCPTOP_FFI_UDP_H

#include "state.h"
#include "udp_flows.h"

/* Both together as tcptop__udp_load(). The first one may be under way beside tcp_load(), the second comes after both. They leave nothing where they
 * fail. */
int32_t udp_load(struct programs *p, uint32_t timeout_ms, bool watch_dns);
int32_t udp_attach(struct programs *p, bool watch_dns);

void udp_counters(const struct udp *u, uint64_t sums[UDP_COUNTER_COUNT]);
void udp_free(struct udp *u);

#endif
