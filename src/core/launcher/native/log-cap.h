/*
 * Keeps a log within its limit. Nothing reads a job's output; past the limit the middle of the file is given back to
 * the disk. See docs/decisions/0001-launcher.md.
 */
static bool write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes += n;
    length -= (size_t)n;
  }
  return true;
}

static bool copy_range(int to, int from, int64_t start, int64_t end) {
  static char bytes[256 * 1024];
  while (start < end) {
    ssize_t n = read_at(from, bytes, (size_t)least(sizeof bytes, end - start), start);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    if (n == 0) return true;
    if (!write_all(to, bytes, (size_t)n)) return false;
    start += n;
  }
  return true;
}

/* One line of fixed width, replaced in one write: `gapStart gapEnd leftOut tail`, see log-extent.ts. */
static void note_gap(struct job *j, int64_t gap_end, int64_t left_out, int64_t tail) {
  char line[97];
  char *path = format("%s.cut", j->log_path);
  int n = snprintf(line, sizeof line, "%d %" PRId64 " %" PRId64 " %" PRId64, HEAD_BYTES, gap_end, left_out, tail);
  memset(line + n, ' ', (size_t)(95 - n));
  line[95] = '\n';
  int fd = open_own(path, WRITE_INTO);
  if (fd >= 0) {
    bool done = write(fd, line, 96) == 96;
    close(fd);
    if (!done) remove_file(path);
  }
  free(path);
}

static void forget_gap(struct job *j) {
  char *path = format("%s.cut", j->log_path);
  remove_file(path);
  free(path);
}

/* Punches out the middle of the log. False where the file system can't. */
static bool punch_gap(struct job *j, int64_t size) {
  int64_t from = most(HEAD_BYTES, j->gap_end);
  int64_t to = (size - j->limit) & ~(int64_t)4095;
  if (to <= from) return true;
  note_gap(j, to, to - HEAD_BYTES, 0); /* first, so that who reads by the note never reads the hole */
  if (!punch_hole(j->log_fd, j->log_path, from, to)) {
    if (j->gap_end > 0) note_gap(j, j->gap_end, j->gap_end - HEAD_BYTES, 0);
    else forget_gap(j);
    return false;
  }
  j->gap_end = to;
  return true;
}

/*
 * Without hole punching: the last part is copied aside, the log is truncated to its head. The job's descriptor
 * appends, so its next output lands behind the head. What arrives between copy and truncation is left out too.
 * Without room for the copy all but the head goes: the job and the disk matter more than its log.
 */
static void set_aside(struct job *j, int64_t size) {
  char *next = format("%s.tail.new", j->log_path), *tail = format("%s.tail", j->log_path);
  int out = open_own(next, WRITE_OVER);
  int64_t from = size - j->limit, copied = from;
  bool kept = out >= 0;
  /* Until nothing has arrived meanwhile, or the job is faster than we are. */
  for (int round = 0; kept && round < 20 && copied < size; round++, size = file_size(j->log_fd)) {
    kept = copy_range(out, j->log_fd, copied, size);
    copied = size;
  }
  if (out >= 0) close(out);
  kept = kept && replace_file(next, tail);
  if (!kept) {
    remove_file(next);
    remove_file(tail);
  }
  int64_t now = file_size(j->log_fd);
  int64_t keep = kept ? copied - from : 0;
  if (truncate_file(j->log_fd, j->log_path, HEAD_BYTES)) {
    j->left_out += j->tail + now - HEAD_BYTES - keep;
    j->tail = keep;
    j->gap_end = 0;
    j->aside = true;
    note_gap(j, HEAD_BYTES, j->left_out, j->tail);
  }
  free(next);
  free(tail);
}

