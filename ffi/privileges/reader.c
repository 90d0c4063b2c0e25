/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "reader.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

struct reader {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	reader_job *job;       /* NULL: none is waiting or under way */
	void *context;
	int64_t argument;
	int32_t result;
	bool ready, quit;
	pid_t tid;
};

static void *jobs(void *context)
{
	struct reader *r = context;

	/* Without it a change from root to another uid clears capabilities (cap_emulate_setxuid()). */
	prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
	pthread_mutex_lock(&r->lock);
	r->tid = syscall(SYS_gettid);
	r->ready = true;
	pthread_cond_broadcast(&r->changed);
	for (;;) {
		while (!r->job && !r->quit)
			pthread_cond_wait(&r->changed, &r->lock);
		if (r->quit)
			break;
		r->result = r->job(r->context, r->argument);
		r->job = NULL;
		pthread_cond_broadcast(&r->changed);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

struct reader *reader_start(void)
{
	struct reader *r = calloc(1, sizeof(*r));
	int err;

	if (!r)
		return NULL;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->changed, NULL);
	err = pthread_create(&r->thread, NULL, jobs, r);
	if (err) {
		free(r);
		errno = err;
		return NULL;
	}
	pthread_mutex_lock(&r->lock);
	while (!r->ready)
		pthread_cond_wait(&r->changed, &r->lock);
	pthread_mutex_unlock(&r->lock);
	return r;
}

int32_t reader_do(struct reader *r, reader_job *job, void *context, int64_t argument)
{
	int32_t result;

	pthread_mutex_lock(&r->lock);
	r->context = context;
	r->argument = argument;
	r->job = job;
	pthread_cond_broadcast(&r->changed);
	while (r->job)
		pthread_cond_wait(&r->changed, &r->lock);
	result = r->result;
	pthread_mutex_unlock(&r->lock);
	return result;
}

pid_t reader_tid(const struct reader *r)
{
	return r ? r->tid : 0;
}

void reader_free(struct reader *r)
{
	if (!r)
		return;
	pthread_mutex_lock(&r->lock);
	r->quit = true;
	pthread_cond_broadcast(&r->changed);
	pthread_mutex_unlock(&r->lock);
	pthread_join(r->thread, NULL);
	free(r);
}
