// raw_flood INTERFACE MAC SECONDS: UDP datagrams of 64 bytes from 10.9.0.1 to port 9 of 10.9.0.2, which listens to none, as whole frames and past the
// interface's queue: several times as many as sockets for UDP can send. Says how many there were, and what they took: {"frames":N,"cpu_ns":N,"ns":N}.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define AT_ONCE 64
#define BYTES 64

struct frame {
	struct ether_header ethernet;
	struct iphdr ip;
	struct udphdr udp;
	uint8_t payload[BYTES];
} __attribute__((packed));

static uint64_t now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* Of the header of IPv4 at `bytes`. */
static uint16_t checksum(const uint8_t *bytes)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(struct iphdr); i += 2)
		sum += bytes[i] << 8 | bytes[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum);
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = ETH_ALEN };
	struct frame frame = { .ethernet = { .ether_shost = { 2, 0, 0, 0, 0, 1 }, .ether_type = htons(ETHERTYPE_IP) } };
	struct iovec data = { &frame, sizeof(frame) };
	struct mmsghdr messages[AT_ONCE] = {};
	unsigned int mac[ETH_ALEN];
	uint64_t frames = 0, begun, end;
	int fd = socket(AF_PACKET, SOCK_RAW, 0), yes = 1;

	if (argc != 4 || sscanf(argv[2], "%x:%x:%x:%x:%x:%x", mac, mac + 1, mac + 2, mac + 3, mac + 4, mac + 5) != ETH_ALEN) {
		fprintf(stderr, "usage: raw_flood INTERFACE MAC SECONDS\n");
		return 2;
	}
	to.sll_ifindex = if_nametoindex(argv[1]);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof(yes))) {
		perror("raw_flood");
		return 1;
	}
	for (int i = 0; i < ETH_ALEN; i++)
		frame.ethernet.ether_dhost[i] = mac[i];
	frame.ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP,
				   .tot_len = htons(sizeof(frame) - sizeof(frame.ethernet)),
				   .saddr = inet_addr("10.9.0.1"), .daddr = inet_addr("10.9.0.2") };
	frame.ip.check = checksum((const uint8_t *)&frame + sizeof(frame.ethernet));
	frame.udp = (struct udphdr){ .source = htons(12345), .dest = htons(9), .len = htons(sizeof(frame.udp) + BYTES) };
	for (int i = 0; i < AT_ONCE; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = &data, .msg_iovlen = 1 };
	begun = now(CLOCK_MONOTONIC);
	end = begun + atof(argv[3]) * 1e9;
	while (now(CLOCK_MONOTONIC) < end) {
		int sent = sendmmsg(fd, messages, AT_ONCE, 0);

		if (sent > 0)
			frames += sent;
	}
	printf("{\"frames\":%llu,\"cpu_ns\":%llu,\"ns\":%llu}\n", (unsigned long long)frames,
	       (unsigned long long)now(CLOCK_PROCESS_CPUTIME_ID), (unsigned long long)(now(CLOCK_MONOTONIC) - begun));
	return 0;
}
