/* admin.c - the routes of superusers. */
#include "controllers/app.h"
#include "rls/rls.h"

static void
put_finding(struct json_out *o, const struct rls_finding *f)
{
	json_open_object(o);
	json_member_text(o, "object", f->object);
	json_member_text(o, "check", f->check);
	json_member_text(o, "verdict", rls_verdict_name(f->verdict));
	json_member_text(o, "text", f->text);
	json_close_object(o);
}

enum err
admin_rls_get(struct app *app, struct call *call)
{
	struct rls_report report = {0};
	struct json_out o;
	enum err rc = rls_check(&call->cx, app->db, &report);

	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	json_member_bool(&o, "ok", rls_report_ok(&report));
	json_name(&o, "findings");
	json_open_array(&o);
	for (const struct rls_finding *f = report.first; f != NULL; f = f->next)
		put_finding(&o, f);
	json_close_array(&o);
	json_close_object(&o);
	return ERR_OK;
}
