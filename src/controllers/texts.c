/* texts.c - see texts.h. */
#include "controllers/texts.h"

#include <assert.h>

#include "base/attr.h"

const char *
text_get(struct slice name)
{
	static const struct {
		const char *name, *text;
	} texts[] = {
#define TEXT(name, text) {#name, text},
#include "controllers/texts.def"
#undef TEXT
	};
	const char *found = NULL;

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (slice_eq(name, texts[i].name))
			found = texts[i].text;
	assert(found != NULL);
	return found;
}
