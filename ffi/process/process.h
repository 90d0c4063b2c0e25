/* SPDX-License-Identifier: MIT */
/* Processes, from /proc. A PID may be used again between two reads: the start time tells one process from the next. */
#ifndef TCPTOP_PROCESS_H
#define TCPTOP_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/* Start of the process that has this PID now, CLOCK_BOOTTIME, to a clock tick; 0: there is none, or /proc hides it. */
uint64_t process_start_ns(uint32_t pid);
/* Whether the process that has this PID now started at start_ns; start_ns 0: any start will do. */
bool process_started_at(uint32_t pid, uint64_t start_ns);

/* Another thread than the first one, which has exited while others go on (pthread_exit() in main()): then /proc/PID has no descriptors, executable, arguments
 * and network namespace any more, and /proc/TID of each other thread has them, which no listing of /proc shows. tgid: it has no other thread. */
uint32_t process_thread(uint32_t tgid);

struct process_facts {
	uint64_t cgroup_id; /* 0: no cgroup v2 is mounted where it usually is */
	uint64_t start_ns;
	uint32_t tgid;
	uint32_t uid;       /* the effective one */
	uint8_t comm[16];
};

/* False: it has ended, or /proc hides it. */
bool process_facts_read(uint32_t tgid, struct process_facts *f);

/* File name of its executable, cut to what fits and padded with NULs. False: as above. */
bool process_executable(uint32_t tgid, uint8_t exe[256]);

/* Writes the pid of its parent, of that one's parent and so on, as many as there is room for; what is left stays as it is. */
void process_ancestors(uint32_t tgid, uint32_t *ancestors, uint32_t capacity);

/* comm of its parent, which process_ancestors() has told; zeros where that one has gone. */
void process_parent_name(uint32_t tgid, uint32_t parent, uint8_t name[16]);

#endif
