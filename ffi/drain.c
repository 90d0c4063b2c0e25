/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "netlink.h"
#include "reader.h"
#include "udp.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>

/* Waits on libbpf's epoll set by itself: ring_buffer__poll() would consume. */
int32_t tcptop__wait(struct tcptop *t, int32_t timeout_ms)
{
	struct epoll_event event;
	int n;

	if (timeout_ms < 0 || timeout_ms > 100)
		timeout_ms = 100;
	if (t->netlink) { /* the kernel queues for more than a second: a timer does, and costs nothing a message */
		nanosleep(&(struct timespec){ .tv_nsec = timeout_ms * 1000000l }, NULL);
		return 0;
	}
	n = epoll_wait(ring_buffer__epoll_fd(t->ring), &event, 1, timeout_ms);
	if (n < 0 && errno != EINTR)
		return fail(t, errno, "wait for records");
	return n > 0;
}

static int32_t flows_relieve(void *context, int64_t unused)
{
	struct tcptop *t = context;

	(void)unused;
	return udp_flows_relieve(t->udp);
}

int ring_drain(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	int err;

	t->drain_to = buffer;
	t->drain_used = 0;
	t->drain_capacity = capacity;
	err = ring_buffer__consume(t->ring);
	return err < 0 && err != -ENOBUFS ? err : (int)t->drain_used;
}

int32_t tcptop__drain(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	int err;

	if (capacity < sizeof(struct tcptop_tcp_record))
		return fail(t, EINVAL, "drain the ring");
	if (t->udp && (t->reader ? reader_do(t->reader, flows_relieve, t, 0) : flows_relieve(t, 0)))
		t->snapshot_errors++;
	if (t->netlink)
		return netlink_drain(t->netlink, buffer, capacity);
	err = ring_drain(t, buffer, capacity);
	return err < 0 ? fail(t, -err, "drain the ring") : err;
}
