/*
 * step_credentials.c - the login role of a tenant's applications: intend decides its
 * name and password, and seals them; act makes the role of what is sealed, however
 * often; record shows whoever asked for the tenant the address, once.
 */
#include <string.h>

#include "creation/steps.h"
#include "flows/logins.h"

/* Where the tenant's data lies: of the ledger, for this step. */
struct place {
	const char *server; /* NULL: the control plane's */
	const char *database, *schema;
};

/* *skip: why there is no role. */
static enum err
find_in_control(struct ctx *cx, struct making *m, const char *schema, struct place *out)
{
	struct db_rows *rows;
	enum err rc = db_query(cx, m->means->db, STMT_login_able, DB_NO_ARGS, &rows);

	if (rc != ERR_OK)
		return rc;
	*out = (struct place){
	    .database = db_text(rows, 0, 1), .schema = schema, .server = NULL};
	if (!db_bool(rows, 0, 0))
		m->skip = "our role may not make others: the tenant's applications "
			  "use a role of the operator's";
	return ERR_OK;
}

static enum err
find_place(struct ctx *cx, struct making *m, struct place *out)
{
	const char *kind = m->plan.isolation;
	struct db_rows *rows;
	enum err rc = db_query(cx, m->means->db, STMT_database_resource,
	    DB_ARGS(m->tenant_id, kind), &rows);

	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "tenant \"%s\" has no %s in the ledger", m->tenant_id, kind);
	if (rc != ERR_OK)
		return rc;
	if (strcmp(kind, "schema") == 0)
		return find_in_control(cx, m, db_text(rows, 0, 2), out);
	*out = (struct place){
	    .server = db_text(rows, 0, 1), .database = db_text(rows, 0, 2)};
	return ERR_OK;
}

static const char *
details_of(struct ctx *cx, const struct place *p)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 1024);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "database", p->database);
	if (p->schema != NULL)
		json_member_text(&o, "schema", p->schema);
	json_close_object(&o);
	return buf_text(&b);
}

static enum err
write_down(
    struct ctx *cx, struct making *m, const struct place *p, const struct resource *r)
{
	const struct conf *c = m->means->conf;
	const int min = c->tenant_pool_min < c->tenant_pool_max ? c->tenant_pool_min
								: c->tenant_pool_max;
	char figures[4][STR_I64_SIZE];

	return db_queue(cx, m->means->db, STMT_tenant_login_put,
	    DB_ARGS(m->tenant_id, p->server, p->database, p->schema, r->name, r->id,
		str_from_i64(figures[0], c->tenant_pool_max),
		str_from_i64(figures[1], min),
		str_from_i64(figures[2], c->tenant_pool_idle),
		str_from_i64(figures[3], c->tenant_pool_acquire)));
}

enum err
credentials_intend(struct ctx *cx, struct making *m)
{
	char name[LOGIN_NAME_SIZE];
	struct resource r = {.tenant_id = m->tenant_id,
	    .operation_id = m->operation_id,
	    .step = m->step,
	    .kind = "database_role",
	    .name = name};
	struct place p;
	const char *url;
	enum err rc;

	if (strcmp(m->plan.isolation, "shared") == 0) {
		m->skip = "the tenant shares the database with others";
		return ERR_OK;
	}
	rc = find_place(cx, m, &p);
	if (rc != ERR_OK || m->skip != NULL)
		return rc;
	login_name_for(name, p.database, p.schema, m->tenant_id);
	r.place = p.server != NULL ? p.server : "";
	r.details = details_of(cx, &p);
	rc = resource_intend(cx, m->means->db, &r);
	if (rc == ERR_OK)
		rc = write_down(cx, m, &p, &r);
	if (rc == ERR_OK)
		rc = login_address_make(cx, m->means->db, m->means->databases,
		    &(const struct login_address){
			m->tenant_id, p.server, p.database, name},
		    &url);
	return rc;
}

enum err
credentials_act(struct ctx *cx, struct making *m)
{
	return logins_settle(
	    cx, m->means->databases, m->tenant_id, LOGINS_MAKE | LOGINS_PASSWORD);
}

enum err
credentials_record(struct ctx *cx, struct making *m)
{
	const char *url;
	enum err rc = login_address_find(
	    cx, m->means->db, m->means->databases, m->tenant_id, &url);

	if (rc == ERR_OK && url == NULL)
		rc = err_set(&cx->err, ERR_INTERNAL,
		    "the address of tenant \"%s\"'s database is not there",
		    m->tenant_id);
	return rc == ERR_OK ? creation_reveal(cx, m, "databaseUrl", url) : rc;
}

enum err
database_role_remove(
    struct ctx *cx, struct creation_means *means, const struct resource *r)
{
	return login_resource_remove(cx, means->databases, r);
}

enum err
database_role_look(struct ctx *cx, struct creation_means *means,
    const struct resource *r, const char **health, const char **reason)
{
	return login_resource_look(cx, means->databases, r, health, reason);
}
