/*
 * qtest.c - QEMU's test protocol (see qtest.h).
 */
#include "lib/measure/qtest.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "lib/core/io.h"

enum {
	LINE = 2 * COCO_QTEST_CHUNK + 256,   /* bytes of the longest line */
	SLICE_MS = 100,                      /* between two looks at the cancel flag */
	END_MS = 500,                        /* that a program has to end after its socket closed */
};

/* The options that stand after those of the caller. */
static const char *const own[] = {
	"-accel", "tcg", "-S", "-display", "none", "-nodefaults", "-no-user-config",
	"-chardev", "socket,id=qtest,fd=3", "-qtest", "chardev:qtest",
	"-qtest-log", "none", NULL,
};
_Static_assert(COCO_CHILD_FD == 3, "the option names the descriptor");

static int start_timer(struct coco_qtest *q, unsigned seconds, struct coco_diag *diag)
{
	struct itimerspec end = { .it_value = { .tv_sec = (time_t)seconds } };

	q->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (q->timer < 0 || timerfd_settime(q->timer, 0, &end, NULL) != 0)
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "make a timer for", q->program);
	return 0;
}

static int start_program(struct coco_qtest *q, const char *const *args, size_t n,
			 struct coco_diag *diag)
{
	int pair[2];

	const char **argv = coco_zalloc(n + COCO_ARRAY_LEN(own) + 1, sizeof(*argv));
	if (argv == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory to start QEMU");
	argv[0] = q->program;
	for (size_t i = 0; i < n; i++)
		argv[1 + i] = args[i];
	for (size_t i = 0; i < COCO_ARRAY_LEN(own); i++)
		argv[1 + n + i] = own[i];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
		coco_free(argv);
		return coco_fail_errno(diag, COCO_E_IO_OPEN, errno, "make a socket for",
				       q->program);
	}
	q->fd = pair[0];
	int r = coco_child_start(&q->child, argv, pair[1], diag);
	close(pair[1]);
	coco_free(argv);
	return r;
}

int coco_qtest_start(struct coco_qtest *q, const struct coco_run *run, const char *program,
		     const char *const *args, size_t n, unsigned seconds, struct coco_diag *diag)
{
	*q = (struct coco_qtest){ .run = run, .program = program, .fd = -1, .timer = -1 };
	q->line = coco_alloc(LINE, 1);
	if (q->line == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for the answers of QEMU");
	int r = start_timer(q, seconds, diag);
	return r == 0 ? start_program(q, args, n, diag) : r;
}

void coco_qtest_stop(struct coco_qtest *q)
{
	coco_child_stop(&q->child);
	if (q->fd >= 0)
		close(q->fd);
	if (q->timer >= 0)
		close(q->timer);
	coco_free(q->line);
	*q = (struct coco_qtest){ .fd = -1, .timer = -1 };
}

/* QEMU closed its end: why, as far as it says. */
static int fail_ended(struct coco_qtest *q, struct coco_diag *diag)
{
	char said[256];

	bool ended = coco_child_ended(&q->child, END_MS);
	coco_child_said(&q->child, said, sizeof(said));
	coco_diag_source(diag, "%s", q->program);
	if (said[0] != '\0')
		return coco_fail(diag, COCO_E_QEMU_RUN, "QEMU says: %s", said);
	return coco_fail(diag, COCO_E_QEMU_RUN, "QEMU %s without a word",
			 ended ? "ended" : "closed the connection");
}

/* Until the socket is ready for events; sets nothing else. */
static int wait_for(struct coco_qtest *q, short events, struct coco_diag *diag)
{
	for (;;) {
		struct pollfd p[] = {
			{ .fd = q->fd, .events = events },
			{ .fd = q->timer, .events = POLLIN },
		};
		int r = coco_run_check(q->run, diag);

		if (r != 0)
			return r;
		if (poll(p, COCO_ARRAY_LEN(p), SLICE_MS) < 0 && errno != EINTR)
			return coco_fail_errno(diag, COCO_E_IO_READ, errno, "wait for", q->program);
		if ((p[1].revents & POLLIN) != 0) {
			coco_diag_source(diag, "%s", q->program);
			return coco_fail(diag, COCO_E_QEMU_RUN, "QEMU did not answer in time");
		}
		if ((p[0].revents & (events | POLLHUP | POLLERR)) != 0)
			return 0;
	}
}

static int send_bytes(struct coco_qtest *q, const char *p, size_t n, struct coco_diag *diag)
{
	while (n > 0) {
		int r = wait_for(q, POLLOUT, diag);

		if (r != 0)
			return r;
		ssize_t k = send(q->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k <= 0)
			return fail_ended(q, diag);
		p += k;
		n -= (size_t)k;
	}
	return 0;
}

/* The next line, NUL-terminated in q->line; its bytes go with the next call. */
static int next_line(struct coco_qtest *q, struct coco_diag *diag)
{
	char *end;

	q->n -= q->used;
	memmove(q->line, q->line + q->used, q->n);
	q->used = 0;
	while ((end = memchr(q->line, '\n', q->n)) == NULL) {
		if (q->n == LINE)
			return coco_fail(diag, COCO_E_FW_CFG,
					 "an answer is longer than what was asked for");
		int r = wait_for(q, POLLIN, diag);
		if (r != 0)
			return r;
		ssize_t k = recv(q->fd, q->line + q->n, LINE - q->n, MSG_DONTWAIT);
		if (k < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (k <= 0)
			return fail_ended(q, diag);
		q->n += (size_t)k;
	}
	*end = '\0';
	q->used = (size_t)(end - q->line) + 1;
	if (end > q->line && end[-1] == '\r')
		end[-1] = '\0';
	return 0;
}

/* The text after "OK" of the answer, "" when there is none. */
static int answer(struct coco_qtest *q, const char **ret, struct coco_diag *diag)
{
	char shown[96];
	int r;

	do
		r = next_line(q, diag);
	while (r == 0 && strncmp(q->line, "IRQ ", 4) == 0);
	if (r != 0)
		return r;
	if (strcmp(q->line, "OK") == 0 || strncmp(q->line, "OK ", 3) == 0) {
		*ret = q->line[2] == ' ' ? q->line + 3 : q->line + 2;
		return 0;
	}
	coco_diag_source(diag, "%s", q->program);
	coco_escape(shown, sizeof(shown), q->line, strlen(q->line));
	return coco_fail(diag, COCO_E_FW_CFG, "QEMU answers \"%s\"", shown);
}

static int ask(struct coco_qtest *q, const char **ret, struct coco_diag *diag, const char *fmt,
	       ...) COCO_PRINTF(4, 5);
static int ask(struct coco_qtest *q, const char **ret, struct coco_diag *diag, const char *fmt,
	       ...)
{
	char text[128];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text))
		return coco_fail(diag, COCO_E_INTERNAL, "a question is too long");
	int r = send_bytes(q, text, (size_t)n, diag);
	return r == 0 ? answer(q, ret, diag) : r;
}

