/*
 * import_kata.c - a launch profile from a Kata configuration and its drop-ins
 * (see import.h).
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/mem.h"
#include "formats/measure/import.h"
#include "formats/measure/kata_cmdline.h"

struct kata {
	struct coco_import *im;
	const struct coco_import_hints *hints;
	struct coco_diag *diag;
	const struct coco_import_kata_file *files;
	struct coco_toml *docs;    /* n parsed files, in the order in which they apply */
	size_t n;
	const char *platform;
	uint64_t vcpus;            /* at least, at launch */
	uint32_t max_vcpus;
};

/* The value of a key of a section ("hypervisor.qemu"), from the last file that has it. */
static const struct coco_toml_value *find(const struct kata *k, const char *outer,
					  const char *inner, const char *key, size_t *ret_file)
{
	for (size_t i = k->n; i > 0; i--) {
		const struct coco_toml_value *v = coco_toml_find(&k->docs[i - 1].root, outer);

		if (v != NULL && v->type == COCO_TOML_TABLE && inner != NULL)
			v = coco_toml_find(v, inner);
		if (v == NULL || v->type != COCO_TOML_TABLE)
			continue;
		if (key == NULL)
			return v;
		v = coco_toml_find(v, key);
		if (v == NULL)
			continue;
		if (ret_file != NULL)
			*ret_file = i - 1;
		return v;
	}
	return NULL;
}

static int wrong(struct kata *k, const struct coco_toml_value *v, size_t file, const char *key,
		 const char *wanted)
{
	coco_diag_source(k->diag, "%s", k->files[file].name);
	return coco_toml_fail(v, key, COCO_E_PROFILE_KATA, k->diag, "%s is %s, not %s", key,
			      coco_toml_type_name(v->type), wanted);
}

/* Each leaves *ret as it is when the key is absent. */
static int get_text(struct kata *k, const char *outer, const char *inner, const char *key,
		    const char **ret)
{
	size_t file = 0;
	const struct coco_toml_value *v = find(k, outer, inner, key, &file);

	if (v == NULL)
		return 0;
	if (v->type != COCO_TOML_STRING || memchr(v->u.text, 0, v->n) != NULL)
		return wrong(k, v, file, key, "a string");
	*ret = v->u.text;
	return 0;
}

static int get_bool(struct kata *k, const char *outer, const char *inner, const char *key,
		    bool *ret)
{
	size_t file = 0;
	const struct coco_toml_value *v = find(k, outer, inner, key, &file);

	if (v == NULL)
		return 0;
	if (v->type != COCO_TOML_BOOL)
		return wrong(k, v, file, key, "true or false");
	*ret = v->u.boolean;
	return 0;
}

static int get_number(struct kata *k, const char *outer, const char *inner, const char *key,
		      int64_t *ret)
{
	size_t file = 0;
	const struct coco_toml_value *v = find(k, outer, inner, key, &file);

	if (v == NULL)
		return 0;
	/* vCPUs may be parts of one */
	if (v->type == COCO_TOML_REAL && v->u.real >= 0 && v->u.real < 4096) {
		*ret = (int64_t)v->u.real;
		*ret += (double)*ret < v->u.real;
		return 0;
	}
	if (v->type != COCO_TOML_INTEGER)
		return wrong(k, v, file, key, "a number");
	*ret = v->u.integer;
	return 0;
}

#define QEMU "hypervisor", "qemu"

/* A string of hypervisor.qemu into a key of the profile, when it is not empty. */
static int take(struct kata *k, const char *key, enum coco_profile_id id, size_t row)
{
	const char *text = "";
	size_t file = 0;
	char origin[160];
	int r = get_text(k, QEMU, key, &text);

	if (r != 0 || text[0] == '\0')
		return r;
	(void)find(k, QEMU, key, &file);
	const char *slash = strrchr(k->files[file].name, '/');
	snprintf(origin, sizeof(origin), "%s of %.100s", key,
		 slash != NULL ? slash + 1 : k->files[file].name);
	return coco_import_set(k->im, id, row, text, origin, k->diag);
}

