/* SPDX-License-Identifier: MIT */
/* The command is in tcptop's process group, as it would be in the place of tcptop: what the terminal sends to the group reaches all three
 * of them, and the shell's job control goes on as ever. A signal that was sent to tcptop alone is handed on. */
#define _GNU_SOURCE
#include "minder.h"
#include "fork.h"
#include "../privileges/threads.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SAME_SIGNAL_MS 500  /* one that tcptop tells of so long after the minder had it itself was sent to the group */
#define GROUP_WITHIN_MS 20  /* and the minder may get it so much later */
#define SIGNALS 65

struct minder {
	const struct command *command;
	int socket, signals, go, failed;
	pid_t child, tcptop;
	bool on_terminal;    /* there is a shell whose job this may be */
	bool ended, alone;   /* the command; tcptop has gone or said so */
	bool continued;      /* the command, and tcptop has not followed yet */
	uint64_t met_ms[SIGNALS]; /* when the minder had a signal itself; 0: not, or it is accounted for */
	uint64_t stopped_ms, group_continued_ms; /* when tcptop was, by the minder, and the whole group, last; 0: never */
};

static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ull + now.tv_nsec / 1000000;
}

static void tell(struct minder *m, enum minder_message message, int32_t value)
{
	const struct minder_word word = { message, value };

	if (!m->alone)
		send(m->socket, &word, sizeof(word), MSG_NOSIGNAL);
}

/* While the command is stopped, so is tcptop: the shell then has the terminal back. Not where nobody would let it go on. */
static void follow(struct minder *m, int signal)
{
	if (m->on_terminal && !m->alone && getppid() == m->tcptop)
		kill(m->tcptop, signal);
}

static void reap(struct minder *m)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED | WCONTINUED)) > 0) {
		if (pid != m->child)
			continue;
		if (WIFSTOPPED(status)) {
			m->continued = false;
			m->stopped_ms = now_ms();
			follow(m, SIGSTOP);
		} else if (WIFCONTINUED(status)) {
			m->continued = true;
		} else {
			m->ended = true;
			tell(m, MINDER_ENDED, status);
		}
	}
}

