/*
 * import_qemu_guest.c - the confidential guest object of a QEMU command line
 * (see import_qemu.h).
 */
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/measure/import_qemu.h"

static bool is_on(const char *text)
{
	return text != NULL && (strcmp(text, "on") == 0 || strcmp(text, "true") == 0 ||
				strcmp(text, "yes") == 0);
}

static bool is_guest(const struct coco_qemu_entry *e)
{
	const char *type = coco_qemu_opt(&e->o, "qom-type");

	return strcmp(e->option->name, "object") == 0 && type != NULL &&
	       (strcmp(type, "sev-snp-guest") == 0 || strcmp(type, "sev-guest") == 0 ||
		strcmp(type, "tdx-guest") == 0);
}

/* The object that the machine names; else the only one, with a warning. */
static int find_guest(struct coco_qemu_import *q)
{
	const char *id = coco_qemu_opt(&q->machine, "confidential-guest-support");

	if (id == NULL)
		id = coco_qemu_opt(&q->machine, "memory-encryption");
	for (size_t i = 0; i < q->n; i++) {
		const char *own = coco_qemu_opt(&q->v[i].o, "id");

		if (!is_guest(&q->v[i]))
			continue;
		if (id == NULL)
			return coco_import_warn(q->im, q->diag,
						"-object %s is not used: -machine has "
						"no confidential-guest-support",
						coco_qemu_opt(&q->v[i].o, "qom-type"));
		if (own != NULL && strcmp(own, id) == 0)
			q->guest = &q->v[i];
	}
	if (id != NULL && q->guest == NULL)
		return coco_fail(q->diag, COCO_E_PROFILE_ARGV,
				 "-machine names the object \"%.60s\", "
				 "which is no sev-snp-guest, sev-guest or tdx-guest", id);
	return 0;
}

static int take_hex(struct coco_qemu_import *q, const char *key, enum coco_profile_id id)
{
	const char *text = coco_qemu_opt(&q->guest->o, key);
	char origin[64];

	snprintf(origin, sizeof(origin), "-object %s, %s",
		 coco_qemu_opt(&q->guest->o, "qom-type"), key);
	return text != NULL ? coco_import_hex(q->im, id, text, origin, q->diag) : 0;
}

static int take_text(struct coco_qemu_import *q, const char *key, enum coco_profile_id id)
{
	const char *text = coco_qemu_opt(&q->guest->o, key);
	char origin[64];

	snprintf(origin, sizeof(origin), "-object %s, %s",
		 coco_qemu_opt(&q->guest->o, "qom-type"), key);
	return text != NULL ? coco_import_set(q->im, id, 0, text, origin, q->diag) : 0;
}

static int take_policy(struct coco_qemu_import *q, bool *ret_es)
{
	const char *text = coco_qemu_opt(&q->guest->o, "policy");

	return text != NULL ? coco_import_policy(q->im, text, "-object, policy", ret_es, q->diag) :
			      0;
}

/* Properties that change SEV_FEATURES. */
static int take_features(struct coco_qemu_import *q)
{
	unsigned features = 1;
	char text[16];

	if (is_on(coco_qemu_opt(&q->guest->o, "debug-swap")))
		features |= 1U << 5;
	if (is_on(coco_qemu_opt(&q->guest->o, "secure-tsc")))
		features |= 1U << 9;
	if (features == 1)
		return 0;
	snprintf(text, sizeof(text), "0x%x", features);
	return coco_import_set(q->im, COCO_PROFILE_GUEST_FEATURES, 0, text,
			       "-object, debug-swap and secure-tsc", q->diag);
}

static int take_snp(struct coco_qemu_import *q)
{
	int r = take_policy(q, NULL);

	if (r == 0)
		r = take_features(q);
	if (r == 0)
		r = take_hex(q, "host-data", COCO_PROFILE_GUEST_HOST_DATA);
	if (r == 0)
		r = take_text(q, "id-block", COCO_PROFILE_ID_BLOCK_BLOCK);
	if (r == 0)
		r = take_text(q, "id-auth", COCO_PROFILE_ID_BLOCK_AUTH);
	return r;
}

