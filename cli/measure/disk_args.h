/*
 * disk_args.h - options of a boot from a disk, for the commands that predict
 * one, into a request of lib/measure/vtpm.h.
 */
#ifndef COCO_DISK_ARGS_H
#define COCO_DISK_ARGS_H

#include "cli/measure/opts_disk.h"
#include "lib/measure/vtpm.h"

/* The options behind struct coco_opts_disk_boot; s is the option struct, m the member. */
#define COCO_OPTIONS_DISK_BOOT(s, m)                                                      \
	{ .name = "disk", .kind = COCO_KIND_INPUT, .arg = "IMAGE", .conflicts = "uki",    \
	  .help = "disk that OVMF boots from", COCO_BIND_STR(s, m.disk) },                \
	COCO_OPTION_DISK_FORMAT(s, m.format),                                             \
	{ .name = "entry", .kind = COCO_KIND_STRING, .flags = COCO_OPT_SHARED,            \
	  .arg = "PATH", .requires = "disk",                                              \
	  .help = "image on it that systemd-boot starts", COCO_BIND_STR(s, m.entry) },    \
	{ .name = "boot-device", .kind = COCO_KIND_STRING, .arg = "DEVICE",               \
	  .help = "it is virtio-blk:SLOT or sata:PORT",                                   \
	  COCO_BIND_STR(s, m.boot_device) },                                              \
	{ .name = "uki", .kind = COCO_KIND_INPUT, .arg = "FILE",                          \
	  .help = "unified kernel image on some disk", COCO_BIND_STR(s, m.uki) },         \
	{ .name = "loader", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_SHARED,            \
	  .arg = "FILE", .requires = "uki",                                               \
	  .help = "systemd-boot, which starts it", COCO_BIND_STR(s, m.loader) },          \
	{ .name = "loader-conf", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_SHARED,       \
	  .arg = "FILE", .requires = "loader", .help = "its loader.conf",                 \
	  COCO_BIND_STR(s, m.loader_conf) },                                              \
	{ .name = "extra", .kind = COCO_KIND_INPUT,                                       \
	  .flags = COCO_OPT_REPEAT | COCO_OPT_SHARED, .arg = "FILE", .requires = "uki",   \
	  .help = "*.addon.efi, *.cred, *.raw beside it", COCO_BIND_LIST(s, m.extras) },  \
	{ .name = "global", .kind = COCO_KIND_INPUT,                                      \
	  .flags = COCO_OPT_REPEAT | COCO_OPT_SHARED, .arg = "FILE", .requires = "uki",   \
	  .help = "*.addon.efi, *.cred in loader/", COCO_BIND_LIST(s, m.globals) },       \
	{ .name = "uki-profile", .kind = COCO_KIND_U32, .flags = COCO_OPT_SHARED,         \
	  .arg = "N", .def = "0", .max = 255, .help = "which of its profiles",            \
	  COCO_BIND_U32(s, m.profile) }

/* The machine, and what QEMU puts around a kernel, in the same way. */
#define COCO_OPTIONS_DIRECT_MORE(s, mach, shi, dt)                                        \
	{ .name = "machine", .kind = COCO_KIND_STRING, .flags = COCO_OPT_SHARED,          \
	  .arg = "TYPE", .def = "q35", .help = "machine type, as pc-q35-9.2 or pc",       \
	  COCO_BIND_STR(s, mach) },                                                       \
	{ .name = "shim", .kind = COCO_KIND_FLAG, .flags = COCO_OPT_SHARED,               \
	  .requires = "kernel", .help = "QEMU has -shim", COCO_BIND_FLAG(s, shi) },       \
	{ .name = "dtb", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_SHARED,               \
	  .arg = "FILE", .requires = "kernel", .help = "device tree of QEMU's -dtb",      \
	  COCO_BIND_STR(s, dt) }

/* coco_machine_is_other - whether a machine type (NULL: none) is known and not q35. */
bool coco_machine_is_other(const char *type);

/* coco_disk_args - the request borrows from the options. */
void coco_disk_args(const struct coco_opts_disk_boot *o, struct coco_vtpm_request *req);

#endif
