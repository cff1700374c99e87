/* check_object.c - what keywords ask of an object; see check.h. */
#include "json/check.h"

bool
check_members_count(struct run *r, const struct rule *rule, const struct inst *in)
{
	size_t n = json_count(in->value);

	if (json_type(in->value) != JSON_OBJECT)
		return true;
	return (rule->kw == KW_MIN_PROPERTIES ? n >= rule->limit : n <= rule->limit) ||
	    check_fail(r, rule, in);
}

bool
check_required(struct run *r, const struct rule *rule, const struct inst *in)
{
	bool ok = true;

	if (json_type(in->value) != JSON_OBJECT)
		return true;
	for (size_t i = 0; i < rule->part_count; i++) {
		const struct part *p = &rule->parts[i];
		struct where at = {&in->at, p->name, 0};

		if ((p->given == NULL || json_has(in->value, p->given)) &&
		    !json_has(in->value, p->name))
			ok = check_fail_with(r, &at, rule->name, p->message);
	}
	return ok;
}

bool
check_properties(struct run *r, const struct rule *rule, const struct inst *in)
{
	bool ok = true;

	for (size_t i = 0; i < rule->part_count && (ok || r->quiet == 0); i++) {
		const struct part *p = &rule->parts[i];
		struct inst member = {{&in->at, p->name, 0}, NULL, NULL};

		if (!json_has(in->value, p->name))
			continue;
		member.value = json_get(in->value, p->name);
		ok &= check_node(r, p->sub, &member, rule);
	}
	return ok;
}

struct members {
	struct run *r;
	const struct rule *rule;
	const struct inst *in;
	bool ok;
};

/* Calls visit for the members of in, an object or not. */
static bool
each_member(
    struct run *r, const struct rule *rule, const struct inst *in, json_visit_fn *visit)
{
	struct members m = {r, rule, in, true};

	json_each(in->value, visit, &m);
	return m.ok;
}

static bool
visit_patterns(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	struct inst member = {{&m->in->at, name, 0}, value, NULL};

	for (size_t i = 0; i < m->rule->part_count; i++) {
		const struct part *p = &m->rule->parts[i];

		if (check_name_matches(m->r, p->pattern, name))
			m->ok &= check_node(m->r, p->sub, &member, m->rule);
	}
	return m->ok || m->r->quiet == 0;
}

bool
check_patterns(struct run *r, const struct rule *rule, const struct inst *in)
{
	return each_member(r, rule, in, visit_patterns);
}

static bool
visit_additional(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	struct inst member = {{&m->in->at, name, 0}, value, NULL};
	const struct rule *patterns = m->rule->beside;

	if (json_has(m->rule->value, name))
		return true;
	for (size_t i = 0; patterns != NULL && i < patterns->part_count; i++)
		if (check_name_matches(m->r, patterns->parts[i].pattern, name))
			return true;
	m->ok &= check_node(m->r, m->rule->subs[0], &member, m->rule);
	return m->ok || m->r->quiet == 0;
}

bool
check_additional(struct run *r, const struct rule *rule, const struct inst *in)
{
	return each_member(r, rule, in, visit_additional);
}

static bool
visit_name(const char *name, const struct json *value, void *arg)
{
	struct members *m = arg;
	struct inst member = {{&m->in->at, name, 0}, NULL, name};

	(void)value;
	if (!check_fits(m->r, m->rule->subs[0], &member))
		m->ok = check_fail(m->r, m->rule, &member);
	return m->ok || m->r->quiet == 0;
}

bool
check_names(struct run *r, const struct rule *rule, const struct inst *in)
{
	return each_member(r, rule, in, visit_name);
}

/* dependentSchemas: by each whose member is there, the object itself. */
bool
check_dependent(struct run *r, const struct rule *rule, const struct inst *in)
{
	bool ok = true;

	for (size_t i = 0; i < rule->part_count && (ok || r->quiet == 0); i++)
		if (json_has(in->value, rule->parts[i].name))
			ok &= check_node(r, rule->parts[i].sub, in, rule);
	return ok;
}
