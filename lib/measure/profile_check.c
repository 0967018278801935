/*
 * profile_check.c - what a launch profile lacks (see profile_check.h).
 */
#include "lib/measure/profile_check.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "formats/core/b64.h"
#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/known_value.h"
#include "formats/measure/vcpu_model.h"
#include "lib/core/io.h"
#include "lib/measure/profile_check_priv.h"

int coco_profile_find(struct coco_profile_work *c, enum coco_finding_kind kind, const char *id,
		      const char *title, const char *fmt, ...)
{
	struct coco_findings *f = c->out;
	va_list ap;

	if (!coco_grow((void **)&f->v, &f->cap, f->n, sizeof(*f->v), COCO_FINDINGS))
		return coco_fail(c->diag, f->n == COCO_FINDINGS ? COCO_E_LIMIT_SIZE :
				 COCO_E_LIMIT_MEMORY, "too many findings, or no memory for them");
	struct coco_finding *v = &f->v[f->n++];
	*v = (struct coco_finding){ .kind = kind, .id = id };
	snprintf(v->title, sizeof(v->title), "%s", title);
	va_start(ap, fmt);
	vsnprintf(v->detail, sizeof(v->detail), fmt, ap);
	va_end(ap);
	f->counts[kind]++;
	return 0;
}

int coco_profile_good(struct coco_profile_work *c, const char *id, const char *title)
{
	return coco_profile_find(c, COCO_FINDING_GOOD, id, title, "%s", "");
}

static const char *text(const struct coco_profile_work *c, enum coco_profile_id id)
{
	return coco_profile_text(c->p, id);
}

static bool is(const char *a, const char *b)
{
	return a != NULL && strcmp(a, b) == 0;
}

/* ---- files ------------------------------------------------------------------------ */

/* One path; *ret_bad counts what is wrong. */
static int check_path(struct coco_profile_work *c, const struct coco_profile_key *key,
		      const char *path,
		      size_t *ret_bad)
{
	bool dir = key->kind == COCO_PROFILE_KIND_DIR;
	bool disk = strcmp(key->table, "disk") == 0;
	struct stat st;

	if (stat(path, &st) != 0) {
		(*ret_bad)++;
		return coco_profile_find(c, COCO_FINDING_INCOMPLETE, "file.absent",
					 "files are there",
			    "%s.%s: %.120s: %s", key->table, key->name, path,
			    errno == ENOENT ? "there is no such file" :
					      "it cannot be looked at");
	}
	if (dir ? S_ISDIR(st.st_mode) : S_ISREG(st.st_mode) || (disk && S_ISBLK(st.st_mode)))
		return 0;
	(*ret_bad)++;
	return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "file.kind",
				 "files are of the right kind",
		    "%s.%s: %.120s is no %s", key->table, key->name, path,
		    dir ? "directory" : "regular file");
}

/* Every path of the profile exists and is what it should be. */
static int check_files(struct coco_profile_work *c)
{
	size_t wrong = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->p->n; i++) {
		const struct coco_profile_value *v = &c->p->v[i];
		const struct coco_profile_key *key = coco_profile_key_at(v->id);

		if (key->kind != COCO_PROFILE_KIND_PATH && key->kind != COCO_PROFILE_KIND_DIR)
			continue;
		for (size_t k = 0; r == 0 && k < v->n; k++)
			r = check_path(c, key, v->texts[k], &wrong);
	}
	return r == 0 && wrong == 0 ? coco_profile_good(c, "files", "every file is there") : r;
}

/* ---- firmware ------------------------------------------------------------------------ */

