// clang -O2 -Wall -Wextra -Werror -o onlooker onlooker.c
// onlooker PID: has copies of the connections of process PID, each read by a thread of its own, and no descriptor of them any more: the last to let go
// of one is whose read() ends. Says `held COUNT` when all that is so, and ends when all have been read to their end.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MOST 64
#define TRIES 5000

struct reader {
	pthread_t thread;
	int fd;
	_Atomic int tid;
};

static void *read_all(void *argument)
{
	struct reader *r = argument;
	char data[4096];

	r->tid = gettid();
	while (read(r->fd, data, sizeof(data)) > 0)
		;
	return NULL;
}

static int is_reading(const struct reader *r)
{
	char path[64];
	long nr = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", r->tid);
	file = r->tid ? fopen(path, "r") : NULL;
	if (!file)
		return 0;
	if (fscanf(file, "%ld", &nr) != 1)
		nr = -1;
	fclose(file);
	return nr == SYS_read;
}

int main(int argc, char **argv)
{
	static struct reader readers[MOST];
	int pidfd = syscall(SYS_pidfd_open, argc > 1 ? atoi(argv[1]) : 0, 0), count = 0;

	for (int fd = 0; fd < 256 && count < MOST; fd++) {
		int copy = syscall(SYS_pidfd_getfd, pidfd, fd, 0);
		struct sockaddr_storage peer;
		socklen_t length = sizeof(peer);

		if (copy >= 0 && !getpeername(copy, (struct sockaddr *)&peer, &length) && peer.ss_family != AF_UNIX)
			readers[count++].fd = copy;
		else if (copy >= 0)
			close(copy);
	}
	for (int i = 0; i < count; i++)
		if (pthread_create(&readers[i].thread, NULL, read_all, &readers[i]))
			return 1;
	for (int i = 0; i < count; i++) {
		for (int tries = 0; !is_reading(&readers[i]); tries++) {
			if (tries == TRIES)
				return 1;
			usleep(1000);
		}
		close(readers[i].fd);
	}
	printf("held %d\n", count);
	fflush(stdout);
	for (int i = 0; i < count; i++)
		pthread_join(readers[i].thread, NULL);
	return 0;
}
