/*
 * mkmodel.c - writes a small decoder model as a provider would have it:
 * sharded safetensors of bf16 weights with their index, config.json and a
 * tokenizer. For the demo and for trying larger sizes by hand; nothing of it
 * is installed.
 *
 *   mkmodel DIR [LAYERS [SHARDS]]      about 50 MB and 14 MB per layer
 *
 * Weights are drawn from a normal distribution per tensor, so they compress
 * as real bf16 weights do: exponents carry about 2.6 bits, the rest is noise.
 * The same arguments give the same bytes. The layout of a safetensors file
 * is: length of the header (LE64), header (JSON), tensors.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	HIDDEN = 768,
	INNER = 2048,
	VOCABULARY = 16384,
	KINDS = 9,              /* tensors of a layer */
	LAYERS_MAX = 100000,
	SHARDS_MAX = 999,
	QUANTILES = 1 << 16,
	BLOCK = 1 << 16,        /* words written at once */
	HEADER_MAX = 1 << 26,
};

struct tensor {
	char name[80];
	unsigned rows;
	unsigned cols;          /* 0: a vector */
	float sigma;            /* 0: all ones, as in a fresh norm */
};

struct text {
	char *p;
	size_t n;
};

static float normal[QUANTILES]; /* quantiles of N(0, 1) */
static uint64_t state = 0x9e3779b97f4a7c15;

static void die(const char *what, const char *path)
{
	fprintf(stderr, "mkmodel: %s %s: %s\n", what, path, strerror(errno));
	exit(1);
}

/* xorshift64*: four weights from each number. */
static uint64_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

/* The upper half by bisection on the distribution function, the lower by symmetry. */
static void fill_quantiles(void)
{
	for (int i = QUANTILES / 2; i < QUANTILES; i++) {
		double want = (i + 0.5) / QUANTILES;
		double low = 0.0;
		double high = 6.0;

		for (int k = 0; k < 40; k++) {
			double mid = (low + high) / 2.0;

			if (0.5 * erfc(-mid / sqrt(2.0)) < want)
				low = mid;
			else
				high = mid;
		}
		normal[i] = (float)low;
		normal[QUANTILES - 1 - i] = (float)-low;
	}
}

/* A float as bf16, rounded to nearest. */
static uint16_t bf16(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof(bits));
	return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static uint64_t words(const struct tensor *t)
{
	return (uint64_t)t->rows * (t->cols != 0 ? t->cols : 1);
}

static void add(struct text *text, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void add(struct text *text, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text->p + text->n, HEADER_MAX - text->n, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= HEADER_MAX - text->n) {
		errno = EFBIG;
		die("header of", "a shard");
	}
	text->n += (size_t)n;
}

static FILE *create(const char *dir, const char *name)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	FILE *f = fopen(path, "wx");
	if (f == NULL)
		die("create", path);
	return f;
}

static void finish(FILE *f, const char *name)
{
	if (ferror(f) != 0 || fclose(f) != 0)
		die("write", name);
}

static void write_weights(FILE *f, const struct tensor *t)
{
	static uint16_t table[QUANTILES];
	static uint16_t block[BLOCK];
	uint64_t left = words(t);

	for (int i = 0; i < QUANTILES; i++)
		table[i] = t->sigma > 0.0F ? bf16(normal[i] * t->sigma) : bf16(1.0F);
	while (left > 0) {
		size_t n = left < BLOCK ? (size_t)left : BLOCK;

		for (size_t i = 0; i < n; i += 4) {
			uint64_t r = next();

			for (size_t k = i; k < n && k < i + 4; k++, r >>= 16)
				block[k] = table[r & 0xffff];
		}
		fwrite(block, sizeof(*block), n, f);
		left -= n;
	}
}

static void write_shard(const char *dir, const char *name, const struct tensor *t, size_t n)
{
	struct text header = { .p = malloc(HEADER_MAX) };
	uint8_t length[8];
	uint64_t at = 0;

	if (header.p == NULL)
		die("memory for", name);
	add(&header, "{\"__metadata__\":{\"format\":\"pt\"}");
	for (size_t i = 0; i < n; i++) {
		add(&header, ",\"%s\":{\"dtype\":\"BF16\",\"shape\":[%u", t[i].name, t[i].rows);
		if (t[i].cols != 0)
			add(&header, ",%u", t[i].cols);
		add(&header, "],\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", at,
		    at + 2 * words(&t[i]));
		at += 2 * words(&t[i]);
	}
	add(&header, "}");
	while (header.n % 8 != 0)
		add(&header, " ");
	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)((uint64_t)header.n >> 8 * i);

	FILE *f = create(dir, name);
	fwrite(length, 1, sizeof(length), f);
	fwrite(header.p, 1, header.n, f);
	for (size_t i = 0; i < n; i++)
		write_weights(f, &t[i]);
	finish(f, name);
	free(header.p);
}

