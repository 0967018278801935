/*
 * attester_tsm.c - reports by Linux configfs-tsm (kernel:
 * Documentation/ABI/testing/configfs-tsm-report): a directory is made, the
 * report data written to inblob, the report read from outblob. The counter
 * generation tells whether somebody else wrote in between.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/core/err_broker.h"
#include "formats/core/mem.h"
#include "lib/broker/attester_priv.h"
#include "lib/core/io.h"
#include "lib/crypto/random.h"

enum { TRIES = 5, SMALL = 64 };

static const struct {
	const char *provider;
	const char *tee;
} providers[] = {
	{ "sev_guest", "snp" },
	{ "tdx_guest", "tdx" },
};

/* An entry; made: ours, to be removed. */
struct entry {
	char *path;
	bool made;
};

static int attribute(const struct entry *e, const char *name, size_t max, uint8_t **ret,
		     size_t *ret_n, struct coco_diag *diag)
{
	char *path = coco_path_join(e->path, name);

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int r = coco_read_file(path, max, ret, ret_n, diag);
	coco_free(path);
	return r;
}

static int open_entry(const char *dir, struct entry *ret, struct coco_diag *diag)
{
	uint8_t random[8];
	char name[40];
	struct stat st;
	char *inblob = coco_path_join(dir, "inblob");

	if (inblob == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	bool is_entry = stat(inblob, &st) == 0;
	coco_free(inblob);
	if (is_entry) {
		*ret = (struct entry){ .path = coco_strdup(dir) };
		return ret->path != NULL ? 0 : coco_fail(diag, COCO_E_LIMIT_MEMORY,
							 "no memory for a path");
	}
	int r = coco_random(random, sizeof(random), diag);
	if (r != 0)
		return r;
	int n = snprintf(name, sizeof(name), "cococtl-");
	for (size_t i = 0; i < sizeof(random); i++)
		n += snprintf(name + n, sizeof(name) - (size_t)n, "%02x", random[i]);
	struct entry e = { .path = coco_path_join(dir, name), .made = true };
	if (e.path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	if (mkdir(e.path, 0700) != 0) {
		int err = errno;

		coco_free(e.path);
		coco_diag_hint(diag, "run this inside a confidential guest with Linux 6.7 or "
			       "later, as root, with configfs mounted");
		return coco_fail(diag, COCO_E_ATTESTER_NONE,
				 "no report can be asked for in %s: %s", dir, strerror(err));
	}
	*ret = e;
	return 0;
}

static void close_entry(struct entry *e)
{
	if (e->made)
		rmdir(e->path);
	coco_free(e->path);
}

static int read_provider(const struct entry *e, const char **ret, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;

	if (attribute(e, "provider", SMALL, &text, &n, NULL) != 0)
		return coco_fail(diag, COCO_E_ATTESTER_NONE,
				 "the report interface does not say whose reports it gives");
	while (n > 0 && (text[n - 1] == '\n' || text[n - 1] == ' '))
		n--;
	for (size_t i = 0; i < COCO_ARRAY_LEN(providers); i++)
		if (strlen(providers[i].provider) == n &&
		    memcmp(providers[i].provider, text, n) == 0) {
			*ret = providers[i].tee;
			coco_free(text);
			return 0;
		}
	coco_diag_field(diag, "provider");
	coco_diag_actual(diag, "%.*s", (int)n, (const char *)text);
	coco_free(text);
	return coco_fail(diag, COCO_E_ATTESTER_NONE,
			 "the report interface is of a kind that this program does not know");
}

int coco_attester_tsm_tee(const char *dir, const char **ret_tee, struct coco_diag *diag)
{
	struct entry e;
	int r = open_entry(dir, &e, diag);

	if (r != 0)
		return r;
	r = read_provider(&e, ret_tee, diag);
	close_entry(&e);
	return r;
}

static int read_generation(const struct entry *e, uint64_t *ret, struct coco_diag *diag)
{
	uint8_t *text = NULL;
	size_t n = 0;
	size_t i = 0;
	int r = attribute(e, "generation", SMALL, &text, &n, diag);

	*ret = 0;
	for (; r == 0 && i < n && i < 19 && text[i] >= '0' && text[i] <= '9'; i++)
		*ret = *ret * 10 + (uint64_t)(text[i] - '0');
	if (r == 0 && (i == 0 || (i < n && text[i] != '\n')))
		r = coco_fail(diag, COCO_E_ATTESTER_FAILED,
			      "the counter of the report interface is no number");
	coco_free(text);
	return r;
}

static int write_inblob(const struct entry *e, const uint8_t *data, struct coco_diag *diag)
{
	char *path = coco_path_join(e->path, "inblob");

	if (path == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for a path");
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int r = fd < 0 ? coco_fail_errno(diag, COCO_E_ATTESTER_FAILED, errno, "open", path)
		       : coco_write_full(fd, data, COCO_ATTESTER_REPORT_DATA, path, diag);
	if (fd >= 0)
		close(fd);
	coco_free(path);
	return r;
}

/* *ret_race: somebody else wrote in between, the report is not ours. */
static int read_once(const struct entry *e, const uint8_t *data, struct coco_attester_raw *ret,
		     bool *ret_race, struct coco_diag *diag)
{
	struct coco_attester_raw raw = { .report = NULL };
	uint64_t before = 0;
	uint64_t after = 0;
	int r = read_generation(e, &before, diag);

	if (r == 0)
		r = write_inblob(e, data, diag);
	if (r == 0)
		r = attribute(e, "outblob", COCO_ATTESTER_QUOTE_MAX, &raw.report, &raw.n_report,
			      diag);
	/* certificates are the host's to give; without them the verifier fetches them */
	if (r == 0 && (attribute(e, "auxblob", COCO_ATTESTER_CERTS_MAX, &raw.certs, &raw.n_certs,
				 NULL) != 0 || raw.n_certs == 0)) {
		coco_free(raw.certs);
		raw.certs = NULL;
		raw.n_certs = 0;
	}
	if (r == 0)
		r = read_generation(e, &after, diag);
	*ret_race = r == 0 && after != before + 1;
	if (r != 0 || *ret_race) {
		coco_free(raw.report);
		coco_free(raw.certs);
		return r;
	}
	*ret = raw;
	return 0;
}

int coco_attester_tsm_read(const char *dir, const struct coco_run *run,
			   const uint8_t report_data[COCO_ATTESTER_REPORT_DATA],
			   struct coco_attester_raw *ret, struct coco_diag *diag)
{
	bool race = true;
	struct entry e;
	int r = open_entry(dir, &e, diag);

	if (r != 0)
		return r;
	for (unsigned i = 0; r == 0 && race && i < TRIES; i++) {
		r = coco_run_check(run, diag);
		if (r == 0)
			r = read_once(&e, report_data, ret, &race, diag);
	}
	if (r == 0 && race)
		r = coco_fail(diag, COCO_E_ATTESTER_RACE,
			      "another program asks for reports in the same place all the time");
	close_entry(&e);
	return r;
}
