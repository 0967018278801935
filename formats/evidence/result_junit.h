/*
 * result_junit.h - an attestation result as JUnit XML, as CI systems (Jenkins,
 * GitLab) read it: docs/formats/attestation-result.md. One test suite per
 * subject and one for the whole, one test case per check; what was not checked
 * is a skipped one, and the verdict is a case of its own, so that nothing
 * passes which was not affirmed.
 */
#ifndef COCO_RESULT_JUNIT_H
#define COCO_RESULT_JUNIT_H

#include "formats/core/wr.h"
#include "formats/evidence/result.h"

/*
 * coco_result_junit - the document in UTF-8 into wr (sticky failure there).
 * What XML cannot hold (control characters, bytes that are no UTF-8) becomes
 * U+FFFD.
 */
void coco_result_junit(struct coco_wr *wr, const struct coco_result *r, bool authentic_only);

#endif
