/*
 * search_args.c - options of measure search into a request (see search_args.h).
 */
#include "cli/measure/search_args.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/kernel_hashes.h"
#include "lib/core/io.h"

enum {
	LINES_MAX = 64 << 20,   /* bytes of a file of command lines */
	SNP_DIGEST = 48,
	SEV_DIGEST = 32,
	RTMR2 = 3,              /* among the values of a quote */
	PLATFORM_SNP = 0,       /* words of --platform */
	PLATFORM_TDX = 3,       /* boots from here on */
	PLATFORM_TPM = 4,
	PLATFORM_VTPM = 5,      /* the same in the words of a profile */
};

/* Values of SEV_FEATURES that hosts are known to set. */
static const uint64_t usual_features[] = { 0x1, 0x21, 0x201, 0x221, 0x5, 0x9, 0x11 };

static int vary_error(struct coco_diag *diag, const char *name, const char *value)
{
	return coco_fail(diag, COCO_E_SEARCH_VARY, "--vary %s: \"%.64s\" is not usable", name,
			 value);
}

/* ---- what is looked for ------------------------------------------------------------ */

static int take_actual(struct coco_search_args *a, const char *text, struct coco_diag *diag)
{
	size_t n = strlen(text);

	if (n % 2 == 0 && n / 2 <= sizeof(a->actual) && n > 0 &&
	    coco_hex_decode(a->actual, n / 2, text, n, NULL) == 0) {
		a->n_actual = n / 2;
		return 0;
	}
	a->is_file = true;
	int r = coco_observed_load(&a->observed, text, diag);
	if (r != 0)
		return r;
	if (a->observed.kind == COCO_OBSERVED_LOG) {
		a->is_boot = true;
		a->boot.log = &a->observed.log;
		return 0;
	}
	if (a->observed.kind == COCO_OBSERVED_EVIDENCE) {
		a->is_boot = a->observed.peek.kind == COCO_EVIDENCE_TDX_QUOTE;
		memcpy(a->actual, a->observed.peek.value[a->is_boot ? RTMR2 : 0].value,
		       SNP_DIGEST);
		a->n_actual = SNP_DIGEST;
		return 0;
	}
	coco_diag_source(diag, "%s", text);
	return coco_fail(diag, COCO_E_SEARCH_UNDECIDED,
			 "a record is not something observed: measure diff compares records");
}

/* RTMR2, or PCR 9 of the bank that has digests of this size. */
static int take_register(struct coco_search_args *a, bool tdx, struct coco_diag *diag)
{
	static const uint16_t algs[] = { COCO_TCG_SHA1, COCO_TCG_SHA256, COCO_TCG_SHA384,
					 COCO_TCG_SHA512 };

	bool first = a->reg == NULL || strcmp(a->reg, "rtmr2") == 0 || strcmp(a->reg, "pcr9") == 0;

	a->is_boot = true;
	a->boot.value = first ? a->actual : NULL;
	for (size_t i = 0; i < COCO_ARRAY_LEN(algs); i++)
		if (coco_tcg_alg_size(algs[i]) == a->n_actual &&
		    (!tdx || algs[i] == COCO_TCG_SHA384)) {
			a->boot.alg = algs[i];
			a->alg = algs[i];
			return 0;
		}
	return coco_fail(diag, COCO_E_USAGE_VALUE, "--actual: no register has %zu bytes",
			 a->n_actual);
}

/* What was read says by itself which platform it is of. */
static int check_kind(const struct coco_search_args *a, const struct coco_cli *cli, int platform,
		      struct coco_diag *diag)
{
	bool right = true;

	if (!coco_cli_given(cli, "platform"))
		return 0;
	if (a->boot.log != NULL)
		right = platform == (a->boot.log->cc ? PLATFORM_TDX : PLATFORM_TPM);
	else if (a->is_file)
		right = platform == (a->is_boot ? PLATFORM_TDX : PLATFORM_SNP);
	if (right)
		return 0;
	coco_diag_source(diag, "%s", a->opts.actual);
	coco_diag_hint(diag, "leave --platform out, or give what was seen of that platform");
	return coco_fail(diag, COCO_E_USAGE_CONFLICT, "--platform: this is %s %s%s",
			 a->is_boot && a->boot.log != NULL && !a->boot.log->cc ? "the" : "a",
			 a->boot.log == NULL ? coco_observed_kind_name(&a->observed) :
			 a->boot.log->cc ? "TDX " : "",
			 a->boot.log == NULL ? "" :
			 a->boot.log->cc ? "event log" : "event log of a TPM");
}