static int read_firmware(struct coco_profile_work *c, const char *path)
{
	static const char title[] = "the firmware is an image with a table";
	struct coco_diag inner;
	uint8_t *p = NULL;
	size_t n = 0;

	coco_diag_init(&inner);
	int r = coco_read_file(path, COCO_OVMF_MAX, &p, &n, &inner);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(c->diag, r, "%s", inner.message);
	if (r == COCO_E_IO_OPEN || r == COCO_E_IO_KIND)
		return 0;   /* check_files has said so */
	if (r == 0)
		r = coco_ovmf_parse(&c->ovmf, coco_view_of(p, n), &inner);
	if (r == 0 && !c->ovmf.has_table)
		r = coco_fail(&inner, COCO_E_FIRMWARE_TABLE, "it has no table of GUIDs");
	if (r == 0 && c->ovmf.has_sev && (c->snp || c->es || c->sev)) {
		r = coco_sev_metadata_parse(&c->sev_list, coco_view_of(p, n),
					    c->ovmf.sev_distance, &inner);
		c->have_list = r == 0;
	}
	coco_free(p);
	if (r != 0)
		return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "firmware.image", title,
					 "%s",
			    inner.message);
	c->have_firmware = true;
	return coco_profile_good(c, "firmware.image", title);
}

static int check_platform_metadata(struct coco_profile_work *c)
{
	int r = 0;

	if (!c->have_firmware)
		return 0;
	if (c->snp)
		r = c->have_list ? coco_profile_good(c, "firmware.snp",
					"the firmware can start SEV-SNP guests") :
		    coco_profile_find(c, COCO_FINDING_CONTRADICTION, "firmware.snp",
			 "the firmware can start SEV-SNP guests",
			 "it has no SEV metadata: take a build with SEV-SNP support "
			 "(OVMF.amdsev.fd, or Debian's OVMF.fd from 2022.11 on)");
	if (r == 0 && (c->snp || c->es)) {
		const struct coco_profile_value *v =
			coco_profile_get(c->p, COCO_PROFILE_CPU_COUNTS, 0);
		bool many = v != NULL && (v->n > 1 || strcmp(v->texts[0], "1") != 0);

		if (c->ovmf.has_reset && c->ovmf.reset_eip != 0)
			r = coco_profile_good(c, "firmware.reset",
				 "the firmware says where further vCPUs start");
		else
			r = coco_profile_find(c,
					      many ? COCO_FINDING_CONTRADICTION
							      : COCO_FINDING_WARNING,
				 "firmware.reset", "the firmware says where further vCPUs start",
				 "it has no SEV-ES reset block: only one vCPU can be measured");
	}
	if (r == 0 && c->tdx)
		r = c->ovmf.has_tdx ? coco_profile_good(c, "firmware.tdx",
							"the firmware can start TDX guests") :
		    coco_profile_find(c, COCO_FINDING_CONTRADICTION, "firmware.tdx",
			 "the firmware can start TDX guests",
			 "it has no TDX metadata: take OVMF.inteltdx.fd");
	return r;
}

static int check_firmware(struct coco_profile_work *c)
{
	const char *file = text(c, COCO_PROFILE_FIRMWARE_FILE);
	bool igvm = text(c, COCO_PROFILE_FIRMWARE_IGVM) != NULL;

	if (file == NULL && igvm)
		return coco_profile_find(c, COCO_FINDING_WARNING, "firmware.igvm",
					 "the firmware is named",
			    "an IGVM file describes the guest: cococtl measure igvm computes it");
	if (file == NULL)
		return coco_profile_find(c, COCO_FINDING_INCOMPLETE, "firmware.named",
					 "the firmware is named",
			    "add firmware.file: the image that the VMM loads");
	int r = read_firmware(c, file);
	return r == 0 ? check_platform_metadata(c) : r;
}

/* ---- kernel -------------------------------------------------------------------------- */

static bool has_hash_area(const struct coco_profile_work *c)
{
	return c->ovmf.has_hashes && c->ovmf.hashes_base != 0;
}

