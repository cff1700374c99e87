/* page.c - see page.h. */
#include "provision/page.h"

#include <string.h>

#include "base/str.h"

const char *const provision_statuses[PROVISION_STATUS_COUNT] = {
    "provisioning", "active", "suspended", "deactivated", "purged", "failed"};
static const char every_status[] =
    "{provisioning,active,suspended,deactivated,purged,failed}";

enum { PHASE_NAME, PHASE_EMAIL, PHASE_EXTERNAL_ID, PHASE_COUNT };
enum { COLUMN_KEY = PROVISION_RECORD_COLUMNS, COLUMN_LOOKED, COLUMN_LAST };

/* What a statement is given, as text. */
struct words {
	const char *statuses;
	char from[STR_I64_SIZE], to[STR_I64_SIZE], grace[STR_I64_SIZE];
	char wanted[STR_I64_SIZE], at[STR_I64_SIZE], look[STR_I64_SIZE];
	const char *from_us, *to_us, *grace_days, *limit;
};

static void
words_init(struct words *w, struct ctx *cx, const struct provision_site *site,
    const struct provision_page *p)
{
	w->statuses =
	    p->status != NULL ? arena_printf(cx->mem, "{%s}", p->status) : every_status;
	w->from_us = str_from_i64(w->from, p->from_us);
	w->to_us = str_from_i64(w->to, p->to_us);
	w->grace_days = str_from_i64(w->grace, site->grace_days);
	/* one more, to know whether there is another page */
	w->limit = str_from_i64(w->wanted, p->limit - p->count + 1);
}

/* Takes what the page has room for. */
static void
take(struct provision_page *p, const struct db_rows *rows, int count)
{
	const char *key;

	p->more = count > p->limit - p->count;
	if (p->more)
		count = p->limit - p->count;
	for (int i = 0; i < count; i++)
		provision_record_read(rows, i, &p->list[p->count + i]);
	p->count += count;
	if (!p->more)
		return;
	p->next = p->place; /* of which nothing was taken */
	if (count == 0)
		return;
	key = db_text(rows, count - 1, COLUMN_KEY);
	p->next = (struct provision_place){
	    .id = p->list[p->count - 1].tenant, .key = key, .phase = p->place.phase};
	(void)str_to_i64(slice_of(key), 0, PROVISION_TIME_END, &p->next.created_us);
}

static enum err
read_all(
    struct ctx *cx, struct db *db, const struct db_call *call, struct provision_page *p)
{
	struct db_rows *rows;
	enum err rc = db_read(cx, db, DB_MANAGEMENT, call, &rows);

	if (rc == ERR_OK)
		take(p, rows, db_row_count(rows));
	return rc;
}

static enum err
list_by_time(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_page *p)
{
	const bool down = p->sort == PROVISION_BY_CREATED_AT_DOWN;
	struct words w;
	int64_t at = p->place.created_us;

	if (p->place.id == NULL)
		at = down ? PROVISION_TIME_END : -1;
	words_init(&w, cx, site, p);
	return read_all(cx, db,
	    DB_CALL(
		down ? STMT_provision_list_created_desc : STMT_provision_list_created,
		site->partner, w.statuses, str_from_i64(w.at, at),
		p->place.id != NULL ? p->place.id : "", w.from_us, w.to_us, w.limit,
		w.grace_days),
	    p);
}

static enum err
list_by_name(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_page *p)
{
	const bool down = p->sort == PROVISION_BY_NAME_DOWN;
	const char *key = p->place.key;
	struct words w;

	if (key == NULL && !down)
		key = "";
	words_init(&w, cx, site, p);
	return read_all(cx, db,
	    DB_CALL(down ? STMT_provision_list_name_desc : STMT_provision_list_name,
		site->partner, w.statuses, key, p->place.id != NULL ? p->place.id : "",
		p->begins != NULL ? p->begins : "", w.limit, w.grace_days),
	    p);
}

/* By address or external_id, those that were not found before. */
static enum err
list_by_word(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_page *p)
{
	const enum stmt_id stmt = p->place.phase == PHASE_EMAIL
	    ? STMT_provision_list_email
	    : STMT_provision_list_external;
	struct db_rows *rows;
	struct words w;
	enum err rc;

	words_init(&w, cx, site, p);
	rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(stmt, site->partner, w.statuses,
		p->place.key != NULL ? p->place.key : "", p->begins, w.limit,
		str_from_i64(w.look, PROVISION_LOOKED_AT), w.grace_days),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	take(p, rows, db_text(rows, 0, 0) != NULL ? db_row_count(rows) : 0);
	if (p->more || db_i64(rows, 0, COLUMN_LOOKED) < PROVISION_LOOKED_AT)
		return ERR_OK;
	p->more = true;
	p->next = (struct provision_place){
	    .id = "", .key = db_text(rows, 0, COLUMN_LAST), .phase = p->place.phase};
	return ERR_OK;
}

/* Phase by phase until the page is full, or enough was looked at. */
static enum err
list_beginning(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_page *p)
{
	const int first = p->place.phase;
	enum err rc = ERR_OK;

	for (int phase = first; phase < PHASE_COUNT && rc == ERR_OK && !p->more;
	     phase++) {
		if (phase > first)
			p->place = (struct provision_place){.phase = phase};
		rc = phase == PHASE_NAME ? list_by_name(cx, db, site, p)
					 : list_by_word(cx, db, site, p);
	}
	return rc;
}

static enum err
list_one(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_page *p)
{
	struct words w;

	words_init(&w, cx, site, p);
	if (p->email != NULL)
		return read_all(cx, db,
		    DB_CALL(STMT_provision_find_email, site->partner, p->email,
			w.statuses, p->external_id, w.from_us, w.to_us, w.grace_days),
		    p);
	return read_all(cx, db,
	    DB_CALL(STMT_provision_find_external, site->partner, p->external_id,
		w.statuses, w.from_us, w.to_us, w.grace_days),
	    p);
}

enum err
provision_list(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_page *p)
{
	p->list = arena_alloc(cx->mem, ((size_t)p->limit + 1) * sizeof(*p->list));
	p->count = 0;
	p->more = false;
	if (p->email != NULL || p->external_id != NULL)
		return list_one(cx, db, site, p);
	if (p->begins != NULL)
		return list_beginning(cx, db, site, p);
	return p->sort >= PROVISION_BY_NAME ? list_by_name(cx, db, site, p)
					    : list_by_time(cx, db, site, p);
}
