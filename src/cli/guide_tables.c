/* guide_tables.c - what the guides take in of the program's tables; see guide.h. */
#include <inttypes.h>
#include <string.h>

#include "auth/perm.h"
#include "cli/guide.h"
#include "controllers/describe.h"
#include "controllers/routes.h"
#include "policy/rules.h"
#include "quota/metric.h"
#include "role/scopes.h"
#include "json/json.h"

enum { VALUE_MAX = 4 * 1024 };

/* -- the security policy -- */

static const char *
bounds_of(struct ctx *cx, const struct policy_rule *r)
{
	if (r->type == POLICY_BOOL)
		return "true or false";
	return arena_printf(cx->mem, "%d to %d%s", r->min, r->max,
	    r->type == POLICY_LIST ? " ranges of addresses" : "");
}

static const char *
usual_of(struct ctx *cx, const struct policy_rule *r)
{
	const struct policy usual = policy_default();
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, VALUE_MAX);
	json_out_init(&o, &b);
	policy_rule_put(&o, r, &usual);
	return buf_text(&b);
}

/* In the notation of requests; beside the groups where its group is "". */
static const char *
other_of(struct ctx *cx, const struct policy_rule *r)
{
	if (r->other == NULL)
		return "-";
	return arena_printf(
	    cx->mem, "`%s%s%s`", r->other, *r->other != '\0' ? "." : "", r->name);
}

enum err
guide_put_rules(struct cli *c)
{
	fputs("| Rule | In the other notation | Bounds | Usual |\n"
	      "| --- | --- | --- | --- |\n",
	    c->out);
	for (size_t i = 0; i < POLICY_RULE_COUNT; i++) {
		const struct policy_rule *r = &policy_rules[i];

		fprintf(c->out, "| `%s.%s` ", r->group, r->name);
		guide_put_cell(c->out, other_of(c->cx, r));
		guide_put_cell(c->out, bounds_of(c->cx, r));
		fprintf(c->out, "| `%s` |\n", usual_of(c->cx, r));
	}
	return ERR_OK;
}

/* -- roles -- */

enum err
guide_put_scopes(struct cli *c)
{
	fputs("| Scope | What it is for |\n| --- | --- |\n", c->out);
	for (int i = 0; i < role_scope_count; i++) {
		fprintf(c->out, "| `%s` ", role_scopes[i].name);
		guide_put_cell(c->out, role_scopes[i].meaning);
		fputs("|\n", c->out);
	}
	return ERR_OK;
}

enum err
guide_put_roles(struct cli *c)
{
	fputs("| Role | Id | Scopes | Description |\n| --- | --- | --- | --- |\n",
	    c->out);
	for (int i = 0; i < role_default_count; i++) {
		const struct role_default *r = &role_defaults[i];

		fprintf(c->out, "| %s | `%s` | %s ", r->name, r->id,
		    role_scopes_words(c->cx->mem, r->scopes));
		guide_put_cell(c->out, r->description);
		fputs("|\n", c->out);
	}
	return ERR_OK;
}

enum err
guide_put_groups(struct cli *c)
{
	fputs("| Group | Role that it grants | Description |\n| --- | --- | --- |\n",
	    c->out);
	for (int i = 0; i < group_default_count; i++) {
		const struct group_default *g = &group_defaults[i];

		fprintf(c->out, "| %s | `%s` ", g->name, g->role);
		guide_put_cell(c->out, g->description);
		fputs("|\n", c->out);
	}
	return ERR_OK;
}

enum err
guide_put_permissions(struct cli *c)
{
	fputs("| Permission | Level | Lets one |\n| --- | --- | --- |\n", c->out);
	for (int p = PERM_UNSET + 1; p < PERM_COUNT; p++) {
		fprintf(c->out, "| `%s` | %s ", perm_name((enum perm)p),
		    perm_level_name(perm_level((enum perm)p)));
		guide_put_cell(c->out, perm_meaning((enum perm)p));
		fputs("|\n", c->out);
	}
	fputs("\nWho passes at each level:\n\n", c->out);
	for (int l = LEVEL_UNSET + 1; l < LEVEL_COUNT; l++)
		fprintf(c->out, "- `%s`: %s\n", perm_level_name((enum perm_level)l),
		    route_level_meaning((enum perm_level)l));
	return ERR_OK;
}

/* NULL: scopes have nothing to do with it. */
static const char *
scope_of(const struct route *r)
{
	switch (perm_level(r->perm)) {
	case LEVEL_TENANT:
		return "admin";
	case LEVEL_MEMBER:
		return r->method == HTTP_GET ? "read" : "write";
	default:
		return NULL;
	}
}

static void
put_openings(struct cli *c, const char *scope)
{
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		const char *asked = scope_of(&routes[i]);

		if (asked == NULL || strcmp(asked, scope) != 0)
			continue;
		fprintf(c->out, "| `%s` | `%s %s` ", scope,
		    http_method_name(routes[i].method), routes[i].path);
		guide_put_cell(c->out, routes[i].summary);
		fputs("|\n", c->out);
	}
}

enum err
guide_put_openings(struct cli *c)
{
	fputs("| Scope | Route | What it does |\n| --- | --- | --- |\n", c->out);
	for (int i = 0; i < role_scope_count; i++)
		put_openings(c, role_scopes[i].name);
	return ERR_OK;
}

/* -- quotas -- */

enum err
guide_put_metrics(struct cli *c)
{
	fputs("| Metric | Unit | Kind | Thresholds | What is counted |\n"
	      "| --- | --- | --- | --- | --- |\n",
	    c->out);
	for (int i = 0; i < QUOTA_COUNT; i++) {
		const struct quota_metric_row *m = &quota_metrics[i];

		fprintf(c->out, "| `%s` | %s | %s | %s ", m->name, m->unit,
		    quota_kind_name(m->kind), m->thresholds);
		guide_put_cell(c->out, m->meaning);
		fputs("|\n", c->out);
	}
	return ERR_OK;
}

static void
put_limit(FILE *out, int64_t limit)
{
	if (limit == QUOTA_NONE)
		fputs("| - ", out);
	else
		fprintf(out, "| %" PRId64 " ", limit);
}

enum err
guide_put_limits(struct cli *c)
{
	fputs("| Metric ", c->out);
	for (int p = 0; p < QUOTA_PLANS; p++)
		fprintf(
		    c->out, "| %s, soft | %s, hard ", quota_plans[p], quota_plans[p]);
	fputs("|\n| --- ", c->out);
	for (int p = 0; p < QUOTA_PLANS; p++)
		fputs("| ---: | ---: ", c->out);
	fputs("|\n", c->out);
	for (int i = 0; i < QUOTA_COUNT; i++) {
		fprintf(c->out, "| `%s` ", quota_metrics[i].name);
		for (int p = 0; p < QUOTA_PLANS; p++) {
			put_limit(c->out, quota_metrics[i].plans[p].soft);
			put_limit(c->out, quota_metrics[i].plans[p].hard);
		}
		fputs("|\n", c->out);
	}
	return ERR_OK;
}
