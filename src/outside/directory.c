/* directory.c - see directory.h. */
#include "outside/directory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	NAME_SIZE = 64,
	DEPTH_MAX = 64,
	OPEN_DIR = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
};

static const char marks[] = ".tenantd";

/* What is asked for: names of one directory each. */
struct names {
	char fresh[NAME_SIZE], gone[NAME_SIZE];
};

static struct names
names_of(const struct directory *d)
{
	struct names n;

	snprintf(n.fresh, sizeof(n.fresh), ".new-%.40s", d->mark);
	snprintf(n.gone, sizeof(n.gone), ".gone-%.40s", d->mark);
	return n;
}

static enum err
fail(struct ctx *cx, const char *what)
{
	return err_tell(&cx->err, ERR_OUTSIDE_FAILED, "%s: %s", what, strerror(errno));
}

/* Ids are UUIDs; one that is a path would lead elsewhere. */
static bool
is_name(const char *text)
{
	const size_t n = strlen(text);

	return n > 0 && n < NAME_SIZE && text[0] != '.' && strchr(text, '/') == NULL;
}

static enum err
open_root(struct ctx *cx, const struct conf *conf, const struct directory *d, int *root)
{
	enum err rc = stores_check_features(cx, conf, false, true);

	*root = -1;
	if (rc != ERR_OK)
		return rc;
	if (!is_name(d->name) || !is_name(d->mark))
		return err_set(
		    &cx->err, ERR_INTERNAL, "\"%.80s\" is no directory", d->name);
	/* It may be a link to where the disk is. */
	*root = open(conf->storage_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *root >= 0 ? ERR_OK : fail(cx, "STORAGE_DIR cannot be opened");
}

static bool
is_marked(int root, const char *name, const struct directory *d)
{
	char path[2 * NAME_SIZE];
	int dir = openat(root, name, OPEN_DIR);
	struct stat st;
	bool found;

	if (dir < 0)
		return false;
	snprintf(path, sizeof(path), "%s/%s", marks, d->mark);
	found =
	    fstatat(dir, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
	close(dir);
	return found;
}

static bool
is_there(int root, const char *name)
{
	struct stat st;

	return fstatat(root, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* -- making -- */

static bool
make_at(int dir, const char *name)
{
	return mkdirat(dir, name, 0700) == 0 || errno == EEXIST;
}

/* What an earlier run left is gone on with. */
static bool
make_fresh(int root, const char *name, const struct directory *d)
{
	char path[2 * NAME_SIZE];
	int dir, file = -1;
	bool good;

	if (!make_at(root, name) || (dir = openat(root, name, OPEN_DIR)) < 0)
		return false;
	snprintf(path, sizeof(path), "%s/%s", marks, d->mark);
	good = make_at(dir, marks) &&
	    (file = openat(
		 dir, path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)) >= 0 &&
	    fsync(file) == 0 && fsync(dir) == 0;
	if (file >= 0)
		close(file);
	close(dir);
	return good;
}

static enum err
make_in(struct ctx *cx, int root, const struct directory *d)
{
	const struct names n = names_of(d);

	if (is_marked(root, d->name, d))
		return ERR_OK;
	if (!is_there(root, d->name)) {
		if (!make_fresh(root, n.fresh, d))
			return fail(cx, "a tenant's directory could not be made");
		if (renameat2(root, n.fresh, root, d->name, RENAME_NOREPLACE) == 0)
			return fsync(root) == 0
			    ? ERR_OK
			    : fail(cx, "a tenant's directory could not be kept");
		if (errno != EEXIST && errno != ENOTEMPTY)
			return fail(cx, "a tenant's directory could not be made");
	}
	return err_tell(&cx->err, ERR_CONFLICT,
	    "there is a directory \"%s\" already, which is not ours", d->name);
}

enum err
directory_make(struct ctx *cx, const struct conf *conf, const struct directory *d)
{
	int root;
	enum err rc = open_root(cx, conf, d, &root);

	if (rc == ERR_OK)
		rc = make_in(cx, root, d);
	if (root >= 0)
		close(root);
	return rc;
}

/* -- removing -- */

static bool empty_at(int parent, const char *name, int depth);

static bool
/* NOLINTNEXTLINE(misc-no-recursion): depth ends it */
remove_at(int dir, const char *name, int depth)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return true;
	if (errno != EISDIR && errno != EPERM)
		return false;
	return empty_at(dir, name, depth) && unlinkat(dir, name, AT_REMOVEDIR) == 0;
}

/* Links are removed, and not followed. */
static bool
/* NOLINTNEXTLINE(misc-no-recursion): depth ends it */
empty_at(int parent, const char *name, int depth)
{
	int fd = depth > 0 ? openat(parent, name, OPEN_DIR) : -1;
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *e;
	bool good = dir != NULL;

	if (dir == NULL && fd >= 0)
		close(fd);
	/* cppcheck-suppress readdirCalled; nobody else reads this stream */
	while (good && (e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			good = remove_at(fd, e->d_name, depth - 1);
	if (dir != NULL)
		closedir(dir);
	return good;
}

static enum err
remove_in(struct ctx *cx, int root, const struct directory *d)
{
	const struct names n = names_of(d);
	bool good;

	if (is_marked(root, d->name, d) &&
	    renameat2(root, d->name, root, n.gone, RENAME_NOREPLACE) != 0)
		return fail(cx, "a tenant's directory could not be removed");
	good =
	    remove_at(root, n.gone, DEPTH_MAX) && remove_at(root, n.fresh, DEPTH_MAX);
	return good ? ERR_OK : fail(cx, "a tenant's directory could not be removed");
}

enum err
directory_remove(struct ctx *cx, const struct conf *conf, const struct directory *d)
{
	int root;
	enum err rc = open_root(cx, conf, d, &root);

	if (rc == ERR_OK)
		rc = remove_in(cx, root, d);
	if (root >= 0)
		close(root);
	return rc;
}

enum err
directory_look(
    struct ctx *cx, const struct conf *conf, const struct directory *d, bool *ours)
{
	int root;
	enum err rc = open_root(cx, conf, d, &root);

	*ours = rc == ERR_OK && is_marked(root, d->name, d);
	if (root >= 0)
		close(root);
	return rc;
}
