/*
 * replay.c - runs a driver without a fuzzer: over every input of the files named, one
 * after the other.
 *
 * A file NAME.seeds has an input a line, "what it shows: bytes". \n, \r, \t, \\ and
 * \xNN stand for a byte, and \N* before one for N of it; lines that begin with # say
 * nothing. Any other file is one input.
 */
#include "fuzz.h"

#include "base/buf.h"

static void
run(const char *p, size_t n)
{
	uint8_t *own = malloc(n > 0 ? n : 1); /* so that a byte too far is seen */

	if (own == NULL)
		abort();
	if (n > 0)
		memcpy(own, p, n);
	(void)LLVMFuzzerTestOneInput(own, n);
	free(own);
}

/* The byte at *p, which an escape may stand for. */
static char
take_byte(const char **p)
{
	static const char from[] = "nrt\\", into[] = "\n\r\t\\";
	const char *at = (*p)++, *hit;

	if (at[0] != '\\')
		return at[0];
	(*p)++;
	if (at[1] == 'x' && str_hex_digit(at[2]) >= 0 && str_hex_digit(at[3]) >= 0) {
		*p += 2;
		return (char)(str_hex_digit(at[2]) << 4 | str_hex_digit(at[3]));
	}
	hit = at[1] == '\0' ? NULL : strchr(from, at[1]);
	FUZZ_HOLDS(hit != NULL);
	return into[hit - from];
}

static void
unescape(struct buf *to, const char *p)
{
	while (*p != '\0') {
		size_t n = p[0] == '\\' ? strspn(p + 1, "0123456789") : 0;
		int64_t times = 1;
		char c;

		if (n > 0) {
			FUZZ_HOLDS(
			    str_to_i64((struct slice){p + 1, n}, 1, 1 << 20, &times));
			FUZZ_HOLDS(p[1 + n] == '*');
			p += n + 2;
		}
		for (c = take_byte(&p); times > 0; times--)
			buf_putc(to, c);
	}
}

static unsigned
run_seeds(FILE *f)
{
	char *line = NULL, *text;
	unsigned count = 0;
	struct buf bytes;
	size_t room = 0;

	buf_init(&bytes, NULL, SIZE_MAX);
	while (getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		text = strstr(line, ": ");
		FUZZ_HOLDS(text != NULL);
		buf_reset(&bytes);
		unescape(&bytes, text + 2);
		run(bytes.p, bytes.n);
		count++;
	}
	buf_fini(&bytes);
	free(line);
	return count;
}

static unsigned
run_whole(FILE *f)
{
	static char text[4 * 1024 * 1024];

	run(text, fread(text, 1, sizeof(text), f));
	return 1;
}

int
main(int argc, char **argv)
{
	unsigned count = 0;

	for (int i = 1; i < argc; i++) {
		size_t n = strlen(argv[i]);
		bool seeds = n > 6 && strcmp(argv[i] + n - 6, ".seeds") == 0;
		FILE *f = fopen(argv[i], "r");

		if (f == NULL) {
			perror(argv[i]);
			return 1;
		}
		count += seeds ? run_seeds(f) : run_whole(f);
		(void)fclose(f);
	}
	printf("%u inputs\n", count);
	return count > 0 ? 0 : 1;
}
