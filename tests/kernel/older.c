// clang -O2 -Wall -Wextra -Werror -o older older.c
// older: two connections on loopback, of which the backlog says the wrong direction. One is accepted from listen(fd, 0), and its accepted end has sent 1,009 bytes; in the
// other a socket that has listened before calls connect(), and has sent 77. Says `accepted PORT CLIENT_PORT` and `connected PORT SERVER_PORT`; waits for its input to end.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static struct sockaddr_in name_of(int fd)
{
	struct sockaddr_in name;
	socklen_t length = sizeof(name);

	must(getsockname(fd, (struct sockaddr *)&name, &length), "getsockname");
	return name;
}

static int listener(int backlog)
{
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(bind(fd, (const struct sockaddr *)&any, sizeof(any)), "bind");
	must(listen(fd, backlog), "listen");
	return fd;
}

static void receive(int fd, size_t bytes)
{
	char data[2048];

	for (ssize_t got; bytes; bytes -= got)
		must(got = recv(fd, data, bytes, 0), "recv");
}

int main(void)
{
	int first = listener(0), second = listener(8), turned = listener(8), client = socket(AF_INET, SOCK_STREAM, 0), accepted, other;
	struct sockaddr_in to = name_of(first);
	char data[1009] = { 0 }, byte;

	must(connect(client, (struct sockaddr *)&to, sizeof(to)), "connect");
	must(accepted = accept(first, NULL, NULL), "accept");
	must(send(accepted, data, 1009, 0), "send");
	receive(client, 1009);
	must(shutdown(turned, SHUT_RDWR), "shutdown");
	to = name_of(second);
	must(connect(turned, (struct sockaddr *)&to, sizeof(to)), "connect");
	must(other = accept(second, NULL, NULL), "accept");
	must(send(turned, data, 77, 0), "send");
	receive(other, 77);
	printf("accepted %d %d\nconnected %d %d\n", ntohs(name_of(accepted).sin_port), ntohs(name_of(client).sin_port), ntohs(name_of(turned).sin_port),
	       ntohs(name_of(second).sin_port));
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}