static int check_hashes(struct coco_profile_work *c, bool kernel)
{
	static const char title[] = "the firmware has a place for the hashes of the kernel";
	const char *hashes = text(c, COCO_PROFILE_BOOT_KERNEL_HASHES);
	bool amd = c->snp || c->sev || c->es;
	bool section = c->have_list && coco_sev_metadata_find(&c->sev_list,
							      COCO_SEV_KERNEL_HASHES) != NULL;

	if (!amd || !kernel)
		return 0;
	if (is(hashes, "false"))
		return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "kernel.hashes",
			    "the kernel of the profile is measured",
			    "kernel_hashes is false: the VMM hands the kernel over unmeasured; set "
			    "kernel-hashes=on in the VMM and true here, or leave the kernel out");
	int r = hashes != NULL ? coco_profile_good(c, "kernel.hashes",
						   "the kernel of the profile is measured") :
		coco_profile_find(c, COCO_FINDING_WARNING, "kernel.hashes",
		     "the kernel of the profile is measured",
		     "kernel_hashes is not set: true is assumed; QEMU needs kernel-hashes=on");
	if (r != 0 || !c->have_firmware)
		return r;
	if (has_hash_area(c) && (!c->snp || section))
		return coco_profile_good(c, "firmware.hashes", title);
	return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "firmware.hashes", title,
		    "only the AmdSev build of OVMF has one: take OVMF.amdsev.fd, or leave the "
		    "kernel "
		    "out");
}

static int check_kernel(struct coco_profile_work *c)
{
	bool kernel = text(c, COCO_PROFILE_BOOT_KERNEL) != NULL;
	bool append = text(c, COCO_PROFILE_BOOT_APPEND) != NULL;
	bool file = text(c, COCO_PROFILE_BOOT_APPEND_FILE) != NULL;
	bool initrd = text(c, COCO_PROFILE_BOOT_INITRD) != NULL;
	bool disk = is(text(c, COCO_PROFILE_VTPM_BOOT), "disk");
	int r = 0;

	if (!kernel && (initrd || append || file))
		r = coco_profile_find(c, COCO_FINDING_INCOMPLETE, "kernel.named",
			 "initrd and command line have a kernel", "add boot.kernel");
	if (r == 0 && append && file)
		r = coco_profile_find(c, COCO_FINDING_CONTRADICTION, "append.once",
			 "the command line is given once",
			 "both boot.append and boot.append_file are set: leave one out");
	if (r == 0 && kernel && !append && !file)
		r = coco_profile_find(c, COCO_FINDING_WARNING, "append.given",
				      "the command line is given",
			 "no boot.append: an empty command line is measured");
	if (r == 0 && kernel && disk)
		r = coco_profile_find(c, COCO_FINDING_CONTRADICTION, "kernel.boot",
			 "the kernel comes from where vtpm.boot says",
			 "vtpm.boot is \"disk\", and there is a boot.kernel");
	if (r == 0 && !kernel && (c->snp || c->sev || c->es))
		r = coco_profile_find(c, COCO_FINDING_WARNING, "kernel.given",
				      "the kernel is measured",
			 "no boot.kernel: whatever the firmware boots is not in the launch digest");
	return r == 0 ? check_hashes(c, kernel) : r;
}

/* ---- vCPUs ----------------------------------------------------------------------------- */

static int check_models(struct coco_profile_work *c)
{
	const struct coco_profile_value *v = coco_profile_get(c->p, COCO_PROFILE_CPU_MODELS, 0);
	int r = 0;

	for (size_t i = 0; r == 0 && v != NULL && i < v->n; i++)
		if (strcmp(v->texts[i], "all") != 0 &&
		    coco_vcpu_model_find(v->texts[i], strlen(v->texts[i])) == NULL)
			r = coco_profile_find(c, COCO_FINDING_CONTRADICTION, "cpu.model",
				 "the vCPU models are known",
				 "\"%.60s\" is not: use one of the EPYC "
				 "models, or cpu.signature", v->texts[i]);
	return r;
}

