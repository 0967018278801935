/*
 * attester_sev.c - SEV-SNP reports by the guest device. The structures are
 * those of the kernel's interface (linux/sev-guest.h, AMD 56860 for the
 * message), declared here so that no kernel header is needed.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "formats/broker/tee_evidence.h"
#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/attester_priv.h"
#include "lib/core/io.h"

struct report_req {
	uint8_t user_data[64];
	uint32_t vmpl;
	uint8_t reserved[28];
};

struct ext_report_req {
	struct report_req data;
	uint64_t certs_address;
	uint32_t certs_len;
};

struct report_resp {
	uint8_t data[4000];   /* status, size, 24 reserved bytes, report */
};

struct guest_request {
	uint8_t msg_version;
	uint64_t req_data;
	uint64_t resp_data;
	uint64_t exitinfo2;   /* firmware error below, hypervisor error above */
};

enum { REPORT_AT = 32 };

#define GET_EXT_REPORT _IOWR('S', 0x2, struct guest_request)

static int system_ioctl(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg);
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int take(const struct report_resp *resp, struct coco_attester_raw *raw,
		struct coco_diag *diag)
{
	uint32_t status = le32(resp->data);
	uint32_t size = le32(resp->data + 4);

	if (status != 0 || size < COCO_TEE_SNP_REPORT || size > sizeof(resp->data) - REPORT_AT)
		return coco_fail(diag, COCO_E_ATTESTER_FAILED,
				 "the firmware gave no report: status %u, %u bytes", status, size);
	raw->report = coco_memdup(resp->data + REPORT_AT, COCO_TEE_SNP_REPORT);
	raw->n_report = COCO_TEE_SNP_REPORT;
	return raw->report != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY,
						   "no memory for a report");
}

int coco_attester_sev_read(const struct coco_attester_config *config,
			   const uint8_t report_data[COCO_ATTESTER_REPORT_DATA],
			   struct coco_attester_raw *ret, struct coco_diag *diag)
{
	struct coco_attester_raw raw = { .report = NULL, .n_certs = COCO_ATTESTER_CERTS_MAX };
	struct ext_report_req req = { .certs_len = COCO_ATTESTER_CERTS_MAX };
	struct guest_request call = { .msg_version = 1 };
	int (*control)(int, unsigned long, void *) =
		config->ioctl != NULL ? config->ioctl : system_ioctl;
	int fd = open(config->device, O_RDWR | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return coco_fail_errno(diag, COCO_E_ATTESTER_NONE, errno, "open", config->device);
	struct report_resp *resp = coco_zalloc(1, sizeof(*resp));
	raw.certs = coco_zalloc(raw.n_certs, 1);
	if (resp == NULL || raw.certs == NULL) {
		coco_free(resp);
		coco_free(raw.certs);
		close(fd);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a report");
	}
	memcpy(req.data.user_data, report_data, COCO_ATTESTER_REPORT_DATA);
	req.certs_address = (uint64_t)(uintptr_t)raw.certs;
	call.req_data = (uint64_t)(uintptr_t)&req;
	call.resp_data = (uint64_t)(uintptr_t)resp;
	if (control(fd, GET_EXT_REPORT, &call) != 0) {
		int err = errno;

		r = coco_fail(diag, COCO_E_ATTESTER_FAILED,
			      "no report from %s: %s (firmware error %#x, hypervisor error %#x)",
			      config->device, strerror(err),
			      (unsigned)(call.exitinfo2 & 0xffffffff),
			      (unsigned)(call.exitinfo2 >> 32));
	}
	close(fd);
	if (r == 0)
		r = take(resp, &raw, diag);
	coco_free(resp);
	if (r != 0) {
		coco_free(raw.certs);
		return r;
	}
	*ret = raw;
	return 0;
}
