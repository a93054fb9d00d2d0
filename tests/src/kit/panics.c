/* Preloaded into the program under test: lets it panic where it asks what time it is, which Rust's library takes for
 * something that cannot fail. The programs themselves have no door for that.
 *
 * FIRSTBELL_PANICS names the control. Where NAME.task exists, the next question of one of its tasks for the hour fails;
 * where NAME.runtime exists, the next one of the threads that they run on for how long something took: once, for the file
 * is taken away. FIRSTBELL_PANICS_AT is the number of a question of the main thread's that fails. Only the program's own
 * questions do, and none of the libraries that it stands on.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

static int is_own(void *caller) {
  Dl_info info;
  if (!dladdr(caller, &info) || !info.dli_fname) return 0;
  const char *slash = strrchr(info.dli_fname, '/');
  const char *name = slash ? slash + 1 : info.dli_fname;
  return !strcmp(name, "firstbell") || !strcmp(name, "bell");
}

static int is_wanted(const char *thread) {
  const char *control = getenv("FIRSTBELL_PANICS");
  char name[PATH_MAX];
  if (!control) return 0;
  snprintf(name, sizeof name, "%s.%s", control, thread);
  return unlink(name) == 0;
}

static int is_its_number(void) {
  static long asked;
  const char *at = getenv("FIRSTBELL_PANICS_AT");
  return at && ++asked == atol(at);
}

static int fails(clockid_t clock, void *caller) {
  char thread[16] = "";
  if (!is_own(caller)) return 0;
  if (gettid() == getpid()) return is_its_number();
  prctl(PR_GET_NAME, thread);
  return !strncmp(thread, "tokio", 5) && is_wanted(clock == CLOCK_REALTIME ? "task" : "runtime");
}

int clock_gettime(clockid_t clock, struct timespec *to) {
  static int (*next)(clockid_t, struct timespec *);
  int saved = errno;
  if (!next) next = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
  if (fails(clock, __builtin_return_address(0))) {
    errno = EIO;
    return -1;
  }
  errno = saved;
  return next(clock, to);
}
