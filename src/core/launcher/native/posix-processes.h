/* Finds and signals the processes of a job: its group, its session, its marker, and orphans that come to us. */
static pid_t self;

static const struct name signal_names[] = {
    NAME(SIGHUP), NAME(SIGINT), NAME(SIGQUIT), NAME(SIGILL), NAME(SIGTRAP), NAME(SIGABRT), NAME(SIGBUS),
    NAME(SIGFPE), NAME(SIGKILL), NAME(SIGUSR1), NAME(SIGSEGV), NAME(SIGUSR2), NAME(SIGPIPE), NAME(SIGALRM),
    NAME(SIGTERM), NAME(SIGXCPU), NAME(SIGXFSZ), NAME(SIGVTALRM), NAME(SIGPROF), NAME(SIGSYS), {0, NULL}};

static bool holds(const struct processes *set, const struct process *p) {
  for (size_t i = 0; i < set->count; i++)
    if (set->at[i].pid == p->pid && set->at[i].started == p->started) return true;
  return false;
}

static void add(struct processes *set, const struct process *p) {
  if (set->count == set->room) {
    set->room = set->room * 2 + 8;
    set->at = grow(set->at, set->room * sizeof *set->at);
  }
  set->at[set->count++] = *p;
}
#if ON_LINUX
struct stat_line {
  char state;
  int parent, group, session;
  uint64_t started;
};

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

static bool read_stat(pid_t pid, struct stat_line *s) {
  static struct buffer text;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  char *at = read_proc(&text, path);
  at = at ? strrchr(at, ')') : NULL; /* the name may contain anything, even ") R 1" */
  return at != NULL && sscanf(at + 1, " %c %d %d %d %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %" SCNu64,
                              &s->state, &s->parent, &s->group, &s->session, &s->started) == 5;
}

static bool is_young(const struct stat_line *s) {
  return clock_ms(CLOCK_BOOTTIME) - (int64_t)(s->started * 1000 / (uint64_t)sysconf(_SC_CLK_TCK)) < 2000;
}

static bool has_marks(pid_t pid, const struct stat_line *s, const struct job *j) {
  static struct buffer environment;
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/environ", pid);
  for (int tries = 0; read_proc(&environment, path) != NULL && environment.length == 0; tries++) {
    /* During its exec an orphan has no environment for a moment. */
    if (tries == 50 || s->parent != self || !is_young(s)) return false;
    poll(NULL, 0, 1);
  }
  if (environment.length == 0) return false;
  for (int i = 0; i < 2; i++) {
    size_t length = strlen(j->on.marks[i]) + 1;
    char *from = environment.at, *end = environment.at + environment.length, *hit;
    for (;; from = hit + 1) {
      hit = from < end ? memmem(from, (size_t)(end - from), j->on.marks[i], length) : NULL;
      if (hit == NULL) return false;
      if (hit == environment.at || hit[-1] == 0) break;
    }
  }
  return true;
}

static bool is_main(pid_t pid) {
  for (struct job *j = my.jobs; j; j = j->next)
    if (j->pid == pid && !j->main_ended) return true;
  return false;
}

/* Every live process of the job but its main one: by group, by session, by marker, or orphaned to us. */
static void find_processes(const struct job *j, struct processes *found) {
  DIR *proc = opendir("/proc");
  bool only_job = my.jobs == j && j->next == NULL;
  struct dirent *entry;
  found->count = 0;
  while (proc && (entry = readdir(proc)) != NULL) {
    struct stat_line s;
    pid_t pid = (pid_t)atoi(entry->d_name);
    if (pid <= 0 || pid == self || is_main(pid)) continue;
    if (!read_stat(pid, &s) || s.state == 'Z' || s.state == 'X') continue;
    struct process p = {pid, s.started, s.group == j->pid};
    /* One that wiped its environment can't be assigned to one of several jobs; the last job's end takes it. */
    bool own = p.in_group || s.session == j->pid || (only_job && s.parent == self) || has_marks(pid, &s, j);
    if (own && !holds(&j->on.unkillable, &p)) add(found, &p);
  }
  if (proc) closedir(proc);
}

static bool has_strays(void) {
  static struct buffer text;
  char path[64];
  if (waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) return false;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", self);
  if (read_proc(&text, path) == NULL) return true;
  for (char *at = text.at, *end; *at; at = end) {
    pid_t pid = (pid_t)strtol(at, &end, 10);
    if (end == at) break;
    if (!is_main(pid)) return true;
  }
  return false;
}

