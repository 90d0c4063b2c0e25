// neighbour MIB SECONDS: walks through so much memory, again and again, on each core, at nice 19. It takes no time from whoever wants
// the core, but what they had in its caches. Ends with its parent, or after SECONDS.
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE 64 // bytes of a line of the cache

static _Noreturn void walk(int core, size_t bytes)
{
	cpu_set_t set;
	volatile uint8_t *memory = malloc(bytes);

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (!memory || sched_setaffinity(0, sizeof(set), &set) || setpriority(PRIO_PROCESS, 0, 19))
		_exit(1);
	for (;;)
		for (size_t i = 0; i < bytes; i += LINE)
			memory[i]++;
}

int main(int argc, char **argv)
{
	cpu_set_t set;
	unsigned seconds = argc == 3 ? (unsigned)atoi(argv[2]) : 0;

	if (!seconds || sched_getaffinity(0, sizeof(set), &set))
		return fputs("usage: neighbour MIB SECONDS\n", stderr), 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int core = 0; core < CPU_SETSIZE; core++) {
		if (!CPU_ISSET(core, &set) || fork())
			continue;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		alarm(seconds);
		walk(core, (size_t)atoi(argv[1]) << 20);
	}
	alarm(seconds);
	while (wait(NULL) > 0)
		;
	return 1;
}
