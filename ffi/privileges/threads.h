/* SPDX-License-Identifier: MIT */
/* What giving up privileges is made of. */
#ifndef TCPTOP_THREADS_H
#define TCPTOP_THREADS_H

#include <stdint.h>
#include <sys/types.h>

/* Capability sets as bits, 1 << CAP_x. */
typedef uint64_t capabilities;
#define CAPABILITY(name) (1ull << (name))

/* Of the calling thread alone. */
capabilities capabilities_permitted(void);

/* The calling thread keeps these, permitted and effective, and no other. 0 or negative errno. */
int capabilities_set(capabilities keep);

#define SPARED_MAX 2

/* Takes every capability from all threads but the calling one and those that are `spared` (0: none), and sets no_new_privs on them. 0, or
 * -ETIMEDOUT when a thread did not handle the signal within 2 s. */
int threads_lower(const pid_t spared[SPARED_MAX]);

#endif
