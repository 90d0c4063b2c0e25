// clang -O2 -Wall -Wextra -Werror -o resetting resetting.c
// resetting COUNT: over loopback, COUNT connections that their client resets in each of six ways, and two whose socket had another connection a moment
// before. Says `linger PORT`, `unread PORT`,
// `disconnected PORT`, `shut PORT` (disconnected when it has been shut down for writing), `set PORT` (disconnected with SO_LINGER 0), `late PORT`, `again PORT`
// (disconnected for the second time) and `refused PORT` (closed by the server in order, after a connect() that was refused): the port of the server for each. `late` needs net.ipv4.tcp_fin_timeout above 60, or the socket is gone before
// the data comes.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *const ways[] = { "linger", "unread", "disconnected", "shut", "set", "late", "again", "refused" };

static void must(int result)
{
	if (result < 0)
		exit(1);
}

// Until fd can be read, or has ended.
static void wait_for(int fd)
{
	struct pollfd in = { fd, POLLIN | POLLRDHUP, 0 };

	must(poll(&in, 1, 10000) - 1);
}

// A port to connect to.
static struct sockaddr_in taken(int *fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);

	must(*fd = socket(AF_INET, SOCK_STREAM, 0));
	must(bind(*fd, (struct sockaddr *)&address, length));
	must(getsockname(*fd, (struct sockaddr *)&address, &length));
	return address;
}

static void disconnect(int client)
{
	const struct sockaddr none = { .sa_family = AF_UNSPEC };

	must(connect(client, &none, sizeof(none)));
}

// What the client's socket does before.
static void use(const char *way, int client)
{
	struct sockaddr_in address;
	int other;

	if (!strcmp(way, "again")) {
		address = taken(&other);
		must(listen(other, 1));
		must(connect(client, (struct sockaddr *)&address, sizeof(address)));
		close(other);
		disconnect(client);
	} else if (!strcmp(way, "refused")) {
		address = taken(&other);
		must(-1 - connect(client, (struct sockaddr *)&address, sizeof(address)));
		close(other);
	}
}

static void reset(const char *way, int client, int server)
{
	const struct linger at_once = { 1, 0 };

	if (!strcmp(way, "refused")) {
		close(server);
		wait_for(client);
		close(client);
		return;
	}
	if (!strcmp(way, "linger") || !strcmp(way, "set"))
		must(setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)));
	if (!strcmp(way, "unread")) {
		must(send(server, "x", 1, 0));
		wait_for(client);
	}
	if (!strcmp(way, "shut")) {
		must(shutdown(client, SHUT_WR));
		wait_for(server);
	}
	if (!strcmp(way, "disconnected") || !strcmp(way, "shut") || !strcmp(way, "set") || !strcmp(way, "again"))
		disconnect(client);
	close(client);
	if (!strcmp(way, "late")) {
		wait_for(server);
		must(send(server, "x", 1, MSG_NOSIGNAL));
	}
	wait_for(server);
	close(server);
}

int main(int argc, char **argv)
{
	prctl(PR_SET_NAME, "resetting");
	for (size_t way = 0; argc == 2 && way < sizeof(ways) / sizeof(*ways); way++) {
		int listener;
		struct sockaddr_in address = taken(&listener);

		must(listen(listener, 16));
		for (int i = 0; i < atoi(argv[1]); i++) {
			int client = socket(AF_INET, SOCK_STREAM, 0), server;

			use(ways[way], client);
			must(connect(client, (struct sockaddr *)&address, sizeof(address)));
			must(server = accept(listener, NULL, NULL));
			reset(ways[way], client, server);
		}
		close(listener);
		printf("%s %d\n", ways[way], ntohs(address.sin_port));
	}
	return argc != 2;
}
