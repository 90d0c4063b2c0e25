// clang -O2 -Wall -Wextra -Werror -o fastopen fastopen.c
// fastopen CLOSER: in a network namespace where TCP Fast Open needs no cookie and acknowledgements without SYN or RST are dropped, a client sends
// 1,003 bytes in its SYN, and the server accepts and reads them before the handshake has ended. CLOSER is who ends the connection then, in
// that state: `server` by close(), `client` by a reset, `nobody`. Says `server PID PORT`, and `read BYTES` when that has been done; waits for its input to end.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BYTES 1003

static int fail(const char *what)
{
	perror(what);
	return 1;
}

static int client(const struct sockaddr_in *to, int resets)
{
	const struct linger at_once = { .l_onoff = 1 };
	char data[BYTES] = { 0 }, byte;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (sendto(fd, data, sizeof(data), MSG_FASTOPEN, (const struct sockaddr *)to, sizeof(*to)) != sizeof(data))
		return fail("sendto");
	if (read(0, &byte, 1) != 1) // the server has read
		return fail("read");
	if (resets)
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	else if (read(0, &byte, 1) < 0)
		return fail("read");
	close(fd);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof(address);
	int resets = argc > 1 && !strcmp(argv[1], "client"), stays = argc > 1 && !strcmp(argv[1], "nobody"), queue = 8, listener = socket(AF_INET, SOCK_STREAM, 0), fd, go[2];
	size_t got = 0;
	char data[2 * BYTES], byte = 0;
	ssize_t n;
	pid_t child;

	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 8) ||
	    setsockopt(listener, IPPROTO_TCP, TCP_FASTOPEN, &queue, sizeof(queue)) ||
	    getsockname(listener, (struct sockaddr *)&address, &length) || pipe(go))
		return fail("listen");
	printf("server %d %d\n", getpid(), ntohs(address.sin_port));
	fflush(stdout);
	child = fork();
	if (child == 0) {
		dup2(go[0], 0);
		close(go[1]);
		_exit(client(&address, resets));
	}
	fd = accept(listener, NULL, NULL);
	while (got < BYTES && (n = read(fd, data, sizeof(data))) > 0)
		got += n;
	if (!resets && !stays)
		close(fd);
	if (!stays && write(go[1], &byte, 1) != 1)
		return fail("write");
	if (resets) {
		waitpid(child, NULL, 0);
		n = read(fd, data, sizeof(data)); // ECONNRESET
		close(fd);
	}
	printf("read %zu\n", got);
	fflush(stdout);
	while (read(0, &byte, 1) > 0)
		;
	close(go[1]);
	return 0;
}
