// clang -O2 -Wall -Wextra -Werror -o dns dns.c
// dns serve ADDRESS: a name server on ADDRESS that answers for *.test, some of it as no server should, and takes TCP connections on port 8053 of
// every address. Says `ready`.
// dns ask LABEL NAME...: the process is called LABEL, asks the resolver for each name and connects to port 8053 of the address, raw NAME with a
// query of its own making and \DDD for bytes, address ADDRESS without asking. Says `ready`. Both hold what they have until their input ends.
#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 8053
#define A 1
#define CNAME 5
#define AAAA 28

struct message {
	uint8_t bytes[4096];
	size_t length;
};

static void put(struct message *m, const void *bytes, size_t length)
{
	memcpy(m->bytes + m->length, bytes, length);
	m->length += length;
}

static void put16(struct message *m, uint16_t value)
{
	value = htons(value);
	put(m, &value, 2);
}

/* Labels between dots, bytes as \DDD. */
static void put_name(struct message *m, const char *text)
{
	while (*text) {
		size_t at = m->length++;

		for (; *text && *text != '.'; text++) {
			int byte = *text;

			if (byte == '\\' && sscanf(text + 1, "%3d", &byte) == 1)
				text += 3;
			m->bytes[m->length++] = byte;
		}
		m->bytes[at] = m->length - at - 1;
		text += *text == '.';
	}
	m->bytes[m->length++] = 0;
}

/* name NULL: that of the question. */
static void answer(struct message *m, const char *name, uint16_t type, const char *data)
{
	struct message value = {};
	uint8_t address[16];

	if (type == CNAME)
		put_name(&value, data);
	else if (inet_pton(type == A ? AF_INET : AF_INET6, data, address) == 1)
		put(&value, address, type == A ? 4 : 16);
	if (name)
		put_name(m, name);
	else
		put16(m, 0xc00c);
	put16(m, type);
	put16(m, 1);
	put16(m, 0);
	put16(m, 60);
	put16(m, value.length);
	put(m, value.bytes, value.length);
	m->bytes[7]++;
}

struct entry { const char *name; uint16_t type; const char *owner, *data; };

static const struct entry zone[] = {
	{ "a.test", A, NULL, "10.53.0.1" },
	{ "six.test", AAAA, NULL, "fd53::1" },
	{ "both.test", A, NULL, "10.53.0.2" }, { "both.test", AAAA, NULL, "fd53::2" },
	{ "alias.test", CNAME, NULL, "b.test" }, { "alias.test", CNAME, "b.test", "c.test" }, { "alias.test", A, "c.test", "10.53.0.3" },
	{ "one.test", A, NULL, "10.53.0.4" }, { "two.test", A, NULL, "10.53.0.4" },
	{ "blocked.test", A, NULL, "127.0.0.1" },
	/* What is not asked for names nothing. */
	{ "extra.test", A, "bank.test", "10.53.0.9" }, { "extra.test", A, NULL, "10.53.0.5" },
	{ "late.test", A, NULL, "10.53.0.8" },
};

static bool is_asked(const struct message *query, size_t length, const char *name)
{
	struct message wanted = {};

	put_name(&wanted, name);
	return length >= 12 + wanted.length && !strncasecmp((const char *)query->bytes + 12, (const char *)wanted.bytes, wanted.length);
}

/* Answers of which a client's resolver makes nothing. */
static void hostile(struct message *m, const struct message *query)
{
	if (is_asked(query, m->length, "loop.test")) {
		put16(m, 0xc000 | m->length); /* a name that points to itself */
		m->bytes[7] = 1;
		m->length += 14;
	} else if (is_asked(query, m->length, "cut.test")) {
		answer(m, NULL, A, "10.53.0.6");
		m->length -= 3;
	} else if (is_asked(query, m->length, "many.test")) {
		m->bytes[6] = m->bytes[7] = 0xff;
		for (int i = 0; i < 200; i++)
			put16(m, 0xc000 | (m->length - 2));
	} else if (m->bytes[12] == 63) { /* the long one */
		answer(m, NULL, A, "10.53.0.7");
	}
}