static int check_cpu(struct coco_profile_work *c)
{
	const char *vmm = text(c, COCO_PROFILE_VMM_NAME);
	bool models = text(c, COCO_PROFILE_CPU_MODELS) != NULL;
	bool signature = text(c, COCO_PROFILE_CPU_SIGNATURE) != NULL;
	int r = 0;

	if ((c->snp || c->es) && !models && !signature && (vmm == NULL || is(vmm, "qemu")))
		r = coco_profile_find(c, COCO_FINDING_INCOMPLETE, "cpu.model",
				      "the vCPU model is named",
			 "QEMU measures it: add cpu.models or cpu.signature");
	else if (models && signature)
		r = coco_profile_find(c, COCO_FINDING_CONTRADICTION, "cpu.once",
				      "the vCPU model is named once",
			 "both cpu.models and cpu.signature are set: leave one out");
	else if (c->snp || c->es)
		r = check_models(c);
	if (r == 0 && coco_profile_get(c->p, COCO_PROFILE_CPU_COUNTS, 0) == NULL &&
	    (c->snp || c->es || c->tdx))
		r = coco_profile_find(c, COCO_FINDING_INCOMPLETE, "cpu.counts",
			 "the numbers of vCPUs are listed",
			 "they are measured: add cpu.counts, as [1, 2, \"4-8\"]");
	return r;
}

/* ---- TDX, vTPM ---------------------------------------------------------------------------- */

static int check_tdx(struct coco_profile_work *c)
{
	bool acpi = text(c, COCO_PROFILE_TDX_ACPI) != NULL ||
		    text(c, COCO_PROFILE_VMM_QEMU) != NULL;
	int r = 0;

	if (!c->tdx)
		return 0;
	if (coco_profile_get(c->p, COCO_PROFILE_MEMORY_SIZES, 0) == NULL)
		r = coco_profile_find(c, COCO_FINDING_INCOMPLETE, "memory.sizes",
				      "the memory sizes are listed",
			 "the list of memory is in RTMR0: add memory.sizes, as [\"4GiB\"]");
	if (r == 0 && !acpi)
		r = coco_profile_find(c, COCO_FINDING_INCOMPLETE, "tdx.acpi",
				      "the ACPI tables can be had",
			 "they are in RTMR0 and come from the VMM: add tdx.acpi (a directory) or "
			 "vmm.qemu (a QEMU binary)");
	if (r == 0 && text(c, COCO_PROFILE_TDX_ADD_PAGE) == NULL)
		r = coco_profile_find(c, COCO_FINDING_WARNING, "tdx.add_page",
				      "the order of pages is settled",
			 "no tdx.add_page: MRTD depends on it; QEMU 9 and later add in a single "
			 "pass");
	return r;
}

/* Whether the whole value of a register is given. */
static bool is_given(const struct coco_profile_work *c, const char *reg)
{
	size_t rows = coco_profile_rows(c->p, COCO_PROFILE_GIVEN_REGISTER);

	for (size_t i = 0; i < rows; i++)
		if (coco_profile_get(c->p, COCO_PROFILE_GIVEN_EVENT, i) == NULL &&
		    is(coco_profile_get(c->p, COCO_PROFILE_GIVEN_REGISTER, i)->texts[0], reg))
			return true;
	return false;
}

/* What PCR 1 is made from. */
static int check_pcr1(struct coco_profile_work *c, bool disk)
{
	bool acpi = text(c, COCO_PROFILE_TDX_ACPI) != NULL ||
		    text(c, COCO_PROFILE_VMM_QEMU) != NULL;
	int r = 0;

	if (is_given(c, "tpm.pcr1"))
		return 0;
	if (!acpi)
		r = coco_profile_find(c, COCO_FINDING_WARNING, "vtpm.acpi",
				      "the ACPI tables can be had",
				      "PCR 1 has them, and they come from the VMM: add tdx.acpi "
				      "(a directory), vmm.qemu (a QEMU binary), or the register's "
				      "value as [[given]]");
	if (r == 0 && disk && text(c, COCO_PROFILE_VTPM_BOOT_DEVICE) == NULL)
		r = coco_profile_find(c, COCO_FINDING_WARNING, "vtpm.boot_device",
				      "the boot entry of the disk is known",
				      "PCR 1 has it: add vtpm.boot_device, as virtio-blk:2");
	return r;
}

