/*
 * pack_part.c - finishing one shard: the part document beside its blobs and
 * journal (see pack_priv.h, formats/model/journal.h).
 */
#include <fcntl.h>
#include <unistd.h>

#include "formats/core/mem.h"
#include "lib/model/pack_priv.h"

int coco_pack_header_digest(const struct coco_pkg_header *h, uint8_t ret[32],
			    struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	int r = coco_pack_header_text(h, &text, &n, diag);

	if (r != 0)
		return r;
	coco_sha256_once(text, n, ret);
	coco_free(text);
	return 0;
}

static int append_tree(struct coco_pack *p, struct coco_diag *diag)
{
	struct coco_record rec = { .type = COCO_RECORD_TREE, .tree.n = p->tree.n };
	int r = coco_pack_header_digest(&p->header, rec.tree.header, diag);

	if (r == 0)
		r = coco_pack_entries(&p->tree, p->maps, &rec.tree.files, diag);
	if (r != 0)
		return r;
	r = coco_journal_append(p->journal, &rec, diag);
	coco_pack_entries_free(rec.tree.files, p->tree.n);
	return r;
}

int coco_pack_file_digest(int dirfd, const char *name, struct coco_digest *ret,
			  struct coco_diag *diag)
{
	struct coco_sha256 sha;
	uint8_t buf[2048];
	int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = -1;

	coco_sha256_init(&sha);
	while (fd >= 0 && (n = read(fd, buf, sizeof(buf))) > 0)
		coco_sha256_update(&sha, buf, (size_t)n);
	if (fd >= 0)
		close(fd);
	if (n != 0)
		return coco_fail(diag, COCO_E_IO_READ, "cannot read the part's %s", name);
	coco_sha256_final(&sha, ret->sha256);
	return 0;
}

int coco_pack_finish_part(struct coco_pack *p, struct coco_pack_result *ret,
			  struct coco_diag *diag)
{
	struct coco_part_doc doc = { .shard = p->req->shard, .shards = p->req->shards,
				     .header = p->header, .digests = p->req->digests };
	struct coco_wr wr;
	uint8_t *text = NULL;
	size_t n = 0;
	int r = append_tree(p, diag);

	if (r != 0)
		return r;
	coco_sha256_once(p->req->plan.p, p->req->plan.n, doc.plan.sha256);
	r = coco_pack_file_digest(p->out.fd, COCO_JOURNAL_NAME, &doc.journal, diag);
	if (r != 0)
		return r;
	coco_wr_init(&wr, COCO_PLAN_DOC_MAX);
	coco_part_doc_encode(&wr, &doc);
	r = coco_wr_finish(&wr, &text, &n, diag);
	if (r != 0)
		return r;
	int fd = openat(p->out.fd, COCO_PART_NAME,
			O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		r = coco_fail(diag, COCO_E_IO_WRITE, "cannot create the part document");
	else
		r = coco_write_full(fd, text, n, COCO_PART_NAME, diag);
	if (fd >= 0)
		close(fd);
	coco_free(text);
	ret->is_part = true;
	return r;
}
