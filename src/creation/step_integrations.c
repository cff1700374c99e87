/* step_integrations.c - what a new tenant's machines begin with; see steps.h. */
#include <string.h>

#include "apikey/apikey.h"
#include "client/client.h"
#include "creation/steps.h"
#include "webhook/webhook.h"

static struct apikey_site
key_site(const struct making *m)
{
	return (struct apikey_site){
	    .tenant_id = m->tenant_id, .address = m->address, .audit = m->means->audit};
}

static struct client_site
client_site(const struct making *m)
{
	return (struct client_site){
	    .tenant_id = m->tenant_id, .address = m->address, .audit = m->means->audit};
}

static struct webhook_site
webhook_site(const struct making *m)
{
	return (struct webhook_site){.tenant_id = m->tenant_id,
	    .address = m->address,
	    .allow = m->means->conf->webhook_allow,
	    .keys = m->means->keys,
	    .audit = m->means->audit};
}

static enum err
make_key(struct ctx *cx, struct making *m)
{
	static const char *const scopes[] = {"read", "write", NULL};
	const struct apikey_draft draft = {.name = "First API key", .scopes = scopes};
	const struct apikey_site site = key_site(m);
	struct apikey key;
	enum err rc = apikey_create(cx, m->means->db, &site, &draft, &key);

	return rc == ERR_OK ? creation_reveal(cx, m, "apiKey", key.secret) : rc;
}

static enum err
make_client(struct ctx *cx, struct making *m)
{
	const struct client_draft draft = {
	    .name = "First OAuth client", .scopes = "[\"read\", \"write\"]"};
	const struct client_site site = client_site(m);
	struct client client;
	enum err rc = client_create(cx, m->means->db, &site, &draft, &client);

	if (rc == ERR_OK)
		rc = creation_reveal(cx, m, "oauthClientId", client.id);
	return rc == ERR_OK ? creation_reveal(cx, m, "oauthClientSecret", client.secret)
			    : rc;
}

static enum err
make_webhook(struct ctx *cx, struct making *m)
{
	const struct creation_plan *plan = &m->plan;
	const struct webhook_draft draft = {.url = plan->webhook_url,
	    .description = "",
	    .kinds = plan->webhook_events != NULL
		? json_print(cx->mem, plan->webhook_events)
		: "[]",
	    .concurrency = WEBHOOK_CONCURRENCY_DEFAULT,
	    .enabled = true};
	const struct webhook_site site = webhook_site(m);
	struct webhook webhook;
	enum err rc = webhook_create(cx, m->means->db, &site, &draft, &webhook);

	return rc == ERR_OK ? creation_reveal(cx, m, "webhookSecret", webhook.secret)
			    : rc;
}

enum err
integrations_record(struct ctx *cx, struct making *m)
{
	enum err rc = make_key(cx, m);

	if (rc == ERR_OK)
		rc = make_client(cx, m);
	if (rc == ERR_OK && m->plan.webhook_url != NULL)
		rc = make_webhook(cx, m);
	m->note = m->plan.webhook_url != NULL ? "an API key, an OAuth client, a webhook"
					      : "an API key, an OAuth client";
	return rc;
}

/* -- undone: whoever was told that they were made is told that they are no more -- */

static enum err
end_key(struct ctx *cx, struct making *m, const char *id)
{
	const struct apikey_site site = key_site(m);
	struct apikey key;
	enum err rc = apikey_hold(cx, m->means->db, &site, id, &key);

	return rc == ERR_OK ? apikey_revoke(cx, m->means->db, &site, &key) : rc;
}

static enum err
end_client(struct ctx *cx, struct making *m, const char *id)
{
	const struct client_site site = client_site(m);
	struct client client;
	enum err rc = client_hold(cx, m->means->db, &site, id, &client);

	return rc == ERR_OK ? client_revoke(cx, m->means->db, &site, &client) : rc;
}

static enum err
end_webhook(struct ctx *cx, struct making *m, const char *id)
{
	const struct webhook_site site = webhook_site(m);
	struct webhook webhook;
	enum err rc = webhook_hold(cx, m->means->db, &site, id, &webhook);

	return rc == ERR_OK ? webhook_delete(cx, m->means->db, &site, &webhook) : rc;
}

enum err
integrations_undo(struct ctx *cx, struct making *m)
{
	struct db *db = m->means->db;
	struct db_rows *rows;
	enum err rc =
	    db_query(cx, db, STMT_integration_list, DB_ARGS(m->tenant_id), &rows);

	for (int i = 0; rc == ERR_OK && i < db_row_count(rows); i++) {
		const char *what = db_text(rows, i, 0), *id = db_text(rows, i, 1);

		rc = strcmp(what, "key") == 0     ? end_key(cx, m, id)
		    : strcmp(what, "client") == 0 ? end_client(cx, m, id)
						  : end_webhook(cx, m, id);
	}
	if (rc == ERR_OK)
		rc = db_queue(
		    cx, db, STMT_integration_delete_keys, DB_ARGS(m->tenant_id));
	return rc == ERR_OK
	    ? db_queue(cx, db, STMT_integration_delete_clients, DB_ARGS(m->tenant_id))
	    : rc;
}
