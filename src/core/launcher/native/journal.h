/* The two outputs: every line goes to the journal first and to the host second. */
static void journal_append(const char *line) {
  append(&my.backlog, line, strlen(line));
  while (my.backlog.length > 0) {
    ssize_t n = write(my.journal, my.backlog.at, my.backlog.length);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      my.journal_errno = errno;
      return; /* kept, and tried again within a second */
    }
    drop_front(&my.backlog, (size_t)n);
  }
}

static bool journal_settled(void) {
  if (my.backlog.length > 0) journal_append("");
  return my.backlog.length == 0;
}

static void host_flush(void) {
  my.flush_at = NEVER;
  while (my.to_host.length > 0 && !my.host_broken) {
    ssize_t n = write_host(my.to_host.at, my.to_host.length);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (n < 0) my.host_broken = true;
    else drop_front(&my.to_host, (size_t)n);
  }
  if (my.host_broken) my.to_host.length = 0;
}

static void report(const char *line) {
  journal_append(line);
  append(&my.to_host, line, strlen(line));
  host_flush();
}

/* In the journal at once; the host is not woken for a line on which it need not act. */
static void report_later(const char *line) {
  journal_append(line);
  bool stuck = my.to_host.length > 0 && my.flush_at == NEVER;
  append(&my.to_host, line, strlen(line));
  if (stuck) host_flush();
  else my.flush_at = least(my.flush_at, awake_ms() + HOLD_MS);
}

static void drop_held(void) {
  while (my.held) {
    struct held *h = my.held;
    my.held = h->next;
    /* The attempt is the fourth field, after letter, width and seen. */
    const char *attempt = h->frame;
    for (int i = 0; i < 3; i++) attempt += strlen(attempt) + 1;
    char *line = format("dropped\t%s\n", attempt);
    append(&my.to_host, line, strlen(line)); /* not in the journal: what has not begun leaves no trace */
    free(line);
    free(h->frame);
    free(h);
  }
  my.last_held = &my.held;
  my.held_count = my.low_water = 0;
  if (my.to_host.length > 0) host_flush();
}

/* Counts an end and keeps its line until it is committed; owns the line from now on. After an unclean one nothing starts. */
static void count_end(char *line, bool clean) {
  struct uncommitted *end = grow(NULL, sizeof *end);
  *end = (struct uncommitted){NULL, ++my.ends, line};
  *my.last_uncommitted = end;
  my.last_uncommitted = &end->next;
  if (clean) return;
  my.unclean = my.ends;
  drop_held();
}

static void report_refused(const char *attempt, const char *stage, const char *error, const char *hint,
                           const char *subject) {
  char *clean = one_line(subject);
  char *line = format("refused\t%s\t%s\t%s\t%s\t%s\n", attempt, stage, error, hint, clean);
  report(line);
  count_end(line, false);
  free(clean);
}

/* Header, started lines of running jobs and uncommitted ends, in a new file that takes the old one's name. */
static bool journal_rewrite(void) {
  char *next = format("%s.new", my.journal_path);
  int fd = open_own(next, APPEND_OVER);
  struct buffer text = {0};
  append(&text, my.header, strlen(my.header));
  for (struct job *j = my.jobs; j; j = j->next) append(&text, j->started_line, strlen(j->started_line));
  for (struct uncommitted *u = my.uncommitted; u; u = u->next) append(&text, u->line, strlen(u->line));
  bool done = fd >= 0 && write(fd, text.at, text.length) == (ssize_t)text.length &&
              replace_open(next, my.journal_path, &my.journal);
  if (done) my.journal = fd;
  else {
    if (fd >= 0) close(fd);
    remove_file(next);
  }
  free(text.at);
  free(next);
  return done;
}

/* The host has committed the first `count` ends. What stays in a journal that can't be shortened does no harm. */
static void forget(int64_t committed) {
  if (!my.uncommitted || my.uncommitted->number > committed || !journal_settled()) return;
  while (my.uncommitted && my.uncommitted->number <= committed) {
    struct uncommitted *u = my.uncommitted;
    my.uncommitted = u->next;
    free(u->line);
    free(u);
  }
  if (my.uncommitted == NULL) my.last_uncommitted = &my.uncommitted;
  if (my.uncommitted || my.jobs || !truncate_file(my.journal, my.journal_path, (int64_t)strlen(my.header))) journal_rewrite();
}
