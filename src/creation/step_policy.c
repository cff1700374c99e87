/* step_policy.c - the step security_policy: the new tenant's own rules; see steps.h.
 * What it does not say is as usual, and has no row. */
#include "creation/steps.h"

enum err
security_policy_record(struct ctx *cx, struct making *m)
{
	const char *text;

	if (m->plan.policy == NULL)
		return ERR_OK;
	text = json_print(cx->mem, m->plan.policy);
	if (text == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "the policy is too large");
	return db_queue(cx, m->means->db, STMT_policy_begin,
	    DB_ARGS(m->tenant_id, text, m->creator));
}

enum err
security_policy_undo(struct ctx *cx, struct making *m)
{
	return db_queue(cx, m->means->db, STMT_policy_undo, DB_ARGS(m->tenant_id));
}
