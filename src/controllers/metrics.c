/* metrics.c - the scoreboard as Prometheus text (exposition format 0.0.4). */
#include <stdio.h>

#include "base/log.h"
#include "controllers/app.h"
#include "creation/engine.h"

enum { QUEUE_TIMEOUT_MS = 1000 };

static const char *const classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};

static void
put_route(struct buf *b, int row)
{
	if (row == ROUTE_COUNT)
		buf_puts(b, "method=\"\",route=\"none\"");
	else
		buf_printf(b, "method=\"%s\",route=\"%s\"",
		    http_method_name(routes[row].method), routes[row].path);
}

static void
put_counts(struct buf *b, int row, const struct route_stats *s)
{
	for (int i = 0; i < counted_status_count; i++) {
		if (s->by_status[i] == 0)
			continue;
		buf_puts(b, "tenantd_requests_total{");
		put_route(b, row);
		buf_printf(b, ",status=\"%d\"} %llu\n", counted_statuses[i],
		    (unsigned long long)s->by_status[i]);
	}
}

static void
put_bucket(struct buf *b, int row, int cls, const char *le, uint64_t n)
{
	buf_puts(b, "tenantd_request_seconds_bucket{");
	put_route(b, row);
	buf_printf(b, ",class=\"%s\",le=\"%s\"} %llu\n", classes[cls], le,
	    (unsigned long long)n);
}

static void
put_histogram(struct buf *b, int row, int cls, const struct route_stats *s)
{
	uint64_t below = 0, all = 0;

	for (int i = 0; i <= LATENCY_BUCKETS; i++)
		all += s->buckets[cls][i];
	if (all == 0)
		return;
	for (int i = 0; i < LATENCY_BUCKETS; i++) {
		char le[24];
		const uint32_t us = latency_bounds_us[i];

		below += s->buckets[cls][i];
		snprintf(le, sizeof(le), "%u.%06u", us / 1000000, us % 1000000);
		put_bucket(b, row, cls, le, below);
	}
	put_bucket(b, row, cls, "+Inf", all);
	buf_puts(b, "tenantd_request_seconds_sum{");
	put_route(b, row);
	buf_printf(b, ",class=\"%s\"} %llu.%06llu\n", classes[cls],
	    (unsigned long long)(s->sum_us[cls] / 1000000),
	    (unsigned long long)(s->sum_us[cls] % 1000000));
	buf_puts(b, "tenantd_request_seconds_count{");
	put_route(b, row);
	buf_printf(b, ",class=\"%s\"} %llu\n", classes[cls], (unsigned long long)all);
}

static void
put_requests(struct buf *b, const struct scoreboard *board)
{
	struct route_stats s;

	buf_puts(b,
	    "# HELP tenantd_requests_total Requests answered.\n"
	    "# TYPE tenantd_requests_total counter\n");
	for (int row = 0; row <= ROUTE_COUNT; row++) {
		scoreboard_sum(board, row, &s);
		put_counts(b, row, &s);
	}
	buf_puts(b,
	    "# HELP tenantd_request_seconds Time from the request to its answer.\n"
	    "# TYPE tenantd_request_seconds histogram\n");
	for (int row = 0; row <= ROUTE_COUNT; row++) {
		scoreboard_sum(board, row, &s);
		for (int cls = 0; cls < (int)COUNT_OF(classes); cls++)
			put_histogram(b, row, cls, &s);
	}
}

/* -- operations -- */

/* label: one, or "". */
static void
put_times(
    struct buf *b, const char *name, const char *label, const struct route_stats *s)
{
	const char *comma = label[0] != '\0' ? "," : "";
	const char *open = label[0] != '\0' ? "{" : "",
		   *close = label[0] != '\0' ? "}" : "";
	uint64_t below = 0;

	for (int i = 0; i < LATENCY_BUCKETS; i++) {
		const uint32_t us = latency_bounds_us[i];

		below += s->buckets[1][i];
		buf_printf(b, "%s_bucket{%s%sle=\"%u.%06u\"} %llu\n", name, label,
		    comma, us / 1000000, us % 1000000, (unsigned long long)below);
	}
	below += s->buckets[1][LATENCY_BUCKETS];
	buf_printf(b, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", name, label, comma,
	    (unsigned long long)below);
	buf_printf(b, "%s_sum%s%s%s %llu.%06llu\n%s_count%s%s%s %llu\n", name, open,
	    label, close, (unsigned long long)(s->sum_us[1] / 1000000),
	    (unsigned long long)(s->sum_us[1] % 1000000), name, open, label, close,
	    (unsigned long long)below);
}

