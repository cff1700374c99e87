/* doctor.c - the command that looks for what is wrong, and what it finds in the
 * settings. */
#include "cli/doctor.h"

#include <string.h>

#include "cli/table.h"
#include "crypto/secret.h"

enum { EXIT_BROKEN = 70 }; /* EX_SOFTWARE */

static const char *const verdict_names[DOCTOR_COUNT] = {
    [DOCTOR_OK] = "ok",
    [DOCTOR_WARNING] = "warning",
    [DOCTOR_BROKEN] = "broken",
};

/* -- settings -- */

static bool
is_given(const struct doctor *d, enum conf_option_id id)
{
	return conf_source_of(d->conf, id) != CONF_DEFAULT;
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
	static const enum conf_option_id parts[] = {
	    CONF_OPT_db_host, CONF_OPT_db_port, CONF_OPT_db_name, CONF_OPT_db_user};

	d->check = "settings";
	if (!str_is_set(d->conf->database_url))
		return;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		if (is_given(d, parts[i])) {
			doctor_find(d, DOCTOR_WARNING,
			    "leave out one of them, and see that every application "
			    "means the database that is named below",
			    "DATABASE_URL wins over %s, which is set as well: an "
			    "application that reads that one may use another database",
			    conf_options[parts[i]].name);
			return;
		}
}

static enum err
load_settings(struct cli *c, struct doctor *d, struct conf **conf)
{
	enum err rc = conf_load(d->cx, c->config_path, c->environ_, conf);

	d->check = "settings";
	if (rc != ERR_OK) {
		doctor_find_error(d, "see tenantd.conf(5)");
		return rc;
	}
	d->conf = *conf;
	check_file(d);
	check_keys(d);
	check_two_databases(d);
	return ERR_OK;
}

/* -- the answer -- */

static enum err
print_json(struct cli *c, const struct doctor *d)
{
	static const char *const columns[] = {"verdict", "check", "finding", "advice"};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (const struct doctor_finding *f = d->first; f != NULL; f = f->next) {
		table_text(&t, verdict_names[f->verdict]);
		table_text(&t, f->check);
		table_text(&t, f->text);
		table_text(&t, f->advice);
	}
	return table_print(c->cx, &t, TABLE_ROWS, true, c->out);
}

static void
print_findings(struct cli *c, const struct doctor *d)
{
	for (const struct doctor_finding *f = d->first; f != NULL; f = f->next) {
		fprintf(c->out, "%-8s %s: %s\n", verdict_names[f->verdict], f->check,
		    table_printable(c->cx->mem, f->text));
		if (f->advice != NULL)
			fprintf(c->out, "%-8s %s\n", "", f->advice);
	}
	fprintf(c->out, "\n%u ok, %u warning, %u broken\n", d->counts[DOCTOR_OK],
	    d->counts[DOCTOR_WARNING], d->counts[DOCTOR_BROKEN]);
}

enum err
command_doctor(struct cli *c)
{
	struct doctor d = {.cx = c->cx};
	struct conf *conf = NULL;
	enum err rc = ERR_OK;

	if (load_settings(c, &d, &conf) == ERR_OK) {
		doctor_check_database(&d);
		doctor_check_outside(&d);
	}
	c->status = d.counts[DOCTOR_BROKEN] > 0 ? EXIT_BROKEN : 0;
	if (args_flag(c->args, "json"))
		rc = print_json(c, &d);
	else
		print_findings(c, &d);
	conf_free(conf);
	return rc;
}
