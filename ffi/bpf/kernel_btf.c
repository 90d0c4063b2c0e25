/* SPDX-License-Identifier: MIT */
#include "kernel_btf.h"

#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <bpf/btf.h>

struct btf *__real_btf__load_vmlinux_btf(void);
struct btf *__wrap_btf__load_vmlinux_btf(void);
void __real_btf__free(struct btf *btf);
void __wrap_btf__free(struct btf *btf);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct btf *kept;
static size_t holds;
static size_t users; /* of what is kept, who will call btf__free() */

/* With the lock held. */
static void free_if_unused(void)
{
	if (holds || users)
		return;
	__real_btf__free(kept);
	kept = NULL;
}

void kernel_btf_hold(void)
{
	pthread_mutex_lock(&lock);
	holds++;
	pthread_mutex_unlock(&lock);
}

void kernel_btf_release(void)
{
	pthread_mutex_lock(&lock);
	holds--;
	free_if_unused();
	pthread_mutex_unlock(&lock);
}

/* Read only, whoever has it. NULL with errno set, as libbpf's own. */
struct btf *__wrap_btf__load_vmlinux_btf(void)
{
	struct btf *btf;
	int err = 0;

	pthread_mutex_lock(&lock);
	if (!kept) {
		kept = __real_btf__load_vmlinux_btf();
		err = errno;
	}
	btf = kept;
	users += btf != NULL;
	pthread_mutex_unlock(&lock);
	if (!btf)
		errno = err;
	return btf;
}

void __wrap_btf__free(struct btf *btf)
{
	pthread_mutex_lock(&lock);
	if (btf && btf == kept) {
		users--;
		free_if_unused();
		btf = NULL;
	}
	pthread_mutex_unlock(&lock);
	__real_btf__free(btf);
}
