/* setup_database.c - the step that reaches the database and migrates it. */
#include "cli/setup.h"
#include "db/migrate.h"

static void
count_one(const struct migrate_status *m, void *arg)
{
	int *count = arg;

	(void)m;
	++*count;
}

static void
migrate(struct setup *s, int missing, int all)
{
	int applied = 0;

	if (!s->change) {
		doctor_find(&s->d, DOCTOR_MISSING,
		    "let the role that owns the tables do it: DATABASE_OWNER_URL",
		    "%d of %d migrations are missing", missing, all);
		doctor_show_way(&s->d, WAY_MIGRATE, (struct way_names){0});
		return;
	}
	if (database_migrate(s->c->cx, s->conf, count_one, &applied) != ERR_OK) {
		doctor_find_error(&s->d,
		    "see that DATABASE_OWNER_URL is of a role that may create "
		    "schemas in this database; then: tenantd migrate");
		return;
	}
	s->migrated = true;
	doctor_find(&s->d, DOCTOR_DONE, NULL, "%d migrations were applied", applied);
}

static void
check_migrations(struct setup *s)
{
	struct migrate_status *list;
	int count, missing = 0, changed = 0;

	s->d.check = "migrations";
	if (migrate_list(s->c->cx, s->d.db, &list, &count) != ERR_OK) {
		doctor_find_error(&s->d, "run: tenantd doctor");
		return;
	}
	for (int i = 0; i < count; i++) {
		missing += list[i].applied_at == NULL;
		changed += list[i].changed;
	}
	if (changed > 0) {
		doctor_find(&s->d, DOCTOR_BROKEN,
		    "install the release that this database was migrated with, or a "
		    "later",
		    "%d applied migrations differ from this program's", changed);
		return;
	}
	if (missing > 0) {
		migrate(s, missing, count);
		return;
	}
	s->migrated = true;
	doctor_find(&s->d, DOCTOR_OK, NULL, "all %d are applied", count);
}

void
setup_database(struct setup *s)
{
	if (!doctor_names_database(&s->d)) {
		doctor_find(&s->d, DOCTOR_MISSING, NULL,
		    "it cannot be looked at before step 1");
		return;
	}
	if (!doctor_reach_database(&s->d))
		return;
	doctor_check_owner(&s->d);
	check_migrations(s);
	if (s->migrated)
		doctor_check_rights(&s->d);
}
