/*
 * What it takes to verify a token, by the processor's time of this process alone.
 *
 *   verify CONFIG TOKENS SECONDS
 *
 * CONFIG: a settings file. TOKENS: a token a line; the first warms up, and is then the
 * one that is shown over and over. Each pass has a cache of its own, in which none of
 * the others is, and there are passes until the others have taken SECONDS. Two lines
 * come of it: "uncached N SECONDS" and "cached N SECONDS".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "auth/auth.h"
#include "base/clock.h"

enum { LINE_MAX_BYTES = 8192, TOKENS_MAX = 10000, MEMORY = 16 * 1024 * 1024 };

struct bench {
	struct arena *mem; /* of one verification, as a request's */
	struct auth *auth;
	char *tokens[TOKENS_MAX];
	size_t count;
	double uncached, cached; /* seconds */
	long passes;
};

static double
processor_seconds(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t) != 0)
		abort();
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool
read_tokens(struct bench *b, const char *path)
{
	char line[LINE_MAX_BYTES];
	FILE *in = fopen(path, "r");

	if (in == NULL)
		return false;
	while (b->count < TOKENS_MAX && fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		b->tokens[b->count] = strdup(line);
		if (b->tokens[b->count++] == NULL)
			abort();
	}
	(void)fclose(in);
	return b->count > 1;
}

static void
verify(struct bench *b, const char *token)
{
	struct principal who;
	struct ctx cx;

	arena_reset(b->mem);
	ctx_init(&cx, b->mem);
	if (auth_token(&cx, b->auth, token, clock_wall_s(), &who) == ERR_OK)
		return;
	fprintf(stderr, "verify: %s\n", cx.err.message);
	exit(EXIT_FAILURE);
}

static void
run_pass(struct bench *b)
{
	double began;

	verify(b, b->tokens[0]);
	began = processor_seconds();
	for (size_t i = 1; i < b->count; i++)
		verify(b, b->tokens[i]);
	b->uncached += processor_seconds() - began;
	verify(b, b->tokens[0]);
	began = processor_seconds();
	for (size_t i = 1; i < b->count; i++)
		verify(b, b->tokens[0]);
	b->cached += processor_seconds() - began;
	b->passes++;
}

static int
run(struct bench *b, const char *config, double seconds)
{
	char *nothing[] = {NULL};
	struct conf *conf;
	struct ctx cx;
	long n;

	ctx_init(&cx, arena_new(MEMORY));
	if (conf_load(&cx, config, nothing, &conf) != ERR_OK) {
		fprintf(stderr, "verify: %s: %s\n", config,
		    cx.faults != NULL ? cx.faults->message : cx.err.message);
		return EXIT_FAILURE;
	}
	do {
		if (auth_new(&cx, conf, &b->auth) != ERR_OK) {
			fprintf(stderr, "verify: %s\n", cx.err.message);
			return EXIT_FAILURE;
		}
		run_pass(b);
		auth_free(b->auth);
	} while (b->uncached < seconds);
	n = b->passes * (long)(b->count - 1);
	printf("uncached %ld %.9f\ncached %ld %.9f\n", n, b->uncached, n, b->cached);
	conf_free(conf);
	arena_free(cx.mem);
	return EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	static struct bench b;
	int status;

	if (argc != 4 || !read_tokens(&b, argv[2])) {
		fprintf(stderr, "usage: verify CONFIG TOKENS SECONDS\n");
		return EXIT_FAILURE;
	}
	b.mem = arena_new(MEMORY);
	status = run(&b, argv[1], strtod(argv[3], NULL));
	arena_free(b.mem);
	for (size_t i = 0; i < b.count; i++)
		free(b.tokens[i]);
	return status;
}
