/* show_roles.c - the command that prints who may do what in a tenant, from the tables
 * that decide it. */
#include "auth/perm.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "role/scopes.h"

/* What the levels of auth/perms.def that speak of a tenant ask of its members. */
static unsigned
needed(enum perm_level level)
{
	if (level == LEVEL_MEMBER)
		return ROLE_READ | ROLE_WRITE;
	return level == LEVEL_TENANT || level == LEVEL_VIEWER ? ROLE_ADMIN : 0;
}

static void
row(struct cli *c, struct table *t, const char *const *texts, unsigned scopes)
{
	table_text(t, texts[0]);
	table_text(t, texts[1]);
	table_text(t, texts[2]);
	table_text(t, role_scopes_words(c->cx->mem, scopes));
	table_text(t, texts[3]);
}

static void
put_scopes(struct cli *c, struct table *t)
{
	for (int i = 0; i < role_scope_count; i++)
		row(c, t,
		    (const char *const[]){
			"scope", role_scopes[i].name, NULL, role_scopes[i].meaning},
		    role_scopes[i].bit);
}

static void
put_roles(struct cli *c, struct table *t)
{
	for (int i = 0; i < role_default_count; i++) {
		const struct role_default *d = &role_defaults[i];

		row(c, t, (const char *const[]){"role", d->name, d->id, d->description},
		    d->scopes);
	}
	row(c, t,
	    (const char *const[]){"role", "Owner", ROLE_OWNER_ID,
		"Whoever the tenant belongs to; nobody is given it, and nobody changes "
		"it"},
	    ROLE_ALL);
}

static void
put_groups(struct cli *c, struct table *t)
{
	for (int i = 0; i < group_default_count; i++) {
		const struct group_default *d = &group_defaults[i];
		const struct role_default *r = role_default_of(slice_of(d->role));

		row(c, t,
		    (const char *const[]){"group", d->name, d->role, d->description},
		    r != NULL ? r->scopes : 0);
	}
}

static void
put_perms(struct cli *c, struct table *t)
{
	for (int p = PERM_UNSET + 1; p < PERM_COUNT; p++) {
		const enum perm_level level = perm_level(p);

		if (needed(level) == 0)
			continue;
		row(c, t,
		    (const char *const[]){"permission", perm_name(p),
			perm_level_name(level), perm_meaning(p)},
		    needed(level));
	}
}

enum err
command_roles(struct cli *c)
{
	static const char *const columns[] = {
	    "kind", "name", "id", "scopes", "meaning"};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	put_scopes(c, &t);
	put_roles(c, &t);
	put_groups(c, &t);
	put_perms(c, &t);
	return table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}