static void
put_steps(struct buf *b, const struct scoreboard *board)
{
	struct route_stats s;
	char label[96];

	buf_puts(b,
	    "# HELP tenantd_operation_step_seconds Time that a step of a tenant's "
	    "creation took.\n"
	    "# TYPE tenantd_operation_step_seconds histogram\n");
	for (int i = 0; i < creation_step_count; i++) {
		scoreboard_sum_step(board, i, &s);
		snprintf(label, sizeof(label), "step=\"%s\",group=\"%s\"",
		    creation_steps[i].name,
		    creation_group_name(creation_steps[i].group));
		put_times(b, "tenantd_operation_step_seconds", label, &s);
	}
	buf_puts(b,
	    "# HELP tenantd_operation_seconds Time that a tenant's creation took, from "
	    "the request to its end.\n"
	    "# TYPE tenantd_operation_seconds histogram\n");
	scoreboard_sum_step(board, creation_step_count, &s);
	put_times(b, "tenantd_operation_seconds", "", &s);
}

static void
put_workers(struct buf *b, const struct scoreboard *board)
{
	int states[WORKER_STATE_COUNT];

	buf_puts(b,
	    "# HELP tenantd_workers Workers by what they are for and what they do.\n"
	    "# TYPE tenantd_workers gauge\n");
	for (int role = WORKER_FOR_REQUESTS; role < WORKER_ROLE_COUNT; role++) {
		scoreboard_states(board, (enum worker_role)role, states);
		for (int i = WORKER_STARTING; i < WORKER_STATE_COUNT; i++)
			buf_printf(b, "tenantd_workers{role=\"%s\",state=\"%s\"} %d\n",
			    scoreboard_role_name((enum worker_role)role),
			    scoreboard_state_name((enum worker_state)i), states[i]);
	}
	buf_puts(b,
	    "# HELP tenantd_worker_restarts_total Workers that died.\n"
	    "# TYPE tenantd_worker_restarts_total counter\n");
	for (int role = WORKER_FOR_REQUESTS; role < WORKER_ROLE_COUNT; role++)
		buf_printf(b, "tenantd_worker_restarts_total{role=\"%s\"} %llu\n",
		    scoreboard_role_name((enum worker_role)role),
		    (unsigned long long)scoreboard_restarts(
			board, (enum worker_role)role));
}

static void
put_waiting(struct buf *b, const struct wakeup *wakeup)
{
	buf_printf(b,
	    "# HELP tenantd_waiting Requests that wait for events.\n"
	    "# TYPE tenantd_waiting gauge\n"
	    "tenantd_waiting %d\n",
	    wakeup_waiting(wakeup));
}

static void
put_counter(struct buf *b, const char *name, const char *help, uint64_t n)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s counter\n%s %llu\n", name, help, name,
	    name, (unsigned long long)n);
}

static void
put_counters(struct buf *b, const struct scoreboard *board)
{
	static const struct {
		enum worker_counter counter;
		const char *name, *help;
	} counters[] = {
	    {COUNTER_DB_ROUND_TRIPS, "tenantd_db_round_trips_total",
		"Round trips to the database."},
	    {COUNTER_DB_CONNECTS, "tenantd_db_connects_total",
		"Connections opened to the database."},
	    {COUNTER_DB_LOSSES, "tenantd_db_losses_total",
		"Connections to the database that were lost."},
	    {COUNTER_DB_RETRIES, "tenantd_db_retries_total",
		"Transactions that ran again."},
	    {COUNTER_CONTEXT_LEAKS, "tenantd_context_leaks_total",
		"Connections found with a tenant context on them."},
	    {COUNTER_RATE_LIMITED, "tenantd_rate_limited_total",
		"Requests refused for their rate."},
	    {COUNTER_CHAT_FAILURES, "tenantd_chat_failures_total",
		"Chats that an outside service failed."},
	};
	uint64_t us = scoreboard_counter(board, COUNTER_DB_TIME_US);

	for (size_t i = 0; i < COUNT_OF(counters); i++)
		put_counter(b, counters[i].name, counters[i].help,
		    scoreboard_counter(board, counters[i].counter));
	buf_printf(b,
	    "# HELP tenantd_db_seconds_total Time spent waiting for the "
	    "database.\n# TYPE tenantd_db_seconds_total counter\n"
	    "tenantd_db_seconds_total %llu.%06llu\n",
	    (unsigned long long)(us / 1000000), (unsigned long long)(us % 1000000));
	put_counter(b, "tenantd_log_dropped_total",
	    "Log lines that could not be written.", log_dropped());
	buf_printf(b,
	    "# HELP tenantd_start_time_seconds When the server started, Unix "
	    "time.\n# TYPE tenantd_start_time_seconds gauge\n"
	    "tenantd_start_time_seconds %lld\n",
	    (long long)(scoreboard_started_ms(board) / 1000));
}