int coco_qtest_out32(struct coco_qtest *q, uint16_t port, uint32_t v, struct coco_diag *diag)
{
	const char *rest;

	return ask(q, &rest, diag, "outl 0x%x 0x%" PRIx32 "\n", port, v);
}

static int bad_answer(struct coco_qtest *q, const char *to, struct coco_diag *diag)
{
	coco_diag_source(diag, "%s", q->program);
	return coco_fail(diag, COCO_E_FW_CFG, "the answer to \"%s\" is not of the form that was "
			 "asked for", to);
}

int coco_qtest_in32(struct coco_qtest *q, uint16_t port, uint32_t *ret, struct coco_diag *diag)
{
	const char *rest = "";
	uint8_t raw[4] = { 0 };
	char digits[9];

	int r = ask(q, &rest, diag, "inl 0x%x\n", port);
	if (r != 0)
		return r;
	/* "0x" and up to 8 digits, or 16 with zeros in front */
	size_t n = strlen(rest);
	if (n < 3 || n > 18 || strncmp(rest, "0x", 2) != 0)
		return bad_answer(q, "inl", diag);
	rest += 2;
	n -= 2;
	for (; n > 8; n--, rest++)
		if (*rest != '0')
			return bad_answer(q, "inl", diag);
	snprintf(digits, sizeof(digits), "%.*s%s", (int)(8 - n), "00000000", rest);
	if (coco_hex_decode(raw, sizeof(raw), digits, 8, NULL) != 0)
		return bad_answer(q, "inl", diag);
	*ret = coco_get_be32(raw);
	return 0;
}

int coco_qtest_write(struct coco_qtest *q, uint64_t address, const void *p, size_t n,
		     struct coco_diag *diag)
{
	const char *rest;
	char head[64];

	int k = snprintf(head, sizeof(head), "write 0x%" PRIx64 " 0x%zx 0x", address, n);
	char *text = coco_alloc(2 * n + 2, 1);
	if (k < 0 || text == NULL) {
		coco_free(text);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a question to QEMU");
	}
	coco_hex_encode(text, p, n);
	text[2 * n] = '\n';
	int r = send_bytes(q, head, (size_t)k, diag);
	if (r == 0)
		r = send_bytes(q, text, 2 * n + 1, diag);
	coco_free(text);
	return r == 0 ? answer(q, &rest, diag) : r;
}

int coco_qtest_read(struct coco_qtest *q, uint64_t address, void *ret, size_t n,
		    struct coco_diag *diag)
{
	const char *rest = "";

	int r = ask(q, &rest, diag, "read 0x%" PRIx64 " 0x%zx\n", address, n);
	if (r != 0)
		return r;
	if (strlen(rest) != 2 + 2 * n || strncmp(rest, "0x", 2) != 0 ||
	    coco_hex_decode(ret, n, rest + 2, 2 * n, NULL) != 0)
		return bad_answer(q, "read", diag);
	return 0;
}
