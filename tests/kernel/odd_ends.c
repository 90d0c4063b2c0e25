// clang -O2 -Wall -Wextra -Werror -o odd_ends odd_ends.c
// odd_ends: connections on loopback that are not made, or not ended, as most are. Says `port N M` of two listeners, of which it accepts from the
// second alone, and does what each line of input says; when that is done it says the word, and the local port of the client where there is one connection.
//   in_use        connect() thrice with a 4-tuple that is in use, and then with the same socket to another port, 211 bytes
//   no_port       connect() thrice when all of net.ipv4.ip_local_port_range is taken
//   deferred      connect() of TCP Fast Open, which sends nothing before the first write; `undefer` closes the socket
//   later         the same, and 223 bytes are written
//   full          connect() to the second listener, sends until nothing is taken any more
//   again         after `full`: lets go of its peer, and the same socket connects there again
//   unaccepted N  N connections to a listener that is closed: 7 bytes are sent on every second, and every third is shut down for writing
//   killed N      the same, and the listener's process is killed
//   half          shut down for writing, 1,009 bytes are read, up to the peer's FIN, and closed; half_first: it is closed before the peer's FIN
//   active        closed before the peer; passive: after it
//   both          both shut down, read to the end, and close
//   server_half   as half, but by the server
//   moved         its client goes on in another socket of the same addresses, as CRIU restores it, 503 bytes, and ends as in active
//   self          one socket connects to its own port, 503 bytes, and reads to its own end
//   left          the client sends 1,009 bytes more and closes, the server has not read them; byte: the client has not read one that the server has sent
//   linger, unread, server_linger, server_unread, server_left, server_byte    reset by the client or by the server
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST 128
#define ANSWER 1009
#define REQUEST 503

static int port, acceptor;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void must(int ok, const char *what)
{
	if (!ok)
		die(what);
}

static struct sockaddr_in loopback(int at)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(at) };
}

static int port_of(int fd)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);

	must(!getsockname(fd, (struct sockaddr *)&address, &length), "getsockname");
	return ntohs(address.sin_port);
}

static int tcp(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd >= 0, "socket");
	return fd;
}

static int bound(int local)
{
	struct sockaddr_in address = loopback(local);
	int fd = tcp(), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must(!bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
	return fd;
}

static int reach(int fd, int to)
{
	struct sockaddr_in address = loopback(to);

	return connect(fd, (struct sockaddr *)&address, sizeof(address)) ? errno : 0;
}

static int listens(void)
{
	struct sockaddr_in address = loopback(0);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	must(fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address)) && !listen(fd, MOST), "listen");
	return fd;
}

static void put(int fd, int bytes)
{
	static char data[4096];

	must(send(fd, data, bytes, 0) == bytes, "send");
}

static void take(int fd, int bytes)
{
	static char data[4096];

	must(recv(fd, data, bytes, MSG_WAITALL) == bytes, "recv");
}

static void take_end(int fd)
{
	char byte;

	must(recv(fd, &byte, 1, 0) == 0, "the end");
}

static void waits(int fd, int events)
{
	struct pollfd p = { fd, events, 0 };

	must(poll(&p, 1, 10000) == 1, "poll");
}

static int state_of(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	must(!getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), "TCP_INFO");
	return info.tcpi_state;
}

static void at_once(int fd)
{
	const struct linger linger = { .l_onoff = 1 };

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static void in_use(void)
{
	int first = bound(0), second, other = listens();

	must(!reach(first, port), "connect");
	second = bound(port_of(first));
	for (int i = 0; i < 3; i++)
		must(reach(second, port) == EADDRNOTAVAIL, "a connect() that should have failed");
	must(!reach(second, port_of(other)), "connect again");
	put(second, 211);
	printf("in_use %d %d\n", port_of(second), port_of(other));
}

static void no_port(void)
{
	int fd, error;

	while (!(error = reach(fd = tcp(), port)))
		;
	must(error == EADDRNOTAVAIL, "no_port");
	for (int i = 0; i < 2; i++)
		must(reach(fd, port) == EADDRNOTAVAIL, "no_port");
	close(fd);
	puts("no_port");
}

static int deferred_fd;

static void deferred(void)
{
	int on = 1;

	deferred_fd = tcp();
	must(!setsockopt(deferred_fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)), "TCP_FASTOPEN_CONNECT");
	must(!setsockopt(deferred_fd, IPPROTO_TCP, TCP_FASTOPEN_NO_COOKIE, &on, sizeof(on)), "TCP_FASTOPEN_NO_COOKIE");
	must(!reach(deferred_fd, port) && state_of(deferred_fd) == TCP_SYN_SENT, "a deferred connect()");
}

