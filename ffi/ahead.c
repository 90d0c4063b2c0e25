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
	bool performed[AHEAD_STEPS];
};

static int32_t perform(struct ahead *a, enum ahead_step step)
{
	a->results[step] = a->perform(a->handle, &a->settings, step);
	a->performed[step] = true;
	return a->results[step];
}

static void *meet(void *context)
{
	perform(context, AHEAD_MEET);
	return NULL;
}

/* What is open is met while UDP's programs are verified, which takes longer. Without a thread for it that is left to who asks. */
static void *perform_all(void *context)
{
	struct ahead *a = context;
	pthread_t meeting;
	bool meets;

	if (perform(a, AHEAD_TCP) < 0)
		return NULL;
	meets = !pthread_create(&meeting, NULL, meet, a);
	if (perform(a, AHEAD_UDP) >= 0)
		perform(a, AHEAD_DROPS);
	if (meets)
		pthread_join(meeting, NULL);
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
	*result = a->results[step];
	return a->performed[step];
}

void ahead_free(struct ahead *a)
{
	if (!a)
		return;
	join(a);
	free(a);
}
