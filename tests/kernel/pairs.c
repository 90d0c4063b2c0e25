// clang -O2 -Wall -Wextra -Werror -o pairs pairs.c
// pairs SECONDS PER_SECOND: opens so many loopback connections a second, closes each some 50 later, and prints a line "CLIENT_PORT SENT RECEIVED" for each,
// as the client has it; the server's port first, "end" last. Sizes tell one connection from another. Every second connection is reset, from one of a
// few ports, so that the same addresses and ports come again within milliseconds.
// pairs ADDRESS PORT: accepts one connection there; pairs ADDRESS PORT CLIENT_PORT: makes it, from that port, and the two say SENT and RECEIVED bytes to
// each other. Until the input ends; with "stay" behind these, until it is killed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define OPEN_AT_ONCE 50
#define PORTS 200
#define MOST 9000

static char buffer[MOST];

static void check(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static void read_all(int fd, char *to, size_t length)
{
	for (ssize_t n; length; length -= n, to += n)
		check((n = recv(fd, to, length, 0)) > 0, "recv");
}

static void serve(int listener)
{
	int epoll = epoll_create1(0);
	struct epoll_event event = { .events = EPOLLIN, .data.fd = listener };

	check(!epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event), "epoll_ctl");
	for (;;) {
		uint32_t sizes[2];

		check(epoll_wait(epoll, &event, 1, -1) == 1, "epoll_wait");
		if (event.data.fd != listener) {
			close(event.data.fd);
			continue;
		}
		event.data.fd = accept(listener, NULL, NULL);
		check(event.data.fd >= 0, "accept");
		read_all(event.data.fd, (char *)sizes, sizeof(sizes));
		read_all(event.data.fd, buffer, sizes[0] - sizeof(sizes));
		check(send(event.data.fd, buffer, sizes[1], 0) == (ssize_t)sizes[1], "send");
		check(!epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event), "epoll_ctl");
	}
}

// From a port of the few, if reset: nothing of a connection that was reset stays behind.
static int open_one(const struct sockaddr_in *server, uint32_t i, in_port_t *port)
{
	const struct linger now = { .l_onoff = 1 };
	const uint32_t sizes[2] = { 101 + i % 4093, 53 + i % 4091 };
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(own);
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	if (i % 2) {
		own.sin_port = htons(20000 + i / 2 % PORTS);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		check(!bind(fd, (struct sockaddr *)&own, sizeof(own)), "bind");
	}
	check(!connect(fd, (const struct sockaddr *)server, sizeof(*server)), "connect");
	check(!getsockname(fd, (struct sockaddr *)&own, &length), "getsockname");
	*port = ntohs(own.sin_port);
	memcpy(buffer, sizes, sizeof(sizes));
	check(send(fd, buffer, sizes[0], 0) == (ssize_t)sizes[0], "send");
	read_all(fd, buffer, sizes[1]);
	printf("%u %u %u\n", *port, sizes[0], sizes[1]);
	return fd;
}

#define SENT 10007
#define RECEIVED 5003

// One end alone.
static int one_end(const char *address, int port, int own_port, int stays)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(own_port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
	static char bytes[SENT];

	check(inet_pton(AF_INET, address, &at.sin_addr) == 1, "the address");
	if (own_port) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)); /* one of before may be in TIME_WAIT */
		check(!bind(fd, (struct sockaddr *)&own, sizeof(own)), "bind");
		check(!connect(fd, (struct sockaddr *)&at, sizeof(at)), "connect");
		check(send(fd, bytes, SENT, 0) == SENT, "send");
		read_all(fd, bytes, RECEIVED);
	} else {
		check(!bind(fd, (struct sockaddr *)&at, sizeof(at)) && !listen(fd, 1), "listen");
		puts("listens");
		fflush(stdout);
		check((fd = accept(fd, NULL, NULL)) >= 0, "accept");
		read_all(fd, bytes, SENT);
		check(send(fd, bytes, RECEIVED, 0) == RECEIVED, "send");
	}
	if (stays)
		pause();
	check(getchar() == EOF, "the end");
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	const uint32_t rate = argc > 2 ? atoi(argv[2]) : 1000, count = argc > 1 ? atoi(argv[1]) * rate : rate;
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, 0), held[OPEN_AT_ONCE];
	socklen_t length = sizeof(server);
	struct timespec due;
	in_port_t port;
	pid_t child;

	if (argc > 1 && strchr(argv[1], '.'))
		return one_end(argv[1], rate, argc > 3 ? atoi(argv[3]) : 0, !strcmp(argv[argc - 1], "stay"));
	memset(held, -1, sizeof(held));
	check(!bind(listener, (struct sockaddr *)&server, sizeof(server)) && !listen(listener, 1024), "listen");
	check(!getsockname(listener, (struct sockaddr *)&server, &length), "getsockname");
	printf("%u\n", ntohs(server.sin_port));
	fflush(stdout);
	if (!(child = fork())) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(listener);
	}
	check(child > 0 && getchar() >= 0, "the start");
	clock_gettime(CLOCK_MONOTONIC, &due);
	for (uint32_t i = 0; i < count; i++) {
		if (held[i % OPEN_AT_ONCE] >= 0)
			close(held[i % OPEN_AT_ONCE]);
		held[i % OPEN_AT_ONCE] = open_one(&server, i, &port);
		due.tv_nsec += 1000000000 / rate;
		due.tv_sec += due.tv_nsec / 1000000000;
		due.tv_nsec %= 1000000000;
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
	}
	for (int i = 0; i < OPEN_AT_ONCE; i++)
		if (held[i] >= 0)
			close(held[i]);
	puts("end");
	fflush(stdout);
	check(getchar() == EOF, "the end"); // the server stays until the last samples are out
	kill(child, SIGKILL);
	return 0;
}
