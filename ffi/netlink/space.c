/* SPDX-License-Identifier: MIT */
/* The system calls on the two sockets of one network namespace. */
#define _GNU_SOURCE
#include "space.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Messages wait here between two drains: about 1 KiB each as the kernel counts, 20,000 ends a second for a second and more. */
#define FAREWELL_BUFFER_BYTES (32 << 20)
#define ASK_BUFFER_BYTES (1 << 20)

/* Root's way past net.core.rmem_max first; what the limit allows otherwise. */
static void enlarge(int fd, int bytes)
{
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

static int netlink_socket(uint32_t groups, int buffer_bytes)
{
	struct sockaddr_nl address = { .nl_family = AF_NETLINK, .nl_groups = groups };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), err;

	if (fd < 0)
		return -errno;
	enlarge(fd, buffer_bytes);
	if (!bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

int space_open(struct space *s, bool farewells)
{
	const uint32_t groups = 1u << (SKNLGRP_INET_TCP_DESTROY - 1) | 1u << (SKNLGRP_INET6_TCP_DESTROY - 1);

	s->ask = netlink_socket(0, ASK_BUFFER_BYTES);
	if (s->ask < 0)
		return s->ask;
	s->farewell = -EPERM;
	if (!farewells)
		return 0;
	/* Open to all (NL_CFG_F_NONROOT_RECV in sock_diag.c), but a security module may refuse. */
	s->farewell = netlink_socket(groups, FAREWELL_BUFFER_BYTES);
	return s->farewell < 0 && s->farewell != -EPERM ? s->farewell : 0;
}

void space_close(struct space *s)
{
	if (s->ask >= 0)
		close(s->ask);
	if (s->farewell >= 0)
		close(s->farewell);
	free(s->listeners.items);
	*s = (struct space){ .ask = -1, .farewell = -1 };
}

int space_farewells(struct space *s, uint8_t *buffer, size_t each_bytes, struct diag_message *messages, int most)
{
	struct mmsghdr headers[FAREWELLS_MOST] = {};
	struct iovec vectors[FAREWELLS_MOST];
	int count, used = 0;

	if (s->farewell < 0)
		return 0;
	for (int i = 0; i < most; i++) {
		vectors[i] = (struct iovec){ buffer + i * each_bytes, each_bytes };
		headers[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	count = recvmmsg(s->farewell, headers, most, MSG_DONTWAIT, NULL);
	if (count < 0 && errno == ENOBUFS) /* said once; how many were lost is in SK_MEMINFO_DROPS */
		count = recvmmsg(s->farewell, headers, most, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		if (!diag_parse(vectors[i].iov_base, headers[i].msg_len, &messages[used]) || messages[used].kind != DIAG_SOCKET)
			memset(&messages[used], 0, sizeof(*messages));
		used++;
	}
	return used;
}

uint32_t space_dropped(struct space *s)
{
	uint32_t values[16] = {}, before = s->dropped;
	socklen_t length = sizeof(values);

	/* SO_MEMINFO, since 4.12; SK_MEMINFO_DROPS is the ninth (linux/sock_diag.h). */
	if (s->farewell < 0 || getsockopt(s->farewell, SOL_SOCKET, SO_MEMINFO, values, &length))
		return 0;
	s->dropped = values[SK_MEMINFO_DROPS];
	return s->dropped - before;
}
