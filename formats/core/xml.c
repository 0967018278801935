/*
 * xml.c - the one reader of XML, over libxml2 (see xml.h).
 */
#include "formats/core/xml.h"

#include <dlfcn.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "formats/core/utf8.h"

/* Recovery would accept what is no XML; entities and networks are never used. */
enum { OPTIONS = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA |
		 XML_PARSE_COMPACT };

#define LIBRARY "libxml2.so.2"

/* The functions that are used, under their own names without "xml". */
struct libxml {
	xmlParserCtxt *(*new_parser)(void);
	xmlDoc *(*read_memory)(xmlParserCtxt *ctx, const char *p, int n, const char *url,
			       const char *encoding, int options);
	void (*free_parser)(xmlParserCtxt *ctx);
	void (*free_doc)(void *doc);
};

/* The library stays loaded: the loader counts and knows what it has. */
static int load(struct libxml *ret, struct coco_diag *diag)
{
	static const char *const names[] = {
		"xmlNewParserCtxt", "xmlCtxtReadMemory", "xmlFreeParserCtxt", "xmlFreeDoc",
	};
	void *functions[COCO_ARRAY_LEN(names)];
	void *handle = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	_Static_assert(sizeof(functions) == sizeof(*ret), "one name per function, in order");
	for (size_t i = 0; i < COCO_ARRAY_LEN(names); i++) {
		functions[i] = handle != NULL ? dlsym(handle, names[i]) : NULL;
		if (functions[i] == NULL)
			return coco_fail(diag, COCO_E_IO_LIBRARY, "%s cannot be loaded", LIBRARY);
	}
	memcpy(ret, functions, sizeof(*ret));
	return 0;
}

static bool holds(struct coco_view text, const char *word)
{
	return memmem(text.p, text.n, word, strlen(word)) != NULL;
}

static int check_bytes(struct coco_view text, struct coco_diag *diag)
{
	size_t at = 0;

	if (text.n > COCO_XML_MAX_SIZE)
		return coco_fail(diag, COCO_E_LIMIT_SIZE, "an XML document of more than %d bytes",
				 COCO_XML_MAX_SIZE);
	if (text.n == 0)
		return coco_fail(diag, COCO_E_FORMAT_XML, "the document is empty");
	if (!coco_utf8_valid(text.p, text.n, &at))
		return coco_fail_at(diag, COCO_E_FORMAT_UTF8, at, "XML", "not UTF-8");
	/* before the parser sees it: attribute values expand entities */
	if (holds(text, "<!DOCTYPE") || holds(text, "<!ENTITY"))
		return coco_fail(diag, COCO_E_FORMAT_XML,
				 "the document has a document type declaration");
	return 0;
}

/* Depth and number of nodes, without recursion. */
static int check_tree(const xmlNode *root, struct coco_diag *diag)
{
	const xmlNode *n = root;
	unsigned depth = 1;
	size_t count = 0;

	while (n != NULL) {
		if (++count > COCO_XML_MAX_NODES)
			return coco_fail(diag, COCO_E_LIMIT_SIZE, "more than %d nodes",
					 COCO_XML_MAX_NODES);
		if (n->type == XML_ENTITY_REF_NODE)
			return coco_fail(diag, COCO_E_FORMAT_XML, "the document uses an entity");
		if (n->type == XML_ELEMENT_NODE && n->children != NULL) {
			if (++depth > COCO_XML_MAX_DEPTH)
				return coco_fail(diag, COCO_E_LIMIT_DEPTH,
						 "more than %d elements in each other",
						 COCO_XML_MAX_DEPTH);
			n = n->children;
			continue;
		}
		while (n != root && n->next == NULL) {
			n = n->parent;
			depth--;
		}
		n = n != root ? n->next : NULL;
	}
	return 0;
}