static int incomplete(struct kata *k, const char *what, const char *hint)
{
	coco_diag_hint(k->diag, "%s", hint);
	return coco_fail(k->diag, COCO_E_PROFILE_INCOMPLETE, "%s", what);
}

/* ---- platform ------------------------------------------------------------------------ */

static int take_platform(struct kata *k)
{
	bool confidential = false;
	bool snp = false;
	int64_t policy = -1;
	int r = get_bool(k, QEMU, "confidential_guest", &confidential);

	if (r == 0)
		r = get_bool(k, QEMU, "sev_snp_guest", &snp);
	if (r == 0)
		r = get_number(k, QEMU, "snp_guest_policy", &policy);
	if (r != 0)
		return r;
	k->platform = k->hints->platform;
	if (k->platform == NULL && !confidential)
		k->platform = "vtpm";
	else if (k->platform == NULL && snp)
		k->platform = "snp";
	else if (k->platform == NULL &&
		 find(k, QEMU, "tdx_quote_generation_service_socket_port", NULL) != NULL)
		k->platform = "tdx";
	if (k->platform == NULL)
		return incomplete(k, "the configuration does not say which kind of confidential "
				  "guest it is: Kata takes what the node has",
				  "give --platform snp or --platform tdx");
	r = coco_import_set(k->im, COCO_PROFILE_PLATFORMS, 0, k->platform,
			    k->hints->platform != NULL ? "given" :
			    "confidential_guest, sev_snp_guest", k->diag);
	if (r != 0 || strcmp(k->platform, "snp") != 0)
		return r;
	char text[24] = "0x30000";
	if (policy >= 0)
		snprintf(text, sizeof(text), "0x%" PRIx64, (uint64_t)policy);
	return coco_import_set(k->im, COCO_PROFILE_GUEST_POLICY, 0, text,
			       policy >= 0 ? "snp_guest_policy" : "QEMU's default", k->diag);
}

/* ---- vCPUs, memory ---------------------------------------------------------------------- */

static int take_vcpus(struct kata *k)
{
	int64_t first = 1;
	int64_t max = 0;
	char text[64];
	int r = get_number(k, QEMU, "default_vcpus", &first);

	if (r == 0)
		r = get_number(k, QEMU, "default_maxvcpus", &max);
	if (r != 0)
		return r;
	if (first == 0)
		first = 1;
	if (max <= 0 || first < 0)
		max = k->hints->max_vcpus;
	else if (k->hints->max_vcpus != 0 && max > k->hints->max_vcpus)
		max = k->hints->max_vcpus;
	if (max <= 0)
		return incomplete(k,
				  "default_maxvcpus is 0: the number of processors of the node is "
				  "in the command line",
				  "give it with --max-vcpus N (nproc on the node)");
	if (first < 0 || first > max)
		first = max;
	if (max > COCO_PROFILE_VCPUS)
		return coco_fail(k->diag, COCO_E_PROFILE_KATA, "%" PRId64 " vCPUs are too many",
				 max);
	k->max_vcpus = (uint32_t)max;
	snprintf(text, sizeof(text), "%" PRId64 "-%" PRId64, first, max);
	return coco_import_set(k->im, COCO_PROFILE_CPU_COUNTS, 0, text,
			       "default_vcpus and up: CPU limits of a pod are added", k->diag);
}

static int take_cpu(struct kata *k)
{
	static const char note[] = "the model that Kata asks for";
	int64_t mib = 2048;
	int r = 0;

	if (strcmp(k->platform, "snp") == 0)
		r = coco_import_set(k->im, COCO_PROFILE_CPU_MODELS, 0, "EPYC-v4", note, k->diag);
	if (r == 0)
		r = get_number(k, QEMU, "default_memory", &mib);
	if (r == 0 && (mib <= 0 || mib > (int64_t)1 << 30))
		r = coco_fail(k->diag, COCO_E_PROFILE_KATA, "default_memory is not usable");
	if (r == 0)
		r = coco_import_size(k->im, (uint64_t)mib << 20,
				     "default_memory, without the limits "
				     "of a pod", k->diag);
	if (r == 0 && k->platform[0] != 's')
		r = coco_import_warn(k->im, k->diag, "memory limits of a pod are added to "
				     "default_memory, and %s measures the size: list what pods get "
				     "in "
				     "memory.sizes", k->platform);
	return r;
}

