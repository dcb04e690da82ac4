/*
 * How processes are looked at: /proc on Linux, libproc and sysctl on macOS. A build of Linux with -DSLIPWAY_PORTABLE looks
 * by /proc too, in the place of libproc, and has no more of it than macOS offers: orphans don't come to us.
 */
static pid_t self;

struct process_look {
  bool ended;                  /* a zombie */
  pid_t parent, group, session;
  uint64_t started;            /* in the system's own unit: clock ticks since the boot, or seconds since 1970 */
};

/* Orphans of our jobs become our children. */
static bool is_adopted(const struct process_look *look) { return ON_LINUX && look->parent == self; }

#ifdef __linux__
/* All of a small /proc file, NUL-terminated; NULL when the process is gone or somebody else's. */
static char *read_proc(struct buffer *into, const char *path) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  into->length = 0;
  if (fd < 0) return NULL;
  for (;;) {
    reserve(into, 16 * 1024);
    ssize_t n = read(fd, into->at + into->length, into->room - into->length - 1);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      close(fd);
      return NULL;
    }
    if (n == 0) break;
    into->length += (size_t)n;
  }
  close(fd);
  into->at[into->length] = 0;
  return into->at;
}

static bool look_at_process(pid_t pid, struct process_look *look) {
  static struct buffer text;
  char path[64], state;
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  char *at = read_proc(&text, path);
  at = at ? strrchr(at, ')') : NULL; /* the name may contain anything, even ") R 1" */
  if (at == NULL || sscanf(at + 1, " %c %d %d %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64,
                           &state, &look->parent, &look->group, &look->session, &look->started) != 5)
    return false;
  look->ended = state == 'Z' || state == 'X';
  return true;
}

static bool is_young_orphan(const struct process_look *look) {
  if (ON_LINUX && !is_adopted(look)) return false;
  return clock_ms(CLOCK_BOOTTIME) - (int64_t)(look->started * 1000 / (uint64_t)sysconf(_SC_CLK_TCK)) < 2000;
}

/* Name after name, each ended by NUL; false when it can't be read. */
static bool read_environment(pid_t pid, struct buffer *into) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/environ", pid);
  return read_proc(into, path) != NULL;
}

static void list_pids(struct buffer *into) {
  DIR *proc = opendir("/proc");
  struct dirent *entry;
  into->length = 0;
  while (proc && (entry = readdir(proc)) != NULL) {
    pid_t pid = (pid_t)atoi(entry->d_name);
    if (pid > 0) append(into, (const char *)&pid, sizeof pid);
  }
  if (proc) closedir(proc);
}

static void boot_id(char *text, size_t size) {
  static struct buffer file;
  char *id = read_proc(&file, "/proc/sys/kernel/random/boot_id");
  snprintf(text, size, "%s", id ? id : "unknown");
  text[strcspn(text, "\n")] = 0;
}
#else
static bool look_at_process(pid_t pid, struct process_look *look) {
  struct proc_bsdinfo info;
  if (proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != sizeof info) return false;
  *look = (struct process_look){info.pbi_status == SZOMB, (pid_t)info.pbi_ppid, (pid_t)info.pbi_pgid, getsid(pid),
                                (uint64_t)info.pbi_start_tvsec}; /* whole seconds, as `ps -o lstart` prints them */
  return true;
}

static bool is_young_orphan(const struct process_look *look) {
  return wall_ms() / 1000 - (int64_t)look->started < 2;
}

/* What sysctl gives: the count of arguments, the program's path, NULs, the arguments, the environment. */
static bool read_environment(pid_t pid, struct buffer *into) {
  int name[] = {CTL_KERN, KERN_PROCARGS2, pid}, count;
  into->length = 0;
  reserve(into, 1024 * 1024);
  size_t size = into->room;
  if (sysctl(name, 3, into->at, &size, NULL, 0) != 0 || size < sizeof count) return false;
  memcpy(&count, into->at, sizeof count);
  char *at = into->at + sizeof count, *end = into->at + size;
  at += strnlen(at, (size_t)(end - at));
  while (at < end && *at == 0) at++;
  for (; count > 0 && at < end; count--) at += strnlen(at, (size_t)(end - at)) + 1;
  if (at > end) at = end;
  into->length = (size_t)(end - at);
  memmove(into->at, at, into->length);
  return true;
}

static void list_pids(struct buffer *into) {
  int bytes = proc_listpids(PROC_ALL_PIDS, 0, NULL, 0);
  into->length = 0;
  if (bytes <= 0) return;
  reserve(into, (size_t)bytes + 64 * sizeof(pid_t)); /* some may start meanwhile */
  bytes = proc_listpids(PROC_ALL_PIDS, 0, into->at, (int)into->room);
  into->length = bytes > 0 ? (size_t)bytes : 0;
}

static void boot_id(char *text, size_t size) {
  struct timeval t = {0};
  size_t length = sizeof t;
  sysctlbyname("kern.boottime", &t, &length, NULL, 0);
  snprintf(text, size, "%ld", (long)t.tv_sec);
}
#endif

/* Whether a process may be left that is in no job's group. Without subreaping only a look at all of them can tell. */
static bool has_strays(bool (*is_running_job)(pid_t)) {
#if ON_LINUX
  static struct buffer text;
  char path[64];
  if (waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) return false;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", self);
  if (read_proc(&text, path) == NULL) return true;
  for (char *at = text.at, *end; *at; at = end) {
    pid_t pid = (pid_t)strtol(at, &end, 10);
    if (end == at) break;
    if (!is_running_job(pid)) return true;
  }
  return false;
#else
  (void)is_running_job;
  return true;
#endif
}
