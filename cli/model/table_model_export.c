/*
 * table_model_export.c - model export in the command table.
 */
#include "cli/model/table_model.h"

static const char *const packets[] = { "v2", "v1", NULL };

static const struct coco_operand export_operands[] = {
	{ .name = "image", .kind = COCO_KIND_DIR, .flags = COCO_OPT_NAMES, .min = 1, .max = 1,
	  .help = "OCI layout (a directory, DIR:TAG, or a tar), or a tar to be the only layer",
	  COCO_BIND_STR(struct coco_opts_model_export, image) },
};

static const struct coco_opt export_opts[] = {
	{ .name = "ocicrypt", .kind = COCO_KIND_FLAG, .help = "write encrypted image layers",
	  COCO_BIND_FLAG(struct coco_opts_model_export, ocicrypt) },
	{ .name = "key", .kind = COCO_KIND_KEYREF, .arg = "REF", .requires = "key-id",
	  .help = "32 bytes that the key broker gives to guests",
	  COCO_BIND_STR(struct coco_opts_model_export, key) },
	{ .name = "key-id", .kind = COCO_KIND_STRING, .arg = "ID", .requires = "key",
	  .help = "the broker's resource with them, kbs:///REPO/TYPE/TAG",
	  COCO_BIND_STR(struct coco_opts_model_export, key_id) },
	{ .name = "recipient", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_REPEAT, .arg = "FILE",
	  .help = "public key whose holder can decrypt",
	  COCO_BIND_LIST(struct coco_opts_model_export, recipients) },
	{ .name = "tag", .kind = COCO_KIND_STRING, .arg = "TAG", .def = "that of the image",
	  .help = "name in the new layout", COCO_BIND_STR(struct coco_opts_model_export, tag) },
	{ .name = "packet", .kind = COCO_KIND_ENUM, .arg = "FORM", .values = packets, .def = "v2",
	  .help = "form of the packet for guests; v1 is read by the oldest",
	  COCO_BIND_ENUM(struct coco_opts_model_export, packet) },
};

static const struct coco_example export_examples[] = {
	{ "model export --ocicrypt image:v1 --key image.key --key-id "
	  "kbs:///default/image-kek/4f2a9c -o encrypted",
	  "an image that only attested guests can start" },
	{ "model export --ocicrypt image.tar --recipient customer.pub -o encrypted --tag v1",
	  "one that skopeo copy --decryption-key opens" },
};

const struct coco_cmd coco_cmd_entry_model_export = {
	.id = COCO_CMD_MODEL_EXPORT,
	.path = "model export",
	.group = "Models",
	.summary = "Encrypt the layers of a container image",
	.text = "Writes a new OCI layout whose layers are encrypted as containers/ocicrypt has it, "
		"each with its own key, without a daemon. The packet of --key is for guests of "
		"Confidential Containers, which fetch the key from their broker; that of "
		"--recipient for skopeo, podman and containerd with a private key (P-256, P-384, "
		"P-521 or RSA).\n\n"
		"Layers are tar or tar+gzip of OCI's types. Docker's types and zstd are refused, "
		"since guests refuse them when they start. Files and their names are encrypted; "
		"the image's configuration and the sizes of layers are not. A model package needs "
		"none of this: it is encrypted already.",
	.flags = COCO_CMD_TOUCHES_KEYS | COCO_CMD_WRITES_OUTPUT | COCO_CMD_DRY_RUN |
		 COCO_CMD_PROGRESS | COCO_CMD_JOBS,
	COCO_LIST(operands, export_operands),
	COCO_LIST(opts, export_opts),
	.output = { .kind = COCO_KIND_DIR, .required = true, .help = "the new layout" },
	COCO_LIST(examples, export_examples),
	.exits = COCO_EXIT_BIT(REJECTED) | COCO_EXIT_BIT(MALFORMED) | COCO_EXIT_BIT(IO) |
		 COCO_EXIT_BIT(KEY) | COCO_EXIT_BIT(LIMIT) | COCO_EXIT_BIT(EXISTS),
	.see = "key generate, policy generate, broker put",
	.opts_size = sizeof(struct coco_opts_model_export),
	.since = "0.2.0",
};
