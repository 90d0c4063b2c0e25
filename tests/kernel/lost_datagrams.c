// lost_datagrams MODE: 1,001 datagrams of 501 bytes to sockets that do not get them all. Prints one JSON line with what each receiver
// read and what the kernel's own counters of this network namespace say; ends when its standard input does.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAMS 1001
#define BYTES 501
#define SEGMENTS 7

static bool six, v4_mapped;

static int must(int result, const char *what)
{
	if (result < 0)
		err(1, "%s", what);
	return result;
}

static void set(int fd, int level, int option, int value)
{
	must(setsockopt(fd, level, option, &value, sizeof(value)), "setsockopt");
}

static int made(int receive_buffer)
{
	int fd = must(socket(six || v4_mapped ? AF_INET6 : AF_INET, SOCK_DGRAM, 0), "socket");

	if (receive_buffer)
		set(fd, SOL_SOCKET, receive_buffer > 4096 ? SO_RCVBUFFORCE : SO_RCVBUF, receive_buffer);
	return fd;
}

static socklen_t at(struct sockaddr_in6 *a, const char *address, in_port_t port)
{
	struct sockaddr_in *in = (struct sockaddr_in *)a;

	memset(a, 0, sizeof(*a));
	if (six || v4_mapped) {
		a->sin6_family = AF_INET6;
		a->sin6_port = port;
		inet_pton(AF_INET6, address, &a->sin6_addr);
		return sizeof(*a);
	}
	in->sin_family = AF_INET;
	in->sin_port = port;
	inet_pton(AF_INET, address, &in->sin_addr);
	return sizeof(*in);
}

static in_port_t bound(int fd, const char *address, in_port_t port)
{
	struct sockaddr_in6 a;
	socklen_t length = at(&a, address, port);

	must(bind(fd, (void *)&a, length), "bind");
	must(getsockname(fd, (void *)&a, &length), "getsockname");
	return a.sin6_port; // sin_port lies at the same offset
}

static unsigned long counter(const char *name)
{
	char names[1024], values[1024], *n, *v, *at_name, *at_value;
	unsigned long found = 0;
	FILE *file = fopen("/proc/net/snmp", "r");

	while (file && fgets(names, sizeof(names), file) && fgets(values, sizeof(values), file)) {
		if (strncmp(names, "Udp:", 4))
			continue;
		at_name = names, at_value = values;
		while ((n = strsep(&at_name, " \n")) && (v = strsep(&at_value, " \n")))
			if (!strcmp(n, name))
				found = strtoul(v, NULL, 10);
	}
	if (file)
		fclose(file);
	return found;
}

static unsigned long counter6(const char *name)
{
	char key[64];
	unsigned long value, found = 0;
	FILE *file = fopen("/proc/net/snmp6", "r");

	while (file && fscanf(file, "%63s %lu", key, &value) == 2)
		if (!strcmp(key, name))
			found = value;
	if (file)
		fclose(file);
	return found;
}

static void read_all(int fd, in_port_t port, bool first)
{
	char data[1 << 16], control[64];
	unsigned long datagrams = 0, bytes = 0;
	ssize_t n;

	for (;;) {
		struct iovec part = { data, sizeof(data) };
		struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control) };
		struct cmsghdr *c;
		int size = 0;

		if ((n = recvmsg(fd, &m, MSG_DONTWAIT)) < 0)
			break;
		for (c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
			if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO)
				memcpy(&size, CMSG_DATA(c), sizeof(size));
		datagrams += size ? (n + size - 1) / size : 1;
		bytes += n;
	}
	printf("%s{\"port\":%d,\"datagrams\":%lu,\"bytes\":%lu}", first ? "" : ",", ntohs(port), datagrams, bytes);
}

// Lets the datagrams pass that begin with a byte below 100, whole.
static void filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 8),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 100, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0xffff),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(*code), code };

	must(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), "SO_ATTACH_FILTER");
}

static void join(int fd)
{
	struct ip_mreqn group = { .imr_ifindex = 1 };

	inet_pton(AF_INET, "239.1.2.3", &group.imr_multiaddr);
	must(setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &group, sizeof(group)), "IP_ADD_MEMBERSHIP");
}

