/* perm.c - see perm.h. */
#include "auth/perm.h"

static const struct {
	const char *name;
	enum perm_level level;
	const char *meaning;
} perms[PERM_COUNT] = {
    [PERM_UNSET] = {"(unset)", LEVEL_UNSET, ""},
#define PERM(sym, name, level, meaning)                                                \
	[PERM_##sym] = {(name), LEVEL_##level, (meaning)},
#include "auth/perms.def"
#undef PERM
};

const char *
perm_name(enum perm p)
{
	return perms[p].name;
}

const char *
perm_meaning(enum perm p)
{
	return perms[p].meaning;
}

enum perm_level
perm_level(enum perm p)
{
	return perms[p].level;
}

const char *
perm_level_name(enum perm_level l)
{
	static const char *const names[LEVEL_COUNT] = {
	    [LEVEL_UNSET] = "nobody",
	    [LEVEL_PUBLIC] = "public",
	    [LEVEL_MONITOR] = "monitor",
	    [LEVEL_ENROL] = "enrol",
	    [LEVEL_SELF] = "self",
	    [LEVEL_USER] = "user",
	    [LEVEL_SUPERUSER] = "superuser",
	    [LEVEL_PLATFORM] = "platform",
	    [LEVEL_TENANT] = "tenant",
	    [LEVEL_VIEWER] = "viewer",
	    [LEVEL_MEMBER] = "member",
	    [LEVEL_PARTNER] = "partner",
	};

	return names[l];
}

const char *const *
perm_names_of(enum perm_level l, struct arena *mem)
{
	const char **out = arena_alloc(mem, PERM_COUNT * sizeof(*out));
	size_t n = 0;

	for (enum perm p = PERM_UNSET + 1; p < PERM_COUNT; p++)
		if (perm_level(p) == l)
			out[n++] = perm_name(p);
	out[n] = NULL;
	return out;
}
