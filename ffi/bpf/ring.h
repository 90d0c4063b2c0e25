/* SPDX-License-Identifier: MIT */
/* The consumer of a BPF ring buffer (Documentation/bpf/ringbuf.rst). A page of it is resident from mmap() on (remap_vmalloc_range()): libbpf's own
 * reader, which maps all of it twice, takes 16 MiB for a ring of 8. This one maps what it reads, a window at a time. */
#ifndef TCPTOP_RING_H
#define TCPTOP_RING_H

#include <stddef.h>
#include <stdint.h>

struct ring {
	uint64_t *consumed; /* NULL: not open. Position up to which records have been read; the kernel sees it */
	const uint64_t *produced;
	uint8_t *window;  /* of the data; NULL: none */
	size_t window_at; /* bytes from the beginning of the data */
	size_t window_bytes;
	int map_fd;       /* the map's, which outlives the ring */
	size_t bytes;     /* a power of two */
	size_t page;
	int epoll_fd;
	int wake_fd;
};

/* Maps the ring of a map. bytes: its size. 0 or negative errno. */
int ring_open(struct ring *ring, int map_fd, size_t bytes);

/* Moves whole records, oldest first, without their headers, to buffer, until the next is larger than what is left of it. A record
 * that is not written yet holds up those behind it, and so does one that there is no memory to map for. Returns bytes. */
size_t ring_read(struct ring *ring, uint8_t *buffer, size_t capacity);

/* 1: a program has woken this thread, 0: timeout_ms have passed or ring_wake() was called, or a negative errno. `ring` is not read after
 * the wait, so another thread may close the ring meanwhile. */
int ring_wait(const struct ring *ring, int timeout_ms);

/* Ends ring_wait(), or the next one if none is under way. Any thread. */
void ring_wake(const struct ring *ring);

void ring_close(struct ring *ring);

#endif
