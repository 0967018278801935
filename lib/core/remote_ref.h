/*
 * remote_ref.h - key references that only the network reaches:
 *
 *   kbs+https://HOST[:PORT][/PREFIX]/repo/type/tag   a key broker, by attestation
 *   kbs+http://...                                   the same at this machine, without TLS
 *   cdh:///repo/type/tag                             this guest's Confidential Data Hub
 *
 * The form is judged here. Fetching is the work of a function that the program
 * hands in (keyref.h), since nothing in core opens a connection.
 */
#ifndef COCO_REMOTE_REF_H
#define COCO_REMOTE_REF_H

#include "formats/core/resource_id.h"

enum { COCO_REMOTE_URL = 1024 };

struct coco_remote_ref {
	bool cdh;
	char url[COCO_REMOTE_URL];       /* of the broker: "https://HOST:PORT/PREFIX"; "" for cdh */
	struct coco_resource_id id;
};

/* coco_remote_scheme - true for the first n characters of a reference before its colon. */
bool coco_remote_scheme(const char *word, size_t n);

/*
 * coco_remote_ref_parse - takes a reference of such a scheme apart. Credentials, a query,
 * a fragment, and kbs+http to another machine are refused. USAGE_KEYREF.
 */
int coco_remote_ref_parse(const char *ref, struct coco_remote_ref *ret, struct coco_diag *diag)
	COCO_MUSTUSE;

/* coco_remote_loopback - whether a URL names this machine: 127.0.0.0/8, ::1 or localhost. */
bool coco_remote_loopback(const char *url);

#endif
