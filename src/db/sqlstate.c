/* sqlstate.c - see sqlstate.h. */
#include "db/sqlstate.h"

#include <string.h>

static const struct {
	const char *code;
	enum err err;
	const char *meaning;
} sqlstates[] = {
#define SQLSTATE(code, err, meaning) {code, ERR_##err, meaning},
#include "db/sqlstate.def"
#undef SQLSTATE
};

enum err
sqlstate_err(const char *code, const char **meaning)
{
	enum err by_class = ERR_INTERNAL;

	*meaning = "";
	for (size_t i = 0; i < COUNT_OF(sqlstates); i++) {
		if (strcmp(sqlstates[i].code, code) == 0) {
			*meaning = sqlstates[i].meaning;
			return sqlstates[i].err;
		}
		if (strlen(sqlstates[i].code) == 2 &&
		    strncmp(sqlstates[i].code, code, 2) == 0) {
			by_class = sqlstates[i].err;
			*meaning = sqlstates[i].meaning;
		}
	}
	return by_class;
}
