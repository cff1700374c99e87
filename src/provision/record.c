/* record.c - see record.h. */
#include "provision/record.h"

#include <string.h>

void
provision_record_read(const struct db_rows *rows, int row, struct provision_record *out)
{
	*out = (struct provision_record){
	    .tenant = db_text(rows, row, 0),
	    .is =
		{
		    .company_name = db_text(rows, row, 1),
		    .email = db_text(rows, row, 2),
		    .phone_number = db_text(rows, row, 3),
		    .industry = db_text(rows, row, 4),
		    .external_id = db_text(rows, row, 5),
		    .extra = db_text(rows, row, 6),
		},
	    .slug = db_text(rows, row, 7),
	    .status = db_text(rows, row, 8),
	    .status_reason = db_text(rows, row, 9),
	    .created_at = db_text(rows, row, 10),
	    .updated_at = db_text(rows, row, 11),
	    .deactivated_at = db_text(rows, row, 12),
	    .restorable_until = db_text(rows, row, 13),
	};
}

static void
put_known(struct json_out *o, const char *name, const char *value)
{
	if (value != NULL)
		json_member_text(o, name, value);
}

void
provision_put_extra(struct json_out *o, const char *extra)
{
	const size_t n = strlen(extra);
	struct buf *to = o->to;

	if (n <= 2) /* {} */
		return;
	json_put_raw(o, ""); /* the comma before it */
	buf_put(to, extra + 1, n - 2);
}

void
provision_draft_put(struct json_out *o, const struct provision_draft *d)
{
	json_member_text(o, "company_name", d->company_name);
	json_member_text(o, "email", d->email);
	put_known(o, "phone_number", d->phone_number);
	put_known(o, "industry", d->industry);
	put_known(o, "external_id", d->external_id);
	provision_put_extra(o, d->extra);
}

void
provision_record_put(struct json_out *o, const struct provision_record *r)
{
	json_open_object(o);
	json_member_text(o, "tenant", r->tenant);
	provision_draft_put(o, &r->is);
	json_member_text(o, "slug", r->slug);
	json_member_text(o, "status", r->status);
	put_known(o, "status_reason", r->status_reason);
	json_member_text(o, "created_at", r->created_at);
	json_member_text(o, "updated_at", r->updated_at);
	put_known(o, "deactivated_at", r->deactivated_at);
	put_known(o, "restorable_until", r->restorable_until);
	json_close_object(o);
}
