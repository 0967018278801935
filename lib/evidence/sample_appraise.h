/*
 * sample_appraise.h - evidence that nothing here vouches for: Trustee's sample
 * TEE, which any program can write, and devices whose appraiser is not built.
 */
#ifndef COCO_SAMPLE_APPRAISE_H
#define COCO_SAMPLE_APPRAISE_H

#include "lib/evidence/appraiser.h"

/* Rejected always: there is no hardware behind it. Claims: sample.svn, sample.report_data. */
extern const struct coco_appraiser coco_appraiser_sample;
extern const struct coco_appraiser coco_appraiser_sample_device;

/* Never affirmed: GPU evidence is recognised, counted and named as not checked. */
extern const struct coco_appraiser coco_appraiser_gpu_missing;

#endif
