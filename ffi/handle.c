/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "process/proc.h"
#include "netlink/netlink.h"
#include "privileges/reader.h"
#include "bpf/udp.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static struct tcptop *logged;

static int log_line(enum libbpf_print_level level, const char *format, va_list args)
{
	size_t used;

	if (level != LIBBPF_WARN || !logged)
		return 0;
	used = strlen(logged->log);
	return vsnprintf(logged->log + used, sizeof(logged->log) - used, format, args);
}

void log_start(struct tcptop *t)
{
	logged = t;
	t->log[0] = 0;
	libbpf_set_print(log_line);
}

int32_t fail(struct tcptop *t, int err, const char *stage)
{
	snprintf(t->stage, sizeof(t->stage), "%s", stage);
	return err ? -err : -EIO;
}

struct tcptop *tcptop__new(void)
{
	struct tcptop *t = calloc(1, sizeof(*t));

	proc_fd(); /* before root is given up */
	if (t)
		t->syn_recv = t->counters_fd = t->cgroup_fd = t->ring.epoll_fd = t->ring.wake_fd = -1;
	return t;
}

int32_t tcptop__error(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	size_t stage = strnlen(t->stage, sizeof(t->stage)), log = strnlen(t->log, sizeof(t->log));

	if (capacity < stage + 1)
		return 0;
	if (log > capacity - stage - 1)
		log = capacity - stage - 1;
	memcpy(buffer, t->stage, stage);
	buffer[stage] = '\n';
	memcpy(buffer + stage + 1, t->log, log);
	return stage + 1 + log;
}

void tcptop__free(struct tcptop *t)
{
	if (!t)
		return;
	reader_free(t->reader);
	netlink_free(t->netlink);
	netlink_free(t->listing);
	udp_free(t->udp);
	if (t->cgroup_fd >= 0)
		close(t->cgroup_fd);
	bpf_link__destroy(t->state);
	bpf_link__destroy(t->state_again);
	bpf_link__destroy(t->witness);
	bpf_link__destroy(t->destroyed);
	bpf_link__destroy(t->owners);
	bpf_link__destroy(t->orphans);
	bpf_link__destroy(t->sockets);
	bpf_link__destroy(t->udp_settled);
	bpf_link__destroy(t->udp_settled_kernel);
	ring_close(&t->ring);
	if (t->shared)
		munmap(t->shared, t->shared_bytes);
	bpf_object__close(t->tcp);
	if (logged == t)
		logged = NULL;
	free(t->snapshot.data);
	free(t);
}

int bytes_reserve(struct bytes *b, size_t more)
{
	size_t capacity = b->capacity ? b->capacity : 64 << 10;
	uint8_t *data;

	while (capacity - b->length < more)
		capacity *= 2;
	if (capacity == b->capacity)
		return 0;
	data = realloc(b->data, capacity);
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->capacity = capacity;
	return 0;
}

uint64_t clock_ns(int clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}