// Every third is damaged; with a filter the kernel verifies checksums before the socket sees a datagram.
static void send_damaged(const struct sockaddr_in6 *to, in_port_t own)
{
	struct { struct udphdr header; char data[BYTES]; } __attribute__((packed)) datagram = {};
	int raw = must(socket(AF_INET, SOCK_RAW, IPPROTO_UDP), "raw socket");

	datagram.header.source = own;
	datagram.header.dest = to->sin6_port;
	datagram.header.len = htons(sizeof(datagram));
	for (int i = 0; i < DATAGRAMS; i++) {
		datagram.header.check = i % 3 == 2 ? htons(0x1234) : 0; // 0: there is none
		must(sendto(raw, &datagram, sizeof(datagram), 0, (const void *)to, sizeof(struct sockaddr_in)), "sendto");
	}
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "buffer", *to, *from;
	bool several = !strcmp(mode, "multicast") || !strcmp(mode, "reuseport"), group = !strcmp(mode, "multicast");
	bool damaged = !strcmp(mode, "damaged"), filtered = damaged || !strcmp(mode, "filter");
	bool gso = !strcmp(mode, "gro") || !strcmp(mode, "segments"), cork = !strcmp(mode, "cork");
	int receivers[2], sender, second, count = several ? 2 : 1;
	in_port_t port = 0, own, other = 0;
	struct sockaddr_in6 a;
	socklen_t length;
	char data[SEGMENTS * BYTES] = {};

	six = !strcmp(mode, "six");
	v4_mapped = !strcmp(mode, "mapped");
	from = six ? "::1" : v4_mapped ? "::ffff:127.0.0.1" : "127.0.0.1";
	to = group ? "239.1.2.3" : from;
	for (int i = 0; i < count; i++) {
		receivers[i] = made(filtered || (several && i) ? 8 << 20 : 2048);
		if (several)
			set(receivers[i], SOL_SOCKET, group ? SO_REUSEADDR : SO_REUSEPORT, 1);
		port = bound(receivers[i], to, port);
		if (group)
			join(receivers[i]);
		if (filtered)
			filter(receivers[i]);
		if (!strcmp(mode, "gro"))
			set(receivers[i], SOL_UDP, UDP_GRO, 1);
	}
	sender = made(0);
	own = bound(sender, from, 0);
	second = sender;
	if (!strcmp(mode, "senders")) // by turns
		other = bound(second = made(0), from, 0);
	length = at(&a, to, port);
	if (group)
		must(setsockopt(sender, IPPROTO_IP, IP_MULTICAST_IF, &(struct ip_mreqn){ .imr_ifindex = 1 }, sizeof(struct ip_mreqn)),
		     "IP_MULTICAST_IF");
	if (!strcmp(mode, "connected")) {
		struct sockaddr_in6 back;
		socklen_t back_length = at(&back, from, own);

		must(connect(sender, (void *)&a, length), "connect");
		must(connect(receivers[0], (void *)&back, back_length), "connect");
	}
	if (gso)
		set(sender, SOL_UDP, UDP_SEGMENT, BYTES);
	if (damaged)
		send_damaged(&a, own);
	for (int i = 0; i < DATAGRAMS && !damaged; i += gso ? SEGMENTS : 1) {
		size_t bytes = gso ? sizeof(data) : BYTES;

		data[0] = i % 251;
		for (size_t part = cork ? 3 : bytes, done = 0; done < bytes; done += part, part = bytes - done)
			must(sendto(i % 2 ? second : sender, data + done, part, cork && done + part < bytes ? MSG_MORE : 0, (void *)&a, length), "sendto");
	}
	printf("{\"from\":%d,\"other\":%d,\"receivers\":[", ntohs(own), ntohs(other));
	for (int i = 0; i < count; i++)
		read_all(receivers[i], port, i == 0);
	printf("],\"lost\":%lu}\n", six ? counter6("Udp6RcvbufErrors") : counter("RcvbufErrors"));
	fflush(stdout);
	return read(0, data, 1) < 0;
}
