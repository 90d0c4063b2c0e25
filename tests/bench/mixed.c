// mixed PROCESSES SECONDS: a machine at work. Every second process talks TCP, the others UDP, each one exchange after the other with
// one of two servers, in messages of 101 bytes to 16 KiB; one process in twenty is replaced by a new one, with a new socket, each
// second. Prints how many exchanges there were, as a line of JSON. Everything is on 127.0.0.1.
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SERVERS 2
#define MOST 1024           // processes
#define CHURN 0.05          // of them, a second
#define DATAGRAM_WAIT_US 200000 // then it is taken for lost, and sent again
#define PORT_TRIES 100
#define LARGEST (16 << 10)

static const size_t sizes[] = { 101, 1009, 257, LARGEST, 503 };
static char buffer[LARGEST];

static struct shared {
	volatile bool stop;
	struct sockaddr_in servers[SERVERS];
	volatile uint64_t exchanges[MOST];
} *shared;

static volatile sig_atomic_t told_to_end;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "mixed: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// Both sockets of a server have the same port, which must be free for both.
static void listen_both(struct sockaddr_in *at, int *tcp, int *udp)
{
	for (int tries = 0; tries < PORT_TRIES; tries++) {
		socklen_t length = sizeof(*at);

		*at = (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		*udp = socket(AF_INET, SOCK_DGRAM, 0);
		*tcp = socket(AF_INET, SOCK_STREAM, 0);
		if (!bind(*udp, (struct sockaddr *)at, length) && !getsockname(*udp, (struct sockaddr *)at, &length) &&
		    !bind(*tcp, (struct sockaddr *)at, length) && !listen(*tcp, 1024))
			return;
		close(*udp);
		close(*tcp);
	}
	fail("server");
}

static void watch(int poll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event))
		fail("epoll_ctl");
}

static void echo(int fd)
{
	ssize_t n = recv(fd, buffer, sizeof(buffer), 0);

	if (n <= 0) {
		close(fd);
		return;
	}
	for (ssize_t sent = 0, one; sent < n; sent += one)
		if ((one = send(fd, buffer + sent, (size_t)(n - sent), MSG_NOSIGNAL)) < 0)
			return;
}

static void echo_datagram(int fd)
{
	struct sockaddr_in from;
	socklen_t length = sizeof(from);
	ssize_t n = recvfrom(fd, buffer, sizeof(buffer), MSG_DONTWAIT, (struct sockaddr *)&from, &length);

	if (n >= 0)
		sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&from, length);
}

static _Noreturn void serve(int tcp, int udp)
{
	struct epoll_event events[64];
	int poll = epoll_create1(0);

	watch(poll, tcp);
	watch(poll, udp);
	for (;;) {
		int count = epoll_wait(poll, events, 64, -1);

		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;

			if (fd == tcp)
				watch(poll, accept(tcp, NULL, NULL));
			else if (fd == udp)
				echo_datagram(udp);
			else
				echo(fd);
		}
	}
}

static void on_term(int signal)
{
	(void)signal;
	told_to_end = 1;
}

// Whether the whole message came back.
static bool exchange(int fd, bool stream, size_t size)
{
	size_t got = 0;

	if (send(fd, buffer, size, MSG_NOSIGNAL) != (ssize_t)size)
		return false;
	do {
		ssize_t n = recv(fd, buffer, size - got, 0);
		if (n <= 0)
			return false;
		got += (size_t)n;
	} while (stream && got < size);
	return true;
}

static _Noreturn void talk(unsigned slot, unsigned life)
{
	bool stream = slot % 2;
	int fd = socket(AF_INET, stream ? SOCK_STREAM : SOCK_DGRAM, 0);
	struct timeval wait = { 0, DATAGRAM_WAIT_US };
	struct sigaction end = { .sa_handler = on_term };

	sigaction(SIGTERM, &end, NULL);
	prctl(PR_SET_NAME, stream ? "mixed-tcp" : "mixed-udp");
	if (fd < 0 || connect(fd, (struct sockaddr *)&shared->servers[slot / 2 % SERVERS], sizeof(*shared->servers)))
		_exit(1);
	if (!stream)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	for (unsigned i = life; !told_to_end && !shared->stop; i++) {
		if (exchange(fd, stream, sizes[i % (sizeof(sizes) / sizeof(*sizes))]))
			shared->exchanges[slot]++;
		else if (stream)
			break;
	}
	_exit(0);
}

static pid_t start(unsigned slot, unsigned life)
{
	pid_t pid = fork();

	if (pid < 0)
		fail("fork");
	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		talk(slot, life);
	}
	return pid;
}

int main(int argc, char **argv)
{
	unsigned count = argc == 3 ? (unsigned)atoi(argv[1]) : 0, replaced = 0;
	double seconds = argc == 3 ? atof(argv[2]) : 0;
	pid_t servers[SERVERS], clients[MOST];
	uint64_t sum = 0;

	if (count < 2 || count > MOST || !(seconds > 0))
		return fputs("usage: mixed PROCESSES SECONDS\n", stderr), 2;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		fail("mmap");
	for (unsigned i = 0; i < SERVERS; i++) {
		int tcp, udp;

		listen_both(&shared->servers[i], &tcp, &udp);
		if (!(servers[i] = fork())) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			prctl(PR_SET_NAME, "mixed-server");
			serve(tcp, udp);
		}
		close(tcp);
		close(udp);
	}
	double begun = now();
	for (unsigned i = 0; i < count; i++)
		clients[i] = start(i, 0);
	for (double passed; (passed = now() - begun) < seconds;) {
		unsigned due = (unsigned)(passed * CHURN * count);

		for (; replaced < due; replaced++) {
			unsigned slot = replaced % count;

			kill(clients[slot], SIGTERM);
			waitpid(clients[slot], NULL, 0);
			clients[slot] = start(slot, replaced);
		}
		usleep(20000);
	}
	double passed = now() - begun;
	shared->stop = true;
	for (unsigned i = 0; i < count; i++)
		sum += shared->exchanges[i];
	for (unsigned i = 0; i < count; i++) {
		kill(clients[i], SIGTERM);
		waitpid(clients[i], NULL, 0);
	}
	for (unsigned i = 0; i < SERVERS; i++) {
		kill(servers[i], SIGKILL);
		waitpid(servers[i], NULL, 0);
	}
	printf("{\"exchanges\":%lu,\"replaced\":%u,\"perSecond\":%.1f}\n", (unsigned long)sum, replaced, (double)sum / passed);
	return 0;
}
