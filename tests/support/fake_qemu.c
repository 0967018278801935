/*
 * fake_qemu.c - a program that answers as QEMU does (see fake_qemu.h).
 *
 * Modes: good; irq (interrupt lines between answers); plain (no device with
 * 64-bit memory); port (such a device behind two bridges); loop (bridges
 * without end); fail, garbage, long, short (answers); hang; exit, silent
 * (ends; with a word or none); warn (ends after a warning and an error);
 * close (closes the socket and lives on); loud (1 MiB to standard error);
 * dma (refuses requests); many (files without number); noloader; norsdp;
 * script (a loader script that is none); empty (a file of no bytes);
 * nosmbios; own (the machine sets the size of the window).
 */
#include "tests/support/fake_qemu.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	MEMORY = 0x130000,
	FUNCTIONS = 3,
};

struct file {
	const char *name;
	uint8_t bytes[2048];
	uint32_t n;
};

static const char *mode;
static uint8_t memory[MEMORY];
static struct file files[8];
static unsigned n_files;
static uint32_t config_address;
static uint32_t request_high;
static uint16_t selected;
static uint32_t offset;
static uint32_t registers[FUNCTIONS][64];

static bool is(const char *name)
{
	return strcmp(mode, name) == 0;
}

static void be32(uint8_t *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> (24 - 8 * i) & 0xff);
}

static uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static struct file *add_file(const char *name, uint32_t n)
{
	struct file *f = &files[n_files++];

	f->name = name;
	f->n = n;
	memset(f->bytes, (int)strlen(name), n);
	return f;
}

static void allocate(uint8_t *p, const char *name)
{
	p[0] = 1;
	memcpy(p + 4, name, strlen(name));
	p[60] = 16;
	p[64] = 1;
}

static void make_files(void)
{
	if (!is("noloader")) {
		struct file *f = add_file("etc/table-loader", 1024);

		memset(f->bytes, 0, f->n);
		allocate(f->bytes, "etc/acpi/rsdp");
		allocate(f->bytes + 128, "etc/acpi/tables");
		if (is("script"))
			f->bytes[0] = 9;
	}
	if (!is("norsdp"))
		add_file("etc/acpi/rsdp", is("empty") ? 0 : 20);
	add_file("etc/acpi/tables", 2048);
	if (!is("nosmbios"))
		add_file("etc/smbios/smbios-tables", 100);
	struct file *e = add_file("etc/e820", 20);
	memset(e->bytes, 0, e->n);
	e->bytes[11] = 0x80;   /* 2 GiB of RAM */
	e->bytes[16] = 1;
	struct file *end = add_file("etc/reserved-memory-end", 8);
	memset(end->bytes, 0, end->n);
	end->bytes[4] = 2;     /* 8 GiB */
	if (is("own"))
		add_file("opt/ovmf/X-PciMmio64Mb", 4);
}

/* 00:00.0 the host bridge; 00:01.0 a device, or a bridge before bus 1. */
static void make_devices(void)
{
	registers[0][0] = 0x29c08086;
	registers[1][0] = 0x10441af4;
	registers[1][4] = 0x00000001;       /* I/O */
	registers[1][8] = 0x0000000c;       /* 64 bits, prefetchable */
	if (is("plain"))
		registers[1][8] = 0x00000004;
	if (is("port") || is("loop")) {
		memset(registers[1], 0, sizeof(registers[1]));
		registers[1][0] = 0x000c1b36;
		registers[1][3] = 0x00810000;
		registers[1][9] = 0x00010001;
		registers[2][0] = 0x10441af4;
		registers[2][8] = 0x0000000c;
	}
}

/* The registers of an address; NULL: nothing is there. */
static uint32_t *function_at(uint32_t address)
{
	unsigned bus = address >> 16 & 0xff;
	unsigned devfn = address >> 8 & 0xff;

	if (bus == 0 && devfn == 0)
		return registers[0];
	if (bus == 0 && devfn == 8)
		return registers[1];
	if (is("loop") && devfn == 0)
		return registers[1];
	if (is("port") && bus != 0 && bus == (registers[1][6] >> 8 & 0xff) && devfn == 8)
		return registers[2];
	return NULL;
}

static uint32_t config_read(void)
{
	const uint32_t *f = function_at(config_address);

	return f != NULL ? f[config_address >> 2 & 63] : UINT32_MAX;
}

static void config_write(uint32_t v)
{
	uint32_t *f = function_at(config_address);

	if (f != NULL)
		f[config_address >> 2 & 63] = v;
}

/* The window that was programmed shows in the tables, as in QEMU. */
static void show_window(struct file *f)
{
	memcpy(f->bytes, &registers[1][8], 8);
	memcpy(f->bytes + 8, &registers[1][9], 16);
	memcpy(f->bytes + 24, &registers[1][1], 4);
}

static void directory(uint8_t *ret, uint32_t *ret_n)
{
	be32(ret, is("many") ? 0x7fffffff : n_files);
	for (unsigned i = 0; i < n_files; i++) {
		uint8_t *p = ret + 4 + 64 * i;

		memset(p, 0, 64);
		be32(p, files[i].n);
		p[5] = (uint8_t)(0x20 + i);
		memcpy(p + 8, files[i].name, strlen(files[i].name));
	}
	*ret_n = 4 + 64 * n_files;
}

