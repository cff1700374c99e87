#include "unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proc/listen.h"

static char dir[] = "/tmp/tn-listen-XXXXXX", path[64];

static int
enter(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/s", dir);
	return 0;
}

static int
leave(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

/* A connection to the socket, or -errno. */
static int
dial(const char *to)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), why;

	memcpy(sun.sun_path, to, strlen(to) + 1);
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return fd;
	why = errno;
	close(fd);
	return -why;
}

static void
a_unix_socket_has_its_mode_whatever_the_umask(void **state)
{
	struct ctx *cx = *state;
	const unsigned modes[] = {0600, 0660, 0666};
	struct listener l;
	struct stat st;

	for (size_t i = 0; i < COUNT_OF(modes); i++) {
		mode_t was = umask(i == 0 ? 0 : 0777);
		int fd;

		assert_int_equal(listen_make(cx, path, modes[i], 16, &l), ERR_OK);
		assert_int_equal(umask(was), i == 0 ? 0 : 0777);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, modes[i]);
		assert_true(listen_is_passed(l.fd));
		assert_true((fcntl(l.fd, F_GETFD) & FD_CLOEXEC) != 0);
		assert_true((fd = dial(path)) >= 0);
		close(fd);
		listen_close(&l);
		assert_int_equal(access(path, F_OK), -1);
	}
}

static void
a_stale_socket_is_replaced(void **state)
{
	struct ctx *cx = *state;
	struct listener l;
	int fd;

	assert_int_equal(listen_make(cx, path, 0600, 16, &l), ERR_OK);
	close(l.fd); /* as if killed: the file stays */
	assert_int_equal(dial(path), -ECONNREFUSED);
	assert_int_equal(listen_make(cx, path, 0600, 16, &l), ERR_OK);
	assert_true((fd = dial(path)) >= 0);
	close(fd);
	listen_close(&l);
}

static void
a_socket_that_somebody_answers_is_left_alone(void **state)
{
	struct ctx *cx = *state;
	struct listener one, two;
	int fd;

	assert_int_equal(listen_make(cx, path, 0600, 16, &one), ERR_OK);
	assert_int_equal(listen_make(cx, path, 0600, 16, &two), ERR_UNAVAILABLE);
	assert_int_equal(two.fd, -1);
	assert_true((fd = dial(path)) >= 0);
	close(fd);
	listen_close(&one);
}

/* In a child: tries when go[0] ends, tells on result[1], serves until hold[0] ends. */
static void
race(struct ctx *cx, const int *go, const int *hold, const int *result)
{
	struct listener l;
	char c;

	close(go[1]);
	close(hold[1]);
	(void)!read(go[0], &c, 1);
	c = listen_make(cx, path, 0600, 16, &l) == ERR_OK ? 1 : 0;
	(void)!write(result[1], &c, 1);
	(void)!read(hold[0], &c, 1);
	_exit(0);
}

static void
of_many_that_start_at_once_one_gets_the_socket(void **state)
{
	enum { ROUNDS = 8, RACERS = 6 };
	struct ctx *cx = *state;

	for (int round = 0; round < ROUNDS; round++) {
		int go[2], hold[2], result[2], won = 0;
		struct listener l;
		char c;

		assert_int_equal(listen_make(cx, path, 0600, 16, &l), ERR_OK);
		close(l.fd); /* stale */
		assert_int_equal(pipe(go) | pipe(hold) | pipe(result), 0);
		for (int i = 0; i < RACERS; i++)
			if (fork() == 0)
				race(cx, go, hold, result);
		close(go[0]);
		close(go[1]);
		close(hold[0]);
		for (int i = 0; i < RACERS; i++) {
			assert_int_equal(read(result[0], &c, 1), 1);
			won += c;
		}
		close(hold[1]);
		for (int i = 0; i < RACERS; i++)
			wait(NULL);
		close(result[0]);
		close(result[1]);
		assert_int_equal(won, 1);
		unlink(path);
	}
}

static void
what_is_not_a_socket_is_not_removed(void **state)
{
	struct ctx *cx = *state;
	struct listener l;
	int fd = open(path, O_CREAT | O_WRONLY, 0600);

	close(fd);
	assert_int_equal(listen_make(cx, path, 0600, 16, &l), ERR_CONFIG);
	assert_non_null(strstr(cx->err.message, "not a socket"));
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
	assert_int_equal(symlink("elsewhere", path), 0);
	assert_int_equal(listen_make(cx, path, 0600, 16, &l), ERR_CONFIG);
	unlink(path);
}

static void
a_socket_file_that_is_no_longer_ours_stays(void **state)
{
	struct ctx *cx = *state;
	struct listener one, two;

	assert_int_equal(listen_make(cx, path, 0600, 16, &one), ERR_OK);
	unlink(path);
	assert_int_equal(listen_make(cx, path, 0600, 16, &two), ERR_OK);
	listen_close(&one);
	assert_int_equal(access(path, F_OK), 0);
	if (fork() == 0) { /* a child closes, and leaves the file to its parent */
		listen_close(&two);
		_exit(0);
	}
	wait(NULL);
	assert_int_equal(access(path, F_OK), 0);
	listen_close(&two);
	assert_int_equal(access(path, F_OK), -1);
}

static void
paths_that_cannot_be_are_told(void **state)
{
	struct ctx *cx = *state;
	struct listener l;
	char longer[109];

	assert_int_equal(
	    listen_make(cx, "/nonexistent/dir/s", 0600, 16, &l), ERR_CONFIG);
	assert_non_null(strstr(cx->err.message, "directory does not exist"));
	memset(longer, 'a', sizeof(longer));
	longer[0] = '/';
	longer[108] = '\0';
	assert_int_equal(listen_make(cx, longer, 0600, 16, &l), ERR_CONFIG);
	assert_non_null(strstr(cx->err.message, "107 bytes"));
	assert_int_equal(listen_make(cx, "", 0600, 16, &l), ERR_CONFIG);
}

