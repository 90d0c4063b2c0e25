/* SPDX-License-Identifier: MIT */
/* The eBPF source: TCP from the kernel's own counters, UDP by programs on the root cgroup. */
#ifndef TCPTOP_PROGRAMS_H
#define TCPTOP_PROGRAMS_H

#include "../base/failure.h"
#include "../base/source.h"

/* Nothing is loaded yet. NULL when out of memory. Failures of the calls below are noted in f. */
struct source *programs_new(struct failure *f);

/* In this order as tcptop__load(): the maps that UDP's programs use as well, TCP's programs, and the sockets that were open before (their owners, and
 * those that no process holds), of which no failure is noted. Once the maps are made, another thread may go on with UDP and drops. */
int32_t programs_make_maps(struct source *s, uint32_t ring_bytes);
int32_t programs_load_tcp(struct source *s, uint32_t openings, uint32_t keep);
int programs_meet(struct source *s);

/* Both together as tcptop__udp_load(); nothing may be under way during the second. Where one fails, programs_note_udp() notes why. */
int32_t programs_load_udp(struct source *s, uint32_t timeout_ms, bool watch_dns);
int32_t programs_attach_udp(struct source *s, bool watch_dns);
void programs_note_udp(struct source *s);

/* As tcptop__watch_drops(). After programs_load_udp(). */
int32_t programs_watch_drops(struct source *s);

/* All is loaded that will be: what only loading needs goes. */
void programs_loaded(struct source *s);

/* Descriptor of the root of the cgroup v2 hierarchy, or of the part of it that this process sees; negative: none was needed, or there is none. */
int programs_cgroup_fd(const struct source *s);

#endif
