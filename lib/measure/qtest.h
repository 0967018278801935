/*
 * qtest.h - a QEMU that is asked about its devices before it runs: QEMU's test
 * protocol, lines of text over a socket (measure.md 2.6; QEMU docs/devel/
 * testing/qtest). QEMU is started for it and ended by coco_qtest_stop.
 */
#ifndef COCO_QTEST_H
#define COCO_QTEST_H

#include "lib/core/child.h"
#include "lib/core/run.h"

enum { COCO_QTEST_CHUNK = 1 << 16 };   /* bytes of one read or write at most */

/* A QEMU that answers; opaque but for its owner. */
struct coco_qtest {
	const struct coco_run *run;
	const char *program;
	struct coco_child child;
	int fd;              /* our end of the socket, -1 when none */
	int timer;           /* readable when the time is over, -1 when none */
	char *line;          /* owned: the answer, and what came after it */
	size_t n;            /* bytes in it */
	size_t used;         /* of them the last answer with its line end */
};

/*
 * coco_qtest_start - starts program with args (n of them; borrowed), without
 * KVM, halted and without display, and options for this protocol. seconds is
 * the time that everything until coco_qtest_stop may take. Stop it in any
 * case. Errors: IO_OPEN, LIMIT_MEMORY; QEMU's own refusal shows at the first
 * question.
 */
int coco_qtest_start(struct coco_qtest *q, const struct coco_run *run, const char *program,
		     const char *const *args, size_t n, unsigned seconds, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_qtest_stop(struct coco_qtest *q);   /* fine when it was not started */

/*
 * One question each. Errors: QEMU_RUN (QEMU ended, with what it said, or the
 * time is over), FW_CFG (FAIL, or not an answer), CANCELLED.
 */
int coco_qtest_out32(struct coco_qtest *q, uint16_t port, uint32_t v, struct coco_diag *diag)
	COCO_MUSTUSE;
int coco_qtest_in32(struct coco_qtest *q, uint16_t port, uint32_t *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* Memory of the guest; n from 1 to COCO_QTEST_CHUNK. */
int coco_qtest_write(struct coco_qtest *q, uint64_t address, const void *p, size_t n,
		     struct coco_diag *diag) COCO_MUSTUSE;
int coco_qtest_read(struct coco_qtest *q, uint64_t address, void *ret, size_t n,
		    struct coco_diag *diag) COCO_MUSTUSE;

#endif
