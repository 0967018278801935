/*
 * initdata_check.h - whether a guest could live with an initdata document:
 * what breaks it, and what only looks right (broker.md 4, 8).
 */
#ifndef COCO_INITDATA_CHECK_H
#define COCO_INITDATA_CHECK_H

#include "lib/broker/finding.h"
#include "formats/broker/initdata.h"

/*
 * coco_initdata_check - adds what is to be said of a document and of its bytes
 * (TOML). at: seconds since 1970, for the dates of certificates. Errors:
 * LIMIT_MEMORY and LIMIT_COUNT only; what is wrong with the document is a
 * finding:
 *
 *   initdata.algorithm        PASS sha256; WARN another one (SEV-SNP, vTPM)
 *   initdata.entry.missing    FAIL aa.toml or cdh.toml
 *   initdata.toml.syntax      FAIL one of them is no TOML
 *   initdata.toml.type        FAIL an address or certificate that is no text
 *   initdata.url.missing      FAIL in one of them, or no http(s) URL
 *   initdata.url.differ       WARN
 *   initdata.kbc.name         FAIL none, or an unknown one
 *   initdata.kbc.offline      WARN keys from files of the guest
 *   initdata.cert.once        WARN only in one of them
 *   initdata.cert.differ      WARN
 *   initdata.cert.unused      WARN beside a plain http address
 *   initdata.cert.format      FAIL not PEM certificates
 *   initdata.cert.expired     FAIL expired, or not valid yet
 *   initdata.cert.names       FAIL neither a CA nor with host names
 *   initdata.cert.anchor      FAIL alone, and issued by another
 *   initdata.policy.missing   WARN
 *   initdata.policy.package   FAIL not package agent_policy
 *   initdata.text.cr          WARN carriage returns
 *   initdata.annotation.size  WARN over 64 KiB, FAIL over 256 KiB
 */
int coco_initdata_check(const struct coco_initdata *d, struct coco_view toml, int64_t at,
			struct coco_outcomes *list, struct coco_diag *diag) COCO_MUSTUSE;

#endif
