// clang -O2 -Wall -Wextra -Werror -o wire wire.c
// wire A B DELAY_MS DROP_EVERY: a cable between two network devices. Each frame that comes in by one leaves by the other so much later, and of
// those from A to B that are longer than 1,000 bytes each DROP_EVERY-th is lost (0: none). Says `ready`; ends with its input.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FRAMES 8192
#define FRAME_BYTES (66 << 10)

struct frame {
	uint64_t due_ns;
	int to;
	size_t bytes;
	uint8_t *data;
};

static struct frame queue[FRAMES];
static size_t first, count;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

// With the header of virtio a frame keeps what its sender left to the card: segments to cut it into, and its checksum.
static int port_open(const char *device)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = if_nametoindex(device) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL)), on = 1, bytes = 16 << 20;

	if (fd < 0 || !address.sll_ifindex || setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) || setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror(device);
		exit(1);
	}
	return fd;
}

static void take(int from, int to, uint64_t delay_ns, unsigned long drop_every)
{
	static uint8_t data[FRAME_BYTES];
	static unsigned long seen;
	ssize_t n;

	while ((n = recv(from, data, sizeof(data), 0)) > 0) {
		struct frame *f = &queue[(first + count) % FRAMES];

		if (drop_every && n > 1000 && ++seen % drop_every == 0)
			continue;
		if (count == FRAMES)
			continue;
		*f = (struct frame){ now_ns() + delay_ns, to, n, malloc(n) };
		memcpy(f->data, data, n);
		count++;
	}
}

static void pass(void)
{
	for (; count && queue[first].due_ns <= now_ns(); first = (first + 1) % FRAMES, count--) {
		struct frame *f = &queue[first];

		if (write(f->to, f->data, f->bytes) < 0)
			perror("write");
		free(f->data);
	}
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	int a = port_open(argv[1]), b = port_open(argv[2]);
	uint64_t delay_ns = strtoull(argv[3], NULL, 10) * 1000000;
	struct pollfd fds[] = { { a, POLLIN, 0 }, { b, POLLIN, 0 }, { 0, POLLIN, 0 } };
	struct timespec tick = { 0, 500000 };
	char byte;

	puts("ready");
	fflush(stdout);
	for (;;) {
		if (ppoll(fds, 3, count ? &tick : NULL, NULL) < 0)
			return 1;
		if (fds[2].revents && read(0, &byte, 1) <= 0)
			return 0;
		take(a, b, delay_ns, strtoul(argv[4], NULL, 10));
		take(b, a, delay_ns, 0);
		pass();
	}
}
