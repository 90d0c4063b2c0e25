/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

/* A ring of 8 MiB is gone through in 32 steps of some microseconds. */
#define WINDOW_BYTES (256u << 10)

enum { BY_PROGRAM, BY_CALL };

static int watch(struct ring *ring, int fd, uint32_t events, uint32_t who)
{
	struct epoll_event event = { .events = events, .data.u32 = who };

	return epoll_ctl(ring->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int fds_open(struct ring *ring, int map_fd)
{
	int err;

	ring->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	ring->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ring->epoll_fd < 0 || ring->wake_fd < 0)
		return -errno;
	/* Edge-triggered: each write is an event, and nobody has to read the eventfd; and a ring that is not empty is none, but a program's call, as each
	 * of its records makes while the ring is half full. */
	err = watch(ring, ring->wake_fd, EPOLLIN | EPOLLET, BY_CALL);
	return err ? err : watch(ring, map_fd, EPOLLIN | EPOLLET, BY_PROGRAM);
}

/* The first page is the reader's and may be written, the second the writer's; behind it is the data, twice (kernel/bpf/ringbuf.c), so that what
 * wraps is contiguous. */
static int pages_map(struct ring *ring)
{
	void *page = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, ring->map_fd, 0);

	if (page == MAP_FAILED)
		return -errno;
	ring->consumed = page;
	page = mmap(NULL, ring->page, PROT_READ, MAP_SHARED, ring->map_fd, ring->page);
	if (page == MAP_FAILED)
		return -errno;
	ring->produced = page;
	return 0;
}

int ring_open(struct ring *ring, int map_fd, size_t bytes)
{
	int err;

	*ring = (struct ring){ .map_fd = map_fd, .bytes = bytes, .page = sysconf(_SC_PAGESIZE), .epoll_fd = -1, .wake_fd = -1 };
	err = fds_open(ring, map_fd);
	if (!err)
		err = pages_map(ring);
	if (err)
		ring_close(ring);
	return err;
}

static void window_close(struct ring *ring)
{
	if (ring->window)
		munmap(ring->window, ring->window_bytes);
	ring->window = NULL;
}

/* `length` bytes from a position on; NULL: out of memory. Good until the next call. */
static const uint8_t *window(struct ring *ring, uint64_t position, size_t length)
{
	size_t at = position & (ring->bytes - 1), begin = at & ~(ring->page - 1), wanted = at - begin + length, size = WINDOW_BYTES;
	void *memory;

	if (ring->window && at >= ring->window_at && at + length <= ring->window_at + ring->window_bytes)
		return ring->window + (at - ring->window_at);
	window_close(ring);
	if (size > ring->bytes)
		size = ring->bytes;
	if (size < wanted)
		size = (wanted + ring->page - 1) & ~(ring->page - 1);
	memory = mmap(NULL, size, PROT_READ, MAP_SHARED, ring->map_fd, 2 * ring->page + begin);
	if (memory == MAP_FAILED)
		return NULL;
	ring->window = memory;
	ring->window_at = begin;
	ring->window_bytes = size;
	return ring->window + (at - begin);
}

/* Records begin at multiples of 8 with a header of 8 bytes: the length of what follows it, with two flags, is the first word. */
size_t ring_read(struct ring *ring, uint8_t *buffer, size_t capacity)
{
	uint64_t position = *ring->consumed, end = __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE);
	size_t used = 0;

	while (position < end) {
		const uint8_t *record = window(ring, position, BPF_RINGBUF_HDR_SZ);
		uint32_t word = record ? __atomic_load_n((const uint32_t *)record, __ATOMIC_ACQUIRE) : BPF_RINGBUF_BUSY_BIT;
		uint32_t length = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (word & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(word & BPF_RINGBUF_DISCARD_BIT)) {
			if (length > capacity - used || !(record = window(ring, position, BPF_RINGBUF_HDR_SZ + length)))
				break;
			memcpy(buffer + used, record + BPF_RINGBUF_HDR_SZ, length);
			used += length;
		}
		position += (BPF_RINGBUF_HDR_SZ + length + 7) & ~7ull;
	}
	__atomic_store_n(ring->consumed, position, __ATOMIC_RELEASE);
	return used;
}

int ring_wait(const struct ring *ring, int timeout_ms)
{
	struct epoll_event event;
	int n = epoll_wait(ring->epoll_fd, &event, 1, timeout_ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return n > 0 && event.data.u32 == BY_PROGRAM;
}

void ring_wake(const struct ring *ring)
{
	const uint64_t one = 1;

	/* It fails when it has been called 2^64 - 2 times. */
	if (write(ring->wake_fd, &one, sizeof(one)) < 0)
		return;
}

void ring_close(struct ring *ring)
{
	if (ring->consumed)
		munmap(ring->consumed, ring->page);
	if (ring->produced)
		munmap((void *)ring->produced, ring->page);
	window_close(ring);
	if (ring->wake_fd >= 0)
		close(ring->wake_fd);
	if (ring->epoll_fd >= 0)
		close(ring->epoll_fd);
	*ring = (struct ring){ .epoll_fd = -1, .wake_fd = -1 };
}
