/* busy_datagrams [-6]: two UDP sockets on loopback, of which one sends to the other. First line: the ports, {"from":N,"to":N}. Then for each
 * line N on standard input four processes send N datagrams each on the one socket, all at once, and a line says how many those were; for a 0 the receiver, which does not read before, reads what it has, and a line says how many
 * those are. Two flows of which only one could have a place of its own (struct udp_busy) are not what is wanted: the sockets are made again. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../bpf/udp.h"

#define SENDERS 4
#define BYTES 101

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static int bound(int family, struct sockaddr_storage *address, socklen_t *length)
{
	struct sockaddr_in *v4 = (void *)address;
	struct sockaddr_in6 *v6 = (void *)address;
	int fd = socket(family, SOCK_DGRAM, 0);

	memset(address, 0, sizeof(*address));
	address->ss_family = family;
	*length = family == AF_INET ? sizeof(*v4) : sizeof(*v6);
	if (family == AF_INET)
		v4->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	else
		v6->sin6_addr = in6addr_loopback;
	if (fd < 0 || bind(fd, (void *)address, *length) || getsockname(fd, (void *)address, length))
		die("bind");
	return fd;
}

static int port_of(const struct sockaddr_storage *address)
{
	return ntohs(((const struct sockaddr_in *)address)->sin_port); /* at the same offset in both families */
}

static uint32_t place_of(int fd, const struct sockaddr_storage *remote)
{
	const struct sockaddr_in6 *v6 = (const void *)remote;
	const struct sockaddr_in *v4 = (const void *)remote;
	socklen_t length = sizeof(__u64);
	__u64 cookie;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length))
		die("SO_COOKIE");
	return udp_busy_place(cookie, remote->ss_family == AF_INET ? v4->sin_addr.s_addr : v6->sin6_addr.s6_addr32[3], port_of(remote));
}

static void send_all(int fd, long count)
{
	char payload[BYTES] = { 0 };

	for (long i = 0; i < count; i++)
		if (send(fd, payload, sizeof(payload), 0) != sizeof(payload))
			die("send");
}

static long read_all(int fd)
{
	char payload[BYTES];
	long count = 0;

	while (recv(fd, payload, sizeof(payload), MSG_DONTWAIT) >= 0)
		count++;
	return count;
}

static long send_at_once(int fd, long count)
{
	int failures = 0;

	for (int i = 0; i < SENDERS; i++) {
		pid_t child = fork();

		if (child < 0)
			die("fork");
		if (!child) {
			send_all(fd, count);
			_exit(0);
		}
	}
	for (int i = 0, status; i < SENDERS; i++)
		failures += wait(&status) < 0 || status;
	return failures ? -1 : SENDERS * count;
}

int main(int argc, char **argv)
{
	int family = argc > 1 && !strcmp(argv[1], "-6") ? AF_INET6 : AF_INET;
	struct sockaddr_storage from, to;
	socklen_t length;
	int sender, receiver;
	long count;

	for (;;) {
		sender = bound(family, &from, &length);
		receiver = bound(family, &to, &length);
		if (place_of(sender, &to) != place_of(receiver, &from))
			break;
		close(sender);
		close(receiver);
	}
	if (connect(sender, (void *)&to, length))
		die("connect");
	printf("{\"from\":%d,\"to\":%d}\n", port_of(&from), port_of(&to));
	fflush(stdout);
	while (scanf("%ld", &count) == 1) {
		printf("%ld\n", count ? send_at_once(sender, count) : read_all(receiver));
		fflush(stdout);
	}
	return 0;
}
