/*
 * test_tcg_event.c - what events say: every kind, damaged ones, and which of
 * their bytes a digest covers.
 */
#include "formats/core/tcg_event.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/alloc_fail.h"
#include "tests/support/mint_log.h"

#define GLOBAL "\141\337\344\213\312\223\322\021\252\015\0\340\230\003\053\214"
#define EV(t, d) { .type = (t), .data = { (const uint8_t *)(d), sizeof(d) - 1 } }

static void says(const struct coco_tcg_event *e, const char *want)
{
	char text[400];

	assert_int_equal(coco_tcg_event_line(e, text, sizeof(text), NULL), 0);
	assert_string_equal(text, want);
}

static void says_of(uint32_t type, const void *data, size_t n, const char *want)
{
	uint8_t *guarded = coco_test_guard(data, n);
	const struct coco_tcg_event e = { .type = type, .data = { guarded, n } };

	says(&e, want);
	coco_test_unguard(guarded, n);
}

#define SAYS(t, d, want) says_of((t), (d), sizeof(d) - 1, (want))

static void test_boot(void **state COCO_UNUSED)
{
	static const char *const want[] = {
		"TdxTable: 93bb96af-b9f2-4eb8-9462-e0ba74564236 at 0x809000",
		"Fv(00000000-0000-0000-0000-000000000001): 0x84000 bytes at 0xffc00000",
		"SecureBoot = 01",
		"separator 00000000",
		"BootOrder = 0000 0001",
		"k.efi, 4096 bytes",
		"Calling EFI Application from Boot Option",
		"separator 00000000",
		"the kernel command line: LOADED_IMAGE::LoadOptions",
		"the initrd: Linux initrd",
		"Exit Boot Services Invocation",
		"Exit Boot Services Returned with Success",
	};

	for (size_t i = 0; i < coco_mint_n_boot; i++)
		says_of(coco_mint_boot[i].type, coco_mint_boot[i].data, coco_mint_boot[i].n,
			want[i]);
}

static void test_variables(void **state COCO_UNUSED)
{
	SAYS(COCO_EV_EFI_VARIABLE_DRIVER_CONFIG,
	     GLOBAL "\2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0P\0K\0", "PK is empty");
	SAYS(COCO_EV_EFI_VARIABLE_DRIVER_CONFIG,
	     GLOBAL "\2\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0P\0K\0abc", "PK (3 bytes) = 616263");
	SAYS(COCO_EV_EFI_VARIABLE_AUTHORITY,
	     GLOBAL "\2\0\0\0\0\0\0\0\22\0\0\0\0\0\0\0d\0b\0" GLOBAL "xy",
	     "db: 18 bytes, owner 8be4df61-93ca-11d2-aa0d-00e098032b8c");
	SAYS(COCO_EV_EFI_VARIABLE_BOOT,
	     GLOBAL "\10\0\0\0\0\0\0\0\36\0\0\0\0\0\0\0B\0o\0o\0t\0\060\0\060\0\060\0A\0"
	     "\1\0\0\0\22\0U\0i\0\0\0\1\1\6\0\2\37\4\4\10\0a\0\0\0\177\377\4\0",
	     "Boot000A = \"Ui\" Pci(1f,2)/a");
	SAYS(COCO_EV_EFI_VARIABLE_BOOT,
	     GLOBAL "\10\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0B\0o\0o\0t\0\060\0\060\0\060\0A\0"
	     "\1\0\0\0\1\0", "Boot000A = (damaged load option)");
	/* lying lengths */
	SAYS(COCO_EV_EFI_VARIABLE_BOOT, GLOBAL "\377\377\377\377\377\377\377\177\0\0\0\0\0\0\0\0",
	     "variable (damaged) 61dfe48bca93d211aa0d00e098032b8cffffffffffffff7f0000000000000000");
	SAYS(COCO_EV_EFI_VARIABLE_BOOT, "ab", "variable (damaged) ab");
}

