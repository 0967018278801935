/*
 * attester_tdx.c - the TDX guest device. The structure is that of the kernel's
 * interface (linux/tdx-guest.h, kernel 6.2 and later), declared here so that no
 * kernel header is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "formats/core/err_broker.h"
#include "lib/broker/attester_priv.h"
#include "lib/core/io.h"

enum {
	TDREPORT = 1024,
	TYPE_TDX = 0x81,
	DATA_AT = 128,     /* REPORTDATA in REPORTMACSTRUCT */
};

struct report_req {
	uint8_t report_data[COCO_ATTESTER_REPORT_DATA];
	uint8_t report[TDREPORT];
};

#define GET_REPORT0 _IOWR('T', 1, struct report_req)

static int system_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

int coco_attester_tdx_read(const struct coco_attester_config *config,
			   const uint8_t report_data[COCO_ATTESTER_REPORT_DATA],
			   struct coco_diag *diag)
{
	struct report_req req = { .report = { 0 } };
	int (*control)(int, unsigned long, void *) =
		config->ioctl != NULL ? config->ioctl : system_ioctl;
	int fd = open(config->device, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_ATTESTER_NONE, errno, "open", config->device);
	memcpy(req.report_data, report_data, COCO_ATTESTER_REPORT_DATA);
	bool ok = control(fd, GET_REPORT0, &req) == 0;
	int err = errno;
	close(fd);
	if (!ok)
		return coco_fail(diag, COCO_E_ATTESTER_FAILED, "no report from %s: %s",
				 config->device, strerror(err));
	if (req.report[0] != TYPE_TDX ||
	    memcmp(req.report + DATA_AT, report_data, COCO_ATTESTER_REPORT_DATA) != 0)
		return coco_fail(diag, COCO_E_ATTESTER_FAILED,
				 "%s gave something else than a report over the data",
				 config->device);
	return coco_fail(diag, COCO_E_ATTESTER_QUOTE,
			 "%s gives a report for this machine only, and no quote", config->device);
}
