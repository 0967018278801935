/*
 * shelf.c - firmware images and digests that measurements share (see shelf.h).
 */
#include "lib/measure/shelf.h"

#include <pthread.h>
#include <string.h>

#include "formats/core/mem.h"

enum { CHAINS = 1 << 10 };

/* What came of reading an image, or of looking into it. */
struct outcome {
	bool done;
	int code;
	struct coco_diag diag;
};

struct image {
	struct image *next;
	char *path;                  /* owned */
	unsigned users;
	uint64_t used;               /* when it was last asked for */
	pthread_mutex_t lock;        /* of what follows, while it is being read */
	struct coco_firmware fw;
	struct outcome opened;
	struct outcome looked;
};

struct kept {
	struct kept *next;
	char *path;                  /* owned; that of key */
	struct coco_shelf_key key;
	struct coco_shelf_file file;
};

struct coco_shelf {
	pthread_mutex_t lock;
	struct image *images;
	size_t n_images;
	uint64_t clock;
	struct kept *chain[CHAINS];
	size_t n_files;
};

int coco_shelf_new(struct coco_shelf **ret, struct coco_diag *diag)
{
	struct coco_shelf *s = coco_zalloc(1, sizeof(*s));

	if (s == NULL || pthread_mutex_init(&s->lock, NULL) != 0) {
		coco_free(s);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for what is shared");
	}
	*ret = s;
	return 0;
}

/* ---- images ---------------------------------------------------------------------- */

static void free_image(struct image *i)
{
	coco_firmware_free(&i->fw);
	pthread_mutex_destroy(&i->lock);
	coco_free(i->path);
	coco_free(i);
}

/* The one that nobody uses and that was used before all others goes. */
static void make_room(struct coco_shelf *s)
{
	struct image **oldest = NULL;

	if (s->n_images < COCO_SHELF_IMAGES)
		return;
	for (struct image **at = &s->images; *at != NULL; at = &(*at)->next)
		if ((*at)->users == 0 && (oldest == NULL || (*at)->used < (*oldest)->used))
			oldest = at;
	if (oldest == NULL)
		return;
	struct image *i = *oldest;
	*oldest = i->next;
	s->n_images--;
	free_image(i);
}

static struct image *new_image(struct coco_shelf *s, const char *path)
{
	struct image *i = coco_zalloc(1, sizeof(*i));

	if (i == NULL)
		return NULL;
	i->path = coco_strdup(path);
	if (i->path == NULL || pthread_mutex_init(&i->lock, NULL) != 0) {
		coco_free(i->path);
		coco_free(i);
		return NULL;
	}
	i->next = s->images;
	s->images = i;
	s->n_images++;
	return i;
}

/* The image by its path, in use; NULL: no memory. */
static struct image *find_image(struct coco_shelf *s, const char *path)
{
	struct image *i;

	pthread_mutex_lock(&s->lock);
	for (i = s->images; i != NULL; i = i->next)
		if (strcmp(i->path, path) == 0)
			break;
	if (i == NULL) {
		make_room(s);
		i = new_image(s, path);
	}
	if (i != NULL) {
		i->users++;
		i->used = ++s->clock;
	}
	pthread_mutex_unlock(&s->lock);
	return i;
}

static void leave(struct coco_shelf *s, struct image *i)
{
	pthread_mutex_lock(&s->lock);
	i->users--;
	pthread_mutex_unlock(&s->lock);
}

/* What the bytes say is remembered, a lack of memory is not. */
static int conclude(struct outcome *o, int code, const struct coco_diag *why, const char *path,
		    struct coco_diag *diag)
{
	o->done = code != COCO_E_LIMIT_MEMORY && code != COCO_E_CANCELLED;
	o->code = code;
	o->diag = *why;
	if (code != 0)
		coco_diag_source(&o->diag, "%s", path);
	if (code != 0 && diag != NULL && diag->code == 0)
		*diag = o->diag;
	return code;
}