static int take_tdx(struct coco_qemu_import *q)
{
	int r = take_hex(q, "mrconfigid", COCO_PROFILE_TDX_MRCONFIGID);

	if (r == 0)
		r = take_hex(q, "mrowner", COCO_PROFILE_TDX_MROWNER);
	if (r == 0)
		r = take_hex(q, "mrownerconfig", COCO_PROFILE_TDX_MROWNERCONFIG);
	return r;
}

/* Properties that nothing here knows. */
static int warn_unknown(struct coco_qemu_import *q)
{
	static const char *const known[] = {
		"qom-type", "id", "policy", "kernel-hashes", "host-data", "id-block", "id-auth",
		"author-key-enabled", "auth-key-enabled", "debug-swap", "secure-tsc", "cbitpos",
		"reduced-phys-bits", "sev-device", "handle", "dh-cert-file", "session-file",
		"guest-visible-workarounds", "vcek-disabled", "vcek-required", "tsc-frequency",
		"legacy-vm-type", "mrconfigid", "mrowner", "mrownerconfig", "sept-ve-disable",
		"quote-generation-socket", "quote-generation-service", "attributes",
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->guest->o.n; i++) {
		const char *key = q->guest->o.v[i].key;
		bool found = strncmp(key, "quote-generation-socket.", 24) == 0;

		for (size_t k = 0; !found && k < COCO_ARRAY_LEN(known); k++)
			found = strcmp(key, known[k]) == 0;
		if (!found)
			r = coco_import_warn(q->im, q->diag,
					     "-object %s, %.60s is not known here and "
					     "may be measured",
					     coco_qemu_opt(&q->guest->o, "qom-type"), key);
	}
	return r;
}

/* An IGVM file says what is loaded, in place of firmware and vCPU state. */
static int take_igvm(struct coco_qemu_import *q)
{
	const char *id = coco_qemu_opt(&q->machine, "igvm-cfg");
	const struct coco_qemu_entry *e =
		id != NULL ? coco_qemu_by(q, "object", "id", id) : NULL;
	const char *file = e != NULL ? coco_qemu_opt(&e->o, "file") : NULL;

	if (id == NULL)
		return 0;
	if (file == NULL)
		return coco_fail(q->diag, COCO_E_PROFILE_ARGV,
				 "-machine names igvm-cfg \"%.60s\", and no object has that id and "
				 "a file", id);
	return coco_import_set(q->im, COCO_PROFILE_FIRMWARE_IGVM, 0, file, "-object igvm-cfg, file",
			       q->diag);
}

int coco_qemu_guest(struct coco_qemu_import *q)
{
	bool es = false;
	int r = find_guest(q);

	if (r != 0)
		return r;
	const char *type =
		q->guest != NULL ? coco_qemu_opt(&q->guest->o, "qom-type") : "";
	q->platform = "vtpm";
	if (strcmp(type, "sev-snp-guest") == 0) {
		q->platform = "snp";
		r = take_snp(q);
	} else if (strcmp(type, "sev-guest") == 0) {
		r = take_policy(q, &es);
		q->platform = es ? "sev-es" : "sev";
	} else if (strcmp(type, "tdx-guest") == 0) {
		q->platform = "tdx";
		r = take_tdx(q);
	}
	if (q->hints->platform != NULL)
		q->platform = q->hints->platform;
	if (r == 0)
		r = coco_import_set(q->im, COCO_PROFILE_PLATFORMS, 0, q->platform,
				    q->hints->platform != NULL ? "given" :
				    q->guest != NULL ? "-object" : "no confidential guest object",
				    q->diag);
	if (r == 0 && q->guest != NULL)
		r = warn_unknown(q);
	return r == 0 ? take_igvm(q) : r;
}
