// clang -O2 -Wall -Wextra -Werror -o mptcp mptcp.c
// mptcp BYTES: a server and a client of MPTCP over loopback, each a process; the client sends so many bytes, the server 503. Says
// `ready SERVER CLIENT PORT`, and ends with its input.
#include <arpa/inet.h>
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

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP), fd, up[2], byte;
	socklen_t length = sizeof(address);
	size_t bytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 1009;
	pid_t server, client;

	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 8) ||
	    getsockname(listener, (struct sockaddr *)&address, &length) || pipe(up)) {
		perror("mptcp");
		return 1;
	}
	/* Who listens is another process than the one that accepts. */
	server = fork();
	if (!server) {
		prctl(PR_SET_NAME, "mptcp-server");
		fd = accept(listener, NULL, NULL);
		close(listener);
		read_all(fd, bytes);
		send_all(fd, 503);
		if (write(up[1], "s", 1) != 1)
			return 1;
		while (read(fd, &byte, 1) > 0)
			;
		return 0;
	}
	client = fork();
	if (!client) {
		prctl(PR_SET_NAME, "mptcp-client");
		close(listener);
		fd = socket(AF_INET, SOCK_STREAM, IPPROTO_MPTCP);
		if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
			return 1;
		send_all(fd, bytes);
		read_all(fd, 503);
		if (write(up[1], "c", 1) != 1)
			return 1;
		while (read(0, &byte, 1) > 0)
			;
		return 0;
	}
	read_all(up[0], 2);
	printf("ready %d %d %d\n", server, client, ntohs(address.sin_port));
	fflush(stdout);
	waitpid(client, NULL, 0);
	waitpid(server, NULL, 0);
	return 0;
}
