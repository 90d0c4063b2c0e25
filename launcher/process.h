#ifndef TCPTOP_PROCESS_H
#define TCPTOP_PROCESS_H

#include <stdint.h>

#include "image.h"
#include "payload_file.h"

// What the kernel put on the stack for the launcher.
struct process {
	long argc;
	char **argv;
	char **environment;
	const uint64_t *auxiliary; // pairs of type and value, up to and with AT_NULL
};

struct process process_read(long *stack);

// The value of an auxiliary vector entry, or 0.
uint64_t process_auxiliary(const struct process *process, uint64_t type);

// Ends the process with a sentence where a limit of its own is too small for Deno.
void process_check_limits(const struct process *process);

// Becomes `deno run <flags> /proc/self/fd/<bundle> <arguments>` in a clean environment with TCPTOP_SHIM_FD=<shim> and TCPTOP_TEXTS=<begin>:<length>.
__attribute__((noreturn)) void process_become(const struct process *process, const struct image *deno,
					      const struct image *linker, int bundle, int shim, struct span texts);

#endif
