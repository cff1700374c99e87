/*
 * replay.c - runs a driver without a fuzzer: over every input of the files named, one
 * after the other.
 *
 * A file NAME.seeds has an input a line, "what it shows: bytes", the bytes with \n \r
 * \t
 * \\ and \xNN; lines that begin with # say nothing. Any other file is one input.
 */
#include "fuzz.h"

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

/* Undoes the escapes in place and answers the length. */
static size_t
unescape(char *text)
{
	static const char from[] = "nrt\\", into[] = "\n\r\t\\";
	const char *p = text, *hit;
	char *to = text;

	for (; *p != '\0'; p++) {
		if (*p != '\\') {
			*to++ = *p;
			continue;
		}
		p++;
		if (*p == 'x' && str_hex_digit(p[1]) >= 0 && str_hex_digit(p[2]) >= 0) {
			*to++ = (char)(str_hex_digit(p[1]) << 4 | str_hex_digit(p[2]));
			p += 2;
		} else if (*p != '\0' && (hit = strchr(from, *p)) != NULL)
			*to++ = into[hit - from];
		else
			fuzz_broken(__FILE__, __LINE__, "an escape");
	}
	return (size_t)(to - text);
}

static unsigned
run_seeds(FILE *f)
{
	char *line = NULL, *text;
	unsigned count = 0;
	size_t room = 0;

	while (getline(&line, &room, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0')
			continue;
		text = strstr(line, ": ");
		FUZZ_HOLDS(text != NULL);
		run(text + 2, unescape(text + 2));
		count++;
	}
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
