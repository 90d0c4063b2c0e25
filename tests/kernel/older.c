// clang -O2 -Wall -Wextra -Werror -o older older.c
// older: four connections on loopback, of which the backlog says the wrong direction. Two are accepted from listen(fd, 0), and the accepted end has sent; in the
// others a socket that has listened before calls connect() and has sent. Of each two one sender has then shut down for writing. Says `SENDER_PORT OTHER_PORT` of
// each; waits for its input to end.
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

static void send_all(int from, int to, size_t bytes, int is_last)
{
	char data[2048] = { 0 };

	must(send(from, data, bytes, 0), "send");
	receive(to, bytes);
	if (is_last)
		must(shutdown(from, SHUT_WR), "shutdown");
	printf("%d %d\n", ntohs(name_of(from).sin_port), ntohs(name_of(to).sin_port));
}

static void accepted_sends(size_t bytes, int is_last)
{
	int server = listener(0), client = socket(AF_INET, SOCK_STREAM, 0), accepted;
	struct sockaddr_in to = name_of(server);

	must(connect(client, (struct sockaddr *)&to, sizeof(to)), "connect");
	must(accepted = accept(server, NULL, NULL), "accept");
	send_all(accepted, client, bytes, is_last);
}

static void former_listener_sends(size_t bytes, int is_last)
{
	int server = listener(8), turned = listener(8), accepted;
	struct sockaddr_in to = name_of(server);

	must(shutdown(turned, SHUT_RDWR), "shutdown");
	must(connect(turned, (struct sockaddr *)&to, sizeof(to)), "connect");
	must(accepted = accept(server, NULL, NULL), "accept");
	send_all(turned, accepted, bytes, is_last);
}

int main(void)
{
	char byte;

	accepted_sends(1009, 0);
	former_listener_sends(77, 0);
	accepted_sends(503, 1);
	former_listener_sends(331, 1);
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}
