/* doctor_servers.c - whether tenants' databases can be made where they are to be. */
#include <inttypes.h>
#include <string.h>

#include "cli/doctor.h"
#include "database/base.h"
#include "database/servers.h"

enum { SERVERS_MOST = 1000 };

static bool
is_full(const struct database_server *s)
{
	return s->databases_most != SERVER_NONE && s->databases >= s->databases_most;
}

static void
judge(struct doctor *d, const struct database_server *s, const struct base *base)
{
	struct arena *mem = d->cx->mem;

	if (strcmp(s->health, "down") == 0)
		doctor_find(d, DOCTOR_WARNING,
		    arena_printf(mem, "look at it: tenantd server show %s", s->id),
		    "\"%s\" was down at %s: %s", s->id, s->checked_at,
		    s->health_reason);
	else if (strcmp(s->state, "active") == 0 &&
	    (s->stamp == NULL || strcmp(s->stamp, base->stamp) != 0))
		doctor_find(d, DOCTOR_WARNING,
		    arena_printf(mem, "run: tenantd pool fill %s", s->id),
		    "\"%s\" has %s", s->id,
		    s->stamp == NULL ? "no template yet"
				     : "a template that is out of date");
	else if (is_full(s))
		doctor_find(d, DOCTOR_WARNING,
		    "raise its limit, or add another: tenantd server add",
		    "\"%s\" has %" PRId64 " databases, as many as it may have", s->id,
		    s->databases);
	else
		doctor_find(d, DOCTOR_OK, NULL,
		    "\"%s\" is %s, has %" PRId64 " databases and %" PRId64 " that wait",
		    s->id, s->state, s->databases, s->ready);
}

void
doctor_check_servers(struct doctor *d)
{
	struct server_page page = {.limit = SERVERS_MOST};
	struct base base;

	d->check = "database servers";
	if (base_load(d->cx, d->conf, &base) != ERR_OK ||
	    servers_list(d->cx, d->db, &page) != ERR_OK) {
		doctor_find_error(d, NULL);
		return;
	}
	if (page.count == 0)
		doctor_find(d, DOCTOR_OK, NULL,
		    "none is registered: no tenant can have a database of its own");
	for (int i = 0; i < page.count; i++)
		if (strcmp(page.list[i].state, "off") != 0)
			judge(d, &page.list[i], &base);
}