static void transfer(uint32_t at)
{
	static uint8_t list[4 + 64 * 8];
	uint32_t control = get_be32(memory + at);
	uint32_t length = get_be32(memory + at + 4);
	uint32_t to = get_be32(memory + at + 12);
	const uint8_t *from = list;
	uint32_t n = 0;

	if ((control & 8) != 0) {
		selected = (uint16_t)(control >> 16);
		offset = 0;
	}
	if (selected == 0x19) {
		directory(list, &n);
	} else if (selected >= 0x20 && selected < 0x20 + n_files) {
		struct file *f = &files[selected - 0x20];

		if (strcmp(f->name, "etc/acpi/tables") == 0)
			show_window(f);
		from = f->bytes;
		n = f->n;
	}
	for (uint32_t i = 0; i < length; i++, offset++)
		memory[to + i] = offset < n ? from[offset] : 0;
	be32(memory + at, is("dma") ? 1 : 0);
}

static void say(const char *text)
{
	const char *p = text;

	for (size_t n = strlen(text); n > 0;) {
		ssize_t k = write(3, p, n);

		if (k <= 0)
			_exit(0);
		p += k;
		n -= (size_t)k;
	}
}

static void say_memory(uint32_t at, uint32_t n)
{
	static char text[2 * MEMORY + 8];

	if (is("short"))
		n--;
	memcpy(text, "OK 0x", 5);
	for (uint32_t i = 0; i < n; i++)
		snprintf(text + 5 + 2 * i, 3, "%02x", memory[at + i]);
	strcpy(text + 5 + 2 * n, "\n");
	say(text);
}

static void take_memory(uint32_t at, uint32_t n, const char *hex)
{
	for (uint32_t i = 0; i < n; i++) {
		unsigned v = 0;

		if (sscanf(hex + 2 * i, "%2x", &v) != 1)
			_exit(1);
		memory[at + i] = (uint8_t)v;
	}
}

static void out32(unsigned port, uint32_t v)
{
	if (port == 0xcf8)
		config_address = v;
	else if (port == 0xcfc)
		config_write(v);
	else if (port == 0x514)
		request_high = v;
	else if (port == 0x518 && request_high == 0)
		transfer(__builtin_bswap32(v));
	say("OK\n");
}

/* What is wrong with the answer in this mode; returns when nothing is. */
static void misbehave(void)
{
	static char big[1 << 20];

	if (is("irq"))
		say("IRQ raise 4\nIRQ lower 4\n");
	if (is("fail"))
		say("FAIL Unknown command 'outl'\n");
	if (is("garbage"))
		say("hello \001\n");
	if (is("hang"))
		pause();
	if (is("exit")) {
		fprintf(stderr, "\nqemu: -device nonsense: no such device\nmore\n");
		_exit(1);
	}
	if (is("warn")) {
		fprintf(stderr, "qemu: warning: slow\nqemu: out of \033 memory\n");
		_exit(1);
	}
	if (is("silent"))
		_exit(0);
	if (is("close")) {
		shutdown(3, SHUT_RDWR);
		pause();
	}
	if (is("long") || is("loud"))
		memset(big, 'x', sizeof(big) - 1);
	if (is("loud"))
		fputs(big, stderr);
	if (is("long")) {
		say("OK 0x");
		say(big);
		say(big);
	}
}

static void answer(const char *line)
{
	unsigned port = 0;
	unsigned long at = 0;
	unsigned long n = 0;
	uint32_t v = 0;
	int hex = 0;

	misbehave();
	if (sscanf(line, "outl 0x%x 0x%x", &port, &v) == 2) {
		out32(port, v);
	} else if (sscanf(line, "inl 0x%x", &port) == 1) {
		char text[32];

		snprintf(text, sizeof(text), is("irq") ? "OK 0x%016x\r\n" : "OK 0x%04x\n",
			 config_read());
		say(text);
	} else if (sscanf(line, "write 0x%lx 0x%lx 0x%n", &at, &n, &hex) == 2 && hex > 0 &&
		   at + n <= MEMORY) {
		take_memory((uint32_t)at, (uint32_t)n, line + hex);
		say("OK\n");
	} else if (sscanf(line, "read 0x%lx 0x%lx", &at, &n) == 2 && at + n <= MEMORY) {
		say_memory((uint32_t)at, (uint32_t)n);
	} else {
		say("FAIL Unknown command\n");
	}
}

static void serve(void)
{
	static char line[2 * MEMORY];
	FILE *in = fdopen(dup(3), "r");

	while (in != NULL && fgets(line, sizeof(line), in) != NULL)
		answer(line);
	_exit(0);
}

void coco_fake_qemu(int argc, char **argv)
{
	for (int i = 1; i + 1 < argc; i++)
		if (strcmp(argv[i], "-fake") == 0)
			mode = argv[i + 1];
	if (mode == NULL)
		return;
	make_files();
	make_devices();
	serve();
}

const char *coco_fake_qemu_self(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (n <= 0)
		abort();
	path[n] = '\0';
	return path;
}
