/* SPDX-License-Identifier: MIT */
/* The two processes of the traffic. They go through each phase in the same order, one connection at a time, so neither needs
 * to be told more than when to begin. */
#define _GNU_SOURCE
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int held[256];
static unsigned held_count;

void check(bool good, const char *what)
{
	if (good)
		return;
	dprintf(STDERR_FILENO, "traffic: %s: %s\n", what, strerror(errno));
	exit(1);
}

static socklen_t loopback(struct sockaddr_storage *a, unsigned family, uint16_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)a;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)a;

	memset(a, 0, sizeof(*a));
	if (family) {
		*in6 = (struct sockaddr_in6){ AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_loopback };
		return sizeof(*in6);
	}
	*in = (struct sockaddr_in){ AF_INET, htons(port), { htonl(INADDR_LOOPBACK) } };
	return sizeof(*in);
}

static void transfer(int fd, unsigned bytes, ssize_t (*move)(int, void *, size_t, int), const char *what)
{
	static char scratch[4096];

	while (bytes) {
		ssize_t n = move(fd, scratch, bytes < sizeof(scratch) ? bytes : sizeof(scratch), MSG_NOSIGNAL);

		check(n > 0, what);
		bytes -= n;
	}
}

static ssize_t give(int fd, void *data, size_t bytes, int flags)
{
	return send(fd, data, bytes, flags);
}

static int listener(const struct phase *p, unsigned family, uint16_t *port)
{
	struct sockaddr_storage a;
	socklen_t length = loopback(&a, family, 0);
	int fd = socket(a.ss_family, (p->datagrams ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);

	check(fd >= 0 && !bind(fd, (struct sockaddr *)&a, length) && (p->datagrams || !listen(fd, 16)), "listen");
	check(!getsockname(fd, (struct sockaddr *)&a, &length), "getsockname");
	*port = ntohs(family ? ((struct sockaddr_in6 *)&a)->sin6_port : ((struct sockaddr_in *)&a)->sin_port);
	return fd;
}

static void serve(const struct phase *p, int from)
{
	int fd = accept4(from, NULL, NULL, SOCK_CLOEXEC);

	check(fd >= 0, "accept");
	transfer(fd, p->up, recv, "recv");
	transfer(fd, p->down, give, "send");
	if (p->ends)
		close(fd);
	else
		held[held_count++] = fd;
}

static void connect_one(const struct phase *p, unsigned family)
{
	struct sockaddr_storage a;
	socklen_t length = loopback(&a, family, p->ports[family]);
	int fd = socket(a.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char end;

	check(fd >= 0 && !connect(fd, (struct sockaddr *)&a, length), "connect");
	transfer(fd, p->up, give, "send");
	transfer(fd, p->down, recv, "recv");
	if (p->ends) {
		check(recv(fd, &end, 1, 0) == 0, "end of stream");
		close(fd);
	} else {
		held[held_count++] = fd;
	}
}

static void serve_datagrams(const struct phase *p, int fd)
{
	struct sockaddr_storage a;
	char scratch[4096] = {};

	for (unsigned i = 0; i < p->datagrams; i++) {
		socklen_t length = sizeof(a);

		check(recvfrom(fd, scratch, sizeof(scratch), 0, (struct sockaddr *)&a, &length) == p->up, "recvfrom");
		check(sendto(fd, scratch, p->down, 0, (struct sockaddr *)&a, length) == p->down, "sendto");
	}
}

/* Every other socket is connected. */
static void send_datagrams(const struct phase *p, unsigned family, bool connected)
{
	struct sockaddr_storage a;
	socklen_t length = loopback(&a, family, p->ports[family]);
	int fd = socket(a.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char scratch[4096] = {};

	check(fd >= 0 && (!connected || !connect(fd, (struct sockaddr *)&a, length)), "connect");
	for (unsigned i = 0; i < p->datagrams; i++) {
		ssize_t n = connected ? send(fd, scratch, p->up, 0) : sendto(fd, scratch, p->up, 0, (struct sockaddr *)&a, length);

		check(n == p->up && recv(fd, scratch, sizeof(scratch), 0) == p->down, "exchange of datagrams");
	}
	held[held_count++] = fd;
}

static void serve_phase(const struct phase *p, const int from[FAMILIES])
{
	for (unsigned i = 0; i < FAMILIES * p->count; i++) {
		if (p->datagrams)
			serve_datagrams(p, from[i % FAMILIES]);
		else
			serve(p, from[i % FAMILIES]);
	}
}

static void connect_phase(const struct phase *p)
{
	for (unsigned i = 0; i < FAMILIES * p->count; i++) {
		if (p->datagrams)
			send_datagrams(p, i % FAMILIES, i / FAMILIES % 2);
		else
			connect_one(p, i % FAMILIES);
	}
}

static void close_held(void)
{
	while (held_count)
		close(held[--held_count]);
}

void serve_all(int link)
{
	int from[PHASES][FAMILIES];
	char order;

	for (unsigned p = 0; p < PHASES; p++)
		for (unsigned f = 0; f < FAMILIES; f++)
			from[p][f] = listener(&phases[p], f, &phases[p].ports[f]);
	check(write(link, "", 1) == 1, "reply");
	while (read(link, &order, 1) == 1) {
		if (order == ORDER_CLOSE)
			close_held();
		else
			serve_phase(&phases[(int)order], from[(int)order]);
		check(write(link, "", 1) == 1, "reply");
	}
}

void connect_all(int link)
{
	char order;

	while (read(link, &order, 1) == 1) {
		if (order == ORDER_CLOSE)
			close_held();
		else
			connect_phase(&phases[(int)order]);
		check(write(link, "", 1) == 1, "reply");
	}
}
