/*
 * attester_tdx.c - the TDX guest device: a report by an ioctl, which only the
 * same machine can check, and a quote over it by the host's quote generation
 * service, asked over vsock. For kernels without configfs-tsm. The structures
 * are those of the kernel's interface (linux/tdx-guest.h, kernel 6.2 and later),
 * declared here so that no kernel header is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <linux/vm_sockets.h>

#include "formats/broker/qgs.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/attester_priv.h"
#include "lib/core/io.h"

enum {
	TYPE_TDX = 0x81,
	DATA_AT = 128,     /* REPORTDATA in REPORTMACSTRUCT */
	SECONDS = 30,      /* a quote takes well below one */
};

struct report_req {
	uint8_t report_data[COCO_ATTESTER_REPORT_DATA];
	uint8_t report[COCO_QGS_REPORT];
};

#define GET_REPORT0 _IOWR('T', 1, struct report_req)

static int system_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

static int read_report(const struct coco_attester_config *config,
		       const uint8_t report_data[COCO_ATTESTER_REPORT_DATA],
		       struct report_req *ret, struct coco_diag *diag)
{
	int (*control)(int, unsigned long, void *) =
		config->ioctl != NULL ? config->ioctl : system_ioctl;
	int fd = open(config->device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_ATTESTER_NONE, errno, "open", config->device);
	memcpy(ret->report_data, report_data, COCO_ATTESTER_REPORT_DATA);
	bool ok = control(fd, GET_REPORT0, ret) == 0;
	int err = errno;
	close(fd);
	if (!ok)
		return coco_fail(diag, COCO_E_ATTESTER_FAILED, "no report from %s: %s",
				 config->device, strerror(err));
	if (ret->report[0] != TYPE_TDX ||
	    memcmp(ret->report + DATA_AT, report_data, COCO_ATTESTER_REPORT_DATA) != 0)
		return coco_fail(diag, COCO_E_ATTESTER_FAILED,
				 "%s gave something else than a report over the data",
				 config->device);
	return 0;
}

/* ---- the quote generation service ----------------------------------------------- */

static int host_connect(void)
{
	const struct sockaddr_vm at = {
		.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST,
		.svm_port = COCO_ATTESTER_QGS_PORT,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof(at)) != 0) {
		int err = errno;

		close(fd);
		errno = err;
		return -1;
	}
	return fd;
}

static bool send_all(int fd, const uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t did = send(fd, p, n, MSG_NOSIGNAL);

		if (did < 0 && errno == EINTR)
			continue;
		if (did <= 0)
			return false;
		p += did;
		n -= (size_t)did;
	}
	return true;
}

static bool receive_all(int fd, uint8_t *p, size_t n)
{
	while (n > 0) {
		ssize_t did = recv(fd, p, n, 0);

		if (did < 0 && errno == EINTR)
			continue;
		if (did == 0)
			errno = ECONNRESET;
		if (did <= 0)
			return false;
		p += did;
		n -= (size_t)did;
	}
	return true;
}

static int broken(struct coco_diag *diag)
{
	return coco_fail(diag, COCO_E_ATTESTER_QUOTE, "the host's quote service: %s",
			 errno == EAGAIN ? "no answer" : strerror(errno));
}

/* One message there and one back, each with its length; gives *ret. */
static int exchange(int fd, const struct coco_wr *request, uint8_t **ret, size_t *ret_n,
		    struct coco_diag *diag)
{
	uint8_t length[4] = { (uint8_t)(request->n >> 24), (uint8_t)(request->n >> 16),
			      (uint8_t)(request->n >> 8), (uint8_t)request->n };

	if (!send_all(fd, length, sizeof(length)) || !send_all(fd, request->p, request->n) ||
	    !receive_all(fd, length, sizeof(length)))
		return broken(diag);
	size_t n = (size_t)length[0] << 24 | (size_t)length[1] << 16 | (size_t)length[2] << 8 |
		   length[3];
	if (n == 0 || n > COCO_QGS_MESSAGE_MAX)
		return coco_fail(diag, COCO_E_ATTESTER_QUOTE,
				 "the host's quote service: an answer of %zu bytes", n);
	uint8_t *p = coco_zalloc(n, 1);
	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a quote");
	if (!receive_all(fd, p, n)) {
		int r = broken(diag);

		coco_free(p);
		return r;
	}
	*ret = p;
	*ret_n = n;
	return 0;
}

static int take_quote(struct coco_view message, struct coco_attester_raw *ret,
		      struct coco_diag *diag)
{
	struct coco_qgs_response x;
	int r = coco_qgs_response_decode(&x, message, diag);

	if (r != 0)
		return r;
	if (x.error != 0)
		return coco_fail(diag, COCO_E_ATTESTER_QUOTE,
				 "the host's quote service gives no quote: error %#x", x.error);
	if (x.quote.n > COCO_ATTESTER_QUOTE_MAX)
		return coco_fail(diag, COCO_E_ATTESTER_QUOTE, "a quote of %zu bytes", x.quote.n);
	ret->report = coco_memdup(x.quote.p, x.quote.n);
	ret->n_report = x.quote.n;
	return ret->report != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY,
						   "no memory for a quote");
}

static int quote(const struct coco_attester_config *config, const uint8_t *report,
		 struct coco_attester_raw *ret, struct coco_diag *diag)
{
	const struct timeval limit = { .tv_sec = SECONDS };
	uint8_t *message = NULL;
	size_t n = 0;
	struct coco_wr request;
	int fd = config->quote_connect != NULL ? config->quote_connect() : host_connect();

	if (fd < 0)
		return coco_fail(diag, COCO_E_ATTESTER_QUOTE,
				 "no quote service at the host (vsock port %d): %s",
				 COCO_ATTESTER_QGS_PORT, strerror(errno));
	/* a host that does not answer must not hold the guest */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	coco_wr_init(&request, 4096);
	coco_qgs_request_encode(&request, report);
	int r = request.code != 0 ? coco_fail(diag, request.code, "no memory for a request")
				  : exchange(fd, &request, &message, &n, diag);
	if (r == 0)
		r = take_quote(coco_view_of(message, n), ret, diag);
	coco_free(message);
	coco_wr_free(&request);
	close(fd);
	return r;
}

int coco_attester_tdx_read(const struct coco_attester_config *config,
			   const uint8_t report_data[COCO_ATTESTER_REPORT_DATA],
			   struct coco_attester_raw *ret, struct coco_diag *diag)
{
	struct report_req req = { .report = { 0 } };
	int r = read_report(config, report_data, &req, diag);

	return r == 0 ? quote(config, req.report, ret, diag) : r;
}
