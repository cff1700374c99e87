/* jobs.c - the commands about jobs: run, list, retry, discard. */
#include <inttypes.h>

#include "cli/cli.h"
#include "cli/database.h"
#include "cli/table.h"
#include "jobs/job.h"
#include "jobs/ledger.h"
#include "work/work.h"

enum { LIST_DEFAULT = 50, LIST_MOST = 10000, RUN_DEFAULT_S = 50, RUN_MOST_S = 86400 };

enum err
command_jobs_run(struct cli *c)
{
	static const char *const columns[] = {"ended"};
	static const int64_t range[] = {1, RUN_MOST_S};
	int64_t seconds = RUN_DEFAULT_S, ended = 0;
	struct table t;
	enum err rc = args_number(c->cx, c->args, "seconds", range, &seconds);

	if (rc == ERR_OK)
		rc = work_run(c->cx, c->conf, (int)seconds, &ended);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_i64(&t, ended);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

enum err
command_jobs_kinds(struct cli *c)
{
	static const char *const columns[] = {"kind", "attempts", "meaning"};
	struct table t;

	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = JOB_UNSET + 1; i < JOB_COUNT; i++) {
		const enum job_kind kind = (enum job_kind)i;

		table_text(&t, job_kind_name(kind));
		table_i64(&t, job_kind_attempts(kind));
		table_text(&t, job_kind_meaning(kind));
	}
	return table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
}

static enum err
read_query(struct cli *c, struct job_query *q)
{
	static const int64_t range[] = {1, LIST_MOST}, ids[] = {1, INT64_MAX};
	int64_t limit = LIST_DEFAULT;
	enum err rc = args_number(c->cx, c->args, "limit", range, &limit);

	*q = (struct job_query){.state = args_value(c->args, "state"),
	    .kind = args_value(c->args, "kind"),
	    .tenant_id = args_value(c->args, "tenant")};
	if (rc == ERR_OK)
		rc = args_number(c->cx, c->args, "before", ids, &q->before);
	q->limit = (int)limit;
	if (rc == ERR_OK && q->state != NULL && !job_state_known(q->state))
		rc = err_tell(&c->cx->err, ERR_USAGE,
		    "there is no state \"%s\": queued, running, done, dead", q->state);
	return rc;
}

enum err
command_jobs_list(struct cli *c)
{
	static const char *const columns[] = {"id", "kind", "tenant_id", "state",
	    "attempts", "run_at", "created_at", "last_error", "payload"};
	struct job_query q;
	struct job_entry *list;
	struct table t;
	int count = 0;
	enum err rc = read_query(c, &q);

	if (rc == ERR_OK)
		rc = jobs_list(c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER),
		    &q, &list, &count);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	for (int i = 0; i < count; i++) {
		table_i64(&t, list[i].id);
		table_text(&t, list[i].kind);
		table_text(&t, list[i].tenant_id);
		table_text(&t, list[i].state);
		table_i64(&t, list[i].attempts);
		table_text(&t, list[i].run_at);
		table_text(&t, list[i].created_at);
		table_text(&t, list[i].last_error);
		table_json(&t, list[i].payload);
	}
	rc = table_print(c->cx, &t, TABLE_ROWS, args_flag(c->args, "json"), c->out);
	if (rc == ERR_OK && count == q.limit && !args_flag(c->args, "json"))
		fprintf(c->out, "\nthere may be more: --before %" PRId64 "\n",
		    list[count - 1].id);
	return rc;
}

static enum err
change(struct cli *c, enum err (*what)(struct ctx *, struct db *, int64_t))
{
	int64_t id;

	if (!str_to_i64(slice_of(args_operand(c->args, 0)), 1, INT64_MAX, &id))
		return err_tell(&c->cx->err, ERR_USAGE, "\"%s\" is no id of a job",
		    args_operand(c->args, 0));
	return what(c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER), id);
}

enum err
command_jobs_retry(struct cli *c)
{
	return change(c, job_retry);
}

enum err
command_jobs_discard(struct cli *c)
{
	return change(c, job_discard);
}
