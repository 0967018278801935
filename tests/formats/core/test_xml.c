/*
 * test_xml.c - the reader of XML: elements, attributes, text; and everything
 * that is refused.
 */
#include "formats/core/xml.h"

#include <string.h>

#include "formats/core/mem.h"
#include "tests/support/support.h"

static int parse_n(const char *text, size_t n, struct coco_xml *xml, struct coco_diag *d)
{
	uint8_t *guarded = coco_test_guard(text, n);

	coco_diag_init(d);
	int r = coco_xml_parse(xml, coco_view_of(guarded, n), d);
	coco_test_unguard(guarded, n);
	return r;
}

static int parse(const char *text, struct coco_xml *xml, struct coco_diag *d)
{
	return parse_n(text, strlen(text), xml, d);
}

static void test_access(void **state COCO_UNUSED)
{
	struct coco_xml xml = { .doc = NULL };
	struct coco_diag d;

	assert_ok(parse("<?xml version='1.0'?>\n<!-- c --><a x='1 &lt;' xmlns:q='urn:q' q:x='2'>\n"
			"<b>t &amp; u</b><q:b/><b><![CDATA[<z>]]></b><c>1<d/></c></a>", &xml, &d),
			&d);
	struct coco_xml_element a = coco_xml_root(&xml);
	struct coco_xml_element b = coco_xml_child(a, "b");
	assert_string_equal(coco_xml_name(a), "a");
	assert_string_equal(coco_xml_attribute(a, "x"), "1 <");
	assert_null(coco_xml_attribute(a, "y"));
	assert_null(coco_xml_namespace(a));
	assert_string_equal(coco_xml_text(b), "t & u");
	assert_int_equal(coco_xml_line(b), 3);
	b = coco_xml_next(b, "b");
	assert_string_equal(coco_xml_namespace(b), "urn:q");
	assert_string_equal(coco_xml_text(b), "");
	b = coco_xml_next(b, "b");
	assert_string_equal(coco_xml_text(b), "<z>");
	b = coco_xml_next(b, NULL);
	assert_string_equal(coco_xml_name(b), "c");
	assert_null(coco_xml_text(b));
	assert_null(coco_xml_next(b, NULL).v);
	assert_null(coco_xml_child(coco_xml_child(a, "no"), NULL).v);
	assert_null(coco_xml_attribute(coco_xml_child(a, "no"), "x"));
	assert_null(coco_xml_text(coco_xml_child(a, "no")));
	assert_int_equal(coco_xml_line(coco_xml_child(a, "no")), 0);
	coco_xml_free(&xml);
	coco_xml_free(&xml);
}

static void test_refused(void **state COCO_UNUSED)
{
	static const struct {
		const char *text;
		int code;
	} bad[] = {
		{ "", COCO_E_FORMAT_XML },
		{ "x", COCO_E_FORMAT_XML },
		{ "<a>", COCO_E_FORMAT_XML },
		{ "<a></b>", COCO_E_FORMAT_XML },
		{ "<a/><b/>", COCO_E_FORMAT_XML },
		{ "<a x='1' x='2'/>", COCO_E_FORMAT_XML },
		{ "<a>&e;</a>", COCO_E_FORMAT_XML },
		{ "<!DOCTYPE a><a/>", COCO_E_FORMAT_XML },
		{ "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", COCO_E_FORMAT_XML },
		{ "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", COCO_E_FORMAT_XML },
		{ "<a>\xff</a>", COCO_E_FORMAT_UTF8 },
	};

	for (size_t i = 0; i < COCO_ARRAY_LEN(bad); i++) {
		struct coco_xml xml = { .doc = NULL };
		struct coco_diag d;

		assert_err(parse(bad[i].text, &xml, &d), bad[i].code, &d);
		assert_null(xml.doc);
	}
	/* the declaration of an encoding changes nothing: what is read is UTF-8 */
	struct coco_xml xml = { .doc = NULL };
	struct coco_diag d;
	assert_ok(parse("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xc3\xa9</a>", &xml, &d),
		  &d);
	assert_string_equal(coco_xml_text(coco_xml_root(&xml)), "\xc3\xa9");
	coco_xml_free(&xml);
	assert_err(parse("<a>\n<b>\n</a>", &xml, &d), COCO_E_FORMAT_XML, &d);
	assert_string_equal(d.pointer, "line 3");
}

static void test_limits(void **state COCO_UNUSED)
{
	struct coco_xml xml = { .doc = NULL };
	struct coco_diag d;
	size_t n = 0;
	char *text = coco_alloc(COCO_XML_MAX_SIZE + 1, 1);

	for (unsigned depth = COCO_XML_MAX_DEPTH; depth <= COCO_XML_MAX_DEPTH + 1; depth++) {
		n = 0;
		for (unsigned i = 0; i < depth; i++, n += 3)
			memcpy(text + n, "<a>", 3);
		for (unsigned i = 0; i < depth; i++, n += 4)
			memcpy(text + n, "</a>", 4);
		int r = parse_n(text, n, &xml, &d);
		if (depth == COCO_XML_MAX_DEPTH) {
			assert_ok(r, &d);
			coco_xml_free(&xml);
		} else {
			assert_err(r, COCO_E_LIMIT_DEPTH, &d);
		}
	}
	n = 3;
	memcpy(text, "<a>", 3);
	for (unsigned i = 0; i < COCO_XML_MAX_NODES; i++, n += 4)
		memcpy(text + n, "<b/>", 4);
	memcpy(text + n, "</a>", 4);
	assert_err(parse_n(text, n + 4, &xml, &d), COCO_E_LIMIT_SIZE, &d);
	memset(text, ' ', COCO_XML_MAX_SIZE + 1);
	assert_err(parse_n(text, COCO_XML_MAX_SIZE + 1, &xml, &d), COCO_E_LIMIT_SIZE, &d);
	coco_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
