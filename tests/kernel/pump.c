// clang -O2 -Wall -Wextra -Werror -o pump pump.c
// pump serve ADDRESS: takes one connection, says `port N` before, and reads all that comes; each line of its input stops it or lets it go on.
// pump send ADDRESS PORT CHUNK EVERY_MS SNDBUF CONGESTION: writes CHUNK bytes each EVERY_MS (0: as fast as it may; CHUNK 0: nothing), with SO_SNDBUF
// (0: as it is) and TCP_CONGESTION (empty: the machine's).
// pump listen ADDRESS BACKLOG: says `port N` and accepts nobody. All end with their input.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static char data[1 << 16];

static struct sockaddr_in address_of(const char *text, int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };

	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

static int serve(const char *text)
{
	struct sockaddr_in address = address_of(text, 0);
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0), reads = 1;

	prctl(PR_SET_NAME, "pump-serve");
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, 8) || getsockname(listener, (struct sockaddr *)&address, &length))
		return 1;
	printf("port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	int fd = accept(listener, NULL, NULL);
	close(listener);
	for (;;) {
		struct pollfd fds[] = { { 0, POLLIN, 0 }, { reads ? fd : -1, POLLIN, 0 } };
		char byte;

		if (poll(fds, 2, -1) < 0)
			return 1;
		if (fds[0].revents) {
			if (read(0, &byte, 1) <= 0)
				return 0;
			reads = !reads;
		} else if (read(fd, data, sizeof(data)) <= 0) {
			return 0;
		}
	}
}

static int refuse_to_accept(const char *text, int backlog)
{
	struct sockaddr_in address = address_of(text, 0);
	socklen_t length = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char byte;

	prctl(PR_SET_NAME, "pump-listen");
	if (bind(listener, (struct sockaddr *)&address, length) || listen(listener, backlog) ||
	    getsockname(listener, (struct sockaddr *)&address, &length))
		return 1;
	printf("port %d\n", ntohs(address.sin_port));
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}

static int ended(int timeout_ms)
{
	struct pollfd in = { 0, POLLIN, 0 };

	return poll(&in, 1, timeout_ms) > 0;
}

/* CLOCK_MONOTONIC */
static long long now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

static int send_on(char **argv)
{
	struct sockaddr_in address = address_of(argv[0], atoi(argv[1]));
	size_t chunk = strtoul(argv[2], NULL, 10);
	int every_ms = atoi(argv[3]), sndbuf = atoi(argv[4]), fd = socket(AF_INET, SOCK_STREAM, 0);
	long long begin;

	prctl(PR_SET_NAME, "pump-send");
	if (sndbuf && setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sndbuf, sizeof(sndbuf)))
		return 1;
	if (*argv[5] && setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, argv[5], strlen(argv[5])))
		return 1;
	begin = now_us();
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return 1;
	printf("connected %lld us\n", now_us() - begin);
	fflush(stdout);
	if (!chunk)
		return !ended(-1);
	while (!ended(every_ms)) {
		struct pollfd out = { fd, POLLOUT, 0 };

		/* A reader that stops must not keep us from our end. */
		if (poll(&out, 1, 100) > 0 && send(fd, data, chunk, MSG_DONTWAIT | MSG_NOSIGNAL) == 0)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "listen"))
		return refuse_to_accept(argv[2], atoi(argv[3]));
	return argc == 8 && !strcmp(argv[1], "send") ? send_on(argv + 2) : 2;
}