/* Every signal that has come; those of children are dealt with. */
static void signals_read(struct minder *m)
{
	struct signalfd_siginfo info;

	while (read(m->signals, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			reap(m);
		else if (info.ssi_signo < SIGNALS)
			m->met_ms[info.ssi_signo] = now_ms();
		if (info.ssi_signo == SIGCONT)
			m->group_continued_ms = m->met_ms[SIGCONT];
	}
}

static bool was_for_group(struct minder *m, int signal)
{
	uint64_t met = m->met_ms[signal];

	m->met_ms[signal] = 0;
	return met && now_ms() - met < SAME_SIGNAL_MS;
}

/* What was sent to the group may reach the minder last. */
static void group_await(struct minder *m)
{
	struct pollfd poll_signals = { .fd = m->signals, .events = POLLIN };

	poll(&poll_signals, 1, GROUP_WITHIN_MS);
	signals_read(m);
}

static bool group_was_continued(const struct minder *m)
{
	return m->group_continued_ms && m->group_continued_ms >= m->stopped_ms;
}

/* The command goes on. So does tcptop, by itself if the group was continued: one more SIGCONT would come back from it as a signal to hand on, and
 * undo a ^Z that was typed meanwhile. */
static void continue_tcptop(struct minder *m)
{
	m->continued = false;
	if (m->met_ms[SIGTSTP]) /* tcptop tells of that one only now */
		m->met_ms[SIGTSTP] = now_ms();
	if (!group_was_continued(m))
		group_await(m);
	if (group_was_continued(m))
		return;
	m->met_ms[SIGCONT] = now_ms();
	follow(m, SIGCONT);
}

static void hand_on(struct minder *m, int signal)
{
	if (signal <= 0 || signal >= SIGNALS)
		return;
	signals_read(m);
	if (was_for_group(m, signal))
		return;
	group_await(m);
	if (!was_for_group(m, signal) && !m->ended)
		kill(m->child, signal);
}

static void start(struct minder *m)
{
	if (m->go < 0)
		return;
	if (write(m->go, "", 1) != 1)
		tell(m, MINDER_FAILED, errno);
	close(m->go);
	m->go = -1;
}

/* False: tcptop is done, or has gone. */
static bool word_read(struct minder *m)
{
	struct minder_word word;

	if (recv(m->socket, &word, sizeof(word), 0) != sizeof(word) || word.message == MINDER_END)
		return false;
	if (word.message == MINDER_START)
		start(m);
	else if (word.message == MINDER_SIGNAL)
		hand_on(m, word.value);
	return true;
}

/* The end of the pipe is that exec() has succeeded. */
static void failure_read(struct minder *m)
{
	int err;

	if (read(m->failed, &err, sizeof(err)) == sizeof(err))
		tell(m, MINDER_FAILED, err);
	close(m->failed);
	m->failed = -1;
}

/* Until the command has ended and tcptop has nothing more to say. A tcptop that was killed does not take the command along, unless that has not
 * begun. */
static void mind(struct minder *m)
{
	while (!m->ended || !m->alone) {
		struct pollfd fds[] = {
			{ .fd = m->alone ? -1 : m->socket, .events = POLLIN },
			{ .fd = m->signals, .events = POLLIN },
			{ .fd = m->failed, .events = POLLIN },
		};

		if (poll(fds, sizeof(fds) / sizeof(*fds), -1) < 0 && errno != EINTR)
			break;
		if (fds[2].revents)
			failure_read(m);
		if (fds[1].revents)
			signals_read(m);
		if (m->continued)
			continue_tcptop(m);
		if (fds[0].revents && !word_read(m)) {
			if (m->go >= 0) { /* the command reads the end of the pipe, and ends */
				close(m->go);
				m->go = -1;
			}
			m->alone = true;
		}
	}
}

static void keep_descriptors(const struct minder *m)
{
	const struct cgroup_new *cgroup = m->command->cgroup;
	int kept[7] = { m->socket, m->signals, m->go, m->failed };
	size_t count = 4;

	if (cgroup) {
		kept[count++] = cgroup->folder;
		kept[count++] = cgroup->parent;
		kept[count++] = cgroup->home;
	}
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && kept[k] < kept[k - 1]; k--) {
			int other = kept[k];

			kept[k] = kept[k - 1];
			kept[k - 1] = other;
		}
	descriptors_keep(kept, count);
}

static int child_start(struct minder *m)
{
	int go[2], failed[2];

	if (pipe2(go, O_CLOEXEC) || pipe2(failed, O_CLOEXEC))
		return -errno;
	m->child = syscall(SYS_clone, (long)SIGCHLD, 0, 0, 0, 0);
	if (m->child < 0)
		return -errno;
	if (!m->child) {
		close(go[1]);
		command_become(m->command, go[0], failed[1]);
	}
	close(go[0]);
	close(failed[1]);
	m->go = go[1];
	m->failed = failed[0];
	return m->command->cgroup ? cgroup_enter(m->command->cgroup->folder, m->child) : 0;
}

static void lower(void)
{
	/* The hierarchy's root is not writable for its owner either (0555). */
	capabilities keep = CAPABILITY(CAP_KILL) | CAPABILITY(CAP_DAC_OVERRIDE);

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	capabilities_set(keep & capabilities_permitted());
}

_Noreturn void minder_run(const struct command *c, int socket)
{
	struct minder m = { .command = c, .socket = socket, .go = -1, .failed = -1, .tcptop = getppid() };
	int tty = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC), err;
	sigset_t all;

	m.on_terminal = tty >= 0;
	if (!c->cgroup)
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	err = child_start(&m);
	m.ended = m.child <= 0; /* where none may be started */
	signal(SIGCHLD, SIG_DFL);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	m.signals = signalfd(-1, &all, SFD_NONBLOCK | SFD_CLOEXEC);
	prctl(PR_SET_NAME, "tcptop-minder", 0, 0, 0);
	keep_descriptors(&m);
	lower();
	tell(&m, MINDER_READY, err ? err : m.child);
	mind(&m);
	if (c->cgroup) {
		struct minder_word word = { MINDER_GONE, cgroup_remove(c->cgroup) };

		send(m.socket, &word, sizeof(word), MSG_NOSIGNAL);
	}
	_exit(0);
}
