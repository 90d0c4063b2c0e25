// clang -O2 -Wall -Wextra -Werror -o ending ending.c
// ending keepalive|user_timeout ADDRESS PORT: a connection that says `connected`, and is told by a line of its input that nothing comes through any
// more: then it waits for its keepalive probe to fail, or for what it sends. Says `ended ERRNO`.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		exit(3);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char byte;

	if (argc != 4 || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1)
		return 2;
	prctl(PR_SET_NAME, argv[1]);
	address.sin_port = htons(atoi(argv[3]));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return 1;
	puts("connected");
	fflush(stdout);
	if (read(0, &byte, 1) != 1)
		return 1;
	if (!strcmp(argv[1], "keepalive")) {
		set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
		set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
		set(fd, IPPROTO_TCP, TCP_KEEPCNT, 1);
		set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	} else {
		set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000);
		if (write(fd, "x", 1) != 1)
			return 1;
	}
	printf("ended %d\n", read(fd, &byte, 1) < 0 ? errno : 0);
	fflush(stdout);
	return 0;
}
