/* schemas.c - see schemas.h. */
#include "controllers/schemas.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/dir.h"
#include "controllers/extension.h"

enum {
	SET_MEMORY = 512 * 1024 * 1024, /* so many files of so many rules fit */
	NAMES_MAX = 4096,
	DOCUMENT_DEPTH =
	    24 /* both as one are two deeper, which json_out has room for */
};

static const char option[] = "SCHEMA_DIR";

struct in_effect {
	const struct schema *schema;
	const char *text, *file;
	const struct json *own; /* what the file says */
};

struct schema_set {
	struct arena *mem;
	struct in_effect of[SCHEMA_COUNT];
};

enum schema_id
schema_id_find(const char *name)
{
	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT; i++)
		if (strcmp(schema_texts[i].name, name) == 0)
			return (enum schema_id)i;
	return SCHEMA_NONE;
}

/* -- as sets: a schema may refer to another by its file, "webhook.json" -- */

static const char *
document_name(struct arena *mem, enum schema_id id)
{
	return arena_printf(mem, "%s.json", schema_texts[id].name);
}

/* Those of the program, with one in place of its own; SCHEMA_NONE: none is. */
static enum err
make_set(struct ctx *cx, struct arena *mem, enum schema_id id, struct slice text,
    struct schema_bundle **out)
{
	enum err rc = ERR_OK;

	*out = schema_bundle_new(mem);
	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT && rc == ERR_OK; i++)
		rc = schema_bundle_add(cx, *out, document_name(mem, (enum schema_id)i),
		    i == (int)id ? text : slice_of(schema_texts[i].text));
	return rc;
}

static enum err
compile_set(struct ctx *cx, struct schema_set *s, struct schema_bundle *set)
{
	enum err rc = ERR_OK;

	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT && rc == ERR_OK; i++)
		rc = schema_bundle_compile(cx, set,
		    document_name(s->mem, (enum schema_id)i), &s->of[i].schema);
	return rc;
}

/* The file in the place of the program's schema: what it alone asks for. */
static enum err
compile_alone(struct ctx *cx, struct schema_set *s, enum schema_id id,
    struct slice text, const struct schema **out)
{
	struct schema_bundle *set;
	enum err rc = make_set(cx, s->mem, id, text, &set);

	return rc == ERR_OK
	    ? schema_bundle_compile(cx, set, document_name(s->mem, id), out)
	    : rc;
}

/* -- one file -- */

static void
refuse(struct ctx *cx, const struct conf_dir_file *file, const char *why)
{
	ctx_fault(cx, option, "schema", "%s: %s", file->path, why);
}

/* What was recorded becomes one fault among others. */
static void
refuse_recorded(struct ctx *cx, const struct conf_dir_file *file)
{
	refuse(cx, file, cx->err.message);
	err_clear(&cx->err);
}

/* The file's and the program's documents, and what the file's asks for. */
static bool
read_documents(struct ctx *cx, struct schema_set *s, const struct conf_dir_file *file,
    struct slice text, struct extension *x)
{
	const char *base = schema_texts[x->id].text;
	struct ctx inner;

	ctx_init(&inner, s->mem);
	if (json_parse(&inner, text.p, text.n, DOCUMENT_DEPTH, &x->own) != ERR_OK) {
		refuse(cx, file,
		    arena_printf(s->mem, "is no JSON: %s", inner.err.message));
		return false;
	}
	if (json_type(x->own) != JSON_OBJECT) {
		refuse(cx, file, "is no JSON Schema: not an object");
		return false;
	}
	if (compile_alone(cx, s, x->id, text, &x->own_schema) != ERR_OK) {
		refuse_recorded(cx, file);
		return false;
	}
	return json_parse(&inner, base, strlen(base), DOCUMENT_DEPTH, &x->base) ==
	    ERR_OK;
}

/* The examples of the file are those of both. */
static void
check_examples(struct ctx *cx, struct schema_set *s, const struct extension *x,
    const struct schema *both)
{
	const struct json *examples = json_get(x->own, "examples");
	struct ctx inner;

	ctx_init(&inner, s->mem);
	for (size_t i = 0; i < json_count(examples); i++) {
		const struct fault *f;

		ctx_clear(&inner);
		if (schema_check(&inner, both, json_item(examples, i)) == ERR_OK)
			continue;
		f = inner.faults;
		extension_fault(cx, x, arena_printf(s->mem, "/examples/%zu", i),
		    "the example does not fit: \"%.200s\" %.200s",
		    f != NULL ? f->pointer : "", f != NULL ? f->message : "");
	}
}