static int open_image(struct image *i, struct coco_diag *diag)
{
	struct coco_diag why = { .code = 0 };

	if (i->opened.done)
		return conclude(&i->opened, i->opened.code, &i->opened.diag, i->path, diag);
	int r = coco_firmware_open(i->path, &i->fw, &why);
	return conclude(&i->opened, r, &why, i->path, diag);
}

static int look_into(struct image *i, struct coco_diag *diag)
{
	struct coco_diag why = { .code = 0 };

	if (i->looked.done)
		return conclude(&i->looked, i->looked.code, &i->looked.diag, i->path, diag);
	int r = coco_firmware_look(&i->fw, &why);
	return conclude(&i->looked, r, &why, i->path, diag);
}

int coco_shelf_firmware(struct coco_shelf *s, const char *path, bool whole,
			const struct coco_firmware **ret, struct coco_diag *diag)
{
	struct image *i = find_image(s, path);

	if (i == NULL)
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for firmware");
	pthread_mutex_lock(&i->lock);
	int r = open_image(i, diag);
	if (r == 0 && whole)
		r = look_into(i, diag);
	pthread_mutex_unlock(&i->lock);
	if (r != 0)
		leave(s, i);
	else
		*ret = &i->fw;
	return r;
}

void coco_shelf_return(struct coco_shelf *s, const struct coco_firmware *fw)
{
	struct image *i;

	if (fw == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	for (i = s->images; i != NULL && &i->fw != fw; i = i->next)
		;
	if (i != NULL)
		i->users--;
	pthread_mutex_unlock(&s->lock);
}

/* ---- digests of files ------------------------------------------------------------- */

static struct kept **chain_of(struct coco_shelf *s, const struct coco_shelf_key *key)
{
	uint32_t h = 2166136261U ^ (uint32_t)key->kind;

	for (const char *p = key->path; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619U;
	h = (h ^ key->head[0]) * 16777619U;
	return &s->chain[h % CHAINS];
}

static bool same(const struct coco_shelf_key *a, const struct coco_shelf_key *b)
{
	return a->kind == b->kind && a->banks == b->banks && strcmp(a->path, b->path) == 0 &&
	       memcmp(a->head, b->head, sizeof(a->head)) == 0;
}

bool coco_shelf_find(struct coco_shelf *s, const struct coco_shelf_key *key,
		     struct coco_shelf_file *ret)
{
	struct kept *k;

	if (s == NULL)
		return false;
	pthread_mutex_lock(&s->lock);
	for (k = *chain_of(s, key); k != NULL && !same(&k->key, key); k = k->next)
		;
	if (k != NULL)
		*ret = k->file;
	pthread_mutex_unlock(&s->lock);
	return k != NULL;
}

int coco_shelf_keep(struct coco_shelf *s, const struct coco_shelf_key *key,
		    const struct coco_shelf_file *file, struct coco_diag *diag)
{
	struct kept *k;
	char *path;

	if (s == NULL)
		return 0;
	k = coco_zalloc(1, sizeof(*k));
	path = k != NULL ? coco_strdup(key->path) : NULL;
	if (path == NULL) {
		coco_free(k);
		return coco_fail(diag, COCO_E_LIMIT_MEMORY, "no memory for what is shared");
	}
	k->key = *key;
	k->path = path;
	k->key.path = path;
	k->file = *file;
	pthread_mutex_lock(&s->lock);
	bool room = s->n_files < COCO_SHELF_FILES;
	if (room) {
		struct kept **chain = chain_of(s, key);

		k->next = *chain;
		*chain = k;
		s->n_files++;
	}
	pthread_mutex_unlock(&s->lock);
	if (!room) {
		coco_free(path);
		coco_free(k);
	}
	return 0;
}

void coco_shelf_free(struct coco_shelf *s)
{
	if (s == NULL)
		return;
	while (s->images != NULL) {
		struct image *i = s->images;

		s->images = i->next;
		free_image(i);
	}
	for (size_t c = 0; c < CHAINS; c++)
		while (s->chain[c] != NULL) {
			struct kept *k = s->chain[c];

			s->chain[c] = k->next;
			coco_free(k->path);
			coco_free(k);
		}
	pthread_mutex_destroy(&s->lock);
	coco_free(s);
}
