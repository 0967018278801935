/*
 * mint_record.h - values for measurement records in tests.
 */
#ifndef COCO_MINT_RECORD_H
#define COCO_MINT_RECORD_H

/* 96 hexadecimal digits, all the same: MINT_H96("a"). */
#define MINT_H8(c) c c c c c c c c
#define MINT_H32(c) MINT_H8(c) MINT_H8(c) MINT_H8(c) MINT_H8(c)
#define MINT_H96(c) MINT_H32(c) MINT_H32(c) MINT_H32(c)

#endif