static void
extend(struct ctx *cx, struct schema_set *s, const struct conf_dir_file *file)
{
	struct extension x = {.id = schema_id_find(file->name), .path = file->path};
	struct in_effect *of = &s->of[x.id];
	const unsigned faults = cx->fault_count;
	const struct schema *both;
	struct slice text;

	x.base_schema = of->schema;
	if (!conf_dir_read(cx, s->mem, option, file, &text) ||
	    !read_documents(cx, s, file, text, &x))
		return;
	extension_check(cx, &x);
	of->text = extension_join(s->mem, &x);
	of->file = file->path;
	of->own = x.own;
	if (cx->fault_count > faults)
		return;
	if (compile_alone(cx, s, x.id, slice_of(of->text), &both) != ERR_OK)
		refuse_recorded(cx, file);
	else
		check_examples(cx, s, &x, both);
}

/* -- all of them -- */

/* What is in effect, where files may refer to what other files extend. */
static void
compile_extended(struct ctx *cx, struct schema_set *s, const char *dir)
{
	struct schema_bundle *set = schema_bundle_new(s->mem);
	enum err rc = ERR_OK;

	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT && rc == ERR_OK; i++)
		rc = schema_bundle_add(cx, set,
		    document_name(s->mem, (enum schema_id)i), slice_of(s->of[i].text));
	if (rc == ERR_OK)
		rc = compile_set(cx, s, set);
	if (rc != ERR_OK) {
		ctx_fault(cx, option, "schema", "%s: %s", dir, cx->err.message);
		err_clear(&cx->err);
		return;
	}
	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT; i++) {
		const struct in_effect *of = &s->of[i];
		const struct extension x = {
		    .id = (enum schema_id)i, .path = of->file, .own = of->own};

		if (of->file != NULL)
			check_examples(cx, s, &x, of->schema);
	}
}

static void
tell_names(struct ctx *cx, struct schema_set *s, const char *dir)
{
	struct buf b;

	buf_init(&b, s->mem, NAMES_MAX);
	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT; i++)
		buf_printf(
		    &b, "%s%s", i > SCHEMA_NONE + 1 ? ", " : "", schema_texts[i].name);
	ctx_fault(cx, option, "name", "%s: the schemas of requests are %s", dir,
	    buf_text(&b));
}

static void
extend_all(struct ctx *cx, struct schema_set *s, const char *dir)
{
	const unsigned faults = cx->fault_count;
	const struct conf_dir_file *file =
	    conf_dir_list(cx, s->mem, option, dir, ".json");
	bool strangers = false;

	for (; file != NULL; file = file->next)
		if (schema_id_find(file->name) != SCHEMA_NONE)
			extend(cx, s, file);
		else {
			strangers = true;
			ctx_fault(cx, option, "name",
			    "%s: there is no schema of requests \"%.100s\"", file->path,
			    file->name);
		}
	if (strangers)
		tell_names(cx, s, dir);
	if (cx->fault_count == faults)
		compile_extended(cx, s, dir);
}

static enum err
compile_own(struct ctx *cx, struct schema_set *s)
{
	struct schema_bundle *set;
	enum err rc = make_set(cx, s->mem, SCHEMA_NONE, (struct slice){NULL, 0}, &set);

	for (int i = SCHEMA_NONE + 1; i < SCHEMA_COUNT; i++)
		s->of[i].text = schema_texts[i].text;
	return rc == ERR_OK ? compile_set(cx, s, set) : rc;
}

enum err
schema_set_new(struct ctx *cx, const char *dir, struct schema_set **out)
{
	struct schema_set *s = calloc(1, sizeof(*s));
	unsigned faults = cx->fault_count;
	enum err rc;

	*out = NULL;
	if (s == NULL)
		return err_set(&cx->err, ERR_INTERNAL, "out of memory");
	s->mem = arena_new(SET_MEMORY);
	rc = compile_own(cx, s);
	if (rc == ERR_OK)
		extend_all(cx, s, dir);
	if (rc == ERR_OK && cx->fault_count > faults)
		rc = err_set(&cx->err, ERR_CONFIG,
		    "the schemas in SCHEMA_DIR \"%.200s\" are not valid", dir);
	if (rc != ERR_OK) {
		schema_set_free(s);
		return rc;
	}
	*out = s;
	return ERR_OK;
}

void
schema_set_free(struct schema_set *s)
{
	if (s != NULL)
		arena_free(s->mem);
	free(s);
}

const struct schema *
schema_set_get(const struct schema_set *s, enum schema_id id)
{
	return s->of[id].schema;
}

const char *
schema_set_text(const struct schema_set *s, enum schema_id id)
{
	return s->of[id].text;
}

const char *
schema_set_file(const struct schema_set *s, enum schema_id id)
{
	return s->of[id].file;
}