static int report(const xmlParserCtxt *ctx, struct coco_diag *diag)
{
	if (ctx->lastError.code == XML_ERR_NO_MEMORY)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for XML");
	if (ctx->lastError.line > 0)
		coco_diag_pointer(diag, "line %d", ctx->lastError.line);
	char text[160];
	const char *message = ctx->lastError.message != NULL ? ctx->lastError.message : "";
	size_t n = strcspn(message, "\n");
	coco_escape(text, sizeof(text), message, n);
	return coco_fail(diag, COCO_E_FORMAT_XML, "not well-formed XML%s%s", n != 0 ? ": " : "",
			 text);
}

/* The document's element: comments may stand around it. */
static const xmlNode *root_of(const xmlDoc *doc)
{
	const xmlNode *n = doc->children;

	while (n != NULL && n->type != XML_ELEMENT_NODE)
		n = n->next;
	return n;
}

int coco_xml_parse(struct coco_xml *ret, struct coco_view text, struct coco_diag *diag)
{
	struct libxml lib = { .new_parser = NULL };
	int r = check_bytes(text, diag);

	if (r == 0)
		r = load(&lib, diag);
	if (r != 0)
		return r;
	xmlParserCtxt *ctx = lib.new_parser();
	if (ctx == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for XML");
	xmlDoc *doc = lib.read_memory(ctx, (const char *)text.p, (int)text.n, NULL, "UTF-8",
				      OPTIONS);
	if (doc == NULL)
		r = report(ctx, diag);
	else if (doc->intSubset != NULL || doc->extSubset != NULL)
		r = coco_fail(diag, COCO_E_FORMAT_XML,
			      "the document has a document type declaration");
	else if (root_of(doc) == NULL)
		r = coco_fail(diag, COCO_E_FORMAT_XML, "the document has no element");
	else
		r = check_tree(root_of(doc), diag);
	lib.free_parser(ctx);
	if (r == 0)
		*ret = (struct coco_xml){ doc, lib.free_doc };
	else if (doc != NULL)
		lib.free_doc(doc);
	return r;
}

void coco_xml_free(struct coco_xml *xml)
{
	if (xml->doc != NULL)
		xml->free_doc(xml->doc);
	xml->doc = NULL;
}

struct coco_xml_element coco_xml_root(const struct coco_xml *xml)
{
	return (struct coco_xml_element){ root_of(xml->doc) };
}

const char *coco_xml_name(struct coco_xml_element e)
{
	return (const char *)e.v->name;
}

const char *coco_xml_namespace(struct coco_xml_element e)
{
	return e.v->ns != NULL ? (const char *)e.v->ns->href : NULL;
}

static struct coco_xml_element from(const xmlNode *n, const char *name)
{
	while (n != NULL && (n->type != XML_ELEMENT_NODE ||
			     (name != NULL && strcmp((const char *)n->name, name) != 0)))
		n = n->next;
	return (struct coco_xml_element){ n };
}

struct coco_xml_element coco_xml_child(struct coco_xml_element e, const char *name)
{
	return from(e.v != NULL ? e.v->children : NULL, name);
}

struct coco_xml_element coco_xml_next(struct coco_xml_element e, const char *name)
{
	return from(e.v != NULL ? e.v->next : NULL, name);
}

/* One text node without entities, as the parser leaves it. */
static const char *only_text(const xmlNode *n)
{
	if (n == NULL)
		return "";
	return n->next == NULL && n->type == XML_TEXT_NODE && n->content != NULL ?
		       (const char *)n->content : NULL;
}

const char *coco_xml_attribute(struct coco_xml_element e, const char *name)
{
	for (const xmlAttr *a = e.v != NULL ? e.v->properties : NULL; a != NULL; a = a->next)
		if (a->ns == NULL && strcmp((const char *)a->name, name) == 0)
			return only_text(a->children);
	return NULL;
}

const char *coco_xml_text(struct coco_xml_element e)
{
	return e.v != NULL ? only_text(e.v->children) : NULL;
}

unsigned coco_xml_line(struct coco_xml_element e)
{
	return e.v != NULL ? e.v->line : 0;
}