/* Without a database these are missing, and the rest is told. */
static void
put_queue(struct buf *b, struct app *app, struct call *call)
{
	struct ctx cx = {.mem = call->cx.mem};
	struct db_rows *rows;

	cx.deadline_ms = call->began_us / 1000 + QUEUE_TIMEOUT_MS;
	if (db_read(&cx, app->db, DB_MANAGEMENT, DB_CALL(STMT_ready, "0"), &rows) !=
	    ERR_OK)
		return;
	buf_printf(b,
	    "# HELP tenantd_jobs_waiting Jobs to be done, counted up to 10,000.\n"
	    "# TYPE tenantd_jobs_waiting gauge\ntenantd_jobs_waiting %lld\n"
	    "# HELP tenantd_jobs_oldest_seconds How long the job that is due longest "
	    "waits.\n# TYPE tenantd_jobs_oldest_seconds gauge\n"
	    "tenantd_jobs_oldest_seconds %lld\n",
	    (long long)db_i64(rows, 0, 1), (long long)db_i64(rows, 0, 2));
}

/* Likewise. Those that have ended are not told: there is no end of them. */
static void
put_operations(struct buf *b, struct app *app, struct call *call)
{
	struct ctx cx = {.mem = call->cx.mem};
	struct db_rows *rows;

	cx.deadline_ms = call->began_us / 1000 + QUEUE_TIMEOUT_MS;
	if (db_read(&cx, app->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_operation_count),
		&rows) != ERR_OK)
		return;
	buf_puts(b,
	    "# HELP tenantd_operations Operations that have not ended, by state.\n"
	    "# TYPE tenantd_operations gauge\n");
	for (int i = 0; i < db_row_count(rows); i++)
		buf_printf(b, "tenantd_operations{state=\"%s\"} %lld\n",
		    db_text(rows, i, 0), (long long)db_i64(rows, i, 1));
}

static void
put_gauge(struct buf *b, const char *name, const char *help, const struct db_rows *rows,
    int column)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
	for (int i = 0; i < db_row_count(rows); i++)
		buf_printf(b, "%s{server=\"%s\"} %lld\n", name, db_text(rows, i, 0),
		    (long long)db_i64(rows, i, column));
}

/* Likewise, and where no database server is registered. */
static void
put_servers(struct buf *b, struct app *app, struct call *call)
{
	struct ctx cx = {.mem = call->cx.mem};
	struct db_rows *rows;

	cx.deadline_ms = call->began_us / 1000 + QUEUE_TIMEOUT_MS;
	if (db_read(&cx, app->db, DB_MANAGEMENT, DB_CALL_BARE(STMT_pool_metrics),
		&rows) != ERR_OK ||
	    db_row_count(rows) == 0)
		return;
	put_gauge(b, "tenantd_server_databases",
	    "Databases of tenants on a database server.", rows, 1);
	put_gauge(b, "tenantd_pool_ready",
	    "Databases that wait on a database server, ready to be claimed.", rows, 2);
	put_gauge(b, "tenantd_server_down",
	    "Whether the last look at a database server found it down.", rows, 3);
}

enum err
metrics_get(struct app *app, struct call *call)
{
	struct buf *b = &call->rs->body;

	call->rs->content_type = "text/plain; version=0.0.4; charset=utf-8";
	put_requests(b, app->board);
	put_steps(b, app->board);
	put_workers(b, app->board);
	put_waiting(b, app->wakeup);
	put_counters(b, app->board);
	put_queue(b, app, call);
	put_operations(b, app, call);
	put_servers(b, app, call);
	return ERR_OK;
}
