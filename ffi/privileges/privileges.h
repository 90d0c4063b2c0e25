/* SPDX-License-Identifier: MIT */
/* What giving up privileges is made of. Each call is about all threads of the process unless it says otherwise. */
#ifndef TCPTOP_PRIVILEGES_H
#define TCPTOP_PRIVILEGES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Capability sets as bits, 1 << CAP_x. */
typedef uint64_t capabilities;

/* Of the calling thread alone. */
capabilities capabilities_permitted(void);

/* The calling thread keeps these, permitted and effective, and no other. 0 or negative errno. */
int capabilities_set(capabilities keep);

/* Takes every capability from all threads but the calling one and `spared`, and sets no_new_privs on them. 0, or -ETIMEDOUT
 * when a thread did not come round within 2 s. */
int threads_lower(pid_t spared);

/* Refuses system calls that nothing here makes once it runs, and sets no_new_privs. namespaces: setns() is still made, by a thread that has the
 * right to. 0 or negative errno. */
int system_calls_restrict(bool namespaces);

#endif