static int check_boot(struct coco_profile_work *c)
{
	bool kernel = text(c, COCO_PROFILE_BOOT_KERNEL) != NULL;
	bool disk = coco_profile_rows(c->p, COCO_PROFILE_DISK_IMAGE) != 0 ||
		    text(c, COCO_PROFILE_VTPM_UKI) != NULL;
	int r = 0;

	if (!c->vtpm && !c->tdx)
		return 0;
	if (!kernel && !disk)
		r = coco_profile_find(c, COCO_FINDING_INCOMPLETE, "vtpm.boot",
				      "it is known what boots",
				      "add boot.kernel for a direct boot, or a [[disk]]");
	return r == 0 && c->vtpm ? check_pcr1(c, !kernel && disk) : r;
}

/* ---- given values ------------------------------------------------------------------------- */

/* A whole register: as --known-value takes it. */
static int check_known(struct coco_profile_work *c, const char *reg, const char *hex,
		       bool *ret_good)
{
	static const char title[] = "given values are of registers";
	char text[4 * COCO_MRECORD_DIGEST + COCO_MRECORD_WORD];
	struct coco_known_value known;
	struct coco_diag inner;

	coco_diag_init(&inner);
	int k = snprintf(text, sizeof(text), "%s=%s", reg, hex);
	int r = k < 0 || (size_t)k >= sizeof(text) ? COCO_E_KNOWN_SIZE :
		coco_known_value_parse(&known, reg[1] == 'd' ? "tdx" : "tpm", text, &inner);
	*ret_good = r == 0;
	if (r == 0)
		return 0;
	return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "given.value", title,
				 "%.40s: %.180s", reg,
		    inner.message[0] != '\0' ? inner.message : "the value is too long");
}

/* An event: only measure tdx takes one. */
static int check_event(struct coco_profile_work *c, const char *reg, const char *hex,
		       bool *ret_good)
{
	static const char title[] = "given digests are of events";

	*ret_good = strncmp(reg, "tdx.rtmr", 8) == 0 && strlen(hex) == 96;
	if (*ret_good)
		return 0;
	return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "given.event", title,
		    "an event of %.40s is not taken: only those of tdx.rtmr0 to tdx.rtmr2 are, "
		    "with 96 digits; leave event out and give the register's whole value", reg);
}

static int check_given(struct coco_profile_work *c)
{
	size_t rows = coco_profile_rows(c->p, COCO_PROFILE_GIVEN_REGISTER);
	size_t wrong = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < rows; i++) {
		const char *reg =
			coco_profile_get(c->p, COCO_PROFILE_GIVEN_REGISTER, i)->texts[0];
		const char *hex = coco_profile_get(c->p, COCO_PROFILE_GIVEN_DIGEST, i)->texts[0];
		bool event = coco_profile_get(c->p, COCO_PROFILE_GIVEN_EVENT, i) != NULL;
		bool is_good = false;

		if (strncmp(reg, "tdx.", 4) != 0 && strncmp(reg, "tpm.", 4) != 0)
			r = coco_profile_find(c, COCO_FINDING_CONTRADICTION, "given.register",
				 "given values are of registers",
				 "%.60s is not one of tdx.* or tpm.*", reg);
		else if (strncmp(reg, "tdx.", 4) == 0 ? !c->tdx : !c->vtpm)
			r = coco_profile_find(c, COCO_FINDING_WARNING, "given.platform",
				 "given values are of the platforms",
				 "%.60s is not used: platforms does not have %s", reg,
				 reg[1] == 'd' ? "tdx" : "vtpm");
		else
			r = event ? check_event(c, reg, hex, &is_good)
				  : check_known(c, reg, hex, &is_good);
		wrong += !is_good;
	}
	return r == 0 && rows != 0 && wrong == 0
		       ? coco_profile_good(c, "given.value",
					   "given values are of registers and events") : r;
}

/* ---- host data, ID block ------------------------------------------------------------------ */

