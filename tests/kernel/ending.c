// clang -O2 -Wall -Wextra -Werror -o ending ending.c
// ending NAME ADDRESS: takes connections and reads nothing. Says `port N`. All have NAME or MODE as their names.
// ending MODE ADDRESS PORT COUNT: so many connections at once. Says `ready` when those that can be are established, and `ended ERRNO COUNT …` when all
// have ended. A line of input begins it: keepalive (probes), user_timeout (a byte that is to be acknowledged within a second), unread (a byte that is
// not read), killed (nothing), give_up (they are closed); `connect` waits for none.
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

#define MOST 512

static int fds[MOST], ended[134];

static void set(int fd, int level, int name, int value)
{
	if (setsockopt(fd, level, name, &value, sizeof(value)))
		exit(3);
}

static void say(const char *text)
{
	puts(text);
	fflush(stdout);
}

static int serve(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	char byte;

	if (bind(listener, (struct sockaddr *)address, length) || listen(listener, MOST) || getsockname(listener, (struct sockaddr *)address, &length))
		return 1;
	printf("port %d\n", ntohs(address->sin_port));
	fflush(stdout);
	for (;;) {
		struct pollfd wait[] = { { listener, POLLIN, 0 }, { 0, POLLIN, 0 } };

		if (poll(wait, 2, -1) < 0)
			return 1;
		if (wait[1].revents && read(0, &byte, 1) <= 0)
			return 0;
		if (wait[0].revents)
			accept(listener, NULL, NULL);
	}
}

// Of all that have not ended, until they have.
static int wait_for_ends(int count)
{
	int left = count;

	while (left) {
		struct pollfd wait[MOST];

		for (int i = 0; i < count; i++)
			wait[i] = (struct pollfd){ fds[i], POLLIN, 0 };
		if (poll(wait, count, -1) < 0)
			return 1;
		for (int i = 0; i < count; i++) {
			int error = 0;
			socklen_t length = sizeof(error);

			if (fds[i] < 0 || !wait[i].revents)
				continue;
			if (getsockopt(fds[i], SOL_SOCKET, SO_ERROR, &error, &length) || error < 0 || error > 133)
				return 1;
			ended[error]++;
			close(fds[i]);
			fds[i] = -1;
			left--;
		}
	}
	printf("ended");
	for (int error = 0; error < 134; error++)
		if (ended[error])
			printf(" %d %d", error, ended[error]);
	say("");
	return 0;
}

static void begin(const char *mode, int fd)
{
	if (!strcmp(mode, "keepalive")) {
		set(fd, IPPROTO_TCP, TCP_KEEPIDLE, 1);
		set(fd, IPPROTO_TCP, TCP_KEEPINTVL, 1);
		set(fd, IPPROTO_TCP, TCP_KEEPCNT, 1);
		set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
	}
	if (!strcmp(mode, "keepalive") || !strcmp(mode, "killed"))
		return;
	if (!strcmp(mode, "user_timeout"))
		set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, 1000);
	if (write(fd, "x", 1) != 1)
		exit(1);
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	char byte;

	if (argc < 3 || inet_pton(AF_INET, argv[2], &address.sin_addr) != 1)
		return 2;
	prctl(PR_SET_NAME, argv[1]);
	if (argc == 3)
		return serve(&address);
	int count = argc == 5 ? atoi(argv[4]) : 0;
	int established = strcmp(argv[1], "connect") && strcmp(argv[1], "give_up");
	if (count < 1 || count > MOST)
		return 2;
	address.sin_port = htons(atoi(argv[3]));
	for (int i = 0; i < count; i++) {
		fds[i] = socket(AF_INET, SOCK_STREAM | (established ? 0 : SOCK_NONBLOCK), 0);
		if (connect(fds[i], (struct sockaddr *)&address, sizeof(address)) && (established || errno != EINPROGRESS))
			return 1;
	}
	say("ready");
	if (!strcmp(argv[1], "connect"))
		return wait_for_ends(count);
	if (read(0, &byte, 1) != 1)
		return 1;
	if (!strcmp(argv[1], "give_up")) {
		printf("ended 0 %d\n", count);
		return 0;
	}
	for (int i = 0; i < count; i++)
		begin(argv[1], fds[i]);
	say("waits");
	return wait_for_ends(count);
}