static int unaccepted_clients[MOST];

static void unaccepted_connect(int to, int count)
{
	for (int i = 0; i < count; i++) {
		int fd = unaccepted_clients[i] = tcp();

		must(!reach(fd, to), "connect");
		if (i % 2 == 0)
			put(fd, 7);
		if (i % 3 == 0)
			must(!shutdown(fd, SHUT_WR), "shutdown");
		while (i % 3 == 0 && state_of(fd) != TCP_FIN_WAIT2)
			;
	}
}

static void unaccepted_end(int count)
{
	char byte;

	for (int i = 0; i < count; i++) {
		must(recv(unaccepted_clients[i], &byte, 1, 0) < 0 && errno == ECONNRESET, "a reset");
		close(unaccepted_clients[i]);
	}
}

static void unaccepted(int count)
{
	int fd = listens();

	printf("unaccepted %d\n", port_of(fd));
	unaccepted_connect(port_of(fd), count);
	close(fd);
	unaccepted_end(count);
}

static void killed(int count)
{
	int pipes[2], at, status;
	pid_t child;

	must(!pipe(pipes), "pipe");
	child = fork();
	must(child >= 0, "fork");
	if (!child) {
		at = port_of(listens());
		must(write(pipes[1], &at, sizeof(at)) == sizeof(at), "write");
		pause();
	}
	must(read(pipes[0], &at, sizeof(at)) == sizeof(at), "read");
	printf("killed %d\n", at);
	unaccepted_connect(at, count);
	kill(child, SIGKILL);
	must(waitpid(child, &status, 0) == child, "waitpid");
	unaccepted_end(count);
	close(pipes[0]);
	close(pipes[1]);
}

static void self(void)
{
	int fd = bound(0), at = port_of(fd);

	must(!reach(fd, at), "connect to itself");
	put(fd, REQUEST);
	take(fd, REQUEST);
	must(!shutdown(fd, SHUT_WR), "shutdown");
	take_end(fd);
	close(fd);
	printf("self %d\n", at);
}

static unsigned int sequence_of(int fd, int queue)
{
	unsigned int sequence;
	socklen_t length = sizeof(sequence);

	must(!setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)), "TCP_REPAIR_QUEUE");
	must(!getsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &sequence, &length), "TCP_QUEUE_SEQ");
	return sequence;
}

static void sequence_set(int fd, int queue, unsigned int sequence)
{
	must(!setsockopt(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)), "TCP_REPAIR_QUEUE");
	must(!setsockopt(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &sequence, sizeof(sequence)), "TCP_QUEUE_SEQ");
}

static void repair(int fd, int on)
{
	must(!setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)), "TCP_REPAIR");
}