static int take_platform(struct coco_search_args *a, const struct coco_cli *cli, int platform,
			 struct coco_diag *diag)
{
	static const enum coco_launch_platform platforms[] = {
		COCO_LAUNCH_SNP, COCO_LAUNCH_SEV_ES, COCO_LAUNCH_SEV,
	};
	int r = check_kind(a, cli, platform, diag);

	if (r != 0 || a->boot.log != NULL)
		return r;
	if (a->is_boot || (coco_cli_given(cli, "platform") && platform >= PLATFORM_TDX))
		return take_register(a, a->is_boot || platform == PLATFORM_TDX, diag);
	a->req.platform = coco_cli_given(cli, "platform") ? platforms[platform] :
			  a->n_actual == SEV_DIGEST ? COCO_LAUNCH_SEV_ES : COCO_LAUNCH_SNP;
	size_t want = a->req.platform == COCO_LAUNCH_SNP ? SNP_DIGEST : SEV_DIGEST;
	if (a->n_actual != want)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--actual: a launch digest of this platform has %zu bytes, "
				 "not %zu",
				 want, a->n_actual);
	a->req.actual = a->actual;
	return 0;
}

/* ---- lists --------------------------------------------------------------------------- */

/* The next item of a list with commas; *at moves behind it, and the item is cut out. */
static char *next_item(char **at)
{
	char *item = *at;

	if (item == NULL)
		return NULL;
	char *comma = strchr(item, ',');
	*at = comma != NULL ? comma + 1 : NULL;
	if (comma != NULL)
		*comma = '\0';
	return item;
}

static int take_features(struct coco_search_args *a, char *list, struct coco_diag *diag)
{
	char *item;

	a->req.n_features = 0;
	a->req.features = a->features;
	if (strcmp(list, "all") == 0) {
		memcpy(a->features, usual_features, sizeof(usual_features));
		a->req.n_features = COCO_ARRAY_LEN(usual_features);
		return 0;
	}
	while ((item = next_item(&list)) != NULL) {
		if (a->req.n_features == COCO_SEARCH_FEATURES)
			return coco_fail(diag, COCO_E_SEARCH_SPACE, "--vary features: too many");
		int r = coco_launch_args_number("vary features", item, UINT64_MAX,
						&a->features[a->req.n_features++], diag);
		if (r != 0)
			return r;
	}
	return 0;
}

/* A set of the words in names, or all of them. */
static int take_set(const char *option, char *list, const char *const *names, unsigned *ret,
		    struct coco_diag *diag)
{
	char *item;

	*ret = 0;
	while ((item = next_item(&list)) != NULL) {
		bool known = false;

		for (unsigned i = 0; names[i] != NULL; i++)
			if (strcmp(item, names[i]) == 0 || strcmp(item, "all") == 0) {
				*ret |= 1U << i;
				known = true;
			}
		if (!known)
			return vary_error(diag, option, item);
	}
	return 0;
}

static int add_line(struct coco_search_args *a, const uint8_t *p, size_t n,
		    struct coco_diag *diag)
{
	void *lines = a->lines;

	if (a->req.n_lines == COCO_SEARCH_LINES)
		return coco_fail(diag, COCO_E_SEARCH_SPACE, "more than %d command lines",
				 COCO_SEARCH_LINES);
	if (!coco_grow(&lines, &a->cap_lines, a->req.n_lines, sizeof(*a->lines),
		       COCO_SEARCH_LINES))
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for command lines");
	a->lines = lines;
	a->req.lines = a->lines;
	a->lines[a->req.n_lines++] = coco_view_of(p, n);
	return 0;
}

/* A file of candidates, one per line; an empty line is an empty command line. */
static int take_lines(struct coco_search_args *a, const char *value, struct coco_diag *diag)
{
	size_t n = 0;
	int r = 0;

	if (value[0] != '@')
		return add_line(a, (const uint8_t *)value, strlen(value), diag);
	if (a->lines_text != NULL)
		return vary_error(diag, "append", value);
	r = coco_read_file(value + 1, LINES_MAX, &a->lines_text, &n, diag);
	for (size_t at = 0; r == 0 && at < n;) {
		const uint8_t *end = memchr(a->lines_text + at, '\n', n - at);
		size_t len = end != NULL ? (size_t)(end - (a->lines_text + at)) : n - at;

		r = add_line(a, a->lines_text + at, len, diag);
		at += len + 1;
	}
	return r;
}

