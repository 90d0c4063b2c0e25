// pty COLUMNS ROWS LOG COMMAND...: runs a command on a terminal of its own, types to it and measures what it writes.
// Its standard input has a step a line, each is answered by a line of JSON in the order they came:
//   wait MS TEXT   until the command has written TEXT since the step before, at most MS
//   count MS       what the command writes in the next MS
//   key MS TEXT    MS later TEXT is typed; the time from then to the first byte that comes back, null: none within KEY_BOUND_MS
// At the end of the input the command gets SIGTERM. All that it wrote is in LOG.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define KEY_BOUND_MS 2000
#define END_BOUND_MS 5000

static int terminal, record;
static pid_t child;
static bool gone; // the command has closed its side
static uint64_t bytes, reads; // of this step
static uint64_t first_ns;     // when the first of them came; 0: none has
static char tail[1 << 17];    // what came last, for `wait`
static size_t tail_length;

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "pty: %s: %s\n", what, strerror(errno));
	if (child > 0)
		kill(child, SIGKILL);
	exit(1);
}

static void keep(const char *text, size_t length)
{
	if (write(record, text, length) != (ssize_t)length)
		fail("log");
	if (tail_length + length > sizeof(tail)) { // half of it is more than any text that is waited for
		memmove(tail, tail + tail_length - sizeof(tail) / 2, sizeof(tail) / 2);
		tail_length = sizeof(tail) / 2;
	}
	memcpy(tail + tail_length, text, length);
	tail_length += length;
}

static void drain(void)
{
	char text[1 << 15];
	ssize_t n = read(terminal, text, sizeof(text));

	if (n <= 0) { // EIO: nobody has the other side open any more
		gone = true;
		return;
	}
	if (!first_ns)
		first_ns = now_ns();
	bytes += (uint64_t)n;
	reads++;
	keep(text, (size_t)n);
}

static void begin(void)
{
	bytes = reads = first_ns = tail_length = 0;
}

// Takes what the command writes for `ms`, or until `text` came, any byte if it is empty; whether it did.
static bool take(uint64_t ms, const char *text)
{
	uint64_t end = now_ns() + ms * 1000000;

	while (!text || !(*text ? memmem(tail, tail_length, text, strlen(text)) != NULL : first_ns != 0)) {
		uint64_t now = now_ns();
		struct pollfd fd = { terminal, POLLIN, 0 };

		if (gone || now >= end)
			return false;
		if (poll(&fd, 1, (int)((end - now + 999999) / 1000000)) > 0)
			drain();
	}
	return true;
}

static void type(uint64_t ms, const char *text)
{
	take(ms, NULL);
	begin();
	uint64_t typed = now_ns();
	if (write(terminal, text, strlen(text)) != (ssize_t)strlen(text))
		fail("write");
	if (take(KEY_BOUND_MS, ""))
		printf("{\"ns\":%lu}\n", (unsigned long)(first_ns - typed));
	else
		printf("{\"ns\":null}\n");
}

static void step(char *line)
{
	char *space, *text;
	unsigned long ms;

	if (!(space = strchr(line, ' ')))
		return;
	ms = strtoul(space, &text, 10);
	text += *text == ' ';
	if (!strncmp(line, "key", 3)) {
		type(ms, text);
	} else if (!strncmp(line, "wait", 4)) {
		printf("{\"seen\":%s}\n", take(ms, text) ? "true" : "false");
		begin();
	} else {
		begin();
		take(ms, NULL);
		printf("{\"bytes\":%lu,\"reads\":%lu}\n", (unsigned long)bytes, (unsigned long)reads);
	}
	fflush(stdout);
}

// Steps from standard input until it ends; the command is listened to meanwhile.
static void steps(void)
{
	static char held[1 << 16];
	size_t length = 0;

	for (;;) {
		struct pollfd fds[2] = { { STDIN_FILENO, POLLIN, 0 }, { gone ? -1 : terminal, POLLIN, 0 } };
		char *end;

		if (poll(fds, 2, -1) < 0)
			fail("poll");
		if (fds[1].revents)
			drain();
		if (!fds[0].revents)
			continue;
		ssize_t n = read(STDIN_FILENO, held + length, sizeof(held) - length);
		if (n <= 0)
			return;
		for (length += (size_t)n; (end = memchr(held, '\n', length)); memmove(held, end + 1, length)) {
			*end = 0;
			step(held);
			length -= (size_t)(end + 1 - held);
		}
	}
}

int main(int argc, char **argv)
{
	int status;

	if (argc < 5)
		return fputs("usage: pty COLUMNS ROWS LOG COMMAND...\n", stderr), 2;
	struct winsize size = { .ws_col = (unsigned short)atoi(argv[1]), .ws_row = (unsigned short)atoi(argv[2]) };
	if ((record = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
		fail(argv[3]);
	if ((child = forkpty(&terminal, NULL, NULL, &size)) < 0)
		fail("forkpty");
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execvp(argv[4], argv + 4);
		_exit(127);
	}
	printf("{\"pid\":%d}\n", child);
	fflush(stdout);
	steps();
	kill(child, SIGTERM);
	take(END_BOUND_MS, NULL);
	if (!gone)
		kill(child, SIGKILL);
	waitpid(child, &status, 0);
	printf("{\"status\":%d}\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}