static void test_images(void **state COCO_UNUSED)
{
#define HEAD "\0\0\20\0\0\0\0\0\0\20\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	SAYS(COCO_EV_EFI_BOOT_SERVICES_DRIVER, HEAD "\56\0\0\0\0\0\0\0"
	     "\2\1\14\0\320\101\3\12\0\0\0\0\1\1\6\0\0\1\4\10\30\0\0\0\0\0\0\252\1\0\0\0\0\0"
	     "\377\101\2\0\0\0\0\0\177\377\4\0",
	     "PciRoot(0)/Pci(1,0)/Offset(0x1aa00,0x241ff), 4096 bytes");
	SAYS(COCO_EV_EFI_BOOT_SERVICES_APPLICATION, HEAD "\0\1\0\0\0\0\0\0",
	     "(damaged) 0000100000000000001000000000000000000000000000000001000000000000");
	SAYS(COCO_EV_EFI_BOOT_SERVICES_APPLICATION, HEAD "\4\0\0\0\0\0\0\0\4\4\377\377",
	     "(damaged), 4096 bytes");
	SAYS(COCO_EV_EFI_BOOT_SERVICES_APPLICATION, HEAD "\6\0\0\0\0\0\0\0\1\1\6\0\0\1",
	     "Pci(1,0), 4096 bytes");
	SAYS(COCO_EV_EFI_BOOT_SERVICES_APPLICATION, HEAD "\5\0\0\0\0\0\0\0\1\1\5\0\0",
	     "Pci(0,0)(damaged), 4096 bytes");
	SAYS(COCO_EV_EFI_BOOT_SERVICES_APPLICATION, HEAD "\5\0\0\0\0\0\0\0\3\143\5\0\2",
	     "Path(3,63,02), 4096 bytes");
}

static void test_others(void **state COCO_UNUSED)
{
	SAYS(COCO_EV_EVENT_TAG, "LEAA\3\0\0\0a b", "attestation agent: a b");
	SAYS(COCO_EV_EVENT_TAG, "\1\2\3\4\2\0\0\0hi", "tag 0x04030201: hi");
	SAYS(COCO_EV_EVENT_TAG, "\1\2\3\4\377\377\0\0hi", "(damaged) 01020304ffff00006869");
	SAYS(COCO_EV_EVENT_TAG, "\052\130\274\365\6\0\0\0a\0b\0\0\0",
	     "loader.conf of systemd-boot: ab");
	SAYS(COCO_EV_IPL, "grub_cmd: set a=b\0junk", "grub_cmd: set a=b");
	SAYS(COCO_EV_IPL, ".\0i\0n\0i\0t\0r\0d\0\0\0", ".initrd");
	SAYS(COCO_EV_IPL, "a\033[31m", "a\\x1b[31m");
	SAYS(COCO_EV_IPL, "\344\366", "\\xe4\\xf6");
	SAYS(COCO_EV_S_CRTM_VERSION, "2\0.\0\0\0", "2.");
	SAYS(COCO_EV_S_CRTM_VERSION, "\0\0", "0000");
	SAYS(COCO_EV_NO_ACTION, "StartupLocality\0\3", "startup locality 3");
	SAYS(COCO_EV_NO_ACTION, "Spec ID Event00\0\0\0", "Spec ID Event00");
	SAYS(COCO_EV_NONHOST_INFO, "GCE NonHostInfo\0\3\0", "GCE NonHostInfo: Intel TDX");
	SAYS(COCO_EV_NONHOST_INFO, "GCE NonHostInfo\0\77\0",
	     "GCE NonHostInfo: an unknown technology");
	SAYS(COCO_EV_NONHOST_INFO, "other", "other");
	SAYS(COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB, "\0\0\202\0\0\0\0\0\0\0\16\0\0\0\0\0",
	     "0xe0000 bytes at 0x820000");
	SAYS(COCO_EV_EFI_PLATFORM_FIRMWARE_BLOB2, "\377x", ": 0x0 bytes at 0x0(damaged)");
	SAYS(COCO_EV_EFI_GPT_EVENT, "EFI PART", "GPT (damaged)");
	SAYS(0x77, "\1\2", "0102");
	SAYS(COCO_EV_EFI_VARIABLE_DRIVER_CONFIG,
	     GLOBAL "\3\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\075\330\000\336\0\330",
	     "\xf0\x9f\x98\x80\\ud800 is empty");
	const struct coco_tcg_event runtime = { .type = COCO_EV_DSTACK_RUNTIME, .name = "app-id",
						.data = { (const uint8_t *)"\1\2", 2 } };
	says(&runtime, "app-id: 0102");
	const struct coco_tcg_event bare = { .type = COCO_EV_SEPARATOR };
	says(&bare, "");
}

