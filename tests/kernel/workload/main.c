// gcc -O2 -Wall -Wextra -Werror -o workload *.c
#define _GNU_SOURCE
#include "workload.h"

#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>

// Defaults are odd sizes, so that a count that is off by a header or a multiple shows.
const struct command commands[] = {
	{ "hold", run_hold, false, 23, 1009, 503 },
	{ "rounds", run_rounds, false, 23, 101, 53 },
	{ "short", run_short, false, 23, 101, 0 },
	{ "churn", run_short, true, 0, 101, 0 },
	{ "sendfile", run_one, false, 1, 1000003, 503 },
	{ "splice", run_one, false, 1, 1000003, 503 },
	{ "partial", run_one, false, 1, 30011, 503 },
	{ "reset", run_one, false, 1, 1009, 503 },
	{ "halfclose", run_one, false, 1, 1009, 50021 },
	{ "forkhold", run_handover, false, 1, 1009, 503 },
	{ "passfd", run_handover, false, 1, 1009, 503 },
	{ "prefork", run_prefork, false, 23, 101, 0 },
	{ "oneshot-tcp", run_oneshot_tcp, false, 23, 101, 0 },
	{ "oneshot-udp", run_oneshot_udp, false, 23, 101, 0 },
	{ "udp", run_udp, false, 1, 101, 0 },
	{ "stir", run_stir, true, 23, 101, 0 },
	{ "bulk", run_bulk, true, 0, 0, 0 },
	{ "pingpong", run_pingpong, true, 0, 1, 0 },
	{ "udpflood", run_udpflood, true, 0, 0, 0 },
	{ NULL, NULL, false, 0, 0, 0 },
};

int main(int argc, char **argv)
{
	const struct command *command = options_parse(argc, argv);

	signal(SIGPIPE, SIG_IGN);
	// A grandchild whose parent exits (forkhold) then comes back to this process and is reaped here.
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	limits(command);
	command->run();
	return 0;
}