static bool process_started(pid_t pid, char *text, size_t size) {
  struct stat_line s;
  if (!read_stat(pid, &s)) return false;
  snprintf(text, size, "%" PRIu64, s.started);
  return true;
}

static void boot_id(char *text, size_t size) {
  static struct buffer file;
  char *id = read_proc(&file, "/proc/sys/kernel/random/boot_id");
  snprintf(text, size, "%s", id ? id : "unknown");
  text[strcspn(text, "\n")] = 0;
}
#else
static void find_processes(const struct job *j, struct processes *found) {
  struct process p = {j->pid, 0, true};
  found->count = 0;
  if (j->main_ended && group_exists(j->pid) && !holds(&j->on.unkillable, &p)) add(found, &p);
}

static bool has_strays(void) { return false; }

/* As `ps -o lstart` prints it: in whole seconds. */
static bool process_started(pid_t pid, char *text, size_t size) {
#ifdef __APPLE__
  struct proc_bsdinfo info;
  if (proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, sizeof info) != sizeof info) return false;
  snprintf(text, size, "%" PRIu64, (uint64_t)info.pbi_start_tvsec);
  return true;
#else
  (void)pid;
  snprintf(text, size, "0");
  return true;
#endif
}

static void boot_id(char *text, size_t size) {
#ifdef __APPLE__
  struct timeval t = {0};
  size_t length = sizeof t;
  sysctlbyname("kern.boottime", &t, &length, NULL, 0);
  snprintf(text, size, "%ld", (long)t.tv_sec);
#else
  snprintf(text, size, "unknown");
#endif
}
#endif

/* What the last look found of a job, beside its main process. */
static struct processes found;

static size_t look_for(struct job *j) {
  find_processes(j, &found);
  return found.count;
}

/* What is left of a job whose main process has ended. Where it is nothing, which is nearly always, that costs two calls. */
static size_t remaining(struct job *j) {
  found.count = 0;
  return group_exists(j->pid) || has_strays() ? look_for(j) : 0;
}

static void note_leftovers(struct job *j) {
  for (size_t i = 0; i < found.count; i++)
    if (!holds(&j->on.leftovers, &found.at[i])) add(&j->on.leftovers, &found.at[i]);
}

/* The group at once, so that no member can start another meanwhile, and every stray by itself. */
static void signal_all(struct job *j, int number) {
  look_for(j);
  /* The group's number is known to be the job's own only while its main process or a member is there. */
  bool group = !j->main_ended;
  for (size_t i = 0; i < found.count; i++) group = group || found.at[i].in_group;
  if (group) kill(-j->pid, number);
  for (size_t i = 0; i < found.count; i++) {
    const struct process *p = &found.at[i];
    /* Another user's process can't be stopped, and must not be waited for forever. */
    if (kill(p->pid, p->in_group ? 0 : number) != 0 && errno == EPERM) add(&j->on.unkillable, p);
    else if (number == SIGTERM && !p->in_group) kill(p->pid, SIGCONT);
  }
  if (group && number == SIGTERM) kill(-j->pid, SIGCONT);
}
static bool ask_to_end(struct job *j) {
  signal_all(j, SIGTERM);
  return true;
}

static void end_now(struct job *j) { signal_all(j, SIGKILL); }

static int64_t milliseconds(struct timeval t) { return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000; }

/* Exit code and signal, "-" for none; true for exit code 0. */
static bool how_ended(struct job *j, char code[16], const char **by) {
  int status = j->on.status;
  strcpy(code, "-");
  if (WIFEXITED(status)) snprintf(code, 16, "%d", WEXITSTATUS(status));
  *by = WIFSIGNALED(status) ? name_of(signal_names, "SIG", WTERMSIG(status)) : "-";
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void usage_of(struct job *j, int64_t *user_ms, int64_t *system_ms, int64_t *rss_kb) {
  *user_ms = milliseconds(j->on.usage.ru_utime);
  *system_ms = milliseconds(j->on.usage.ru_stime);
  *rss_kb = j->on.usage.ru_maxrss;
#ifdef __APPLE__
  *rss_kb /= 1024;
#endif
}

static size_t leftovers_of(const struct job *j) { return j->on.leftovers.count; }

static void free_system_job(struct job *j) {
  free(j->on.marks[0]);
  free(j->on.marks[1]);
  free(j->on.leftovers.at);
  free(j->on.unkillable.at);
}
