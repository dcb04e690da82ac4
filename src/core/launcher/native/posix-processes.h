/* Finds and signals the processes of a job: its group, its session, its marker, and orphans that come to us. */
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
static bool is_main(pid_t pid) {
  for (struct job *j = my.jobs; j; j = j->next)
    if (j->pid == pid && !j->main_ended) return true;
  return false;
}

/* Whether its environment names the attempt and our run folder. */
static bool has_marks(pid_t pid, const struct process_look *look, const struct job *j) {
  static struct buffer environment;
  for (int tries = 0; read_environment(pid, &environment) && environment.length == 0; tries++) {
    /* During its exec an orphan has no environment for a moment. */
    if (tries == 50 || !is_young_orphan(look)) return false;
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

/* Every live process of the job but its main one: by group, by session, by marker, or orphaned to us. */
static void find_processes(const struct job *j, struct processes *found) {
  static struct buffer pids;
  bool only_job = my.jobs == j && j->next == NULL;
  found->count = 0;
  list_pids(&pids);
  for (size_t at = 0; at < pids.length; at += sizeof(pid_t)) {
    struct process_look look;
    pid_t pid;
    memcpy(&pid, pids.at + at, sizeof pid);
    if (pid <= 0 || pid == self || is_main(pid) || !look_at_process(pid, &look) || look.ended) continue;
    struct process p = {pid, look.started, look.group == j->pid};
    /* One that wiped its environment can't be assigned to one of several jobs; the last job's end takes it. */
    bool own = p.in_group || look.session == j->pid || (only_job && is_adopted(&look)) || has_marks(pid, &look, j);
    if (own && !holds(&j->on.unkillable, &p)) add(found, &p);
  }
}

static bool process_started(pid_t pid, char *text, size_t size) {
  struct process_look look;
  if (!look_at_process(pid, &look)) return false;
  snprintf(text, size, "%" PRIu64, look.started);
  return true;
}

/* What the last look found of a job, beside its main process. */
static struct processes found;

static size_t look_for(struct job *j) {
  find_processes(j, &found);
  return found.count;
}

/* What is left of a job whose main process has ended. Where it is nothing, which is nearly always, that costs two calls. */
static size_t remaining(struct job *j) {
  found.count = 0;
  return group_exists(j->pid) || has_strays(is_main) ? look_for(j) : 0;
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

static void close_group(struct job *j) { (void)j; }
static size_t leftovers_of(const struct job *j) { return j->on.leftovers.count; }

static void free_system_job(struct job *j) {
  free(j->on.marks[0]);
  free(j->on.marks[1]);
  free(j->on.leftovers.at);
  free(j->on.unkillable.at);
}
