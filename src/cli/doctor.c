/* doctor.c - the command that looks for what is wrong. */
#include "cli/doctor.h"

#include "cli/table.h"

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
	doctor_check_settings(d);
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
		table_text(&t, doctor_verdict_name(f->verdict));
		table_text(&t, f->check);
		table_text(&t, f->text);
		table_text(&t, f->advice);
	}
	return table_print(c->cx, &t, TABLE_ROWS, true, c->out);
}

static void
print_findings(struct cli *c, const struct doctor *d)
{
	for (const struct doctor_finding *f = d->first; f != NULL; f = f->next)
		doctor_print(d, f, c->out);
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
	c->status = d.counts[DOCTOR_BROKEN] > 0 ? DOCTOR_EXIT_BROKEN : 0;
	if (args_flag(c->args, "json"))
		rc = print_json(c, &d);
	else
		print_findings(c, &d);
	conf_free(conf);
	return rc;
}
