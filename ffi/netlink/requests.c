/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "requests.h"
#include "../base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <string.h>
#include <sys/socket.h>

struct diag_request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

static struct diag_request request_for(int family, int protocol, uint16_t flags, uint32_t sequence)
{
	return (struct diag_request){
		.header = {
			.nlmsg_len = sizeof(struct diag_request),
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

/* All TCP states but LISTEN, and TIME_WAIT and CLOSE, which are no connections any more. 12 is TCP_NEW_SYN_RECV: request socks, which are counted
 * (syn_recv). */
#define DUMPED_STATES (1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9 | 1 << 11 | 1 << 12)

struct question {
	int protocol;
	uint32_t states;
	uint8_t extensions;
};

#define ASK(extension) (1 << (INET_DIAG_##extension - 1))

/* Listeners apart: of them alone the drops are wanted, which would make every message a third longer. */
static const struct question questions[] = {
	[DUMP_CONNECTIONS] = { IPPROTO_TCP, DUMPED_STATES, ASK(INFO) | ASK(CONG) },
	[DUMP_LISTENERS] = { IPPROTO_TCP, 1 << 10, ASK(INFO) | ASK(SKMEMINFO) },
	[DUMP_DATAGRAMS] = { IPPROTO_UDP, ~0u, ASK(SKMEMINFO) },
};

/* Reads the replies to dump s->unfinished until its end or the deadline. each NULL: throws them away. */
static int dump_read(struct exchange *x, struct netns *s, void (*each)(void *, const struct diag_message *), void *context)
{
	for (;;) {
		ssize_t length;
		struct diag_message m;
		size_t used;

		if (!in_time(x->deadline_ns))
			return -ETIME;
		length = recv(s->request_fd, x->buffer, DUMP_BYTES, 0);
		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : -EPIPE;
		for (const uint8_t *at = x->buffer; (used = diag_parse(at, length, &m)); at += used, length -= used) {
			if (m.sequence != s->unfinished) /* a reply to a request that was given up */
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

/* A netlink socket has one dump at a time: another one is EBUSY until the last is read to its end (__netlink_dump_start()). */
int netns_dump(struct exchange *x, struct netns *s, int family, enum dumped what,
	       void (*each)(void *, const struct diag_message *), void *context)
{
	struct diag_request request;

	if ((s->unfinished && dump_read(x, s, NULL, NULL) == -ETIME) || !in_time(x->deadline_ns))
		return -ETIME;
	request = request_for(family, questions[what].protocol, NLM_F_DUMP, ++x->sequence);
	request.body.idiag_ext = questions[what].extensions;
	request.body.idiag_states = questions[what].states;
	if (send(s->request_fd, &request, sizeof(request), 0) < 0)
		return -errno;
	s->unfinished = x->sequence;
	return dump_read(x, s, each, context);
}

static void lookup_request(struct diag_request *request, const struct diag_message *m, uint32_t sequence)
{
	*request = request_for(m->family == 4 ? AF_INET : AF_INET6, IPPROTO_TCP, 0, sequence);
	request->body.id.idiag_sport = htons(m->local_port);
	request->body.id.idiag_dport = htons(m->remote_port);
	memcpy(request->body.id.idiag_src, m->local, sizeof(m->local));
	memcpy(request->body.id.idiag_dst, m->remote, sizeof(m->remote));
	request->body.id.idiag_if = m->interface;
}

/* All requests in one send() (netlink_rcv_skb() takes them apart), one reply each: a socket, or -ENOENT. */
int netns_lookup(struct exchange *x, struct netns *s, const struct diag_message *about, size_t count, struct lookup *lookups)
{
	struct diag_request requests[LOOKUPS_MOST] = {};
	const uint32_t first = x->sequence + 1;
	size_t answered = 0;

	x->sequence += count;
	memset(lookups, 0, count * sizeof(*lookups));
	for (size_t i = 0; i < count; i++)
		lookup_request(&requests[i], &about[i], first + i);
	if (send(s->request_fd, requests, count * sizeof(*requests), 0) < 0)
		return -errno;
	while (answered < count) {
		ssize_t length = recv(s->request_fd, x->buffer, DUMP_BYTES, 0);
		struct diag_message m;
		size_t used;

		if (length < 0 && errno == EINTR)
			continue;
		if (length <= 0)
			return length < 0 ? -errno : -EPIPE;
		for (const uint8_t *at = x->buffer; (used = diag_parse(at, length, &m)); at += used, length -= used) {
			if (m.sequence - first >= count) /* a reply to a request that was given up */
				continue;
			answered += m.kind == DIAG_SOCKET || m.kind == DIAG_ERROR;
			if (m.kind == DIAG_SOCKET)
				lookups[m.sequence - first] = (struct lookup){ m.state };
		}
	}
	return 0;
}