static void reply(int fd)
{
	struct message query = {}, m = {};
	struct sockaddr_storage from;
	socklen_t length = sizeof(from);
	ssize_t n = recvfrom(fd, query.bytes, 512, 0, (struct sockaddr *)&from, &length);
	size_t end = 12;
	uint16_t type;

	if (n < 17)
		return;
	while (end < (size_t)n && query.bytes[end])
		end += query.bytes[end] + 1;
	end += 5;
	type = query.bytes[end - 3];
	put(&m, query.bytes, end);
	m.bytes[2] = 0x81;
	m.bytes[3] = 0x80;
	memset(m.bytes + 6, 0, 6);
	for (size_t i = 0; i < sizeof(zone) / sizeof(*zone); i++)
		if (is_asked(&query, n, zone[i].name) && (zone[i].type == type || zone[i].type == CNAME))
			answer(&m, zone[i].owner, zone[i].type, zone[i].data);
	if (type == A)
		hostile(&m, &query);
	sendto(fd, m.bytes, m.length, 0, (struct sockaddr *)&from, length);
}

static int serve(const char *address)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_port = htons(53) };
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	int dns = socket(AF_INET, SOCK_DGRAM, 0), tcp = socket(AF_INET6, SOCK_STREAM, 0);
	struct pollfd fds[] = { { 0, POLLIN, 0 }, { dns, POLLIN, 0 }, { tcp, POLLIN, 0 } };

	inet_pton(AF_INET, address, &own.sin_addr);
	if (bind(dns, (struct sockaddr *)&own, sizeof(own)) || bind(tcp, (struct sockaddr *)&any, sizeof(any)) || listen(tcp, 64))
		return 1;
	puts("ready");
	fflush(stdout);
	while (poll(fds, 3, -1) > 0 && !fds[0].revents) {
		if (fds[1].revents)
			reply(dns);
		if (fds[2].revents)
			accept(tcp, NULL, NULL);
	}
	return 0;
}

static int connect_to(const struct sockaddr *address, socklen_t length)
{
	int fd = socket(address->sa_family, SOCK_STREAM, 0);

	return connect(fd, address, length);
}

static int connect_v4(const char *text)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	inet_pton(AF_INET, text, &to.sin_addr);
	return connect_to((struct sockaddr *)&to, sizeof(to));
}

static int ask(const char *name)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *found, *one;

	if (getaddrinfo(name, "8053", &hints, &found))
		return 1;
	for (one = found; one; one = one->ai_next)
		if (connect_to(one->ai_addr, one->ai_addrlen))
			return 2;
	return 0;
}

/* By a socket without a connection. */
static int ask_raw(const char *name)
{
	struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(0x7f000035) };
	const uint8_t header[12] = { 0, 7, 1, 0, 0, 1 };
	struct pollfd wait = { socket(AF_INET, SOCK_DGRAM, 0), POLLIN, 0 };
	struct message m = {};

	put(&m, header, sizeof(header));
	put_name(&m, name);
	put16(&m, A);
	put16(&m, 1);
	sendto(wait.fd, m.bytes, m.length, 0, (struct sockaddr *)&server, sizeof(server));
	if (poll(&wait, 1, 5000) != 1)
		return 1;
	recv(wait.fd, m.bytes, sizeof(m.bytes), 0);
	return 0;
}

int main(int argc, char **argv)
{
	char byte;

	if (argc == 3 && !strcmp(argv[1], "serve"))
		return serve(argv[2]);
	if (argc < 4)
		return 2;
	prctl(PR_SET_NAME, argv[2]);
	for (int i = 3; i < argc; i++) {
		if (!strcmp(argv[i], "raw"))
			ask_raw(argv[++i]);
		else if (!strcmp(argv[i], "address"))
			connect_v4(argv[++i]);
		else if (ask(argv[i]))
			fprintf(stderr, "%s: no address\n", argv[i]);
	}
	puts("ready");
	fflush(stdout);
	return read(0, &byte, 1);
}
