// The truth table in shared memory, the clock, and the reader of phases.
#define _GNU_SOURCE
#include "workload.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

void *shared_new(size_t bytes)
{
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		fail("mmap", errno);
	return at;
}

struct run *run_new(uint64_t conn_count)
{
	struct run *run = shared_new(sizeof(*run) + conn_count * sizeof(struct conn));

	run->conn_count = conn_count;
	if (pipe2(run->step, O_CLOEXEC))
		fail("pipe", errno);
	return run;
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// Sleeps until event `index` is due, of `rate` a second since `start`.
void pace(uint64_t start, uint64_t index, double rate)
{
	uint64_t at = start + (uint64_t)((double)index * 1e9 / rate);
	struct timespec t = { (time_t)(at / 1000000000u), (long)(at % 1000000000u) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

// Byte by byte: a longer read would take the line of the next phase as well.
void stdin_line(void)
{
	char byte;

	while (read(STDIN_FILENO, &byte, 1) == 1 && byte != '\n')
		;
}