static size_t name_tensors(struct tensor *t, unsigned layers)
{
	static const struct tensor kinds[KINDS] = {
		{ "input_layernorm.weight", HIDDEN, 0, 0.0F },
		{ "mlp.down_proj.weight", HIDDEN, INNER, 0.011F },
		{ "mlp.gate_proj.weight", INNER, HIDDEN, 0.021F },
		{ "mlp.up_proj.weight", INNER, HIDDEN, 0.018F },
		{ "post_attention_layernorm.weight", HIDDEN, 0, 0.0F },
		{ "self_attn.k_proj.weight", HIDDEN, HIDDEN, 0.031F },
		{ "self_attn.o_proj.weight", HIDDEN, HIDDEN, 0.014F },
		{ "self_attn.q_proj.weight", HIDDEN, HIDDEN, 0.028F },
		{ "self_attn.v_proj.weight", HIDDEN, HIDDEN, 0.017F },
	};
	size_t n = 0;

	t[n++] = (struct tensor){ "model.embed_tokens.weight", VOCABULARY, HIDDEN, 0.02F };
	for (unsigned i = 0; i < layers; i++)
		for (int k = 0; k < KINDS; k++) {
			t[n] = kinds[k];
			snprintf(t[n].name, sizeof(t[n].name), "model.layers.%u.%.40s", i,
				 kinds[k].name);
			n++;
		}
	t[n++] = (struct tensor){ "model.norm.weight", HIDDEN, 0, 0.0F };
	t[n++] = (struct tensor){ "lm_head.weight", VOCABULARY, HIDDEN, 0.016F };
	return n;
}

static uint64_t write_model(const char *dir, const struct tensor *t, size_t n, unsigned shards)
{
	FILE *index = create(dir, "model.safetensors.index.json");
	uint64_t total = 0;
	uint64_t done = 0;
	size_t at = 0;

	for (size_t i = 0; i < n; i++)
		total += 2 * words(&t[i]);
	fprintf(index, "{\n  \"metadata\": {\"total_size\": %" PRIu64 "},\n  \"weight_map\": {",
		total);
	for (unsigned s = 1; s <= shards; s++) {
		size_t first = at;
		char name[64];

		snprintf(name, sizeof(name), "model-%05u-of-%05u.safetensors", s, shards);
		while (at < n && (s == shards || done < total / shards * s)) {
			fprintf(index, "%s\n    \"%s\": \"%s\"", at > 0 ? "," : "", t[at].name,
				name);
			done += 2 * words(&t[at++]);
		}
		write_shard(dir, name, t + first, at - first);
	}
	fprintf(index, "\n  }\n}\n");
	finish(index, "the index");
	return total;
}

static void write_config(const char *dir, unsigned layers)
{
	FILE *f = create(dir, "config.json");

	fprintf(f, "{\n  \"architectures\": [\"LlamaForCausalLM\"],\n  \"hidden_size\": %d,\n"
		"  \"intermediate_size\": %d,\n  \"num_attention_heads\": 12,\n"
		"  \"num_hidden_layers\": %u,\n  \"torch_dtype\": \"bfloat16\",\n"
		"  \"vocab_size\": %d\n}\n", HIDDEN, INNER, layers, VOCABULARY);
	finish(f, "config.json");
	f = create(dir, "tokenizer.json");
	fprintf(f, "{\"version\": \"1.0\", \"model\": {\"type\": \"BPE\", \"vocab\": {");
	for (int i = 0; i < VOCABULARY; i++)
		fprintf(f, "%s\"t%04x\": %d", i > 0 ? ", " : "", (unsigned)i * 40503U & 0xffff, i);
	fprintf(f, "}, \"merges\": []}}\n");
	finish(f, "tokenizer.json");
}

static unsigned number(const char *text, unsigned max)
{
	char *end = NULL;
	unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || n < 1 || n > max) {
		fprintf(stderr, "mkmodel: %s is not a number from 1 to %u\n", text, max);
		exit(2);
	}
	return (unsigned)n;
}

int main(int argc, char **argv)
{
	if (argc < 2 || argc > 4) {
		fprintf(stderr, "usage: mkmodel DIR [LAYERS [SHARDS]]\n");
		return 2;
	}
	unsigned layers = argc > 2 ? number(argv[2], LAYERS_MAX) : 8;
	unsigned shards = argc > 3 ? number(argv[3], SHARDS_MAX) : 3;
	struct tensor *t = calloc((size_t)layers * KINDS + 3, sizeof(*t));

	if (t == NULL)
		die("memory for", "the names");
	if (mkdir(argv[1], 0777) != 0)
		die("make", argv[1]);
	fill_quantiles();
	size_t n = name_tensors(t, layers);
	uint64_t bytes = write_model(argv[1], t, n, shards);
	write_config(argv[1], layers);
	printf("%zu tensors, %.1f million bf16 parameters in %u shards\n", n,
	       (double)bytes / 2e6, shards);
	free(t);
	return 0;
}
