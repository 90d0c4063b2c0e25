/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_SECCOMP_H
#define TCPTOP_SECCOMP_H

#include <stdbool.h>

/* For all threads of the process: refuses system calls that nothing here makes once it runs, and sets no_new_privs. namespaces: setns() is
 * still made, by a thread that has the right to. 0 or negative errno. */
int system_calls_restrict(bool namespaces);

#endif
