/* busy: which UDP flows get a place of their own, and when it is another's. Without a kernel: the places are a file's memory. Last line: N passed, N failed, N skipped. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../ffi/bpf/busy.h"

#define SECOND_NS 1000000000ull
#define LATER_NS (1000 * SECOND_NS)

static int passed, failed;

static void check(int good, const char *what)
{
	printf("%s %s\n", good ? "ok   " : "FAIL ", what);
	good ? passed++ : failed++;
}

static struct udp_key key_of(uint64_t cookie, uint16_t port)
{
	return (struct udp_key){
		.cookie = cookie, .remote_port = port, .remote_address = { [10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1 },
	};
}

static struct udp_flow flow_of(uint64_t packets)
{
	return (struct udp_flow){ .traffic = { .rx_packets = packets - 1, .tx_packets = 1, .rx_bytes = 101, .last_ns = 7 } };
}

static uint32_t place_of(const struct udp_key *key)
{
	return udp_busy_place(key->cookie, 127 | 1 << 24, key->remote_port); /* as 127.0.0.1 is in memory */
}

/* Another key with the same place. */
static struct udp_key neighbour(struct udp_key key)
{
	struct udp_key other = key;

	do
		other.cookie++;
	while (place_of(&other) != place_of(&key));
	return other;
}

static void places_are_given(struct busy *b)
{
	struct udp_key one = key_of(4097, 40001), name_server = key_of(4098, 53);
	struct udp_flow few = flow_of(999), many = flow_of(1000);

	busy_consider(b, &one, &few, LATER_NS);
	check(!busy_find(b, &one), "a flow of 999 datagrams has no place");
	busy_consider(b, &name_server, &many, LATER_NS);
	check(!busy_find(b, &name_server), "nor has one of a name server, whose answers are looked at");
	one.scope = 2;
	busy_consider(b, &one, &many, LATER_NS);
	check(!busy_find(b, &one), "nor one of a scoped address, which programs do not look for");
	one.scope = 0;
	busy_consider(b, &one, &many, LATER_NS);
	check(busy_find(b, &one) == &b->places[place_of(&one)], "one of 1,000 has");
	one.remote_port++;
	check(!busy_find(b, &one), "another flow of the same socket has none");
	one = key_of(4097, 40001);
	check(busy_leave(b, &one, LATER_NS) && !busy_find(b, &one) && !b->used, "and it leaves its place");
	check(!busy_leave(b, &one, LATER_NS), "once");
}

static void places_change_hands(struct busy *b)
{
	struct udp_key one = key_of(9001, 40001), other = neighbour(one);
	struct udp_flow many = flow_of(5000), sum = flow_of(5000);
	const struct udp_busy *place;

	busy_consider(b, &one, &many, LATER_NS);
	b->places[place_of(&one)].traffic = (struct udp_traffic){
		.rx_bytes = 11, .tx_bytes = 12, .rx_packets = 13, .tx_packets = 14, .rx_dropped_bytes = 5, .rx_dropped_packets = 6, .last_ns = 15,
	};
	busy_consider(b, &other, &many, LATER_NS);
	check(busy_find(b, &one) && !busy_find(b, &other), "a place that is taken stays whose it is");
	busy_add(busy_find(b, &one), &sum);
	check(sum.traffic.rx_bytes == 112 && sum.traffic.tx_bytes == 12 && sum.traffic.rx_packets == 4999 + 13 &&
	      sum.traffic.tx_packets == 15 && sum.traffic.rx_dropped_bytes == 5 && sum.traffic.rx_dropped_packets == 6 &&
	      sum.traffic.last_ns == 15, "what was counted there is added");
	busy_add(NULL, &sum);
	check(sum.traffic.rx_bytes == 112, "nothing, where there is no place");
	place = busy_leave(b, &one, LATER_NS);
	check(place && place->traffic.rx_bytes == 11, "what was counted there can be read after it was left");
	busy_consider(b, &other, &many, LATER_NS + 9 * SECOND_NS);
	check(!busy_find(b, &other), "nobody has it for the next 9 seconds");
	busy_consider(b, &other, &many, LATER_NS + 10 * SECOND_NS);
	check(busy_find(b, &other) && !place->traffic.rx_bytes && !place->traffic.last_ns, "after 10 it is another's, and empty");
	busy_leave(b, &other, LATER_NS);
}

static void flows_are_spread(void)
{
	static char taken[UDP_BUSY_PLACES];
	int places = 0;

	for (int i = 0; i < UDP_BUSY_PLACES; i++) {
		struct udp_key key = key_of(5001 + i / 64, 33001 + 2 * i); /* 64 remote ends for each socket */

		places += !taken[place_of(&key)]++;
	}
	/* By chance they would be 647 of 1,024. */
	printf("      %d of %d\n", places, UDP_BUSY_PLACES);
	check(places > 600, "as many flows as places have more than 600 of them");
}

int main(void)
{
	struct busy *b = calloc(1, sizeof(*b));
	int fd = memfd_create("busy", MFD_CLOEXEC);

	if (!b || fd < 0 || ftruncate(fd, sizeof(*b->places) * UDP_BUSY_PLACES))
		return 2;
	busy_map(b, -1);
	busy_consider(b, &(struct udp_key){ .cookie = 1 }, &(struct udp_flow){ .traffic.rx_packets = 5000 }, LATER_NS);
	check(!b->places && !b->used, "without memory there are no places");
	busy_map(b, fd);
	places_are_given(b);
	places_change_hands(b);
	busy_unmap(b);
	flows_are_spread();
	free(b);
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed != 0;
}
