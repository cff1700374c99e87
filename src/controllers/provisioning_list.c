/* provisioning_list.c - the list of the tenants that a partner provisioned. */
#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "controllers/list.h"
#include "controllers/provisioning.h"
#include "crypto/digest.h"
#include "provision/page.h"

enum { MARK_SIZE = 17, FILTERS_MAX = 256 * 1024 };

static const char *const sorts[PROVISION_SORT_COUNT] = {
    [PROVISION_BY_CREATED_AT] = "created_at",
    [PROVISION_BY_CREATED_AT_DOWN] = "-created_at",
    [PROVISION_BY_NAME] = "company_name",
    [PROVISION_BY_NAME_DOWN] = "-company_name",
};

static enum err
refuse(struct call *call, const char *name, const char *message)
{
	ctx_fault(
	    &call->cx, arena_printf(call->cx.mem, "/%s", name), "query", "%s", message);
	return err_tell(&call->cx.err, ERR_INVALID, "%s %s", name, message);
}

/* One of n names, or *out stays. */
static enum err
read_name(
    struct call *call, const char *name, const char *const *names, int n, int *out)
{
	const char *value = list_filter(call, name);
	struct buf b;

	if (value == NULL)
		return ERR_OK;
	buf_init(&b, call->cx.mem, 1024);
	buf_puts(&b, "must be ");
	for (int i = 0; i < n; i++) {
		if (strcmp(value, names[i]) == 0) {
			*out = i;
			return ERR_OK;
		}
		buf_printf(&b, "%s%s",
		    i == 0          ? ""
			: i + 1 < n ? ", "
				    : " or ",
		    names[i]);
	}
	return refuse(call, name, buf_text(&b));
}

static enum err
read_time(struct call *call, const char *name, int64_t *out_us)
{
	const char *value = list_filter(call, name);
	int64_t ms;

	if (value == NULL)
		return ERR_OK;
	if (!clock_from_text(value, &ms))
		return refuse(call, name,
		    "must be a date or a time with a zone (RFC 3339), such as "
		    "2025-02-10T16:30:00Z");
	*out_us = ms < 0 ? 0 : ms * 1000;
	if (*out_us > PROVISION_TIME_END)
		*out_us = PROVISION_TIME_END;
	return ERR_OK;
}

/* What names one tenant: a program whose variable is empty does not mean them all. */
static enum err
read_one(struct call *call, const char *name, const char **out)
{
	*out = request_query(call->cx.mem, &call->rq, name);
	return *out != NULL && **out == '\0' ? refuse(call, name, "must not be empty")
					     : ERR_OK;
}

static enum err
read_filters(struct call *call, struct provision_page *p)
{
	int status = -1, sort = -1;
	enum err rc = read_name(
	    call, "status", provision_statuses, PROVISION_STATUS_COUNT, &status);

	p->begins = list_filter(call, "q");
	p->to_us = PROVISION_TIME_END;
	if (rc == ERR_OK)
		rc = read_one(call, "email", &p->email);
	if (rc == ERR_OK)
		rc = read_one(call, "external_id", &p->external_id);
	if (rc == ERR_OK)
		rc = read_name(call, "sort", sorts, PROVISION_SORT_COUNT, &sort);
	if (rc == ERR_OK)
		rc = read_time(call, "created_after", &p->from_us);
	if (rc == ERR_OK)
		rc = read_time(call, "created_before", &p->to_us);
	if (rc != ERR_OK)
		return rc;
	p->status = status >= 0 ? provision_statuses[status] : NULL;
	p->sort = sort >= 0     ? (enum provision_sort)sort
	    : p->begins != NULL ? PROVISION_BY_NAME
				: PROVISION_BY_CREATED_AT;
	return ERR_OK;
}

