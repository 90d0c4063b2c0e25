/* SPDX-License-Identifier: MIT */
/* The eBPF source: TCP from the kernel's own counters, UDP by programs on the root cgroup. */
#ifndef TCPTOP_PROGRAMS_H
#define TCPTOP_PROGRAMS_H

#include "../base/failure.h"
#include "../base/source.h"

/* Nothing is loaded yet. NULL when out of memory. Failures of the calls below are noted in f. */
struct source *programs_new(struct failure *f);

/* As tcptop__load() and tcptop__udp_load(). TCP's has programs_meet() to follow. */
int32_t programs_load_tcp(struct source *s, uint32_t ring_bytes, uint32_t openings, uint32_t keep);

/* Meets the sockets that were open before: their owners, and those that no process holds. It writes to nothing that the calls below do, so they may be
 * under way on another thread. 0 or negative errno; no failure is noted. */
int programs_meet(struct source *s);
int32_t programs_load_udp(struct source *s, uint32_t timeout_ms, bool watch_dns);

/* As tcptop__watch_drops(). */
bool programs_watch_drops(struct source *s);

/* Descriptor of the root of the cgroup v2 hierarchy, or of the part of it that this process sees; negative: none was needed, or there is none. */
int programs_cgroup_fd(const struct source *s);

#endif
