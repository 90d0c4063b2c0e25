/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "../netlink/netlink.h"
#include "../privileges/reader.h"
#include "udp.h"

#include <errno.h>
#include <time.h>

#define LONGEST_MS 250
#define LONGEST_NETLINK_MS 100

int32_t tcptop__wait(struct tcptop *t, int32_t timeout_ms)
{
	const int longest = t->netlink ? LONGEST_NETLINK_MS : LONGEST_MS;
	int n;

	if (timeout_ms < 0 || timeout_ms > longest)
		timeout_ms = longest;
	if (!t->tcp) { /* no ring; netlink queues for more than a second: a timer does, and costs nothing a message */
		nanosleep(&(struct timespec){ .tv_nsec = timeout_ms * 1000000l }, NULL);
		return 0;
	}
	n = ring_wait(&t->ring, timeout_ms);
	return n < 0 ? fail(t, -n, "wait for records") : n;
}

void tcptop__wake(struct tcptop *t)
{
	if (t->tcp)
		ring_wake(&t->ring);
}

static int32_t flows_relieve(void *context, int64_t unused)
{
	struct tcptop *t = context;

	(void)unused;
	return udp_flows_relieve(t->udp);
}

int32_t tcptop__drain(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	if (capacity < sizeof(struct tcptop_tcp_record))
		return fail(t, EINVAL, "drain the ring");
	if (t->udp && (t->reader ? reader_do(t->reader, flows_relieve, t, 0) : flows_relieve(t, 0)))
		t->snapshot_errors++;
	if (t->netlink)
		return netlink_drain(t->netlink, buffer, capacity);
	return t->tcp ? ring_read(&t->ring, buffer, capacity) : 0;
}
