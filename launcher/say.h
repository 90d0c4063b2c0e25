#ifndef TCPTOP_SAY_H
#define TCPTOP_SAY_H

// Exit statuses of the program that the launcher itself may end with.
enum { STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_SYSTEM = 4 };

// Writes `tcptop: ` and the words up to a null pointer, then a line end, to stderr, and ends the process.
__attribute__((noreturn, sentinel)) void fail(int status, const char *words, ...);

#endif