static int check_host_data(struct coco_profile_work *c)
{
	bool initdata = text(c, COCO_PROFILE_GUEST_INITDATA) != NULL;
	struct coco_diag inner;
	uint8_t digest[COCO_MRECORD_DIGEST];
	struct stat st;
	size_t n = 0;

	if (!initdata)
		return 0;
	if ((c->snp && text(c, COCO_PROFILE_GUEST_HOST_DATA) != NULL) ||
	    (c->tdx && text(c, COCO_PROFILE_TDX_MRCONFIGID) != NULL))
		return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "initdata.once",
			    "the host data is given once",
			    "both guest.initdata and its register are set: leave one out");
	coco_diag_init(&inner);
	if (stat(text(c, COCO_PROFILE_GUEST_INITDATA), &st) != 0)
		return 0;
	int r = coco_profile_initdata(text(c, COCO_PROFILE_GUEST_INITDATA), digest, &n, NULL,
				      &inner);
	if (r == COCO_E_LIMIT_MEMORY)
		return coco_fail(c->diag, r, "%s", inner.message);
	if (r != 0)
		return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "initdata.form",
			    "the initdata is usable",
			    "%s", inner.message);
	return coco_profile_good(c, "initdata.form", "the initdata is usable");
}

/* The policy within a signed ID block is the guest's. */
static int check_id_block(struct coco_profile_work *c)
{
	enum { POLICY = 0x58 };
	const char *block = text(c, COCO_PROFILE_ID_BLOCK_BLOCK);
	const char *policy = text(c, COCO_PROFILE_GUEST_POLICY);
	char own[24];
	uint8_t *p = NULL;
	uint64_t v = 0;
	size_t n = 0;
	int r = 0;

	if ((block != NULL) != (text(c, COCO_PROFILE_ID_BLOCK_AUTH) != NULL))
		r = coco_profile_find(c, COCO_FINDING_INCOMPLETE, "id_block.pair",
			 "ID block and authentication are both there",
			 "the one is no use without the other");
	if (r != 0 || block == NULL || !c->snp)
		return r;
	r = coco_b64_decode(COCO_B64_ANY, block, strlen(block), &p, &n, c->diag);
	if (r != 0)
		return r;
	for (int i = 7; n == 96 && i >= 0; i--)
		v = v << 8 | p[POLICY + i];
	coco_free(p);
	snprintf(own, sizeof(own), "0x%llx", (unsigned long long)v);
	if (is(policy != NULL ? policy : "0x30000", own))
		return coco_profile_good(c, "id_block.policy",
					 "the ID block has the guest's policy");
	return coco_profile_find(c, COCO_FINDING_CONTRADICTION, "id_block.policy",
		    "the ID block has the guest's policy",
		    "the block was signed for %s, the guest has %s: the processor refuses to start "
		    "it",
		    own, policy != NULL ? policy : "QEMU's default 0x30000");
}

/* ---- together ------------------------------------------------------------------------------ */

int coco_profile_check(const struct coco_run *run, const struct coco_profile *p,
		       struct coco_findings *ret, struct coco_diag *diag)
{
	static int (*const steps[])(struct coco_profile_work *c) = {
		check_files, check_firmware, check_kernel, check_cpu, check_tdx, check_boot,
		check_given, check_host_data, check_id_block, coco_profile_check_disks,
	};
	struct coco_findings out = { .n = 0 };
	struct coco_profile_work c = {
		.run = run,
		.p = p,
		.out = &out,
		.diag = diag,
		.snp = coco_profile_has_platform(p, "snp"),
		.sev = coco_profile_has_platform(p, "sev"),
		.es = coco_profile_has_platform(p, "sev-es"),
		.tdx = coco_profile_has_platform(p, "tdx"),
		.vtpm = coco_profile_has_platform(p, "vtpm"),
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(steps); i++) {
		r = coco_run_check(run, diag);
		if (r == 0)
			r = steps[i](&c);
	}
	if (r != 0)
		coco_findings_free(&out);
	else
		*ret = out;
	return r;
}

void coco_findings_free(struct coco_findings *f)
{
	coco_free(f->v);
	memset(f, 0, sizeof(*f));
}
