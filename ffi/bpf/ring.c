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
	/* Edge-triggered: each write is an event, and nobody has to read the eventfd. */
	err = watch(ring, ring->wake_fd, EPOLLIN | EPOLLET, BY_CALL);
	return err ? err : watch(ring, map_fd, EPOLLIN, BY_PROGRAM);
}

/* The first page is the reader's and may be written, the second the writer's; behind it is the data. */
static int pages_map(struct ring *ring, int map_fd)
{
	uint8_t *writer = mmap(NULL, ring->page + ring->bytes, PROT_READ, MAP_SHARED, map_fd, ring->page);
	void *reader;

	if (writer == MAP_FAILED)
		return -errno;
	ring->produced = (const uint64_t *)writer;
	ring->data = writer + ring->page;
	reader = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (reader == MAP_FAILED)
		return -errno;
	ring->consumed = reader;
	return 0;
}

int ring_open(struct ring *ring, int map_fd, size_t bytes)
{
	int err;

	*ring = (struct ring){ .bytes = bytes, .page = sysconf(_SC_PAGESIZE), .epoll_fd = -1, .wake_fd = -1 };
	err = fds_open(ring, map_fd);
	if (!err)
		err = pages_map(ring, map_fd);
	if (err)
		ring_close(ring);
	return err;
}

static void copy_out(const struct ring *ring, uint64_t position, uint8_t *to, size_t length)
{
	size_t at = position & (ring->bytes - 1), first = ring->bytes - at;

	if (first >= length) {
		memcpy(to, ring->data + at, length);
		return;
	}
	memcpy(to, ring->data + at, first);
	memcpy(to + first, ring->data, length - first);
}

/* Records begin at multiples of 8 with a header of 8 bytes: the length of what follows it, with two flags, is the first word. */
size_t ring_read(struct ring *ring, uint8_t *buffer, size_t capacity)
{
	uint64_t position = *ring->consumed, end = __atomic_load_n(ring->produced, __ATOMIC_ACQUIRE);
	size_t used = 0;

	while (position < end) {
		const uint32_t *header = (const uint32_t *)(ring->data + (position & (ring->bytes - 1)));
		uint32_t word = __atomic_load_n(header, __ATOMIC_ACQUIRE), length = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);

		if (word & BPF_RINGBUF_BUSY_BIT)
			break;
		if (!(word & BPF_RINGBUF_DISCARD_BIT)) {
			if (length > capacity - used)
				break;
			copy_out(ring, position + BPF_RINGBUF_HDR_SZ, buffer + used, length);
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
		munmap((void *)ring->produced, ring->page + ring->bytes);
	if (ring->wake_fd >= 0)
		close(ring->wake_fd);
	if (ring->epoll_fd >= 0)
		close(ring->epoll_fd);
	*ring = (struct ring){ .epoll_fd = -1, .wake_fd = -1 };
}
