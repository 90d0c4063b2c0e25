/* SPDX-License-Identifier: MIT */
/* What the calls of tcptop.h share. */
#ifndef TCPTOP_HANDLE_H
#define TCPTOP_HANDLE_H

#include "ahead.h"
#include "base/failure.h"
#include "base/source.h"
#include "destroy/destroy.h"
#include "privileges/reader.h"
#include "tcptop.h"

#define SOURCES_MAX 3 /* eBPF and netlink: one has TCP, the other or the same one has UDP; and translations */

struct tcptop {
	struct source *sources[SOURCES_MAX]; /* in the order they were opened in, which is that of their records in a snapshot */
	size_t source_count;
	struct source *programs, *netlink; /* the same ones by name; NULL: not open */
	struct ahead *ahead;               /* NULL: there was no tcptop__begin() */
	struct reader *reader;             /* the thread that keeps capabilities after tcptop__drop(); NULL: none does */
	struct destroyer *destroyer;       /* NULL: no connection may be ended */
	struct reader *killer;             /* ends them, where the reader keeps more than that takes; NULL: the reader does */
	struct bytes snapshot;
	uint32_t snapshots;                /* taken, up to those of the start */
	struct failure failure;
};

/* As tcptop__new(). */
struct tcptop *handle_new(void);

/* The source of TCP, else the first one. NULL: none is open. */
struct source *handle_main_source(const struct tcptop *t);

/* Does the job on the reader's thread, or on this one while there is none. */
int32_t handle_read(struct tcptop *t, reader_job *job, void *context, int64_t argument);

/* The same of a job for one source; on this thread where the source needs nothing that the reader's has. */
int32_t handle_ask(struct tcptop *t, const struct source *s, reader_job *job, void *context);

#endif