/* ---- command line ------------------------------------------------------------------------ */

/* Settings that add words which are not known here. */
static int warn_words(struct kata *k)
{
	static const struct {
		const char *outer;
		const char *inner;
		const char *key;
	} list[] = {
		{ QEMU, "enable_debug" }, { "agent", "kata", "enable_debug" },
		{ "agent", "kata", "enable_tracing" }, { QEMU, "enable_iommu" },
		{ "runtime", NULL, "enable_tracing" },
	};
	static const char *const numbers[] = { "cdh_api_timeout", "container_pipe_size",
					       "image_pull_timeout" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(list); i++) {
		bool on = false;

		r = get_bool(k, list[i].outer, list[i].inner, list[i].key, &on);
		if (r == 0 && on)
			r = coco_import_warn(k->im, k->diag,
					     "%s.%s changes the command line: compare "
					     "boot.append with a running pod",
					     list[i].inner != NULL ?
					     list[i].inner : list[i].outer, list[i].key);
	}
	for (size_t i = 0; r == 0 && i < COCO_ARRAY_LEN(numbers); i++) {
		int64_t v = 0;

		r = get_number(k, "agent", "kata", numbers[i], &v);
		if (r == 0 && v != 0)
			r = coco_import_warn(k->im, k->diag,
					     "agent.kata.%s changes the command line: "
					     "compare boot.append with a running pod", numbers[i]);
	}
	return r;
}

static int get_cmdline(struct kata *k, struct coco_kata_cmdline *c)
{
	const char *image = "";
	bool no_selinux = true;
	int64_t timeout = 0;
	int r = get_text(k, QEMU, "image", &image);

	c->image = image[0] != '\0';
	c->max_vcpus = k->max_vcpus;
	if (r == 0)
		r = get_text(k, QEMU, "kernel_verity_params", &c->verity);
	if (r == 0)
		r = get_text(k, QEMU, "rootfs_type", &c->rootfs_type);
	if (r == 0)
		r = get_text(k, QEMU, "kernel_params", &c->params);
	if (r == 0)
		r = get_bool(k, QEMU, "disable_guest_selinux", &no_selinux);
	if (r == 0)
		r = get_bool(k, "agent", "kata", "debug_console_enabled", &c->debug_console);
	if (r == 0)
		r = get_number(k, "agent", "kata", "launch_process_timeout", &timeout);
	c->selinux = !no_selinux;
	c->launch_timeout = timeout > 0 ? (uint64_t)timeout : 0;
	return r;
}

static int take_cmdline(struct kata *k)
{
	struct coco_kata_cmdline c = { .image = false };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;
	int r = get_cmdline(k, &c);

	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_KATA_CMDLINE_MAX);
	r = coco_kata_cmdline_write(&wr, &c, k->diag);
	if (r != 0) {
		coco_wr_free(&wr);
		return r;
	}
	r = coco_wr_finish(&wr, &text, &n, k->diag);
	if (r == 0)
		r = coco_import_set(k->im, COCO_PROFILE_BOOT_APPEND, 0, (const char *)text,
				    "as Kata 3.30 builds it; compare with /proc/cmdline of a pod",
				    k->diag);
	coco_free(text);
	if (r == 0 && !c.image)
		r = coco_import_warn(k->im, k->diag,
				     "an initrd instead of an image: its command line "
				     "was not compared with a running pod");
	return r == 0 ? warn_words(k) : r;
}

/* ---- files ----------------------------------------------------------------------------------- */