/* "none" is a choice of initrds. */
static int take_paths(struct coco_path_list *list, char *value, bool none,
		      struct coco_diag *diag)
{
	char *item;
	int r = 0;

	while (r == 0 && (item = next_item(&value)) != NULL)
		r = none && strcmp(item, "none") == 0 ? coco_path_list_add(list, NULL, diag)
					      : coco_path_list_take(list, item, diag);
	return r;
}

/* ---- --vary ------------------------------------------------------------------------------ */

static const char *const vmms[] = { "qemu", "ec2", "gce", "krun", NULL };
static const char *const resets[] = { "rdx-600", "rdx-0", NULL };
static const char *const forms[] = { "exact", "trimmed", NULL };
static const char *const hashes[] = { "off", "on", NULL };

/* What --vary says about things that have an option of their own, too. */
struct varied {
	const char *vcpus;
	const char *type;
	unsigned vmms;
	unsigned resets;
	unsigned forms;
	unsigned hashes;
	bool features;
	bool lines;
};

static int take_one(struct coco_search_args *a, struct varied *v, const char *name, char *value,
		    struct coco_diag *diag)
{
	if (strcmp(name, "vcpus") == 0) {
		for (char *dots = value; (dots = strstr(dots, "..")) != NULL;) {
			dots[0] = '-';
			memmove(dots + 1, dots + 2, strlen(dots + 2) + 1);
		}
		v->vcpus = value;
		return 0;
	}
	if (strcmp(name, "vcpu-type") == 0) {
		v->type = value;
		return 0;
	}
	if (strcmp(name, "features") == 0) {
		v->features = true;
		return take_features(a, value, diag);
	}
	if (strcmp(name, "append") == 0) {
		v->lines = true;
		return take_lines(a, value, diag);
	}
	if (strcmp(name, "vmm") == 0)
		return take_set(name, value, vmms, &v->vmms, diag);
	if (strcmp(name, "ec2-reset") == 0)
		return take_set(name, value, resets, &v->resets, diag);
	if (strcmp(name, "append-form") == 0)
		return take_set(name, value, forms, &v->forms, diag);
	if (strcmp(name, "hashes") == 0)
		return take_set(name, value, hashes, &v->hashes, diag);
	if (strcmp(name, "firmware") == 0)
		return take_paths(&a->firmware, value, false, diag);
	if (strcmp(name, "kernel") == 0)
		return take_paths(&a->kernels, value, false, diag);
	if (strcmp(name, "initrd") == 0)
		return take_paths(&a->initrds, value, true, diag);
	if (strcmp(name, "uki") == 0) {
		a->opts.from.uki = value;
		return take_paths(&a->ukis, value, false, diag);
	}
	if (strcmp(name, "memory") == 0)
		a->opts.memory = value;
	else if (strcmp(name, "firmware-generation") == 0)
		a->opts.generation = value;
	else if (strcmp(name, "qemu-version") == 0)
		a->opts.qemu_version = value;
	else if (strcmp(name, "acpi") == 0)
		a->opts.acpi = value;
	else
		return vary_error(diag, name, "unknown name");
	return 0;
}

/* Where the next "name=" begins: behind a comma, lower-case letters and '-' before '='. */
static char *next_name(char *at)
{
	for (char *comma = strchr(at, ','); comma != NULL; comma = strchr(comma + 1, ',')) {
		size_t n = strspn(comma + 1, "abcdefghijklmnopqrstuvwxyz-0123456789");

		if (n > 0 && comma[1 + n] == '=')
			return comma;
	}
	return NULL;
}

/* "vcpus=1..64,vmm=qemu,ec2"; an append that is text takes the rest of its word. */
static int take_word(struct coco_search_args *a, struct varied *v, char *word,
		     struct coco_diag *diag)
{
	int r = 0;

	while (r == 0 && word != NULL) {
		char *equals = strchr(word, '=');
		char *next = NULL;

		if (equals == NULL)
			return vary_error(diag, "NAME=LIST", word);
		if (strncmp(word, "append=", 7) != 0 || word[7] == '@')
			next = next_name(word);
		if (next != NULL)
			*next++ = '\0';
		*equals = '\0';
		r = take_one(a, v, word, equals + 1, diag);
		word = next;
	}
	return r;
}

