/* SPDX-License-Identifier: MIT */
/* A thread that keeps capabilities when all others give them up. It runs one job at a time, and nothing else: a thread of the runtime would
 * pass its capabilities on to every thread that it starts. */
#ifndef TCPTOP_READER_H
#define TCPTOP_READER_H

#include <stdint.h>
#include <sys/types.h>

struct reader;

typedef int32_t reader_job(void *context, int64_t argument);

/* A waiting thread whose capabilities will outlive setuid(). NULL, and errno, when it cannot be started. */
struct reader *reader_start(void);
/* Runs the job on the thread and returns what it returned. */
int32_t reader_do(struct reader *r, reader_job *job, void *context, int64_t argument);
pid_t reader_tid(const struct reader *r);
/* Ends the thread. */
void reader_free(struct reader *r);

#endif
