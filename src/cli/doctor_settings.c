/* doctor_settings.c - what the doctor finds in the settings. */
#include <string.h>

#include "cli/doctor.h"
#include "controllers/schemas.h"
#include "crypto/secret.h"

static const enum conf_option_id database_parts[] = {
    CONF_OPT_db_host, CONF_OPT_db_port, CONF_OPT_db_name, CONF_OPT_db_user};

bool
doctor_is_given(const struct doctor *d, enum conf_option_id id)
{
	return conf_source_of(d->conf, id) != CONF_DEFAULT;
}

bool
doctor_names_database(const struct doctor *d)
{
	bool named = str_is_set(d->conf->database_url);

	for (size_t i = 0; i < COUNT_OF(database_parts); i++)
		named = named || doctor_is_given(d, database_parts[i]);
	return named;
}

static void
check_file(struct doctor *d)
{
	const char *path = conf_path(d->conf);

	d->check = "settings";
	doctor_find(d, DOCTOR_OK, NULL, "they are read from %s",
	    path != NULL ? path : "the environment alone");
	if (conf_is_exposed(d->conf))
		doctor_find(d, DOCTOR_WARNING,
		    arena_printf(d->cx->mem,
			"chmod o-rwx %s, and give it the server's group; then "
			"change the secrets, which may have been read",
			path),
		    "%s holds secrets, and everybody may read it", path);
}

static void
check_keys(struct doctor *d)
{
	const struct conf *c = d->conf;
	size_t n = strlen(c->secret_key);

	d->check = "keys";
	if (n > 0 && n == strlen(c->jwt_secret_key) &&
	    secret_equal(c->secret_key, c->jwt_secret_key, n))
		doctor_find(d, DOCTOR_WARNING,
		    "give JWT_SECRET_KEY a value of its own: openssl rand -base64 48",
		    "SECRET_KEY and JWT_SECRET_KEY are the same: who can sign tokens "
		    "can open what is sealed");
	if (str_is_set(c->secret_key_previous))
		doctor_find(d, DOCTOR_OK,
		    "remove it once everything is sealed under SECRET_KEY",
		    "a rotation is under way: SECRET_KEY_PREVIOUS is set");
}

/* An application that reads DB_HOST and one that reads DATABASE_URL may well have two
 * databases, each with half of the tenants. */
static void
check_two_databases(struct doctor *d)
{
	d->check = "settings";
	if (!str_is_set(d->conf->database_url))
		return;
	for (size_t i = 0; i < COUNT_OF(database_parts); i++)
		if (doctor_is_given(d, database_parts[i])) {
			doctor_find(d, DOCTOR_WARNING,
			    "leave out one of them, and see that every application "
			    "means the database that is named below",
			    "DATABASE_URL wins over %s, which is set as well: an "
			    "application that reads that one may use another database",
			    conf_options[database_parts[i]].name);
			return;
		}
}

/* The server does not start with a file that is wrong. */
static void
check_schemas(struct doctor *d)
{
	struct schema_set *schemas;
	int extended = 0;

	d->check = "schemas";
	if (schema_set_new(d->cx, d->conf->schema_dir, &schemas) != ERR_OK) {
		doctor_find_error(d, "correct the file, or take it away");
		return;
	}
	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT; i++)
		extended += schema_set_file(schemas, (enum schema_id)i) != NULL;
	if (extended > 0)
		doctor_find(d, DOCTOR_OK, NULL,
		    "%d schemas of requests are extended by %s", extended,
		    d->conf->schema_dir);
	schema_set_free(schemas);
}

void
doctor_check_settings(struct doctor *d)
{
	check_file(d);
	check_schemas(d);
	check_keys(d);
	check_two_databases(d);
}
