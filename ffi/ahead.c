/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct ahead {
	struct tcptop *handle;
	struct ahead_settings settings;
	ahead_perform *perform;
	pthread_t thread;
	bool ended; /* and joined */
	int32_t results[AHEAD_STEPS];
	int steps;  /* performed */
};

static void *perform_all(void *context)
{
	struct ahead *a = context;

	for (int i = 0; i < AHEAD_STEPS && (!i || a->results[i - 1] >= 0); i++) {
		a->results[i] = a->perform(a->handle, &a->settings, i);
		a->steps++;
	}
	return NULL;
}

/* Signals are for the other threads: bpf(2) gives up loading a program when one comes. On Linux sigprocmask() is the calling thread's, and
 * pthread_sigmask() of libc takes glibc 2.32. */
static int thread_start(struct ahead *a)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&a->thread, NULL, perform_all, a);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return err;
}

struct ahead *ahead_start(struct tcptop *t, const struct ahead_settings *s, ahead_perform *perform)
{
	struct ahead *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->handle = t;
	a->settings = *s;
	a->perform = perform;
	if (!thread_start(a))
		return a;
	free(a);
	return NULL;
}

static void join(struct ahead *a)
{
	if (!a->ended)
		pthread_join(a->thread, NULL);
	a->ended = true;
}

bool ahead_took(struct ahead *a, enum ahead_step step, int32_t *result)
{
	if (!a)
		return false;
	join(a);
	if ((int)step >= a->steps)
		return false;
	*result = a->results[step];
	return true;
}

void ahead_free(struct ahead *a)
{
	if (!a)
		return;
	join(a);
	free(a);
}
