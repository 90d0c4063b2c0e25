// One JSON object a line, flushed: a reader on a pipe sees a phase as soon as it is reached.
#define _GNU_SOURCE
#include "workload.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

static bool comma;

static void quoted(const char *text)
{
	putchar('"');
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			putchar('\\');
		if ((unsigned char)*text < 0x20)
			printf("\\u%04x", *text);
		else
			putchar(*text);
	}
	putchar('"');
}

static void lead(const char *key)
{
	if (comma)
		putchar(',');
	if (key)
		printf("\"%s\":", key);
	comma = true;
}

void json_open(const char *key, char bracket)
{
	lead(key);
	putchar(bracket);
	comma = false;
}

void json_close(char bracket)
{
	putchar(bracket);
	comma = true;
}

void json_line(const char *phase)
{
	comma = false;
	json_open(NULL, '{');
	json_text("phase", phase);
	json_text("command", opt.command);
}

void json_end(void)
{
	json_close('}');
	putchar('\n');
	fflush(stdout);
}

void json_text(const char *key, const char *value)
{
	lead(key);
	quoted(value);
}

void json_number(const char *key, uint64_t value)
{
	lead(key);
	printf("%llu", (unsigned long long)value);
}

void json_rate(const char *key, uint64_t amount, uint64_t ns)
{
	lead(key);
	printf("%.1f", ns ? (double)amount * 1e9 / (double)ns : 0.0);
}

void json_process(const char *key, pid_t pid, const char *comm)
{
	json_open(key, '{');
	json_number("pid", (uint64_t)pid);
	json_text("comm", comm);
	json_close('}');
}

// The address as the socket itself has it: 0.0.0.0 for an unconnected UDP socket, ::ffff:a.b.c.d for a mapped one.
static void json_address(const struct address *a)
{
	char text[INET6_ADDRSTRLEN] = "";
	bool six = a->sa.sa_family == AF_INET6;

	inet_ntop(a->sa.sa_family, six ? (const void *)&a->in6.sin6_addr : (const void *)&a->in.sin_addr, text, sizeof(text));
	json_text("family", six ? "inet6" : "inet");
	json_text("address", text);
	json_number("port", ntohs(six ? a->in6.sin6_port : a->in.sin_port));
}

// "port" is that of the first listener; commands that need one listener have no other.
void json_pair(const struct run *run, const struct pair *pair)
{
	const struct address *first = &run->targets[0];

	json_process("server", pair->server.pid, "wl-server");
	json_process("client", pair->client.pid, "wl-client");
	json_number("port", ntohs(first->sa.sa_family == AF_INET6 ? first->in6.sin6_port : first->in.sin_port));
	json_open("listeners", '[');
	for (unsigned i = 0; i < run->target_count; i++) {
		json_open(NULL, '{');
		json_address(&run->targets[i]);
		json_close('}');
	}
	json_close(']');
}

static void totals(const char *key, pid_t pid, const char *comm, const struct totals *t)
{
	json_open(key, '{');
	json_number("pid", (uint64_t)pid);
	json_text("comm", comm);
	json_number("connections", t->connections);
	json_number("sent", t->sent);
	json_number("read", t->read);
	json_close('}');
}

void json_totals(const struct run *run, const struct pair *pair)
{
	totals("server", pair->server.pid, "wl-server", &run->server);
	totals("client", pair->client.pid, "wl-client", &run->client);
	if (run->elapsed_ns)
		json_number("elapsedNs", run->elapsed_ns);
}

static void side(const char *key, const struct side *s, bool datagrams)
{
	json_open(key, '{');
	json_number("pid", (uint64_t)s->pid);
	json_address(&s->local);
	json_number("sent", s->sent);
	json_number("received", s->read + s->queued);
	json_number(datagrams ? "sentDatagrams" : "acked", datagrams ? s->datagrams_sent : s->acked);
	json_number(datagrams ? "receivedDatagrams" : "read", datagrams ? s->datagrams_read : s->read);
	json_close('}');
}

static void sides(const char *key, const struct run *run, bool datagrams)
{
	json_open(key, '[');
	for (uint64_t i = 0; i < run->conn_count; i++) {
		json_open(NULL, '{');
		side("client", &run->conns[i].client, datagrams);
		side("server", &run->conns[i].server, datagrams);
		json_close('}');
	}
	json_close(']');
}

void json_conns(const struct run *run)
{
	sides("connections", run, false);
}

void json_flows(const struct run *run)
{
	sides("flows", run, true);
}
