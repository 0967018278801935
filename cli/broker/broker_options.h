/*
 * broker_options.h - the options with which a command names a broker: bound
 * to a member `broker` (struct coco_opts_broker) of its option struct.
 */
#ifndef COCO_BROKER_OPTIONS_H
#define COCO_BROKER_OPTIONS_H

#include "cli/broker/opts_kbs.h"

/* Words of --trustee-version, in the order of enum coco_trustee; NULL at the end. */
extern const char *const coco_broker_releases[];

#define COCO_OPTION_RELEASE(s, m)                                                             \
	{ .name = "trustee-version", .kind = COCO_KIND_ENUM, .arg = "RELEASE",                \
	  .values = coco_broker_releases, .def = "auto",                                      \
	  .help = "Trustee release of the broker", COCO_BIND_ENUM(s, m) }

/* need: COCO_OPT_REQUIRED, or 0 where the address can come from elsewhere. */
#define COCO_OPTIONS_BROKER(need, s)                                                          \
	{ .name = "broker", .kind = COCO_KIND_STRING, .flags = (need), .arg = "URL|store:DIR", \
	  .help = "the key broker, or a directory that Trustee serves",                       \
	  COCO_BIND_STR(s, broker.url) },                                                     \
	{ .name = "admin-key", .kind = COCO_KIND_KEYREF, .arg = "REF",                        \
	  .help = "private key that a token is made from, for this run only",                 \
	  .conflicts = "admin-token", COCO_BIND_STR(s, broker.admin_key) },                   \
	{ .name = "admin-token", .kind = COCO_KIND_KEYREF, .arg = "REF",                      \
	  .help = "administrator's token", COCO_BIND_STR(s, broker.admin_token) },            \
	{ .name = "issuer", .kind = COCO_KIND_STRING, .flags = COCO_OPT_SHARED, .arg = "TEXT", \
	  .help = "iss of the token, where the server compares it", .requires = "admin-key",  \
	  COCO_BIND_STR(s, broker.issuer) },                                                  \
	{ .name = "audience", .kind = COCO_KIND_STRING, .flags = COCO_OPT_SHARED, .arg = "TEXT", \
	  .help = "aud of the token; v0.18 to v0.20 refuse one", .requires = "admin-key",     \
	  COCO_BIND_STR(s, broker.audience) },                                                \
	{ .name = "ca", .kind = COCO_KIND_INPUT, .arg = "FILE",                               \
	  .env = "COCOCTL_BROKER_CA",                                                         \
	  .help = "roots that sign the server's certificate, PEM, instead of the system's",   \
	  COCO_BIND_STR(s, broker.ca) },                                                      \
	{ .name = "pin", .kind = COCO_KIND_DIGEST, .flags = COCO_OPT_SHARED, .arg = "DIGEST", \
	  .env = "COCOCTL_BROKER_PIN",                                                        \
	  .help = "sha256 of the server's public key (SubjectPublicKeyInfo)",                 \
	  COCO_BIND_STR(s, broker.pin) },                                                     \
	{ .name = "client-cert", .kind = COCO_KIND_INPUT, .flags = COCO_OPT_SHARED, .arg = "FILE", \
	  .env = "COCOCTL_BROKER_CLIENT_CERT",                                                \
	  .help = "certificate to show to the server, PEM", .requires = "client-key",         \
	  COCO_BIND_STR(s, broker.client_cert) },                                             \
	{ .name = "client-key", .kind = COCO_KIND_KEYREF, .flags = COCO_OPT_SHARED, .arg = "REF", \
	  .env = "COCOCTL_BROKER_CLIENT_KEY",                                                 \
	  .help = "its private key", .requires = "client-cert",                               \
	  COCO_BIND_STR(s, broker.client_key) },                                              \
	{ .name = "timeout", .kind = COCO_KIND_U32, .flags = COCO_OPT_SHARED,                \
	  .env = "COCOCTL_BROKER_TIMEOUT",                                                    \
	  .arg = "SECONDS", .min = 1, .max = 3600, .def = "60",                               \
	  .help = "longest wait for a byte of the server",                                    \
	  COCO_BIND_U32(s, broker.timeout) },                                                 \
	{ .name = "store-json", .kind = COCO_KIND_FLAG, .flags = COCO_OPT_SHARED,             \
	  .help = "a new directory gets JSON files (LocalJson), not a file per item",         \
	  COCO_BIND_FLAG(s, broker.store_json) },                                             \
	COCO_OPTION_RELEASE(s, broker.release)

#endif