/* What no index serves. */
static enum err
check_together(struct call *call, const struct provision_page *p)
{
	const bool one = p->email != NULL || p->external_id != NULL;
	const bool bound = p->from_us > 0 || p->to_us < PROVISION_TIME_END;
	const char *const texts[] = {p->begins, p->email, p->external_id};
	const char *bounds = p->from_us > 0 ? "created_after" : "created_before";

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (texts[i] != NULL && !utf8_valid(texts[i], strlen(texts[i]), true))
			return err_tell(
			    &call->cx.err, ERR_INVALID, "the query is not UTF-8");
	if (p->begins != NULL &&
	    utf8_length(p->begins, strlen(p->begins)) > PROVISION_LETTERS)
		return refuse(call, "q", "may have 100 characters");
	if (p->begins != NULL && one)
		return refuse(call, "q",
		    "does not go with email or external_id: these name one tenant");
	if (p->begins != NULL && p->sort != PROVISION_BY_NAME)
		return refuse(call, "sort",
		    "does not go with q, whose order is its own: leave it out");
	if (p->begins != NULL && bound)
		return refuse(call, bounds, "does not go with q");
	if (!one && bound && p->sort >= PROVISION_BY_NAME)
		return refuse(call, bounds,
		    "goes with sort=created_at and sort=-created_at alone");
	return ERR_OK;
}

enum err
provision_read_filters(struct call *call, struct provision_page *p)
{
	enum err rc = read_filters(call, p);

	return rc == ERR_OK ? check_together(call, p) : rc;
}

/* -- cursors: MARK.PHASE.MICROSECONDS.ID.KEY -- */

/* Of whose list it is, and of which filters and sort. */
static void
mark_of(struct call *call, const struct provision_page *p, char out[static MARK_SIZE])
{
	char hex[DIGEST_HEX_SIZE];
	struct json_out o;
	struct buf b;

	buf_init(&b, call->cx.mem, FILTERS_MAX);
	json_out_init(&o, &b);
	json_open_array(&o);
	json_put_text(&o, call->partner->id);
	json_put_text(&o, sorts[p->sort]);
	json_put_text(&o, p->status);
	json_put_text(&o, p->begins);
	json_put_text(&o, p->email);
	json_put_text(&o, p->external_id);
	json_put_i64(&o, p->from_us);
	json_put_i64(&o, p->to_us);
	json_close_array(&o);
	digest_hex(hex, digest_sha256(b.p, b.n));
	memcpy(out, hex, MARK_SIZE - 1);
	out[MARK_SIZE - 1] = '\0';
}

static enum err
read_cursor(struct call *call, const char *cursor, struct provision_page *p)
{
	char mark[MARK_SIZE];
	struct slice rest = slice_of(cursor), mine, phase, micros, id;
	int64_t phase_number;

	if (!slice_cut(&rest, '.', &mine) || !slice_cut(&rest, '.', &phase) ||
	    !slice_cut(&rest, '.', &micros) || !slice_cut(&rest, '.', &id) ||
	    !str_to_i64(phase, 0, 2, &phase_number) ||
	    !str_to_i64(micros, 0, PROVISION_TIME_END, &p->place.created_us))
		return refuse(call, "cursor", "is none that this list gave");
	mark_of(call, p, mark);
	if (!slice_eq(mine, mark))
		return refuse(call, "cursor",
		    "is of a list with other filters or another sort: go on with those "
		    "it was given for, or begin without a cursor");
	p->place.phase = (int)phase_number;
	p->place.id = slice_dup(call->cx.mem, id);
	p->place.key = slice_dup(call->cx.mem, rest);
	return ERR_OK;
}

static const char *
cursor_of(struct call *call, const struct provision_page *p)
{
	const struct provision_place *next = &p->next;
	char mark[MARK_SIZE];

	mark_of(call, p, mark);
	return arena_printf(call->cx.mem, "%s.%d.%" PRId64 ".%s.%s", mark, next->phase,
	    next->created_us, next->id != NULL ? next->id : "",
	    next->key != NULL ? next->key : "");
}

enum err
provision_list_get(struct app *app, struct call *call)
{
	const struct provision_site site = provision_site_of(app, call);
	struct provision_page page = {0};
	struct list_query q;
	struct json_out o;
	enum err rc = list_read(call, &q);

	if (rc == ERR_OK)
		rc = provision_read_filters(call, &page);
	if (rc == ERR_OK && q.cursor != NULL)
		rc = read_cursor(call, q.cursor, &page);
	page.limit = q.limit;
	if (rc == ERR_OK)
		rc = provision_list(&call->cx, app->db, &site, &page);
	if (rc != ERR_OK)
		return rc;
	list_open(call, &o);
	for (int i = 0; i < page.count; i++)
		provision_record_put(&o, &page.list[i]);
	list_close(call, &o, page.more ? cursor_of(call, &page) : NULL);
	return ERR_OK;
}
