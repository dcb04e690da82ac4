/* What the launcher needs of Linux, and of systems like it; `struct system_job` is what a job is to them. A job's pid is
 * also the number of its group and session. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__) && !defined(SLIPWAY_PORTABLE)
#define ON_LINUX 1
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#if __has_include(<linux/openat2.h>) && defined(SYS_openat2)
#include <linux/openat2.h>
#endif
#else
#define ON_LINUX 0
#endif
#ifdef __APPLE__
#include <libproc.h>
#include <sys/sysctl.h>
#endif

static int64_t clock_ms(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t wall_ms(void) { return clock_ms(CLOCK_REALTIME); }

/* Stops while the machine sleeps. */
static int64_t awake_ms(void) {
#ifdef __APPLE__
  return clock_ms(CLOCK_UPTIME_RAW);
#else
  return clock_ms(CLOCK_MONOTONIC);
#endif
}

static bool group_exists(pid_t group) { return kill(-group, 0) == 0 || errno == EPERM; }

struct process {
  pid_t pid;
  uint64_t started;
  bool in_group;
};

struct processes {
  struct process *at;
  size_t count, room;
};
struct system_job {
  char *marks[2];              /* "\0SLIPWAY_…=…\0" as they stand in an environment, without the first NUL */
  int status;
  struct rusage usage;
  struct processes leftovers, unkillable;
};
