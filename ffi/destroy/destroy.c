/* SPDX-License-Identifier: MIT */
/* The kernel looks the socket up by its addresses and then compares the cookie (sock_diag_check_cookie()): a socket that has come to have the same
 * addresses meanwhile is left alone, ESTALE. Both the socket that asks and the thread must have CAP_NET_ADMIN (netlink_net_capable()). */
#define _GNU_SOURCE
#include "destroy.h"
#include "../base/clock.h"
#include "../process/namespaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define SEARCH_LIMIT_NS 2000000000ull
#define ANSWER_SECONDS 2 /* the kernel answers within the call that asks */

struct place {
	uint64_t inode;
	int fd;
};

struct destroyer {
	struct place *places;
	size_t count;
	uint32_t sequence;
};

struct destroy_request {
	struct nlmsghdr header;
	struct inet_diag_req_v2 body;
};

struct destroy_answer {
	struct nlmsghdr header;
	struct nlmsgerr body;
};

static int asking_socket(void)
{
	const struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return fd < 0 ? -errno : fd;
}

static struct destroy_request request_for(const struct tcptop_kill *k, uint32_t sequence)
{
	struct destroy_request r = {
		.header = {
			.nlmsg_len = sizeof(r),
			.nlmsg_type = SOCK_DESTROY,
			.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK,
			.nlmsg_seq = sequence,
		},
		.body = {
			.sdiag_family = k->family == 4 ? AF_INET : AF_INET6,
			.sdiag_protocol = k->protocol,
			.idiag_states = ~0u,
			.id.idiag_sport = htons(k->local_port),
			.id.idiag_dport = htons(k->remote_port),
			.id.idiag_if = k->interface,
			.id.idiag_cookie = { (uint32_t)k->cookie, (uint32_t)(k->cookie >> 32) },
		},
	};

	memcpy(r.body.id.idiag_src, k->local, sizeof(k->local));
	memcpy(r.body.id.idiag_dst, k->remote, sizeof(k->remote));
	return r;
}

/* 0, or the negative errno with which the kernel refused it. Answers to requests that were given up are passed over. */
static int ask(int fd, const struct tcptop_kill *k, uint32_t sequence)
{
	struct destroy_request request = request_for(k, sequence);
	_Alignas(struct nlmsghdr) uint8_t buffer[4096];
	struct destroy_answer answer;

	if (send(fd, &request, sizeof(request), 0) < 0)
		return -errno;
	for (;;) {
		ssize_t length = recv(fd, buffer, sizeof(buffer), 0);

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno == EAGAIN ? -ETIME : -errno;
		if ((size_t)length < sizeof(answer.header) + sizeof(answer.body.error))
			return -EPROTO;
		memcpy(&answer, buffer, (size_t)length < sizeof(answer) ? (size_t)length : sizeof(answer));
		if (answer.header.nlmsg_seq == sequence && answer.header.nlmsg_type == NLMSG_ERROR)
			return answer.body.error;
	}
}

/* Nobody has this cookie, and nothing has port 0: where it is allowed, nothing is found. */
static int probe(int fd)
{
	const struct tcptop_kill nobody = { .cookie = ~1ull, .family = 4, .protocol = IPPROTO_TCP };
	int err = ask(fd, &nobody, 1);

	return err == -ENOENT || err == -ESTALE ? 0 : err;
}

int destroyer_try(void)
{
	int fd = asking_socket(), err = fd < 0 ? fd : probe(fd);

	if (fd >= 0)
		close(fd);
	return err;
}

static struct place *place_find(const struct destroyer *d, uint64_t inode)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->places[i].inode == inode)
			return &d->places[i];
	return NULL;
}

static bool place_is_new(void *context, uint64_t inode)
{
	return !place_find(context, inode);
}

/* Where one has no room, the others are entered. */
static int place_enter(void *context, uint64_t inode)
{
	struct destroyer *d = context;
	struct place *more = realloc(d->places, (d->count + 1) * sizeof(*more));
	int fd;

	if (!more)
		return 0;
	d->places = more;
	if ((fd = asking_socket()) >= 0)
		d->places[d->count++] = (struct place){ inode, fd };
	return 0;
}

void destroyer_search(struct destroyer *d)
{
	namespaces_visit(place_is_new, place_enter, d, NULL, clock_ns(CLOCK_MONOTONIC) + SEARCH_LIMIT_NS);
}

int destroyer_open(struct destroyer **at)
{
	struct destroyer *d = calloc(1, sizeof(*d));
	int err;

	if (!d)
		return -ENOMEM;
	d->sequence = 1;
	destroyer_search(d);
	err = d->count ? probe(d->places[0].fd) : -EMFILE;
	if (err)
		destroyer_free(d);
	else
		*at = d;
	return err;
}

bool destroyer_knows(const struct destroyer *d, uint64_t netns)
{
	return place_find(d, netns);
}

int destroyer_end(struct destroyer *d, const struct tcptop_kill *k)
{
	struct place *place = place_find(d, k->netns);

	return place ? ask(place->fd, k, ++d->sequence) : -ENXIO;
}

void destroyer_free(struct destroyer *d)
{
	for (size_t i = 0; d && i < d->count; i++)
		close(d->places[i].fd);
	if (d)
		free(d->places);
	free(d);
}