static void test_gpt(void **state COCO_UNUSED)
{
	uint8_t data[92 + 8 + 2 * 128] = { 0 };

	memcpy(data + 56, GLOBAL, 16);
	data[92] = 2;
	memcpy(data + 100 + 16, GLOBAL, 16);
	memcpy(data + 100 + 56, "e\0s\0p", 5);
	memcpy(data + 228 + 56, "r", 1);
	says_of(COCO_EV_EFI_GPT_EVENT, data, sizeof(data),
		"GPT of disk 8be4df61-93ca-11d2-aa0d-00e098032b8c: "
		"esp 8be4df61-93ca-11d2-aa0d-00e098032b8c, "
		"r 00000000-0000-0000-0000-000000000000");
	memset(data + 92, 0xff, 8);
	says_of(COCO_EV_EFI_GPT_EVENT, data, sizeof(data) - 1,
		"GPT of disk 8be4df61-93ca-11d2-aa0d-00e098032b8c: "
		"esp 8be4df61-93ca-11d2-aa0d-00e098032b8c (damaged)");
}

static void test_covered(void **state COCO_UNUSED)
{
	static const struct {
		struct coco_tcg_event e;
		size_t n;
		const char *first;
		bool certain;
	} cases[] = {
		{ EV(COCO_EV_SEPARATOR, "1234"), 1, "1234", true },
		{ EV(COCO_EV_IPL, "grub_cmd: a"), 1, "a", false },
		{ EV(COCO_EV_IPL, "grub_kernel_cmdline a\0x"), 2, "a", false },
		{ EV(COCO_EV_IPL, "MokList\0"), 0, NULL, false },
		{ EV(COCO_EV_EVENT_TAG, "LEAA\1\0\0\0a"), 1, "LEAA\1", true },
		{ EV(COCO_EV_EVENT_TAG, "\1\0\0\0\1\0\0\0a"), 0, NULL, true },
		{ EV(COCO_EV_EFI_VARIABLE_BOOT, GLOBAL "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\0v"), 2,
		  "v", true },
		{ EV(COCO_EV_EFI_VARIABLE_BOOT, "short"), 0, NULL, true },
		{ EV(COCO_EV_EFI_VARIABLE_AUTHORITY,
		     GLOBAL "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\0v"), 1, GLOBAL, true },
		{ EV(COCO_EV_EFI_VARIABLE_AUTHORITY,
		     GLOBAL "\1\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0a\0v more"), 1, GLOBAL, false },
		{ EV(COCO_EV_EFI_BOOT_SERVICES_APPLICATION, "x"), 0, NULL, true },
		{ EV(COCO_EV_EFI_HANDOFF_TABLES, "x"), 0, NULL, true },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(cases); i++) {
		struct coco_view v[COCO_TCG_COVERS];
		bool certain;

		assert_int_equal(coco_tcg_event_covered(&cases[i].e, v, &certain), cases[i].n);
		if (cases[i].n == 0)
			continue;
		assert_int_equal(certain, cases[i].certain);
		assert_true(v[0].n >= strlen(cases[i].first));
		assert_memory_equal(v[0].p, cases[i].first, strlen(cases[i].first));
	}
}

static void test_names(void **state COCO_UNUSED)
{
	char text[40];

	assert_string_equal(coco_tcg_event_name(4), "EV_SEPARATOR");
	assert_null(coco_tcg_event_name(0x12345));
	coco_tcg_event_name_text(0x12345, text);
	assert_string_equal(text, "type 0x12345");
	coco_tcg_event_name_text(0x80000007U, text);
	assert_string_equal(text, "EV_EFI_ACTION");
}

static void test_cut(void **state COCO_UNUSED)
{
	const struct coco_tcg_event e = EV(COCO_EV_EFI_ACTION, "0123456789012345");
	char text[10];

	struct coco_diag d = { 0 };

	assert_ok(coco_tcg_event_line(&e, text, sizeof(text), &d), &d);
	assert_string_equal(text, "012345...");
	for (unsigned long n = 1; coco_test_alloc_arm(n); n++)
		if (coco_test_alloc_check(coco_tcg_event_line(&e, text, sizeof(text), &d), &d))
			break;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_gpt),
		cmocka_unit_test(test_covered),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
