/* dir.c - see dir.h. */
#include "conf/dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
is_meant(const char *name, const char *ending)
{
	size_t n = strlen(name), end = strlen(ending);

	return name[0] != '.' && n > end && strcmp(name + n - end, ending) == 0;
}

/* Where in the list a name belongs. */
static struct conf_dir_file **
place_of(struct conf_dir_file **list, const char *name)
{
	while (*list != NULL && strcmp((*list)->name, name) < 0)
		list = &(*list)->next;
	return list;
}

static void
add(struct arena *mem, struct conf_dir_file **list, const char *path, size_t name_n)
{
	const char *entry = strrchr(path, '/') + 1;
	struct conf_dir_file *file = arena_alloc(mem, sizeof(*file)), **at;

	file->path = path;
	file->name = slice_dup(mem, (struct slice){entry, name_n});
	at = place_of(list, file->name);
	file->next = *at;
	*at = file;
}

struct conf_dir_file *
conf_dir_list(struct ctx *cx, struct arena *mem, const char *option, const char *dir,
    const char *ending)
{
	struct conf_dir_file *list = NULL;
	const struct dirent *entry;
	unsigned count = 0;
	DIR *d;

	if (dir[0] == '\0')
		return NULL;
	if ((d = opendir(dir)) == NULL) {
		if (errno != ENOENT)
			ctx_fault(cx, option, "directory", "%s: could not open: %s",
			    dir, strerror(errno));
		return NULL;
	}
	/* cppcheck-suppress readdirCalled; nobody else reads this stream */
	while (errno = 0, (entry = readdir(d)) != NULL)
		if (is_meant(entry->d_name, ending) && count++ < CONF_DIR_FILES_MAX)
			add(mem, &list, arena_printf(mem, "%s/%s", dir, entry->d_name),
			    strlen(entry->d_name) - strlen(ending));
	if (errno != 0)
		ctx_fault(cx, option, "directory", "%s: could not read: %s", dir,
		    strerror(errno));
	if (count > CONF_DIR_FILES_MAX)
		ctx_fault(cx, option, "directory", "%s: has %u files, more than %d",
		    dir, count, CONF_DIR_FILES_MAX);
	(void)closedir(d);
	return list;
}

/* Fills text, of CONF_DIR_FILE_MAX + 1 bytes; NULL, or what is wrong. */
static const char *
read_all(int fd, char *text, size_t *n)
{
	struct stat st;

	*n = 0;
	if (fstat(fd, &st) != 0)
		return strerror(errno);
	if (!S_ISREG(st.st_mode))
		return "is no regular file";
	while (*n <= CONF_DIR_FILE_MAX) {
		ssize_t got = read(fd, text + *n, (size_t)CONF_DIR_FILE_MAX + 1 - *n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return strerror(errno);
		if (got == 0)
			return NULL;
		*n += (size_t)got;
	}
	return "is larger than 64 KiB";
}

bool
conf_dir_read(struct ctx *cx, struct arena *mem, const char *option,
    const struct conf_dir_file *file, struct slice *out)
{
	/* a FIFO must not hold us */
	int fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char *text = arena_alloc(mem, (size_t)CONF_DIR_FILE_MAX + 2);
	const char *wrong;
	size_t n = 0;

	wrong = fd < 0 ? strerror(errno) : read_all(fd, text, &n);
	if (wrong != NULL)
		ctx_fault(cx, option, "file", "%s: %s", file->path, wrong);
	if (fd >= 0)
		close(fd);
	text[n] = '\0';
	*out = (struct slice){text, n};
	return wrong == NULL;
}
