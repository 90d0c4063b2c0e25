// clang -O2 -Wall -Wextra -Werror -pthread -o first_thread_gone first_thread_gone.c
// first_thread_gone: its first thread exits, then another one connects to a listener of its own, 101 bytes, and sends a datagram of 57 bytes to itself.
// Says `ready LISTENER CLIENT SENDER RECEIVER`, the ports, and ends when its standard input does.
#include <arpa/inet.h>
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int must(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

// Whether /proc says Z of the process, as of one whose first thread has exited.
static int is_zombie(void)
{
	char text[512] = "", *rest;
	FILE *file = fopen("/proc/self/stat", "r");

	must(file ? (int)fread(text, 1, sizeof(text) - 1, file) : -1, "/proc/self/stat");
	fclose(file);
	rest = strrchr(text, ')');
	return rest && rest[2] == 'Z';
}

static struct sockaddr_in ends_at(int fd)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(at);

	must(getsockname(fd, (void *)&at, &length), "getsockname");
	return at;
}

static int bound(int type)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = must(socket(AF_INET, type, 0), "socket");

	must(bind(fd, (void *)&at, sizeof(at)), "bind");
	return fd;
}

static void *goes_on(void *none)
{
	int listener, client, accepted, sender, receiver;
	struct sockaddr_in to;
	char data[101] = {};

	while (!is_zombie())
		usleep(1000);
	listener = bound(SOCK_STREAM);
	must(listen(listener, 5), "listen");
	to = ends_at(listener);
	client = bound(SOCK_STREAM);
	must(connect(client, (void *)&to, sizeof(to)), "connect");
	accepted = must(accept(listener, NULL, NULL), "accept");
	must(send(client, data, 101, 0), "send");
	must(recv(accepted, data, 101, MSG_WAITALL), "recv");
	sender = bound(SOCK_DGRAM);
	receiver = bound(SOCK_DGRAM);
	to = ends_at(receiver);
	must(sendto(sender, data, 57, 0, (void *)&to, sizeof(to)), "sendto");
	must(recv(receiver, data, 57, 0), "recv");
	printf("ready %d %d %d %d\n", ntohs(ends_at(listener).sin_port), ntohs(ends_at(client).sin_port), ntohs(ends_at(sender).sin_port),
	       ntohs(ends_at(receiver).sin_port));
	fflush(stdout);
	while (read(0, data, sizeof(data)) > 0)
		;
	exit(0);
	return none;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, goes_on, NULL))
		errx(1, "pthread_create");
	pthread_exit(NULL);
}
