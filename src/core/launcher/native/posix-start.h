/* Starts a program as a job: its own session, an empty stdin, its output in its log. */
static int null_fd;

struct launch {
  const char *cwd, *path;
  char **argv, **shell_argv, **env;
  char *candidate;             /* room for any folder of the path and the program's name */
  int log_fd;
  volatile struct failure failure;
};

/* Returns only if the program can't be run; keeps the most specific reason. */
static void try_exec(struct launch *l, const char *file) {
  struct stat s;
  execve(file, l->argv, l->env);
  if (errno == ENOEXEC) { /* a script without a first line, as every shell runs it */
    l->shell_argv[1] = (char *)file;
    execve("/bin/sh", l->shell_argv, l->env);
    errno = ENOEXEC;
  }
  int error = errno, hint = HINT_NONE;
  bool there = stat(file, &s) == 0;
  if (there && S_ISDIR(s.st_mode)) hint = HINT_FOLDER;
  else if (there && error == ENOENT) hint = HINT_INTERPRETER;
  if (l->failure.error != 0 && !there) return;
  l->failure.error = error;
  l->failure.hint = hint;
}

static void exec_program(struct launch *l) {
  const char *name = l->argv[0];
  if (strchr(name, '/')) {
    try_exec(l, name);
    l->failure.stage = STAGE_PROGRAM; /* only now: after a success the parent would read it too */
    return;
  }
  l->failure.error = ENOENT;
  l->failure.hint = HINT_PATH;
  for (const char *from = l->path; *name && from;) {
    const char *end = from + strcspn(from, ":");
    size_t length = (size_t)(end - from);
    memcpy(l->candidate, length ? from : ".", length ? length : 1);
    l->candidate[length ? length : 1] = '/';
    strcpy(l->candidate + (length ? length : 1) + 1, name);
    try_exec(l, l->candidate);
    from = *end ? end + 1 : NULL;
  }
  l->failure.stage = STAGE_PROGRAM;
}

/* In the child. With vfork it runs in the parent's memory: nothing is allocated, only `l->failure` is written. */
static void become_job(struct launch *l) {
  struct sigaction by_default = {.sa_handler = SIG_DFL};
  sigset_t none;
  sigemptyset(&none);
  setsid();
  sigaction(SIGHUP, &by_default, NULL);
  sigaction(SIGINT, &by_default, NULL);
  sigaction(SIGPIPE, &by_default, NULL);
#if !ON_LINUX
  sigaction(SIGCHLD, &by_default, NULL);
  sigaction(SIGTERM, &by_default, NULL);
#endif
  if (chdir(l->cwd) != 0) {
    l->failure.error = errno;
    l->failure.stage = STAGE_CWD;
    return;
  }
  if (dup2(null_fd, 0) < 0 || dup2(l->log_fd, 1) < 0 || dup2(l->log_fd, 2) < 0) {
    l->failure.error = errno;
    l->failure.stage = STAGE_PROCESS;
    return;
  }
  sigprocmask(SIG_SETMASK, &none, NULL);
  exec_program(l);
}

/* The pid, or -1 with `l->failure` set. A child that failed is already reaped. */
__attribute__((noinline)) static pid_t spawn_program(struct launch *l) {
#if ON_LINUX
  pid_t pid = vfork();
  if (pid == 0) {
    become_job(l);
    _exit(127);
  }
#else
  int ends[2];
  if (pipe(ends) != 0) {
    l->failure.stage = STAGE_PROCESS;
    l->failure.error = errno;
    return -1;
  }
  fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  fcntl(ends[1], F_SETFD, FD_CLOEXEC);
  pid_t pid = fork();
  if (pid == 0) {
    become_job(l);
    struct failure f = {l->failure.stage, l->failure.error, l->failure.hint};
    _exit(write(ends[1], &f, sizeof f) == sizeof f ? 127 : 126);
  }
  int error = errno;
  struct failure f = {0, 0, 0};
  close(ends[1]);
  while (pid > 0 && read(ends[0], &f, sizeof f) < 0 && errno == EINTR) continue;
  close(ends[0]);
  l->failure.stage = f.stage;
  l->failure.error = f.error;
  l->failure.hint = f.hint;
  errno = error;
#endif
  if (pid < 0) {
    l->failure.stage = STAGE_PROCESS;
    l->failure.error = errno;
  } else if (l->failure.stage != STAGE_NONE) {
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    pid = -1;
  }
  return pid;
}

static bool same_name(const char *a, const char *b) {
  size_t length = strcspn(a, "=");
  return strncmp(a, b, length) == 0 && b[length] == '=';
}

/* Marks first, then the job's own variables, then of the base what neither names. */
static char **make_environment(char *marks[2], char **own, size_t own_count) {
  char **env = grow(NULL, (my.base_count + own_count + 3) * sizeof *env);
  size_t n = 0;
  env[n++] = marks[0];
  env[n++] = marks[1];
  for (size_t i = 0; i < own_count + my.base_count; i++) {
    char *entry = i < own_count ? own[i] : my.base[i - own_count];
    bool named = false;
    for (size_t k = 0; k < n && k < own_count + 2 && !named; k++) named = same_name(entry, env[k]);
    if (!named) env[n++] = entry;
  }
  env[n] = NULL;
  return env;
}

static const char *value_of(char **env, const char *name) {
  size_t length = strlen(name);
  for (; *env; env++)
    if (strncmp(*env, name, length) == 0 && (*env)[length] == '=') return *env + length + 1;
  return NULL;
}
/* Fills the system's part of the job, or returns why there is none. */
static bool spawn_job(const struct start *s, int log_fd, struct job *j, struct failure *why) {
  char **marks = j->on.marks;
  marks[0] = format("SLIPWAY_ATTEMPT=%s", s->attempt);
  marks[1] = format("SLIPWAY_RUN_DIR=%s", my.run_dir);
  struct launch l = {.cwd = s->cwd, .argv = s->argv, .log_fd = log_fd};
  l.env = make_environment(marks, s->own, s->own_count);
  l.path = value_of(l.env, "PATH");
  if (l.path == NULL) l.path = "/usr/local/bin:/usr/bin:/bin";
  l.candidate = grow(NULL, strlen(l.path) + strlen(s->argv[0]) + 4);
  l.shell_argv = grow(NULL, (s->argc + 2) * sizeof *l.shell_argv);
  l.shell_argv[0] = "/bin/sh";
  memcpy(l.shell_argv + 2, s->argv + 1, s->argc * sizeof *l.shell_argv);
  pid_t pid = spawn_program(&l);
  free(l.candidate);
  free(l.shell_argv);
  free(l.env);
  j->pid = pid;
  *why = (struct failure){l.failure.stage, l.failure.error, l.failure.hint};
  return pid > 0;
}