static int take_vary(struct coco_search_args *a, struct varied *v,
		     const struct coco_strlist *words, struct coco_diag *diag)
{
	size_t n = 1;
	int r = 0;

	for (size_t i = 0; i < words->n; i++)
		n += strlen(words->v[i]) + 1;
	a->vary = coco_alloc(n, 1);
	if (a->vary == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a list");
	char *at = a->vary;
	for (size_t i = 0; r == 0 && i < words->n; i++) {
		size_t len = strlen(words->v[i]) + 1;

		memcpy(at, words->v[i], len);
		r = take_word(a, v, at, diag);
		at += len;
	}
	return r;
}

/* ---- the request ---------------------------------------------------------------------------- */

static int take_files(struct coco_search_args *a, const struct coco_opts_measure_search *o,
		      const struct varied *v, struct coco_diag *diag)
{
	int r = 0;

	if (a->firmware.n == 0 && o->firmware != NULL)
		r = coco_path_list_take(&a->firmware, o->firmware, diag);
	if (r == 0 && a->kernels.n == 0 && o->kernel != NULL)
		r = coco_path_list_add(&a->kernels, o->kernel, diag);
	if (r == 0 && a->initrds.n == 0)
		r = coco_path_list_add(&a->initrds, o->initrd, diag);
	if (r == 0 && a->ukis.n == 0 && o->from.uki != NULL)
		r = coco_path_list_take(&a->ukis, o->from.uki, diag);
	for (size_t i = 0; r == 0 && i < a->kernels.n; i++)
		r = coco_path_list_add(&a->images, a->kernels.path[i], diag);
	for (size_t i = 0; r == 0 && i < a->ukis.n; i++)
		r = coco_path_list_add(&a->images, a->ukis.path[i], diag);
	if (r == 0 && !v->lines)
		r = take_lines(a, o->append != NULL && o->append[0] != '@' ? o->append : "", diag);
	if (r != 0)
		return r;
	if (!v->lines && o->append != NULL && o->append[0] == '@') {
		size_t n = 0;

		r = coco_read_file(o->append + 1, COCO_CMDLINE_MAX, &a->lines_text, &n, diag);
		a->lines[0] = coco_view_of(a->lines_text, n);
	}
	a->req.firmware = (const char *const *)a->firmware.path;
	a->req.n_firmware = a->firmware.n;
	a->req.kernels = (const char *const *)a->kernels.path;
	a->req.n_kernels = v->hashes == 1 ? 0 : a->kernels.n;
	a->req.initrds = (const char *const *)a->initrds.path;
	a->req.n_initrds = a->initrds.n;
	a->req.without_hashes = v->hashes != 2;
	a->req.forms = v->forms != 0 ? v->forms : 3;
	a->boot.lines = a->req.lines;
	a->boot.n_lines = v->lines || o->append != NULL ? a->req.n_lines : 0;
	a->boot.initrds = a->req.initrds;
	a->boot.n_initrds = a->initrds.n;
	a->boot.kernels = (const char *const *)a->images.path;
	a->boot.n_kernels = a->images.n;
	return r;
}

static int take_cpus(struct coco_search_args *a, const struct coco_cli *cli,
		     const struct coco_opts_measure_search *o, struct varied *v,
		     struct coco_diag *diag)
{
	const char *vcpus = v->vcpus != NULL ? v->vcpus : o->cpu.vcpus;
	const char *type = v->type != NULL ? v->type : o->cpu.type;
	struct coco_opts_vcpus cpu = { .signature = v->type == NULL ? o->cpu.signature : NULL };
	char all[] = "all";

	cpu.vcpus = vcpus != NULL ? vcpus : "1-64";
	cpu.type = type != NULL || cpu.signature != NULL ? type : "all";
	int r = coco_launch_args_vcpus(&a->launch, &cpu, diag);
	if (r != 0)
		return r;
	a->req.counts = a->launch.req.counts;
	a->req.n_counts = a->launch.req.n_counts;
	a->req.vcpus = a->launch.req.vcpus;
	a->req.n_vcpus = a->launch.req.n_vcpus;
	a->req.vmms = v->vmms != 0 ? v->vmms :
		      coco_cli_given(cli, "vmm") ? 1U << o->cpu.vmm : 15;
	a->req.ec2_resets = v->resets != 0 ? v->resets : 3;
	if (v->features)
		return 0;
	if (o->features == NULL)
		return take_features(a, all, diag);
	a->req.features = a->features;
	a->req.n_features = 1;
	return coco_launch_args_number("guest-features", o->features, UINT64_MAX, a->features,
				       diag);
}

int coco_search_args_take(struct coco_search_args *a, struct coco_cli *cli,
			  const struct coco_opts_measure_search *o, struct coco_diag *diag)
{
	struct varied v = { .vcpus = NULL };

	a->opts = *o;
	if (a->opts.platform == PLATFORM_VTPM)
		a->opts.platform = PLATFORM_TPM;
	a->reg = o->reg;
	int r = take_actual(a, o->actual, diag);
	if (r == 0)
		r = take_platform(a, cli, a->opts.platform, diag);
	if (r == 0)
		r = take_vary(a, &v, &o->vary, diag);
	if (r == 0)
		r = take_files(a, o, &v, diag);
	if (r == 0 && v.vcpus != NULL)
		a->opts.cpu.vcpus = v.vcpus;
	if (r == 0 && a->is_boot)
		return coco_search_guest_take(a, cli, diag);
	return r == 0 ? take_cpus(a, cli, o, &v, diag) : r;
}

void coco_search_args_free(struct coco_search_args *a)
{
	coco_observed_free(&a->observed);
	coco_launch_args_free(&a->launch);
	coco_path_list_free(&a->firmware);
	coco_path_list_free(&a->kernels);
	coco_path_list_free(&a->initrds);
	coco_path_list_free(&a->ukis);
	coco_path_list_free(&a->images);
	coco_free(a->lines_text);
	coco_free(a->lines);
	coco_free(a->vary);
	coco_search_guest_free(a->guest);
}

/* ---- the answer ---------------------------------------------------------------------------- */

static void put_quoted(struct coco_wr *wr, const char *p, size_t n)
{
	coco_wr_str(wr, " '");
	for (size_t i = 0; i < n; i++)
		if (p[i] == '\'')
			coco_wr_str(wr, "'\\''");
		else
			coco_wr_u8(wr, (uint8_t)p[i]);
	coco_wr_str(wr, "'");
}

void coco_search_put(struct coco_wr *wr, const char *option, const char *p, size_t n)
{
	coco_wr_printf(wr, " --%s", option);
	put_quoted(wr, p, n);
}

static void put_path(struct coco_wr *wr, const char *option, const char *path)
{
	coco_search_put(wr, option, path, strlen(path));
}

static void put_vcpus(struct coco_wr *wr, const struct coco_search_args *a,
		      const struct coco_launch_candidate *c)
{
	coco_wr_printf(wr, " --vcpus %" PRIu32 " --vmm %s", c->count, coco_vmm_name(c->vmm));
	if (c->vmm == COCO_VMM_EC2 && c->ec2_reset == COCO_EC2_RDX_0)
		coco_wr_str(wr, " --ec2-reset rdx-0");
	if (c->vcpu != NULL && c->vcpu->type != NULL)
		coco_wr_printf(wr, " --vcpu-type %s", c->vcpu->type);
	else if (c->vcpu != NULL)
		coco_wr_printf(wr, " --vcpu-sig 0x%" PRIx32, c->vcpu->signature);
	if (a->req.platform == COCO_LAUNCH_SNP)
		coco_wr_printf(wr, " --guest-features 0x%" PRIx64, c->features);
}

void coco_search_args_command(const struct coco_search_args *a,
			      const struct coco_launch_candidate *c, struct coco_wr *wr)
{
	static const char *const commands[] = { "snp", "sev", "sev-es" };

	coco_wr_printf(wr, "cococtl measure %s", commands[a->req.platform]);
	put_path(wr, "firmware", a->req.firmware[c->firmware]);
	if (a->req.platform != COCO_LAUNCH_SEV)
		put_vcpus(wr, a, c);
	if (!c->hashes)
		return;
	put_path(wr, "kernel", a->req.kernels[c->kernel]);
	if (a->req.initrds[c->initrd] != NULL)
		put_path(wr, "initrd", a->req.initrds[c->initrd]);
	coco_wr_str(wr, " --append");
	put_quoted(wr, (const char *)a->req.lines[c->line].p, a->req.lines[c->line].n);
	if (c->trim)
		coco_wr_str(wr, " --append-form trimmed");
}
