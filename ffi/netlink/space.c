/* SPDX-License-Identifier: MIT */
/* The system calls on the two sockets of one network namespace. */
#define _GNU_SOURCE
#include "netlink.h"

#include <arpa/inet.h>
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

struct request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

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
	free(s->listeners);
	*s = (struct space){ .ask = -1, .farewell = -1 };
}

static struct request request_for(int family, int protocol, uint16_t flags, uint32_t sequence)
{
	return (struct request){
		.header = {
			.nlmsg_len = sizeof(struct request),
			.nlmsg_type = SOCK_DIAG_BY_FAMILY,
			.nlmsg_flags = NLM_F_REQUEST | flags,
			.nlmsg_seq = sequence,
		},
		.body = {
			.sdiag_family = family,
			.sdiag_protocol = protocol,
			.id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
		},
	};
}

/* Of TCP, TIME_WAIT and CLOSE are left out: they are no connections any more. 12 (TCP_NEW_SYN_RECV) are half-open requests, which are none
 * yet, and shown to be counted. */
#define SHOWN_STATES (1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12)

/* Reads the dump that s->unfinished names on to its end, or to the deadline. each NULL: nobody wants it any more. */
static int dump_read(struct netlink *n, struct space *s, void (*each)(void *, const struct diag_message *), void *context)
{
	for (;;) {
		ssize_t length;
		struct diag_message m;
		size_t used;

		if (!in_time(n))
			return -ETIME;
		length = recv(s->ask, n->buffer, DUMP_BYTES, 0);
		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : -EPIPE;
		for (const uint8_t *at = n->buffer; (used = diag_parse(at, length, &m)); at += used, length -= used) {
			if (m.sequence != s->unfinished) /* left over from a request that was given up */
				continue;
			if (m.kind == DIAG_DONE || m.kind == DIAG_ERROR) {
				s->unfinished = 0;
				return m.error;
			}
			if (m.kind == DIAG_SOCKET && each)
				each(context, &m);
		}
	}
}

/* A socket has one dump at a time: the next one is EBUSY until the kernel is at the end of the last (netlink_dump_start()). */
int space_dump(struct netlink *n, struct space *s, int family, int protocol,
	       void (*each)(void *, const struct diag_message *), void *context)
{
	struct request request;

	if ((s->unfinished && dump_read(n, s, NULL, NULL) == -ETIME) || !in_time(n))
		return -ETIME;
	request = request_for(family, protocol, NLM_F_DUMP, ++n->sequence);
	request.body.idiag_ext = 1 << ((protocol == IPPROTO_TCP ? INET_DIAG_INFO : INET_DIAG_SKMEMINFO) - 1);
	request.body.idiag_states = protocol == IPPROTO_TCP ? SHOWN_STATES : ~0u;
	if (send(s->ask, &request, sizeof(request), 0) < 0)
		return -errno;
	s->unfinished = n->sequence;
	return dump_read(n, s, each, context);
}

static void question_about(struct request *request, const struct diag_message *m, uint32_t sequence)
{
	*request = request_for(m->family == 4 ? AF_INET : AF_INET6, IPPROTO_TCP, 0, sequence);
	request->body.id.idiag_sport = htons(m->local_port);
	request->body.id.idiag_dport = htons(m->remote_port);
	memcpy(request->body.id.idiag_src, m->local, sizeof(m->local));
	memcpy(request->body.id.idiag_dst, m->remote, sizeof(m->remote));
	request->body.id.idiag_if = m->interface;
}

/* Several questions in one send (netlink_rcv_skb()), one answer each: a socket, or -ENOENT. */
int space_ask(struct netlink *n, struct space *s, const struct diag_message *about, size_t count, struct answer *answers)
{
	struct request requests[QUESTIONS] = {};
	const uint32_t first = n->sequence + 1;
	size_t answered = 0;

	n->sequence += count;
	memset(answers, 0, count * sizeof(*answers));
	for (size_t i = 0; i < count; i++)
		question_about(&requests[i], &about[i], first + i);
	if (send(s->ask, requests, count * sizeof(*requests), 0) < 0)
		return -errno;
	while (answered < count) {
		ssize_t length = recv(s->ask, n->buffer, DUMP_BYTES, 0);
		struct diag_message m;
		size_t used;

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : -EPIPE;
		for (const uint8_t *at = n->buffer; (used = diag_parse(at, length, &m)); at += used, length -= used) {
			if (m.sequence - first >= count) /* left over, as above */
				continue;
			answered += m.kind == DIAG_SOCKET || m.kind == DIAG_ERROR;
			if (m.kind == DIAG_SOCKET)
				answers[m.sequence - first] = (struct answer){ m.state };
		}
	}
	return 0;
}

int space_farewells(struct space *s, uint8_t *buffer, size_t each_bytes, struct diag_message *messages, int most)
{
	struct mmsghdr headers[QUESTIONS] = {};
	struct iovec vectors[QUESTIONS];
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
