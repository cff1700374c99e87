/* setup.c - the command that walks the steps; see setup.h. */
#include "cli/setup.h"

#include "base/buf.h"
#include "json/json.h"

enum { ANSWER_MAX = 1024 * 1024 };

static const struct {
	const char *name, *title;
	void (*walk)(struct setup *s);
} steps[SETUP_END] = {
    [SETUP_SETTINGS] = {"settings", "Settings", setup_settings},
    [SETUP_DATABASE] = {"database", "Database", setup_database},
    [SETUP_SUPERUSER] = {"superuser", "Superuser", setup_superuser},
    [SETUP_TENANT] = {"tenant", "Tenant", setup_tenant},
    [SETUP_ASSIGNMENT] = {"assignment", "Users and their tenants", setup_assignment},
    [SETUP_TOKEN] = {"token", "A token and the server", setup_token},
    [SETUP_ORIGINS] = {"origins", "Origins of browsers", setup_origins},
};

bool
setup_needs_database(struct setup *s, enum way_id way, struct way_names names)
{
	if (s->migrated)
		return true;
	doctor_find(
	    &s->d, DOCTOR_MISSING, NULL, "it cannot be looked at before step 2");
	doctor_show_way(&s->d, way, names);
	return false;
}

/* -- the answer -- */

static enum err
print_json(struct setup *s)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, s->c->cx->mem, ANSWER_MAX);
	json_out_init(&o, &b);
	json_open_array(&o);
	for (const struct doctor_finding *f = s->d.first; f != NULL; f = f->next)
		doctor_put(&o, f);
	json_close_array(&o);
	fprintf(s->c->out, "%s\n", buf_text(&b));
	return ERR_OK;
}

static void
print_end(const struct setup *s)
{
	const unsigned *n = s->d.counts;

	if (n[DOCTOR_BROKEN] + n[DOCTOR_MISSING] == 0)
		fputs("\nEverything is set up.", s->c->out);
	else
		fprintf(s->c->out, "\n%u missing, %u broken.", n[DOCTOR_MISSING],
		    n[DOCTOR_BROKEN]);
	if (n[DOCTOR_WARNING] > 0)
		fprintf(s->c->out, " Warnings: %u.", n[DOCTOR_WARNING]);
	fputc('\n', s->c->out);
}

static void
print_steps(struct setup *s)
{
	int step = 0;

	for (const struct doctor_finding *f = s->d.first; f != NULL; f = f->next) {
		if (f->step != step)
			fprintf(s->c->out, "%s%d. %s\n", step > 0 ? "\n" : "", f->step,
			    steps[f->step].title);
		step = f->step;
		doctor_print(&s->d, f, s->c->out);
	}
	print_end(s);
}

/* -- the walk -- */

static enum err
check_arguments(const struct setup *s)
{
	const struct args *a = s->c->args;
	struct err_info *e = &s->c->cx->err;

	if (s->user != NULL && s->tenant == NULL)
		return err_tell(e, ERR_USAGE,
		    "--user-email needs --tenant: the tenant that the user gets");
	if (s->tenant_name != NULL && s->tenant == NULL)
		return err_tell(e, ERR_USAGE, "--tenant-name needs --tenant");
	if (args_flag(a, "admin-password-stdin") && s->admin == NULL)
		return err_tell(
		    e, ERR_USAGE, "--admin-password-stdin needs --admin-email");
	return ERR_OK;
}

enum err
command_setup(struct cli *c)
{
	struct setup s = {.c = c,
	    .d = {.cx = c->cx},
	    .change = !args_flag(c->args, "check"),
	    .admin = args_value(c->args, "admin-email"),
	    .tenant = args_value(c->args, "tenant"),
	    .tenant_name = args_value(c->args, "tenant-name"),
	    .user = args_value(c->args, "user-email"),
	    .origin = args_value(c->args, "origin")};
	enum err rc = check_arguments(&s);

	if (rc != ERR_OK)
		return rc;
	c->cx->actor = "tenantd setup";
	for (int i = SETUP_SETTINGS; i < SETUP_END; i++) {
		s.d.step = i;
		s.d.check = steps[i].name;
		if (i == SETUP_SETTINGS || s.d.conf != NULL)
			steps[i].walk(&s);
	}
	c->status = s.d.counts[DOCTOR_BROKEN] > 0 ? DOCTOR_EXIT_BROKEN
	    : s.d.counts[DOCTOR_MISSING] > 0      ? DOCTOR_EXIT_MISSING
						  : 0;
	if (args_flag(c->args, "json"))
		rc = print_json(&s);
	else
		print_steps(&s);
	conf_free(s.conf);
	return rc;
}
