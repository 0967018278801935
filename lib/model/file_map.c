/*
 * file_map.c - regions of a file from its tensor header (see file_map.h).
 */
#include "lib/model/file_map.h"

#include <string.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "formats/model/gguf.h"
#include "formats/model/safetensors.h"
#include "lib/core/io.h"

enum file_kind { KIND_BYTES, KIND_SAFETENSORS, KIND_GGUF };

static bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s);
	size_t k = strlen(suffix);

	return n >= k && strcmp(s + n - k, suffix) == 0;
}

/* The content decides for GGUF (it has a magic), the name for safetensors. */
static enum file_kind kind_of(const char *path, const uint8_t *head, size_t n)
{
	if (n >= 4 && memcmp(head, "GGUF", 4) == 0)
		return KIND_GGUF;
	return ends_with(path, ".safetensors") ? KIND_SAFETENSORS : KIND_BYTES;
}

static int read_head(int fd, uint64_t want, uint8_t **head, size_t *n, struct coco_diag *diag)
{
	uint8_t *p = coco_realloc(*head, (size_t)want, 1);

	if (p == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a tensor header");
	*head = p;
	int r = coco_pread_full(fd, p + *n, (size_t)want - *n, *n, "a model file", diag);
	if (r == 0)
		*n = (size_t)want;
	return r;
}

/*
 * Parses the header into tm. *ret_bad: a format error (in bad), which is a
 * warning for the packer.
 */
static int parse(int fd, enum file_kind kind, uint64_t size, uint8_t **head, size_t *n,
		 struct coco_tensor_map *tm, struct coco_diag *bad, struct coco_diag *diag)
{
	uint64_t need = 0;

	if (kind == KIND_SAFETENSORS) {
		if (coco_safetensors_need(coco_view_of(*head, *n), size, &need, bad) != 0)
			return 0;
		int r = need > *n ? read_head(fd, need, head, n, diag) : 0;
		if (r == 0)
			(void)!coco_safetensors_parse(tm, coco_view_of(*head, *n), size, bad);
		return r;
	}
	for (;;) {
		if (coco_gguf_parse(tm, &need, coco_view_of(*head, *n), size, bad) != 0 ||
		    need == 0)
			return 0;
		int r = read_head(fd, need, head, n, diag);
		if (r != 0)
			return r;
	}
}

static enum coco_transform_hint hint_of(enum coco_tensor_class class)
{
	switch (class) {
	case COCO_TENSOR_BF16:
		return COCO_TRANSFORM_HINT_BF16;
	case COCO_TENSOR_F16:
		return COCO_TRANSFORM_HINT_FP16;
	case COCO_TENSOR_F32:
		return COCO_TRANSFORM_HINT_FP32;
	case COCO_TENSOR_OTHER:
	case COCO_TENSOR_F64:
	case COCO_TENSOR_F8:
	case COCO_TENSOR_F4:
	case COCO_TENSOR_INT:
	case COCO_TENSOR_QUANT:
	case COCO_TENSOR_CLASSES:
		break;
	}
	return COCO_TRANSFORM_HINT_OTHER;
}

static int one_region(struct coco_file_map *m, uint64_t size, struct coco_diag *diag)
{
	m->regions = coco_zalloc(1, sizeof(*m->regions));
	if (m->regions == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a file's regions");
	m->regions[0] = (struct coco_region){ 0, size, COCO_TRANSFORM_HINT_UNKNOWN };
	m->n_regions = 1;
	return 0;
}

static int take_regions(struct coco_file_map *m, enum file_kind kind,
			const struct coco_tensor_map *tm, struct coco_diag *diag)
{
	m->regions = coco_zalloc(tm->n_regions, sizeof(*m->regions));
	m->dtypes = coco_zalloc(COCO_TENSOR_CLASSES, sizeof(*m->dtypes));
	if (m->regions == NULL || m->dtypes == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a file's regions");
	for (size_t i = 0; i < tm->n_regions; i++)
		m->regions[i] = (struct coco_region){ tm->regions[i].offset,
						      tm->regions[i].length,
						      hint_of(tm->regions[i].class) };
	m->n_regions = tm->n_regions;
	m->tensors = tm->n_tensors;
	for (unsigned c = COCO_TENSOR_OTHER + 1; c < COCO_TENSOR_CLASSES; c++) {
		const char *name = coco_tensor_class_name((enum coco_tensor_class)c);
		struct coco_dtype_sum *d = &m->dtypes[m->n_dtypes];

		if (tm->count[c] == 0)
			continue;
		memcpy(d->name, name, coco_min_size(strlen(name), sizeof(d->name) - 1));
		d->tensors = tm->count[c];
		d->bytes = tm->bytes[c];
		m->n_dtypes++;
	}
	strcpy(m->kind, kind == KIND_GGUF ? "gguf" : "safetensors");
	return 0;
}

static int map_open_file(const struct coco_run *run, const struct coco_tree *tree, size_t i, int fd,
			 struct coco_file_map *m, struct coco_diag *diag)
{
	const struct coco_tree_file *f = &tree->files[i];
	struct coco_tensor_map tm = { .n_regions = 0 };
	struct coco_diag bad = { 0 };
	uint8_t *head = NULL;
	size_t n = 0;
	uint64_t first = coco_min_u64(f->size, COCO_GGUF_MIN_HEAD);
	int r = read_head(fd, first, &head, &n, diag);
	enum file_kind kind = r == 0 ? kind_of(f->path, head, n) : KIND_BYTES;

	if (r == 0 && kind == KIND_GGUF && f->size > n)
		r = read_head(fd, coco_min_u64(f->size, COCO_GGUF_FIRST_HEAD), &head, &n, diag);
	if (r == 0 && kind != KIND_BYTES)
		r = parse(fd, kind, f->size, &head, &n, &tm, &bad, diag);
	coco_free(head);
	if (r == 0 && bad.code == COCO_E_LIMIT_MEMORY)
		r = coco_fail(diag, bad.code, "no memory for a tensor header");
	if (r == 0 && bad.code != 0) {
		char name[256];

		coco_log(run, 0, "%s: its %s header is malformed (%s at offset %llu); packed as "
			 "plain bytes", coco_tree_name(run, tree, i, name, sizeof(name)),
			 kind == KIND_GGUF ? "GGUF" : "safetensors", coco_err_info(bad.code)->id,
			 (unsigned long long)bad.offset);
	}
	if (r == 0)
		r = tm.n_regions != 0 ? take_regions(m, kind, &tm, diag)
				      : one_region(m, f->size, diag);
	coco_tensor_map_free(&tm);
	return r;
}

int coco_file_map_read(const struct coco_run *run, const struct coco_tree *tree, size_t i,
		       struct coco_file_map *ret, struct coco_diag *diag)
{
	const struct coco_tree_file *f = &tree->files[i];
	struct coco_file_map m = { .n_regions = 0 };
	int fd = -1;
	int r = 0;

	/* nothing that starts with neither magic nor a telling name is opened twice */
	if (f->size < COCO_GGUF_MIN_HEAD ||
	    (f->size < (64 << 10) && !ends_with(f->path, ".safetensors") &&
	     !ends_with(f->path, ".gguf"))) {
		r = f->size != 0 ? one_region(&m, f->size, diag) : 0;
	} else {
		r = coco_tree_open(run, tree, i, &fd, diag);
		if (r == 0) {
			r = map_open_file(run, tree, i, fd, &m, diag);
			close(fd);
		}
	}
	if (r != 0) {
		coco_file_map_free(&m);
		return r;
	}
	*ret = m;
	return 0;
}

void coco_file_map_free(struct coco_file_map *m)
{
	coco_free(m->regions);
	coco_free(m->dtypes);
	*m = (struct coco_file_map){ .n_regions = 0 };
}

size_t coco_file_map_at(const struct coco_file_map *m, uint64_t offset)
{
	size_t low = 0;
	size_t high = m->n_regions;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (m->regions[mid].offset <= offset)
			low = mid;
		else
			high = mid;
	}
	return low;
}
