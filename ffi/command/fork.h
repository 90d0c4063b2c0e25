/* SPDX-License-Identifier: MIT */
/* A process of our own beside the runtime, which has threads: the child allocates no memory. */
#ifndef TCPTOP_FORK_H
#define TCPTOP_FORK_H

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

/* All signals are blocked in the child: a handler that ran there would be the runtime's. before: which were. Returns as fork() does, or negative
 * errno. */
pid_t fork_bare(sigset_t *before);

/* Closes every descriptor but these, in ascending order: what the runtime has open would stay so. */
void descriptors_keep(const int *kept, size_t count);

/* Blocks what was blocked before, but for SIGUSR1: tcptop is started with that blocked (launcher/launcher.c, scripts/run), since Deno from 2.9.2 on takes it
 * for a wish to be debugged, and listens on a port for whoever comes (denoland/deno pull request 35738). */
void mask_restore(const sigset_t *before);

#endif
