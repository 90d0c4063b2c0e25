// clang -O2 -Wall -Wextra -Werror -o nat_datagrams nat_datagrams.c
// nat_datagrams TIMES: in a network namespace that translates ports 53 and 5300 to 41000, and the source of what goes to port 6100, sockets send so
// many datagrams of 101 bytes each and get as many of 53. Says `NAME PORT` of each when all have been answered:
//   to        connected to 127.0.0.1:53
//   from      connected to 127.0.0.1:6100
//   mapped    of IPv6, connected to ::ffff:127.0.0.1:5300
//   six       connected to [::1]:5300
//   named     connected to 127.0.0.1:53, sends to 127.0.0.1:6200, which it names; nobody answers that
// Ends when its input does.
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int times;

static void must(int ok, const char *what)
{
	if (ok)
		return;
	perror(what);
	exit(1);
}

static struct sockaddr_in v4(int port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(port) };
}

static struct sockaddr_in6 v6(const char *address, int port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	must(inet_pton(AF_INET6, address, &a.sin6_addr) == 1, "inet_pton");
	return a;
}

static int bound(const void *address, socklen_t length)
{
	int fd = socket(((const struct sockaddr *)address)->sa_family, SOCK_DGRAM, 0);

	must(fd >= 0 && !bind(fd, address, length), "bind");
	return fd;
}

static int connected(const void *address, socklen_t length)
{
	int fd = socket(((const struct sockaddr *)address)->sa_family, SOCK_DGRAM, 0);

	must(fd >= 0 && !connect(fd, address, length), "connect");
	return fd;
}

static int port_of(int fd)
{
	struct sockaddr_in6 a;
	socklen_t length = sizeof(a);

	must(!getsockname(fd, (struct sockaddr *)&a, &length), "getsockname");
	return ntohs(a.sin6_port); // at the same offset in both families
}

static void talk(const char *name, int fd, int server)
{
	char data[256] = { 0 };
	struct sockaddr_storage from;

	for (int i = 0; i < times; i++) {
		socklen_t length = sizeof(from);

		must(send(fd, data, 101, 0) == 101, "send");
		must(recvfrom(server, data, sizeof(data), 0, (struct sockaddr *)&from, &length) == 101, "recvfrom");
		must(sendto(server, data, 53, 0, (struct sockaddr *)&from, length) == 53, "sendto");
		must(recv(fd, data, sizeof(data), 0) == 53, "recv");
	}
	printf("%s %d\n", name, port_of(fd));
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = v4(41000), other = v4(6100), another = v4(6200), to = v4(53);
	struct sockaddr_in6 at6 = v6("::1", 41000), to6 = v6("::1", 5300), mapped = v6("::ffff:127.0.0.1", 5300);
	int server = bound(&at, sizeof(at)), server6 = bound(&at6, sizeof(at6)), plain = bound(&other, sizeof(other)), deaf = bound(&another, sizeof(another));
	int named = connected(&to, sizeof(to));
	char byte;

	times = argc > 1 ? atoi(argv[1]) : 0;
	talk("to", connected(&to, sizeof(to)), server);
	talk("from", connected(&other, sizeof(other)), plain);
	talk("mapped", connected(&mapped, sizeof(mapped)), server);
	talk("six", connected(&to6, sizeof(to6)), server6);
	for (int i = 0; i < times; i++)
		must(sendto(named, "x", 1, 0, (struct sockaddr *)&another, sizeof(another)) == 1 && recv(deaf, &byte, 1, 0) == 1, "named");
	printf("named %d\n", port_of(named));
	fflush(stdout);
	return read(0, &byte, 1) < 0;
}