/* Checks a running job's log and sets when to check again: soon if it grows fast. */
static void look_at_log(struct job *j, int64_t now) {
  int64_t size = file_size(j->log_fd), slack = most(HEAD_BYTES, j->limit / 4);
  double per_ms = (double)most(0, size - j->seen) / (double)most(1, now - j->seen_at);
  if (size < j->gap_end) j->gap_end = 0; /* the job truncated its own log */
  int64_t held = size - (j->gap_end > 0 ? j->gap_end - HEAD_BYTES : 0);
  if (held > HEAD_BYTES + j->limit + slack) {
    if (j->aside || !punch_gap(j, size)) set_aside(j, size);
    held = HEAD_BYTES + j->limit;
  }
  int64_t room = most(slack, HEAD_BYTES + j->limit + slack - held);
  int64_t until_full = per_ms > 0 && room / per_ms / 2 < MOST_LOOK_MS ? (int64_t)(room / per_ms / 2) : MOST_LOOK_MS;
  j->look_pause = most(LEAST_LOOK_MS, least(until_full, j->look_pause * 2));
  j->seen = file_size(j->log_fd);
  j->seen_at = now;
  j->look_at = after_ms(now, j->look_pause);
}

/* `9.2 GB`; decimal units, as in node-log-cap.ts. */
static char *human_bytes(int64_t bytes) {
  static const char *units[] = {"kB", "MB", "GB", "TB"};
  double value = (double)bytes / 1000;
  int unit = 0;
  if (bytes < 1000) return format("%" PRId64 " bytes", bytes);
  for (; unit < 3 && value >= 999.95; unit++) value /= 1000;
  return format("%.1f %s", value, units[unit]);
}

/* The tail begins with a whole line if a line ends soon. */
static int64_t after_newline(int fd, int64_t start, int64_t end) {
  char bytes[4096];
  ssize_t n = read_at(fd, bytes, (size_t)least(sizeof bytes, end - start), start);
  char *newline = n > 0 ? memchr(bytes, '\n', (size_t)n) : NULL;
  return newline ? start + (newline - bytes) + 1 : start;
}

/* Head, a line with what is missing, tail: one file again. */
static bool assemble_log(struct job *j, int64_t size) {
  char *next = format("%s.new", j->log_path), *tail_path = format("%s.tail", j->log_path);
  char *cut_path = format("%s.cut", j->log_path);
  int64_t from_log = least(j->limit, most(0, size - HEAD_BYTES)), from_tail = least(j->limit - from_log, j->tail);
  int64_t log_start = size - from_log, tail_start = j->tail - from_tail;
  int tail = from_tail > 0 ? open_own(tail_path, READ_IT) : -1;
  if (tail >= 0) tail_start = after_newline(tail, tail_start, j->tail);
  else log_start = after_newline(j->log_fd, log_start, size);
  int64_t kept = size - log_start + (tail >= 0 ? j->tail - tail_start : 0);
  char *left_out = human_bytes(size + j->tail + j->left_out - HEAD_BYTES - kept);
  char *mark = format("\n[slipway: %s of output left out here]\n", left_out);

  remove_file(next);
  int out = open_own(next, WRITE_NEW);
  bool done = out >= 0 && copy_range(out, j->log_fd, 0, HEAD_BYTES) && write_all(out, mark, strlen(mark)) &&
              (tail < 0 || copy_range(out, tail, tail_start, j->tail)) &&
              copy_range(out, j->log_fd, log_start, size);
  if (out >= 0) close(out);
  if (tail >= 0) close(tail);
  done = done && replace_open(next, j->log_path, &j->log_fd);
  if (done) {
    remove_file(tail_path);
    remove_file(cut_path);
  } else
    remove_file(next); /* parts and note stay, and readLogExtent reads them */
  free(mark);
  free(left_out);
  free(cut_path);
  free(tail_path);
  free(next);
  return done;
}

/* When nothing writes any more. Sets what to report. */
static void finish_log(struct job *j, int64_t *bytes, bool *cut) {
  int64_t size = file_size(j->log_fd);
  *bytes = size + j->tail + j->left_out;
  *cut = j->left_out > 0 || j->gap_end > 0;
  if (*cut || size > HEAD_BYTES + j->limit) *cut = assemble_log(j, size) || *cut;
  if (j->log_fd >= 0) close(j->log_fd);
  if (size == 0) remove_file(j->log_path);
}
