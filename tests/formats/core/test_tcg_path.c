/*
 * test_tcg_path.c - EFI device paths as text: every kind of node, cut nodes.
 */
#include <string.h>

#include "formats/core/mem.h"
#include "formats/core/tcg_text.h"
#include "tests/support/support.h"

static void says(const void *p, size_t n, const char *want)
{
	uint8_t *guarded = coco_test_guard(p, n);
	struct coco_wr wr;

	coco_wr_init(&wr, 1 << 16);
	coco_tcg_text_path(&wr, coco_view_of(guarded, n));
	coco_wr_u8(&wr, 0);
	assert_int_equal(wr.code, 0);
	assert_string_equal((const char *)wr.p, want);
	coco_wr_free(&wr);
	coco_test_unguard(guarded, n);
}

#define SAYS(d, want) says((d), sizeof(d) - 1, (want))
#define GUID "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20"
#define GUID_TEXT "04030201-0605-0807-090a-0b0c0d0e0f10"
#define U64(c) c "\0\0\0\0\0\0\0"

static void test_nodes(void **state COCO_UNUSED)
{
	SAYS("\1\1\6\0\2\37", "Pci(1f,2)");
	SAYS("\1\3\30\0\13\0\0\0" U64("\1") U64("\2"), "MemoryMapped(11,0x1,0x2)");
	SAYS("\1\4\24\0" GUID, "VenHw(" GUID_TEXT ")");
	SAYS("\1\5\10\0\7\0\0\0", "Ctrl(7)");
	SAYS("\2\1\14\0\320\101\3\12\1\0\0\0", "PciRoot(1)");
	SAYS("\2\1\14\0\320\101\1\5\0\0\0\0", "Acpi(PNP0501,0)");
	SAYS("\2\1\14\0\1\2\3\4\0\0\0\0", "Acpi(0x4030201,0)");
	SAYS("\3\2\10\0\1\0\2\0", "Scsi(1,2)");
	SAYS("\3\5\6\0\1\2", "USB(1,2)");
	SAYS("\3\12\24\0" GUID, "VenMsg(" GUID_TEXT ")");
	SAYS("\3\13\45\0\122\124\0\1\2\3abcdefghijklmnopqrstuvwxyz0", "Mac(525400010203)");
	SAYS("\3\22\12\0\0\0\377\377\0\0", "Sata(0,ffff,0)");
	SAYS("\3\27\20\0\1\0\0\0" U64("\0"), "NVMe(1)");
	SAYS("\3\30\7\0a:b", "Uri(a:b)");
	SAYS("\4\1\52\0\1\0\0\0" U64("\10") U64("\20") GUID "\2\2",
	     "HD(1,GPT," GUID_TEXT ",0x8,0x10)");
	SAYS("\4\1\52\0\1\0\0\0" U64("\10") U64("\20") GUID "\1\1", "HD(1,MBR,01020304,0x8,0x10)");
	SAYS("\4\3\24\0" GUID, "VenMedia(" GUID_TEXT ")");
	SAYS("\4\4\12\0\\\0a\0\0\0", "\\a");
	SAYS("\4\6\24\0" GUID "\4\7\24\0" GUID, "FvFile(" GUID_TEXT ")/Fv(" GUID_TEXT ")");
	SAYS("\4\10\30\0\0\0\0\0" U64("\1") U64("\2"), "Offset(0x1,0x2)");
	SAYS("\5\5\5\0\1", "Path(5,5,01)");
	SAYS("\1\1\6\0\2\37\177\377\4\0\1\1\6\0\2\37", "Pci(1f,2)");
	SAYS("", "");
	SAYS("\1\1\6", "");
}

static void test_damaged(void **state COCO_UNUSED)
{
	SAYS("\1\1\3\0", "(damaged)");
	SAYS("\1\1\7\0\2\37", "(damaged)");
	SAYS("\1\1\5\0\2", "Pci(0,2)(damaged)");
	SAYS("\4\1\5\0\2", "(damaged)");
	SAYS("\1\4\5\0\2", "VenHw()(damaged)");
}

/* A path of more nodes than are shown ends. */
static void test_long(void **state COCO_UNUSED)
{
	enum { N = 1000 };
	uint8_t *p = coco_alloc(N, 6);
	struct coco_wr wr;

	for (size_t i = 0; i < N; i++)
		memcpy(p + 6 * i, "\1\1\6\0\0\0", 6);
	coco_wr_init(&wr, 1 << 16);
	coco_tcg_text_path(&wr, coco_view_of(p, (size_t)6 * N));
	assert_int_equal(wr.n, 64 * sizeof("Pci(0,0)") - 1);
	coco_wr_free(&wr);
	coco_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nodes),
		cmocka_unit_test(test_damaged),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
