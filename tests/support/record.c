/*
 * record.c - a measurement record with every member (see record.h).
 */
#include "tests/support/record.h"

#include <string.h>

static struct coco_mrecord_digest digest(size_t n, uint8_t first)
{
	struct coco_mrecord_digest d = { .n = n, .p = { first } };

	return d;
}

static int origins(struct coco_mrecord *r, struct coco_diag *d)
{
	const struct coco_mrecord_file firmware = { "firmware", UINT64_MAX, { 7 } };
	const struct coco_mrecord_file cmdline = { "cmdline", 4, { 8 } };
	int code = coco_mrecord_param(r, d, "vmm", "%s", "qemu");

	r->has_profile = true;
	r->profile[0] = 9;
	if (code == 0)
		code = coco_mrecord_param(r, d, "guest_features", "0x%x", 1U);
	if (code == 0)
		code = coco_mrecord_file(r, &firmware, d);
	return code == 0 ? coco_mrecord_file(r, &cmdline, d) : code;
}

static int launch(struct coco_mrecord *r, struct coco_diag *d)
{
	const struct coco_mrecord_input pages = {
		.name = "firmware", .type = "normal", .has_gpa = true, .gpa = 0xffc00000,
		.pages = 1024, .running = digest(48, 1),
	};
	int code = coco_mrecord_begin(r, "snp.launch_digest", "sha384", d);

	if (code == 0)
		code = coco_mrecord_input(r, &pages, d);
	for (uint8_t i = 1; code == 0 && i <= 2; i++) {
		const struct coco_mrecord_input vcpu = {
			.name = "vcpu 0", .type = "vmsa", .has_gpa = true,
			.gpa = UINT64_C(0xfffffffff000), .pages = 1, .digest = digest(48, 3),
			.running = digest(48, (uint8_t)(3 + i)),
		};
		struct coco_mrecord_value v = { .value = digest(48, (uint8_t)(3 + i)) };

		coco_mrecord_label_number(&v, "vcpus", 4 * i);
		coco_mrecord_label(&v, "vcpu_type", "%s", "EPYC-v4");
		coco_mrecord_label(&v, "vcpu_sig", "0x%08x", 0x800f12U);
		code = coco_mrecord_value(r, &v, d);
		if (code == 0)
			code = coco_mrecord_value_input(r, &vcpu, d);
	}
	return code;
}

static int bank(struct coco_mrecord *r, const char *algorithm, struct coco_diag *d)
{
	size_t n = coco_mrecord_size(algorithm);
	const struct coco_mrecord_input line = {
		.name = "command line", .type = "EV_IPL", .basis = COCO_BASIS_GIVEN,
		.text = "a \"b\"", .digest = digest(n, 0x10), .running = digest(n, 0x11),
	};
	const struct coco_mrecord_input separator = {
		.name = "separator", .basis = COCO_BASIS_CONSTANT, .digest = digest(n, 0x12),
		.running = digest(n, 0x13),
	};
	const struct coco_mrecord_value v = { .value = digest(n, 0x13) };
	int code = coco_mrecord_begin(r, "tpm.pcr12", algorithm, d);

	if (code == 0)
		code = coco_mrecord_input(r, &line, d);
	if (code == 0)
		code = coco_mrecord_input(r, &separator, d);
	return code == 0 ? coco_mrecord_value(r, &v, d) : code;
}

int coco_test_record(struct coco_mrecord *ret, struct coco_diag *d)
{
	coco_mrecord_init(ret, "snp");
	int code = origins(ret, d);
	if (code == 0)
		code = launch(ret, d);
	if (code == 0)
		code = bank(ret, "sha256", d);
	if (code == 0)
		code = bank(ret, "sha1", d);
	if (code == 0)
		code = coco_mrecord_unknown(ret, "tpm.pcr1", "ACPI tables", "made by the VMM",
					    "--acpi DIR", d);
	return code == 0 ? coco_mrecord_gap(ret, "memory size", "no part of it", d) : code;
}
