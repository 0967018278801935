/*
 * fake_tsm.h - a directory that looks like an entry of configfs-tsm: a thread
 * answers what is written to inblob with a report (SEV-SNP) or quote (TDX) over
 * it, through a pipe in the place of outblob. Nothing in it is signed.
 */
#ifndef COCO_FAKE_TSM_H
#define COCO_FAKE_TSM_H

#include <pthread.h>

#include "tests/support/support.h"

struct coco_fake_tsm {
	const char *provider;   /* "sev_guest\n", "tdx_guest\n", ... */
	unsigned serve;         /* requests that are answered; all of them must come */
	unsigned step;          /* added to the counter by each; 1 when nobody else writes */
	bool foreign;           /* the report is about other data */
	char *dir;              /* where it is, once started */
	pthread_t thread;
};

void coco_fake_tsm_start(struct coco_fake_tsm *f);
void coco_fake_tsm_stop(struct coco_fake_tsm *f);   /* waits for its requests */

#endif
