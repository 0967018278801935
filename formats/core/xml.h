/*
 * xml.h - the one reader of XML, over libxml2: a whole UTF-8 document in
 * memory. Refuses document type declarations (so there are no entities), too
 * many bytes, too much depth, too many nodes; opens no file and no network
 * connection. libxml2 is loaded when it is first needed: it would cost every
 * start of the program more than its own work.
 */
#ifndef COCO_XML_H
#define COCO_XML_H

#include "formats/core/diag.h"

enum {
	COCO_XML_MAX_SIZE = 4 << 20,
	COCO_XML_MAX_DEPTH = 64,
	COCO_XML_MAX_NODES = 1 << 17,
};

struct _xmlNode;

/* A parsed document. Elements borrow from it. */
struct coco_xml {
	void *doc;
	void (*free_doc)(void *doc);
};

/* An element; NULL v: there is none. */
struct coco_xml_element {
	const struct _xmlNode *v;
};

/*
 * coco_xml_parse - gives *ret (coco_xml_free). Errors: FORMAT_XML with the
 * line in the pointer, FORMAT_UTF8, LIMIT_SIZE, LIMIT_DEPTH, LIMIT_MEMORY,
 * IO_LIBRARY when libxml2 is not there.
 */
int coco_xml_parse(struct coco_xml *ret, struct coco_view text, struct coco_diag *diag)
	COCO_MUSTUSE;
void coco_xml_free(struct coco_xml *xml);   /* fine on a zeroed struct */

/* coco_xml_root - the document's element. */
struct coco_xml_element coco_xml_root(const struct coco_xml *xml);

/* coco_xml_name - local name without prefix; borrowed. */
const char *coco_xml_name(struct coco_xml_element e);

/* coco_xml_namespace - address of the element's namespace, or NULL; borrowed. */
const char *coco_xml_namespace(struct coco_xml_element e);

/*
 * coco_xml_child - the first child element of that local name (NULL: of any);
 * coco_xml_next - the next sibling likewise.
 */
struct coco_xml_element coco_xml_child(struct coco_xml_element e, const char *name);
struct coco_xml_element coco_xml_next(struct coco_xml_element e, const char *name);

/* coco_xml_attribute - the value of an attribute without prefix, or NULL; borrowed. */
const char *coco_xml_attribute(struct coco_xml_element e, const char *name);

/* coco_xml_text - the text of an element without child elements, or NULL; borrowed. */
const char *coco_xml_text(struct coco_xml_element e);

/* coco_xml_line - the line of an element, from 1 (0: not known). */
unsigned coco_xml_line(struct coco_xml_element e);

#endif
