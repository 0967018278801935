/*
 * fake_qemu.h - a program that answers as QEMU does under -qtest: a bridge, a
 * few devices and fw_cfg, whole or with one defect. A test binary that was
 * started with "-fake" among its words is this program.
 */
#ifndef COCO_FAKE_QEMU_H
#define COCO_FAKE_QEMU_H

#include <stdbool.h>

/* What it does after "-fake": "good" or one of the defects that fake_qemu.c lists. */

/* coco_fake_qemu - runs as the program when the words say so, and then exits. */
void coco_fake_qemu(int argc, char **argv);

/* coco_fake_qemu_self - the path of the running test binary; static. */
const char *coco_fake_qemu_self(void);

#endif
