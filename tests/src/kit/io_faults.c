/* Preloaded into the program under test: makes the files of its database fail while a file of control is there.
 *
 * FIRSTBELL_IO_FAULTS names the control: where NAME.eio exists, every read and write of the database fails as on a
 * broken disk; where NAME.erofs exists, it can only be read, as on a file system that the kernel has made read-only
 * after an error (a plain remount is refused while a file is open for writing).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define DATABASE "this-computer.sqlite3"

static int is_on(const char *kind) {
  const char *control = getenv("FIRSTBELL_IO_FAULTS");
  char name[PATH_MAX];
  if (!control) return 0;
  snprintf(name, sizeof name, "%s.%s", control, kind);
  return access(name, F_OK) == 0;
}

static int is_database(int fd) {
  char link[64], name[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, name, sizeof name - 1);
  if (length < 0) return 0;
  name[length] = 0;
  return strstr(name, DATABASE) != NULL;
}

/* The error that this access is to fail with, or 0. */
static int fault(int writes) {
  if (is_on("eio")) return EIO;
  if (writes && is_on("erofs")) return EROFS;
  return 0;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAIL_IF(fd, writes)                                              \
  do {                                                                   \
    int saved = errno, error = is_database(fd) ? fault(writes) : 0;      \
    errno = saved;                                                       \
    if (error) { errno = error; return -1; }                             \
  } while (0)

ssize_t pread64(int fd, void *to, size_t count, off64_t at) {
  FAIL_IF(fd, 0);
  return NEXT(pread64)(fd, to, count, at);
}
ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at) {
  FAIL_IF(fd, 1);
  return NEXT(pwrite64)(fd, from, count, at);
}
ssize_t write(int fd, const void *from, size_t count) {
  FAIL_IF(fd, 1);
  return NEXT(write)(fd, from, count);
}
int fsync(int fd) {
  FAIL_IF(fd, 1);
  return NEXT(fsync)(fd);
}
int ftruncate64(int fd, off64_t length) {
  FAIL_IF(fd, 1);
  return NEXT(ftruncate64)(fd, length);
}

#define OPEN(name)                                                       \
  int name(const char *path, int flags, ...) {                          \
    va_list rest;                                                        \
    va_start(rest, flags);                                               \
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0; \
    va_end(rest);                                                        \
    int error = strstr(path, DATABASE) ? fault((flags & O_ACCMODE) != O_RDONLY) : 0; \
    if (error) { errno = error; return -1; }                             \
    return NEXT(name)(path, flags, mode);                                \
  }
OPEN(open)
OPEN(open64)
