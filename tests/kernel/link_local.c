// clang -O2 -Wall -Wextra -Werror -o link_local link_local.c
// link_local listen|connect ADDRESS%ZONE PORT: one TCP connection by a link-local address. Says its port once it listens or is connected, and
// holds the connection until its input ends.
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const struct addrinfo hints = { .ai_family = AF_INET6, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST };
	struct sockaddr_in6 own = {};
	socklen_t length = sizeof(own);
	struct addrinfo *found;
	int fd, one = 1;
	char byte;

	if (argc != 4 || getaddrinfo(argv[2], argv[3], &hints, &found))
		return 2;
	prctl(PR_SET_NAME, argv[1]);
	fd = socket(AF_INET6, SOCK_STREAM, 0);
	if (!strcmp(argv[1], "listen")) {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (bind(fd, found->ai_addr, found->ai_addrlen) || listen(fd, 1))
			return 1;
	} else if (connect(fd, found->ai_addr, found->ai_addrlen)) {
		return 1;
	}
	getsockname(fd, (struct sockaddr *)&own, &length);
	printf("%d\n", ntohs(own.sin6_port));
	fflush(stdout);
	if (!strcmp(argv[1], "listen"))
		accept(fd, NULL, NULL);
	while (read(0, &byte, 1) > 0)
		;
	return 0;
}