static int take_disk(struct kata *k)
{
	const char *params = "";
	const char *image = "";
	const char *root = NULL;
	char hex[513];
	size_t n = 0;
	int r = get_text(k, QEMU, "image", &image);

	if (r == 0 && image[0] != '\0')
		r = take(k, "image", COCO_PROFILE_DISK_IMAGE, 0);
	if (r == 0)
		r = get_text(k, QEMU, "kernel_verity_params", &params);
	if (r != 0 || image[0] == '\0')
		return r;
	if (!coco_kata_verity(params, "root_hash", &root, &n) || n >= sizeof(hex))
		return coco_import_warn(k->im, k->diag,
					"no root_hash in kernel_verity_params: nothing "
					"measures the image");
	snprintf(hex, sizeof(hex), "%.*s", (int)n, root);
	r = coco_import_set(k->im, COCO_PROFILE_DISK_PARTITION, 0, "1", "Kata's images: data, then "
			    "hashes", k->diag);
	return r == 0 ? coco_import_set(k->im, COCO_PROFILE_DISK_ROOT_HASH, 0, hex,
					"root_hash of kernel_verity_params", k->diag) : r;
}

static int take_files(struct kata *k)
{
	int r = coco_import_set(k->im, COCO_PROFILE_VMM_NAME, 0, "qemu", NULL, k->diag);

	if (r == 0)
		r = take(k, "machine_type", COCO_PROFILE_VMM_MACHINE, 0);
	if (r == 0)
		r = take(k, "firmware", COCO_PROFILE_FIRMWARE_FILE, 0);
	if (r == 0)
		r = take(k, "firmware_volume", COCO_PROFILE_FIRMWARE_VARS, 0);
	if (r == 0)
		r = take(k, "kernel", COCO_PROFILE_BOOT_KERNEL, 0);
	if (r == 0)
		r = take(k, "initrd", COCO_PROFILE_BOOT_INITRD, 0);
	if (r == 0 && k->platform[0] == 's')
		r = coco_import_set(k->im, COCO_PROFILE_BOOT_KERNEL_HASHES, 0, "true",
				    "Kata sets kernel-hashes=on", k->diag);
	if (r == 0 && strcmp(k->platform, "snp") == 0)
		r = take(k, "snp_id_block", COCO_PROFILE_ID_BLOCK_BLOCK, 0);
	if (r == 0 && strcmp(k->platform, "snp") == 0)
		r = take(k, "snp_id_auth", COCO_PROFILE_ID_BLOCK_AUTH, 0);
	return r == 0 ? take_disk(k) : r;
}

static int run(struct kata *k)
{
	if (find(k, QEMU, NULL, NULL) == NULL) {
		coco_diag_source(k->diag, "%s", k->files[0].name);
		return coco_fail(k->diag, COCO_E_PROFILE_KATA,
				 "there is no section hypervisor.qemu");
	}
	int r = take_platform(k);
	if (r == 0)
		r = take_vcpus(k);
	if (r == 0)
		r = take_files(k);
	if (r == 0)
		r = take_cpu(k);
	return r == 0 ? take_cmdline(k) : r;
}

int coco_import_kata(struct coco_import *ret, const struct coco_import_kata_file *files,
		     size_t n, const struct coco_import_hints *hints, struct coco_diag *diag)
{
	struct coco_import im = { .n_notes = 0 };
	struct kata k = { .im = &im, .hints = hints, .diag = diag, .files = files };
	int r = 0;

	if (n == 0 || n > COCO_IMPORT_KATA_FILES)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "%zu files of a configuration", n);
	k.docs = coco_zalloc(n, sizeof(*k.docs));
	if (k.docs == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a configuration");
	for (; r == 0 && k.n < n; k.n += r == 0) {
		r = coco_toml_parse(&k.docs[k.n], files[k.n].text, diag);
		if (r != 0)
			coco_diag_source(diag, "%s", files[k.n].name);
	}
	if (r == 0)
		r = run(&k);
	for (size_t i = 0; i < k.n; i++)
		coco_toml_free(&k.docs[i]);
	coco_free(k.docs);
	if (r != 0)
		coco_import_free(&im);
	else
		*ret = im;
	return r;
}
