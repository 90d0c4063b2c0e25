// argv to the one `opt`, or a usage error.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct options opt;

enum kind { NUMBER, DECIMAL, TEXT, FLAG, BINDING, CLOSER };

static const struct {
	const char *name;
	enum kind kind;
	void *target;
	int value;
	const char *help;
} table[] = {
	{ "--count", NUMBER, &opt.count, 0, "connections, or client processes" },
	{ "--rounds", NUMBER, &opt.rounds, 0, "times all of them are opened and closed (rounds)" },
	{ "--tx", NUMBER, &opt.tx, 0, "bytes the client sends on each; the size of one datagram" },
	{ "--bytes", NUMBER, &opt.tx, 0, "the same as --tx" },
	{ "--rx", NUMBER, &opt.rx, 0, "bytes the server sends on each" },
	{ "--more", NUMBER, &opt.more, 0, "bytes the second holder sends (forkhold, passfd)" },
	{ "--read", NUMBER, &opt.read, 0, "bytes the server reads (partial)" },
	{ "--rcvbuf", NUMBER, &opt.rcvbuf, 0, "SO_RCVBUF of the server (partial)" },
	{ "--seconds", DECIMAL, &opt.seconds, 0, "limit on everything (60), or the length of a timed run (2)" },
	{ "--rate", DECIMAL, &opt.rate, 0, "connections a second (short, churn; 0 is flat out), or messages (stir; 0 is one on each)" },
	{ "--concurrency", NUMBER, &opt.concurrency, 0, "at once (short, churn: 16, oneshot: 4)" },
	{ "--workers", NUMBER, &opt.workers, 0, "accepting processes (prefork)" },
	{ "--streams", NUMBER, &opt.streams, 0, "connections (bulk)" },
	{ "--flows", NUMBER, &opt.flows, 0, "client sockets (udp)" },
	{ "--datagrams", NUMBER, &opt.datagrams, 0, "on each flow (udp)" },
	{ "--remotes", NUMBER, &opt.remotes, 0, "one socket to so many 127.x.y.z instead of flows (udp)" },
	{ "--address", TEXT, &opt.address, 0, "where the server listens, instead of loopback" },
	{ "--server-netns", TEXT, &opt.server_netns, 0, "path of the namespace the server enters" },
	{ "--client-netns", TEXT, &opt.client_netns, 0, "path of the namespace the client enters" },
	{ "--by", CLOSER, &opt.by, 0, "client or server: who closes (or resets) first (server)" },
	{ "-6", FLAG, &opt.six, 0, "IPv6" },
	{ "--mapped", FLAG, &opt.mapped, 0, "the client's socket is IPv6 to ::ffff:a.b.c.d; with -6 the server's too" },
	{ "--connected", BINDING, &opt.binding, CONNECTED, "connect() the UDP sockets" },
	{ "--unconnected", BINDING, &opt.binding, UNCONNECTED, "sendto() (the default)" },
	{ "--half", BINDING, &opt.binding, HALF, "every second one connected" },
	{ "--gso", FLAG, &opt.gso, 0, "many datagrams in one send by UDP_SEGMENT (udp)" },
	{ "--echo", FLAG, &opt.echo, 0, "the server sends every datagram back (udp)" },
	{ "--reset", FLAG, &opt.reset, 0, "the client ends by RST (short, churn, prefork)" },
	{ "--short", FLAG, &opt.close_at_once, 0, "close each connection at once (prefork)" },
	{ "--wait", FLAG, &opt.wait, 0, "after the start line wait for a line on stdin" },
	{ "--steps", FLAG, &opt.steps, 0, "a held phase before the hand-over too (forkhold, passfd)" },
};
#define OPTIONS (sizeof(table) / sizeof(*table))

void usage(void)
{
	fputs("usage: workload COMMAND [OPTION [VALUE]]...\ncommands:", stdout);
	for (const struct command *c = commands; c->name; c++)
		printf(" %s", c->name);
	putchar('\n');
	for (size_t i = 0; i < OPTIONS; i++)
		printf("  %-15s %s\n", table[i].name, table[i].help);
}

static _Noreturn void wrong(const char *what, const char *which)
{
	fprintf(stderr, "workload: %s: %s\n", which, what);
	exit(2);
}

static void number(void *target, const char *name, const char *text)
{
	char *end;

	errno = 0;
	uint64_t value = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno)
		wrong("needs a whole number", name);
	*(uint64_t *)target = value;
}

static void decimal(void *target, const char *name, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= 0 && value <= 1e9))
		wrong("needs a number from 0 to 1e9", name);
	*(double *)target = value;
}

// Returns whether `text` was consumed.
static bool take(size_t i, const char *text)
{
	switch (table[i].kind) {
	case FLAG:
		*(bool *)table[i].target = true;
		return false;
	case BINDING:
		opt.binding = table[i].value;
		return false;
	default:
		break;
	}
	if (!text)
		wrong("needs a value", table[i].name);
	if (table[i].kind == NUMBER)
		number(table[i].target, table[i].name, text);
	else if (table[i].kind == DECIMAL)
		decimal(table[i].target, table[i].name, text);
	else if (table[i].kind == TEXT)
		*(const char **)table[i].target = text;
	else if (!strcmp(text, "client") || !strcmp(text, "server"))
		opt.by = *text == 'c' ? BY_CLIENT : BY_SERVER;
	else
		wrong("is client or server", table[i].name);
	return true;
}

static void check(void)
{
	bool datagrams = strstr(opt.command, "udp") != NULL;

	if (datagrams && opt.tx > 65507)
		wrong("a datagram carries at most 65507", "--bytes");
	if (opt.flows > 65535 || opt.remotes > 1 << 20)
		wrong("at most 65535 flows, 1048576 remotes", "udp");
	if (opt.remotes && (opt.six || opt.address || opt.echo || opt.gso))
		wrong("is IPv4 loopback, one way, without GSO", "--remotes");
	if (opt.workers < 1 || opt.workers > MAX_WORKERS || opt.streams < 1 || opt.streams > MAX_TARGETS)
		wrong("are 1 to 64", "--workers, --streams");
	if (opt.gso && opt.echo)
		wrong("does not go with --echo", "--gso");
	if (opt.gso && !opt.tx)
		wrong("needs --bytes above 0", "--gso");
	if (!strcmp(opt.command, "pingpong") && !opt.tx)
		wrong("needs --bytes above 0", "pingpong");
	if (!strcmp(opt.command, "stir") && (!opt.count || !opt.tx || opt.tx > sizeof(scratch)))
		wrong("are above 0, a message at most 262144", "--count, --bytes");
	if (opt.concurrency > 1024)
		wrong("is at most 1024", "--concurrency");
}

const struct command *options_parse(int argc, char **argv)
{
	const struct command *c = commands;

	if (argc < 2 || !strcmp(argv[1], "--help")) {
		usage();
		exit(argc < 2 ? 2 : 0);
	}
	while (c->name && strcmp(c->name, argv[1]))
		c++;
	if (!c->name)
		wrong("no such command", argv[1]);
	opt = (struct options){ .command = c->name, .count = c->count, .tx = c->tx, .rx = c->rx, .rounds = 3, .more = 307,
		.read = 10007, .workers = 4, .streams = 1, .flows = 23, .datagrams = 7, .seconds = c->timed ? 2 : 60 };
	for (int a = 2; a < argc; a++) {
		size_t i = 0;

		while (i < OPTIONS && strcmp(table[i].name, argv[a]))
			i++;
		if (i == OPTIONS)
			wrong("no such option", argv[a]);
		a += take(i, argv[a + 1]);
	}
	check();
	return c;
}
