/* SPDX-License-Identifier: MIT */
/* The system calls on the two sockets of one network namespace. */
#define _GNU_SOURCE
#include "netns.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Holds the destroy messages between two drains. A message takes about 1 KiB of it: at 20,000 ends a second it lasts for more than a second. */
#define DESTROY_BUFFER_BYTES (32 << 20)
#define REQUEST_BUFFER_BYTES (1 << 20)

/* SO_RCVBUFFORCE is for root, SO_RCVBUF limited by net.core.rmem_max. */
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

int netns_open(struct netns *s, bool destroy_groups)
{
	const uint32_t groups = 1u << (SKNLGRP_INET_TCP_DESTROY - 1) | 1u << (SKNLGRP_INET6_TCP_DESTROY - 1);

	s->request_fd = netlink_socket(0, REQUEST_BUFFER_BYTES);
	if (s->request_fd < 0)
		return s->request_fd;
	s->destroy_fd = -EPERM;
	if (!destroy_groups)
		return 0;
	/* Without privilege (NL_CFG_F_NONROOT_RECV in sock_diag.c), but a security module may refuse. */
	s->destroy_fd = netlink_socket(groups, DESTROY_BUFFER_BYTES);
	return s->destroy_fd < 0 && s->destroy_fd != -EPERM ? s->destroy_fd : 0;
}

void netns_close(struct netns *s)
{
	if (s->request_fd >= 0)
		close(s->request_fd);
	if (s->destroy_fd >= 0)
		close(s->destroy_fd);
	free(s->listeners.items);
	*s = (struct netns){ .request_fd = -1, .destroy_fd = -1 };
}

int netns_read_destroyed(struct netns *s, uint8_t *buffer, size_t each_bytes, struct diag_message *messages, int most)
{
	struct mmsghdr headers[DESTROYED_MOST] = {};
	struct iovec vectors[DESTROYED_MOST];
	int count, used = 0;

	if (s->destroy_fd < 0)
		return 0;
	for (int i = 0; i < most; i++) {
		vectors[i] = (struct iovec){ buffer + i * each_bytes, each_bytes };
		headers[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	count = recvmmsg(s->destroy_fd, headers, most, MSG_DONTWAIT, NULL);
	if (count < 0 && errno == ENOBUFS) /* returned once after an overflow; SK_MEMINFO_DROPS says how many were lost */
		count = recvmmsg(s->destroy_fd, headers, most, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		if (!diag_parse(vectors[i].iov_base, headers[i].msg_len, &messages[used]) || messages[used].kind != DIAG_SOCKET)
			memset(&messages[used], 0, sizeof(*messages));
		used++;
	}
	return used;
}

uint32_t netns_dropped(struct netns *s)
{
	uint32_t values[16] = {}, before = s->dropped;
	socklen_t length = sizeof(values);

	/* SO_MEMINFO, since 4.12; SK_MEMINFO_DROPS is the ninth (linux/sock_diag.h). */
	if (s->destroy_fd < 0 || getsockopt(s->destroy_fd, SOL_SOCKET, SO_MEMINFO, values, &length))
		return 0;
	s->dropped = values[SK_MEMINFO_DROPS];
	return s->dropped - before;
}
