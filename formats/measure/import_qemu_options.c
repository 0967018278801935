/*
 * import_qemu_options.c - QEMU's options, and what becomes of each (see
 * import_qemu.h). What is not in the list is named to the user.
 */
#include <string.h>

#include "formats/measure/import_qemu.h"

#define TAKEN(n, i) { n, i, COCO_QEMU_TAKEN, false }
#define PLAIN(n) { n, NULL, COCO_QEMU_IRRELEVANT, false }
#define ALONE(n) { n, NULL, COCO_QEMU_IRRELEVANT, true }
#define ACPI(n) { n, NULL, COCO_QEMU_ACPI, false }
#define ACPI_ALONE(n) { n, NULL, COCO_QEMU_ACPI, true }
#define MAYBE(n) { n, NULL, COCO_QEMU_RELEVANT, false }

static const struct coco_qemu_option options[] = {
	TAKEN("M", "type"), TAKEN("append", NULL), TAKEN("bios", NULL),
	TAKEN("blockdev", "driver"), TAKEN("cpu", "model"), TAKEN("device", "driver"),
	TAKEN("drive", "file"), TAKEN("dtb", NULL), TAKEN("hda", NULL), TAKEN("hdb", NULL),
	TAKEN("hdc", NULL), TAKEN("hdd", NULL), TAKEN("initrd", NULL), TAKEN("kernel", NULL),
	TAKEN("m", "size"), TAKEN("machine", "type"), TAKEN("object", "qom-type"),
	TAKEN("pflash", NULL), TAKEN("shim", NULL), TAKEN("smp", "cpus"),

	{ "readconfig", NULL, COCO_QEMU_REFUSED, false },
	{ "loadvm", NULL, COCO_QEMU_REFUSED, false },
	{ "incoming", NULL, COCO_QEMU_REFUSED, false },

	MAYBE("global"), MAYBE("set"),

	ACPI("acpitable"), ACPI("boot"), ACPI("cdrom"), ACPI("fw_cfg"), ACPI("nic"), ACPI("net"),
	ACPI("numa"), ACPI("option-rom"), ACPI("smbios"), ACPI("tpmdev"), ACPI("usbdevice"),
	ACPI("uuid"), ACPI("vga"), ACPI("virtfs"), ACPI_ALONE("no-acpi"), ACPI_ALONE("no-hpet"),
	ACPI_ALONE("usb"),

	PLAIN("D"), PLAIN("L"), PLAIN("accel"), PLAIN("action"), PLAIN("add-fd"), PLAIN("audio"),
	PLAIN("audiodev"), PLAIN("chardev"), PLAIN("chroot"), PLAIN("compat"), PLAIN("d"),
	PLAIN("debugcon"), PLAIN("display"), PLAIN("dump-vmstate"), PLAIN("echr"), PLAIN("fsdev"),
	PLAIN("gdb"), PLAIN("icount"), PLAIN("iscsi"), PLAIN("k"), PLAIN("mem-path"), PLAIN("mon"),
	PLAIN("monitor"), PLAIN("msg"), PLAIN("name"), PLAIN("netdev"), PLAIN("overcommit"),
	PLAIN("parallel"), PLAIN("perfmap"), PLAIN("pidfile"), PLAIN("plugin"), PLAIN("qmp"),
	PLAIN("qmp-pretty"), PLAIN("qtest"), PLAIN("qtest-log"), PLAIN("rtc"), PLAIN("run-with"),
	PLAIN("runas"), PLAIN("sandbox"), PLAIN("seed"), PLAIN("serial"), PLAIN("spice"),
	PLAIN("tb-size"), PLAIN("trace"), PLAIN("vnc"), PLAIN("watchdog-action"),

	ALONE("S"), ALONE("async-teardown"), ALONE("daemonize"), ALONE("enable-kvm"),
	ALONE("full-screen"), ALONE("mem-prealloc"), ALONE("no-fd-bootchk"), ALONE("no-reboot"),
	ALONE("no-shutdown"), ALONE("no-user-config"), ALONE("nodefaults"), ALONE("nographic"),
	ALONE("only-migratable"), ALONE("preconfig"), ALONE("s"), ALONE("snapshot"),
};

const struct coco_qemu_option *coco_qemu_option_find(const char *name)
{
	for (size_t i = 0; i < COCO_ARRAY_LEN(options); i++)
		if (strcmp(options[i].name, name) == 0)
			return &options[i];
	return NULL;
}
