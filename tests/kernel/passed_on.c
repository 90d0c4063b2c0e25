// clang -O2 -Wall -Wextra -Werror -o passed_on passed_on.c
// passed_on: po-first listens on loopback and does not accept; po-heir, its child, holds the listener too. Says `PORT FIRST_PID HEIR_PID`. po-first ends with
// the first byte of its input; po-heir accepts what waits with the second one, says so, and ends with its input.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static void heir(int listener, int waiting)
{
	char byte;

	prctl(PR_SET_NAME, "po-heir");
	if (read(0, &byte, 1) != 1)
		return;
	while (waiting--)
		must(accept(listener, NULL, NULL), "accept");
	printf("accepted\n");
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
}

int main(int argc, char **argv)
{
	struct sockaddr_in name = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(name);
	int listener = socket(AF_INET, SOCK_STREAM, 0), ended[2];
	char byte;
	pid_t pid;

	must(argc == 2 ? 0 : -1, "usage: passed_on CONNECTIONS");
	must(listener, "socket");
	must(bind(listener, (struct sockaddr *)&name, sizeof(name)), "bind");
	must(listen(listener, 64), "listen");
	must(getsockname(listener, (struct sockaddr *)&name, &length), "getsockname");
	must(pipe(ended), "pipe");
	/* The process that was started waits, so that po-first is not seen by who has started it. */
	must(pid = fork(), "fork");
	if (pid) {
		close(listener);
		close(ended[1]);
		waitpid(pid, NULL, 0);
		return read(ended[0], &byte, 1) != 0;
	}
	prctl(PR_SET_NAME, "po-first");
	must(listen(listener, 64), "listen");
	must(pid = fork(), "fork");
	if (!pid) {
		/* Its input is read by po-first until that is gone. */
		pid_t first = getppid();

		while (getppid() == first)
			usleep(1000);
		heir(listener, atoi(argv[1]));
		return 0;
	}
	printf("%d %d %d\n", ntohs(name.sin_port), getpid(), pid);
	fflush(stdout);
	return read(0, &byte, 1) != 1;
}
