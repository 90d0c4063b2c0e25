// clang -O2 -Wall -Wextra -Werror -o mptcp mptcp.c
// mptcp BYTES [heir | linger | unread]: a server and a client of MPTCP over loopback, each a process; the client sends so many bytes, the server 503. Says
// `ready SERVER CLIENT PORT HEIR`, and ends with its input. With the first byte of that the server lets go of its connection. `heir`: it has a child,
// HEIR, that holds it too; 0 else. `linger`: with SO_LINGER 0; `unread`: it has left a byte unread.
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static void send_all(int fd, size_t bytes)
{
	static const char data[1 << 16];
	ssize_t n;

	for (; bytes; bytes -= n)
		if ((n = write(fd, data, bytes < sizeof(data) ? bytes : sizeof(data))) <= 0)
			exit(3);
}

static void read_all(int fd, size_t bytes)
{
	static char data[1 << 16];
	ssize_t n;

	for (; bytes; bytes -= n)
		if ((n = read(fd, data, bytes < sizeof(data) ? bytes : sizeof(data))) <= 0)
			exit(4);
}

static struct sockaddr_in address = { .sin_family = AF_INET };
static int listener, up[2], step[2], end[2];
static size_t bytes;

static void await_end(void)
{
	char byte;

	close(end[1]);
	while (read(end[0], &byte, 1) > 0)
		;
}

static int32_t bequeath(int fd)
{
	pid_t heir = fork();

	if (heir)
		return heir;
	prctl(PR_SET_NAME, "mptcp-heir");
	await_end();
	close(fd);
	exit(0);
}

static int serve(const char *how)
{
	const struct linger none = { .l_onoff = 1 };
	int fd = accept(listener, NULL, NULL);
	int32_t heir;
	char byte;

	prctl(PR_SET_NAME, "mptcp-server");
	close(listener);
	read_all(fd, bytes - !strcmp(how, "unread"));
	send_all(fd, 503);
	if (!strcmp(how, "linger"))
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof(none));
	heir = !strcmp(how, "heir") ? bequeath(fd) : 0;
	if (write(up[1], &heir, sizeof(heir)) != sizeof(heir))
		return 1;
	close(step[1]);
	if (read(step[0], &byte, 1) == 1)
		close(fd);
	await_end();
	return 0;
}

static int ask(void)
{
	int fd;

	prctl(PR_SET_NAME, "mptcp-client");
	close(listener);
	close(step[1]);
	fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return 1;
	send_all(fd, bytes);
	read_all(fd, 503);
	await_end();
	return 0;
}

int main(int argc, char **argv)
{
	socklen_t length = sizeof(address);
	pid_t server, client;
	int32_t heir;
	char byte;

	bytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 1009;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&address, &length) || pipe(up) || pipe(step) || pipe(end)) {
		perror("mptcp");
		return 1;
	}
	/* Who listens is another process than the one that accepts. */
	server = fork();
	if (!server)
		return serve(argc > 2 ? argv[2] : "");
	client = fork();
	if (!client)
		return ask();
	if (read(up[0], &heir, sizeof(heir)) != sizeof(heir))
		return 1;
	printf("ready %d %d %d %d\n", server, client, ntohs(address.sin_port), heir);
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		if (write(step[1], &byte, 1) != 1)
			return 1;
	close(step[1]);
	close(end[1]);
	waitpid(client, NULL, 0);
	waitpid(server, NULL, 0);
	return 0;
}
