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
	pthread_t thread, beside;
	bool has_beside;
	bool ended; /* and joined */
	pthread_mutex_t lock;
	pthread_cond_t maps_tried;
	int32_t results[AHEAD_STEPS];
	bool performed[AHEAD_STEPS];
};

static int32_t perform(struct ahead *a, enum ahead_step step)
{
	int32_t result = a->perform(a->handle, &a->settings, step);

	pthread_mutex_lock(&a->lock);
	a->results[step] = result;
	a->performed[step] = true;
	pthread_mutex_unlock(&a->lock);
	return result;
}

static void *perform_tcp(void *context)
{
	struct ahead *a = context;
	int32_t result = perform(a, AHEAD_MAPS);

	pthread_cond_signal(&a->maps_tried);
	if (result >= 0 && perform(a, AHEAD_TCP) >= 0)
		perform(a, AHEAD_MEET);
	return NULL;
}

static bool maps_are_made(struct ahead *a)
{
	bool made;

	pthread_mutex_lock(&a->lock);
	while (!a->performed[AHEAD_MAPS])
		pthread_cond_wait(&a->maps_tried, &a->lock);
	made = a->results[AHEAD_MAPS] >= 0;
	pthread_mutex_unlock(&a->lock);
	return made;
}

static void *perform_udp(void *context)
{
	struct ahead *a = context;

	if (maps_are_made(a) && perform(a, AHEAD_UDP) >= 0)
		perform(a, AHEAD_DROPS);
	return NULL;
}

/* Signals are for the other threads: bpf(2) gives up loading a program when one comes. On Linux sigprocmask() is the calling thread's, and
 * pthread_sigmask() of libc takes glibc 2.32. */
static int thread_start(pthread_t *thread, void *(*run)(void *), struct ahead *a)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	err = pthread_create(thread, NULL, run, a);
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
	pthread_mutex_init(&a->lock, NULL);
	pthread_cond_init(&a->maps_tried, NULL);
	if (!thread_start(&a->thread, perform_tcp, a))
		return a;
	free(a);
	return NULL;
}

void ahead_go_on(struct ahead *a)
{
	if (a && !a->has_beside && !a->ended)
		a->has_beside = !thread_start(&a->beside, perform_udp, a);
}

static void join(struct ahead *a)
{
	if (a->ended)
		return;
	pthread_join(a->thread, NULL);
	if (a->has_beside)
		pthread_join(a->beside, NULL);
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
	pthread_cond_destroy(&a->maps_tried);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