static int moved(int fd, int to)
{
	int local = port_of(fd), next, on = 1;
	unsigned int sent, received;
	struct sockaddr_in address = loopback(local);

	repair(fd, 1);
	sent = sequence_of(fd, TCP_SEND_QUEUE);
	received = sequence_of(fd, TCP_RECV_QUEUE);
	close(fd);
	next = tcp();
	repair(next, 1);
	setsockopt(next, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	must(!bind(next, (struct sockaddr *)&address, sizeof(address)), "bind");
	sequence_set(next, TCP_SEND_QUEUE, sent);
	sequence_set(next, TCP_RECV_QUEUE, received);
	must(!reach(next, to), "connect");
	repair(next, 0);
	return next;
}

// a ends first, in the way that mode says. Both have read what the other has sent unless the mode says otherwise.
static void one(const char *mode)
{
	int is_server = !strncmp(mode, "server_", 7), client = tcp(), server, a, b, at;
	const char *how = is_server ? mode + 7 : mode;

	must(!reach(client, port_of(acceptor)), "connect");
	at = port_of(client);
	server = accept(acceptor, NULL, NULL);
	must(server >= 0, "accept");
	a = is_server ? server : client;
	b = is_server ? client : server;
	put(a, REQUEST);
	take(b, REQUEST);
	if (!strcmp(how, "moved")) {
		client = a = moved(client, port_of(acceptor));
		put(a, REQUEST);
		take(b, REQUEST);
		how = "active";
	}
	if (!strcmp(how, "half") || !strcmp(how, "half_first")) {
		must(!shutdown(a, SHUT_WR), "shutdown");
		take_end(b);
		put(b, ANSWER);
		take(a, ANSWER);
		if (!strcmp(how, "half")) {
			close(b);
			take_end(a);
			close(a);
		} else {
			close(a);
			close(b);
		}
	} else if (!strcmp(how, "active")) {
		put(b, ANSWER);
		take(a, ANSWER);
		close(a);
		take_end(b);
		close(b);
	} else if (!strcmp(how, "both")) {
		put(b, ANSWER);
		take(a, ANSWER);
		shutdown(a, SHUT_WR);
		shutdown(b, SHUT_WR);
		take_end(a);
		take_end(b);
		close(a);
		close(b);
	} else if (!strcmp(how, "linger")) {
		put(b, ANSWER);
		take(a, ANSWER);
		at_once(a);
		close(a);
		waits(b, POLLIN);
		close(b);
	} else if (!strcmp(how, "left")) {
		put(a, ANSWER);
		close(a);
		while (state_of(b) != TCP_CLOSE_WAIT)
			;
		close(b);
	} else if (!strcmp(how, "unread") || !strcmp(how, "byte")) {
		put(b, *how == 'u' ? ANSWER : 1);
		waits(a, POLLIN);
		close(a);
		waits(b, POLLIN);
		close(b);
	} else {
		exit(2);
	}
	printf("%s %d\n", mode, at);
}

static void full(void)
{
	static const char bytes[65536];
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_in address = loopback(port_of(acceptor));
	int fd = tcp();
	char word[8];

	must(!connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
	while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
		;
	printf("full %d\n", port_of(fd));
	fflush(stdout);
	must(scanf("%7s", word) == 1 && !strcmp(word, "again"), "again");
	must(!connect(fd, &none, sizeof(none)), "disconnect");
	must(!connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect again");
	printf("again %d\n", port_of(fd));
}

int main(void)
{
	char word[32];
	int count;

	port = port_of(listens());
	acceptor = listens();
	printf("port %d %d\n", port, port_of(acceptor));
	fflush(stdout);
	while (scanf("%31s", word) == 1) {
		if (!strcmp(word, "in_use")) {
			in_use();
		} else if (!strcmp(word, "no_port")) {
			no_port();
		} else if (!strcmp(word, "deferred")) {
			deferred();
			puts("deferred");
		} else if (!strcmp(word, "self")) {
			self();
		} else if (!strcmp(word, "full")) {
			full();
		} else if (!strcmp(word, "undefer")) {
			close(deferred_fd);
			puts("undefer");
		} else if (!strcmp(word, "later")) {
			put(deferred_fd, 223);
			waits(deferred_fd, POLLOUT);
			while (state_of(deferred_fd) != TCP_ESTABLISHED)
				;
			printf("later %d\n", port_of(deferred_fd));
		} else if (!strcmp(word, "unaccepted") || !strcmp(word, "killed")) {
			must(scanf("%d", &count) == 1 && count <= MOST, "count");
			(*word == 'u' ? unaccepted : killed)(count);
		} else {
			one(word);
		}
		fflush(stdout);
	}
	return 0;
}
