/* SPDX-License-Identifier: MIT */
/* Iterators: programs that the kernel runs over its objects when a descriptor is read. */
#ifndef TCPTOP_ITERATOR_H
#define TCPTOP_ITERATOR_H

#include <stdint.h>
#include <bpf/libbpf.h>

#include "../base/bytes.h"

/* Attaches an iterator program; map_fd: the map whose elements it goes over, negative: none. NULL and errno on failure. */
struct bpf_link *iterator_attach(struct bpf_program *program, int map_fd);

/* Reads an iterator from start to end behind b (dropped when b is NULL). 0 or negative errno; ETIME: it was cut short at deadline_ns
 * (base/clock.h). The clock is read after each read(), which ends after a million objects at the latest (MAX_ITER_OBJECTS). */
int iterator_read(const struct bpf_link *link, struct bytes *b, uint64_t deadline_ns);

/* Whether a read could begin: 0 or negative errno. */
int iterator_try(const struct bpf_link *link);

#endif
