/*
 * The life of a job, the same on every system: announced, started, asked to end, ended, and reported once nothing of it is
 * left. The system's part (spawn_job, remaining, note_leftovers, ask_to_end, end_now, …) is included before this file.
 */
static void terminate(struct job *j) {
  if (j->terminated) return;
  j->terminated = true;
  if (!ask_to_end(j)) j->kill_at = awake_ms(); /* there is nothing to wait for */
}

/* All of it gets SIGTERM, and SIGKILL after the grace; a second call can only shorten it. */
static void stop(struct job *j, const char *why, int64_t grace_ms) {
  int64_t now = awake_ms();
  if (!j->main_ended && !j->terminated) j->ended = why;
  j->kill_at = least(j->kill_at, after_ms(now, grace_ms));
  terminate(j);
  j->sweep_at = least(j->sweep_at, j->kill_at);
}

static void report_exited(struct job *j) {
  int64_t bytes, user_ms, system_ms, rss_kb;
  bool cut;
  char code[16];
  const char *by;
  bool is_zero = how_ended(j, code, &by);
  usage_of(j, &user_ms, &system_ms, &rss_kb);
  close_group(j);
  finish_log(j, &bytes, &cut);
  size_t leftovers = leftovers_of(j);
  char *line = format("exited\t%s\t%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
                      "\t%zu\t%" PRId64 "\t%d\n",
                      j->attempt, code, by, j->ended, j->started_wall, j->ended_wall, j->ended_awake - j->started_awake,
                      user_ms, system_ms, rss_kb, leftovers, bytes, cut);
  report_later(line);
  count_end(line, strcmp(j->ended, "exited") == 0 && is_zero && leftovers == 0);
}

static void remove_job(struct job *j) {
  struct job **link = &my.jobs;
  while (*link != j) link = &(*link)->next;
  *link = j->next;
  my.running--;
  free(j->attempt);
  free(j->log_path);
  free(j->started_line);
  free_system_job(j);
  free(j);
}

static void start_held(void);

/* Checks what is left of a job once: terminates, kills, waits or reports accordingly. May free the job. */
static void sweep(struct job *j, int64_t now) {
  if (j->main_ended) {
    if (remaining(j) == 0) {
      report_exited(j);
      remove_job(j);
      start_held();
      if (my.held_count == 0 || my.held_count == my.low_water) host_flush();
      return;
    }
    if (now - j->ended_awake >= SETTLE_MS) {
      note_leftovers(j);
      if (!j->terminated) j->kill_at = after_ms(now, j->grace_ms);
      terminate(j);
    }
  }
  if (now >= j->kill_at) end_now(j);
  j->pause_ms = least(j->pause_ms * 2, 50);
  j->sweep_at = after_ms(now, least(j->pause_ms, most(1, j->kill_at - now)));
}

static void main_ended(struct job *j) {
  j->main_ended = true;
  j->ended_wall = wall_ms();
  j->ended_awake = awake_ms();
  j->timeout_at = NEVER;
  j->pause_ms = 1;
}

static void began(const struct start *s, struct job *j, int log_fd) {
  char started[32] = "";
  int64_t now = awake_ms();
  j->attempt = copy_text(s->attempt);
  j->log_path = copy_text(s->log_path);
  j->started_wall = wall_ms();
  j->started_awake = j->seen_at = now;
  j->grace_ms = s->grace_ms;
  j->ended = "exited";
  j->timeout_at = s->timeout_ms < 0 ? NEVER : after_ms(now, s->timeout_ms);
  j->kill_at = j->sweep_at = NEVER;
  j->pause_ms = 1;
  j->log_fd = log_fd;
  j->limit = s->limit;
  j->look_pause = FIRST_LOOK_MS;
  j->look_at = now + FIRST_LOOK_MS;
  process_started(j->pid, started, sizeof started);
  j->started_line = format("started\t%s\t%d\t%s\t%" PRId64 "\n", j->attempt, j->pid, started, j->started_wall);
  j->next = my.jobs;
  my.jobs = j;
  my.running++;
  report_later(j->started_line);
}

static void start_job(const struct start *s) {
  /* The order is what makes a fence exact: announce, look for the fence, start. */
  char *line = format("starting\t%s\n", s->attempt);
  journal_append(line);
  free(line);
  if (my.backlog.length > 0) {
    const char *why = name_of(errno_names, "E", my.journal_errno);
    return report_refused(s->attempt, "log", why, "-", my.journal_path);
  }
  if (my.ending || file_exists(my.fence_path)) return report_refused(s->attempt, "fenced", "-", "-", "-");

  int log_fd = open_log(s->log_path);
  if (log_fd < 0) return report_refused(s->attempt, "log", name_of(errno_names, "E", errno), "-", s->log_path);

  struct job *j = memset(grow(NULL, sizeof *j), 0, sizeof *j);
  struct failure why;
  if (spawn_job(s, log_fd, j, &why)) return began(s, j, log_fd);

  bool empty = file_size(log_fd) == 0;
  close(log_fd);
  if (empty) remove_file(s->log_path);
  free_system_job(j);
  free(j);
  const char *subject = why.stage == STAGE_CWD ? s->cwd : s->argv[0];
  report_refused(s->attempt, stage_names[why.stage], name_of(errno_names, "E", why.error), hint_names[why.hint], subject);
}
