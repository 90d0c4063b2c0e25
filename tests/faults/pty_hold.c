// clang -O2 -Wall -Wextra -Werror -o pty_hold pty_hold.c
// pty_hold COLUMNS ROWS COMMAND...: runs it on a terminal that takes what it writes only while told to. Standard input: a line `stop` or `go`
// says so, what stands in another line is typed. Standard output: what the terminal took. Ends with the command's status.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int reading = 1;

static void fail(const char *what)
{
	perror(what);
	exit(127);
}

static void put(int fd, const char *bytes, ssize_t n)
{
	for (ssize_t done; n > 0; bytes += done, n -= done)
		if ((done = write(fd, bytes, (size_t)n)) < 0)
			fail("write");
}

// Runs the command with the other end as its terminal. Its process is ours until it calls exec(), so that it ends with us.
static pid_t run(int master, char **command)
{
	pid_t pid = fork();
	int slave;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	slave = open(ptsname(master), O_RDWR);
	if (slave < 0 || dup2(slave, 0) < 0 || dup2(slave, 1) < 0)
		fail("terminal");
	ioctl(0, TIOCSCTTY, 0);
	close(master);
	close(slave);
	execvp(*command, command);
	fail(*command);
	return 0;
}

static void obey(int master)
{
	char line[256];
	ssize_t n = read(0, line, sizeof(line) - 1);

	if (n <= 0)
		exit(0);
	line[n] = 0;
	for (char *rest = line, *word; (word = strsep(&rest, "\n")) && rest;) {
		if (!strcmp(word, "stop") || !strcmp(word, "go"))
			reading = *word == 'g';
		else
			put(master, word, (ssize_t)strlen(word));
	}
}

int main(int argc, char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), status;
	struct winsize size = { .ws_col = argc > 3 ? atoi(argv[1]) : 0, .ws_row = argc > 3 ? atoi(argv[2]) : 0 };
	char bytes[4096];
	ssize_t n = 1;
	pid_t pid;

	if (argc < 4 || master < 0 || grantpt(master) || unlockpt(master) || ioctl(master, TIOCSWINSZ, &size))
		fail("pty_hold");
	pid = run(master, argv + 3);
	while (n > 0) {
		// Without an event asked for, POLLHUP alone comes.
		struct pollfd wait[2] = { { 0, POLLIN, 0 }, { master, reading ? POLLIN : 0, 0 } };

		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			fail("poll");
		if (wait[0].revents)
			obey(master);
		if (wait[1].revents && (reading || wait[1].revents & POLLHUP)) {
			n = read(master, bytes, sizeof(bytes)); // EIO: nobody has the terminal open, or not yet
			if (n < 0 && errno == EIO && waitpid(pid, &status, WNOHANG) == 0)
				n = usleep(1000) + 1;
			else if (n > 0)
				put(1, bytes, n);
			else
				return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
		}
	}
	return 0;
}
