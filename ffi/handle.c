/* SPDX-License-Identifier: MIT */
/* The handle: asks the sources that are open. */
#define _GNU_SOURCE
#include "handle.h"
#include "base/memory.h"
#include "bpf/log.h"
#include "process/proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LONGEST_WAIT_MS 250

struct tcptop *handle_new(void)
{
	proc_fd(); /* before root is given up */
	return calloc(1, sizeof(struct tcptop));
}

struct tcptop *tcptop__new(void)
{
	memory_give_back();
	return handle_new();
}

int32_t tcptop__error(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	size_t stage = strnlen(t->failure.stage, sizeof(t->failure.stage)), log = strnlen(t->failure.log, sizeof(t->failure.log));

	if (capacity < stage + 1)
		return 0;
	if (log > capacity - stage - 1)
		log = capacity - stage - 1;
	memcpy(buffer, t->failure.stage, stage);
	buffer[stage] = '\n';
	memcpy(buffer + stage + 1, t->failure.log, log);
	return stage + 1 + log;
}

void tcptop__free(struct tcptop *t)
{
	if (!t)
		return;
	ahead_free(t->ahead);
	reader_free(t->reader);
	reader_free(t->killer);
	for (size_t i = 0; i < t->source_count; i++)
		t->sources[i]->calls->free(t->sources[i]);
	log_end(&t->failure);
	destroyer_free(t->destroyer);
	bytes_free(&t->snapshot);
	free(t);
}

struct source *handle_main_source(const struct tcptop *t)
{
	for (size_t i = 0; i < t->source_count; i++)
		if (t->sources[i]->has_tcp)
			return t->sources[i];
	return t->source_count ? t->sources[0] : NULL;
}

int32_t handle_read(struct tcptop *t, reader_job *job, void *context, int64_t argument)
{
	return t->reader ? reader_do(t->reader, job, context, argument) : job(context, argument);
}

int32_t handle_ask(struct tcptop *t, const struct source *s, reader_job *job, void *context)
{
	return s->apart ? handle_read(t, job, context, 0) : job(context, 0);
}

int32_t tcptop__longest_wait(struct tcptop *t)
{
	const struct source *s = handle_main_source(t);

	return s ? s->longest_wait_ms : LONGEST_WAIT_MS;
}

int32_t tcptop__ends_waits(struct tcptop *t)
{
	const struct source *s = handle_main_source(t);

	return s && s->ends_waits;
}

int32_t tcptop__wait(struct tcptop *t, int32_t timeout_ms)
{
	struct source *s = handle_main_source(t);
	int n = s ? s->calls->wait(s, timeout_ms) : source_sleep(s, timeout_ms);

	return n < 0 ? fail(&t->failure, -n, "wait for records") : n;
}

void tcptop__wake(struct tcptop *t)
{
	struct source *s = handle_main_source(t);

	if (s && s->calls->wake)
		s->calls->wake(s);
}

static int32_t relieve(void *context, int64_t unused)
{
	struct source *s = context;

	(void)unused;
	return s->calls->relieve(s);
}

int32_t tcptop__drain(struct tcptop *t, uint8_t *buffer, uint32_t capacity)
{
	struct source *s = handle_main_source(t);

	if (capacity < sizeof(struct tcptop_dns_answer))
		return fail(&t->failure, EINVAL, "drain the ring");
	for (size_t i = 0; i < t->source_count; i++)
		if (t->sources[i]->fills_up && handle_ask(t, t->sources[i], relieve, t->sources[i]))
			t->sources[i]->errors++;
	for (size_t i = 0; s; i++) {
		int32_t n = s->calls->drain(s, buffer, capacity);

		if (n || i == t->source_count)
			return n;
		s = t->sources[i];
	}
	return 0;
}

int64_t tcptop__syn_recv(struct tcptop *t)
{
	const struct source *s = handle_main_source(t);

	return s ? s->syn_recv : -1;
}

void tcptop__describe_again(struct tcptop *t)
{
	for (size_t i = 0; i < t->source_count; i++)
		if (t->sources[i]->calls->describe_again)
			t->sources[i]->calls->describe_again(t->sources[i]);
}
