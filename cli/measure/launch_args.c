/*
 * launch_args.c - options of the measure commands into requests (see
 * launch_args.h).
 */
#include "cli/measure/launch_args.h"

#include <inttypes.h>
#include <string.h>

#include "formats/core/err_measure.h"
#include "formats/core/hex.h"
#include "formats/core/mem.h"
#include "formats/measure/kernel_hashes.h"
#include "formats/measure/vcpu_model.h"
#include "lib/core/io.h"

static unsigned digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

int coco_launch_args_number(const char *option, const char *text, uint64_t max, uint64_t *ret,
			    struct coco_diag *diag)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	unsigned base = hex ? 16 : 10;
	const char *at = hex ? text + 2 : text;
	bool good = *at != '\0';
	uint64_t v = 0;

	for (; good && *at != '\0'; at++) {
		unsigned d = digit_of(*at);

		good = d < base && !coco_mul64_overflows(v, base, &v) &&
		       !coco_add64_overflows(v, d, &v);
	}
	if (!good || v > max)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--%s: \"%s\" is not a number up to 0x%" PRIx64, option, text,
				 max);
	*ret = v;
	return 0;
}

int coco_launch_args_boot(struct coco_launch_args *a, const struct coco_opts_boot *o,
			  struct coco_diag *diag)
{
	size_t n = 0;

	a->req.firmware = o->firmware;
	a->req.kernel = o->kernel;
	a->req.initrd = o->initrd;
	a->req.trim = o->append_form != 0;
	if (o->append == NULL)
		return 0;
	if (o->append[0] != '@') {
		a->req.append = coco_view_of(o->append, strlen(o->append));
		return 0;
	}
	int r = coco_read_file(o->append + 1, COCO_CMDLINE_MAX, &a->append, &n, diag);
	if (r == 0)
		a->req.append = coco_view_of(a->append, n);
	return r;
}

/* A decimal number from *at on, which moves past it; 0: there is none, or too large. */
static uint32_t take_count(const char **at)
{
	uint32_t v = 0;

	for (; **at >= '0' && **at <= '9'; (*at)++) {
		v = v * 10 + (uint32_t)(**at - '0');
		if (v > COCO_LAUNCH_VCPUS)
			return 0;
	}
	return v;
}

/* Marks the counts that the list names. */
static int mark_counts(bool *marked, const char *list, struct coco_diag *diag)
{
	for (const char *at = list;;) {
		uint32_t from = take_count(&at);
		uint32_t to = from;

		if (*at == '-') {
			at++;
			to = take_count(&at);
		}
		if (from == 0 || to < from || (*at != ',' && *at != '\0'))
			return coco_fail(diag, COCO_E_VCPU_COUNT,
					 "--vcpus: \"%s\" is not a list of numbers from 1 to %d",
					 list, COCO_LAUNCH_VCPUS);
		for (uint32_t n = from; n <= to; n++)
			marked[n] = true;
		if (*at == '\0')
			return 0;
		at++;
	}
}

int coco_launch_args_counts(const char *list, uint32_t **ret, size_t *ret_n,
			    struct coco_diag *diag)
{
	bool *marked = coco_zalloc(COCO_LAUNCH_VCPUS + 1, sizeof(*marked));
	uint32_t *counts = coco_alloc(COCO_LAUNCH_VCPUS, sizeof(*counts));
	size_t n_counts = 0;
	int r;

	if (marked == NULL || counts == NULL)
		r = coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a list of vCPU counts");
	else
		r = mark_counts(marked, list, diag);
	for (uint32_t n = 1; r == 0 && n <= COCO_LAUNCH_VCPUS; n++)
		if (marked[n])
			counts[n_counts++] = n;
	coco_free(marked);
	if (r != 0) {
		coco_free(counts);
		return r;
	}
	*ret = counts;
	*ret_n = n_counts;
	return 0;
}

static void add_model(struct coco_launch_args *a, const struct coco_vcpu_model *m)
{
	for (size_t i = 0; i < a->req.n_vcpus; i++)
		if (a->vcpus[i].type == m->name)
			return;
	a->vcpus[a->req.n_vcpus++] = (struct coco_launch_vcpu){ m->name, m->signature };
}

static int add_models(struct coco_launch_args *a, const char *list, struct coco_diag *diag)
{
	const struct coco_vcpu_model *m;

	if (strcmp(list, "all") == 0) {
		for (size_t i = 0; (m = coco_vcpu_model_at(i)) != NULL; i++)
			add_model(a, m);
		return 0;
	}
	for (const char *at = list;; at++) {
		size_t n = strcspn(at, ",");

		m = coco_vcpu_model_find(at, n);
		if (m == NULL)
			return coco_fail(diag, COCO_E_VCPU_TYPE,
					 "--vcpu-type: the model \"%.*s\" is not known",
					 (int)coco_min_size(n, 64), at);
		add_model(a, m);
		at += n;
		if (*at == '\0')
			return 0;
	}
}

int coco_launch_args_vcpus(struct coco_launch_args *a, const struct coco_opts_vcpus *o,
			   struct coco_diag *diag)
{
	size_t known = 0;
	uint64_t v;

	a->req.vmm = (enum coco_vmm)o->vmm;
	a->req.ec2_reset = (enum coco_ec2_reset)o->ec2_reset;
	int r = coco_launch_args_counts(o->vcpus != NULL ? o->vcpus : "1", &a->counts,
					&a->req.n_counts, diag);
	if (r != 0)
		return r;
	a->req.counts = a->counts;
	while (coco_vcpu_model_at(known) != NULL)
		known++;
	a->vcpus = coco_zalloc(known, sizeof(*a->vcpus));
	if (a->vcpus == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a list of models");
	a->req.vcpus = a->vcpus;
	if (o->type != NULL)
		return add_models(a, o->type, diag);
	if (o->signature == NULL)
		return 0;
	r = coco_launch_args_number("vcpu-sig", o->signature, UINT32_MAX, &v, diag);
	if (r == 0)
		a->vcpus[a->req.n_vcpus++].signature = (uint32_t)v;
	return r;
}

int coco_launch_args_digest(struct coco_launch_args *a, const char *hex, struct coco_diag *diag)
{
	if (hex == NULL)
		return 0;
	if (strlen(hex) != 2 * sizeof(a->digest) ||
	    coco_hex_decode(a->digest, sizeof(a->digest), hex, strlen(hex), NULL) != 0)
		return coco_fail(diag, COCO_E_USAGE_VALUE,
				 "--firmware-digest: not 96 hexadecimal digits");
	a->req.firmware_digest = a->digest;
	return 0;
}

void coco_launch_args_free(struct coco_launch_args *a)
{
	coco_free(a->counts);
	coco_free(a->vcpus);
	coco_free(a->append);
}