static void
addresses_that_cannot_be_are_told(void **state)
{
	struct ctx *cx = *state;
	const char *const bad[] = {"127.0.0.1:0", "127.0.0.1:65536",
	    "127.0.0.1:", ":9000", "127.0.0.1:9x", "::1:9000", "[::1:9000", "[]:9000",
	    "[::1]9000", "[::1]", "127.0.0.1:+80", "127.0.0.1:000080",
	    "192.0.2.77:9000"};
	struct listener l;

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(listen_make(cx, bad[i], 0600, 16, &l), ERR_CONFIG);
		assert_int_equal(l.fd, -1);
		assert_non_null(strstr(cx->err.message, "\""));
	}
}

/* A port that was free a moment ago. */
static int
free_port(int family)
{
	struct sockaddr_in6 six = {
	    .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {
	    .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(family, SOCK_STREAM, 0), port = -1;
	struct sockaddr *sa =
	    family == AF_INET ? (struct sockaddr *)&four : (struct sockaddr *)&six;
	socklen_t n = family == AF_INET ? sizeof(four) : sizeof(six);

	if (fd >= 0 && bind(fd, sa, n) == 0 && getsockname(fd, sa, &n) == 0)
		port = ntohs(family == AF_INET ? four.sin_port : six.sin6_port);
	if (fd >= 0)
		close(fd);
	return port;
}

static void
tcp_is_listened_on_and_a_taken_port_is_told(void **state)
{
	struct ctx *cx = *state;
	struct listener one, two;
	char address[64];
	int port;

	snprintf(address, sizeof(address), "127.0.0.1:%d", free_port(AF_INET));
	assert_int_equal(listen_make(cx, address, 0, 16, &one), ERR_OK);
	assert_true(listen_is_passed(one.fd));
	assert_true((fcntl(one.fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(listen_make(cx, address, 0, 16, &two), ERR_UNAVAILABLE);
	listen_close(&one);
	if ((port = free_port(AF_INET6)) > 0) { /* where there is IPv6 */
		snprintf(address, sizeof(address), "[::1]:%d", port);
		assert_int_equal(listen_make(cx, address, 0, 16, &one), ERR_OK);
		listen_close(&one);
	}
}

static void
only_a_listening_stream_socket_counts_as_passed(void **state)
{
	int pair[2], plain = socket(AF_UNIX, SOCK_STREAM, 0),
		     null = open("/dev/null", O_RDONLY);

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_false(listen_is_passed(plain));
	assert_false(listen_is_passed(null));
	assert_false(listen_is_passed(pair[0]));
	assert_false(listen_is_passed(-1));
	close(plain);
	close(null);
	close(pair[0]);
	close(pair[1]);
}

/* In a child: puts a listening socket at `at`, and says what listen_open() made of it.
 */
static int
open_with(struct ctx *cx, int at, const char *fds, bool ours)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct listener l, got;
		char pid_text[16];

		if (listen_make(cx, path, 0600, 16, &l) != ERR_OK)
			_exit(100);
		snprintf(pid_text, sizeof(pid_text), "%d", ours ? (int)getpid() : 1);
		if (at >= 0 && l.fd != at) {
			dup2(l.fd, at);
			close(l.fd);
		}
		if (fds != NULL) {
			setenv("LISTEN_PID", pid_text, 1);
			setenv("LISTEN_FDS", fds, 1);
		}
		if (listen_open(cx, "/nonexistent/x", 0600, 16, &got) != ERR_OK)
			_exit(101);
		if (getenv("LISTEN_PID") != NULL && at != 0)
			_exit(102);
		if (!got.passed || got.path[0] != '\0' ||
		    (fcntl(got.fd, F_GETFD) & FD_CLOEXEC) == 0)
			_exit(103);
		at = got.fd;
		listen_close(&got);
		_exit(access(path, F_OK) == 0 ? at : 104);
	}
	waitpid(pid, &status, 0);
	unlink(path);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_passed_socket_is_used_and_its_file_kept(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(open_with(cx, 0, NULL, true), 0);
	assert_int_equal(open_with(cx, 3, "1", true), 3);
}

static void
what_systemd_did_not_pass_to_us_is_not_used(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(open_with(cx, 3, "1", false), 101); /* another process's */
	assert_int_equal(open_with(cx, 3, "2", true), 101);  /* which of them? */
	assert_int_equal(open_with(cx, 3, "x", true), 101);
	assert_int_equal(open_with(cx, 3, NULL, true), 101);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(a_unix_socket_has_its_mode_whatever_the_umask),
	    UNIT_CTX_TEST(a_stale_socket_is_replaced),
	    UNIT_CTX_TEST(a_socket_that_somebody_answers_is_left_alone),
	    UNIT_CTX_TEST(of_many_that_start_at_once_one_gets_the_socket),
	    UNIT_CTX_TEST(what_is_not_a_socket_is_not_removed),
	    UNIT_CTX_TEST(a_socket_file_that_is_no_longer_ours_stays),
	    UNIT_CTX_TEST(paths_that_cannot_be_are_told),
	    UNIT_CTX_TEST(addresses_that_cannot_be_are_told),
	    UNIT_CTX_TEST(tcp_is_listened_on_and_a_taken_port_is_told),
	    UNIT_CTX_TEST(only_a_listening_stream_socket_counts_as_passed),
	    UNIT_CTX_TEST(a_passed_socket_is_used_and_its_file_kept),
	    UNIT_CTX_TEST(what_systemd_did_not_pass_to_us_is_not_used),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
