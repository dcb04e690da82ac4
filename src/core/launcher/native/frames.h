/* Frames from the host, see protocol.ts, and what is due by the clock. */
struct fields {
  char **at;
  size_t count;
};

/* Pointers into the frame; each field ends with a NUL. */
static struct fields split(char *body, size_t length) {
  struct fields f = {NULL, 0};
  for (size_t i = 0; i < length; i++) f.count += body[i] == 0;
  f.at = grow(NULL, (f.count + 1) * sizeof *f.at);
  size_t n = 0;
  for (char *at = body; n < f.count; at += strlen(at) + 1) f.at[n++] = at;
  f.at[f.count] = NULL;
  return f;
}

static void keep_base(const char *body, size_t length) {
  free(my.base_block);
  free(my.base);
  my.base_block = memcpy(grow(NULL, length), body, length);
  struct fields f = split(my.base_block, length);
  memmove(f.at, f.at + 1, f.count * sizeof *f.at);
  my.base = f.at;
  my.base_count = f.count - 1;
}

/* From the field of the attempt on. */
static void handle_start(struct fields f) {
  if (f.count < 8) return;
  size_t argc = strtoul(f.at[6], NULL, 10);
  if (argc < 1 || argc > f.count - 7) return;
  struct start s = {.attempt = f.at[0], .cwd = f.at[1], .log_path = f.at[2], .argc = argc};
  s.limit = most(0, strtoll(f.at[3], NULL, 10));
  s.timeout_ms = f.at[4][0] == '-' ? -1 : strtoll(f.at[4], NULL, 10);
  s.grace_ms = strtoll(f.at[5], NULL, 10);
  s.own_count = f.count - 7 - argc;
  s.own = grow(NULL, (s.own_count + 1) * sizeof *s.own);
  memcpy(s.own, f.at + 7 + argc, s.own_count * sizeof *s.own);
  s.argv = f.at + 7;
  s.argv[argc] = NULL;
  start_job(&s);
  free(s.own);
}

static struct fields from_field(struct fields f, size_t n) {
  return n < f.count ? (struct fields){f.at + n, f.count - n} : (struct fields){f.at, 0};
}

/* Starts held jobs in the order they came, while fewer run than the next one allows. */
static void start_held(void) {
  while (my.held && my.running < strtoll(my.held->frame + 2, NULL, 10)) {
    struct held *h = my.held;
    my.held = h->next;
    if (my.held == NULL) my.last_held = &my.held;
    my.held_count--;
    struct fields f = split(h->frame, h->length);
    handle_start(from_field(f, 3));
    free(f.at);
    free(h->frame);
    free(h);
  }
}

/*
 * Holds a job until one of those before it has ended cleanly. If there was an end after which nothing may start by
 * itself, and the host had not read it yet, the job is dropped.
 */
static void hold(const char *body, size_t length, struct fields f) {
  if (f.count < 11) return;
  struct held *h = grow(NULL, sizeof *h);
  *h = (struct held){NULL, memcpy(grow(NULL, length), body, length), length};
  *my.last_held = h;
  my.last_held = &h->next;
  my.low_water = ++my.held_count / 2;
  if (my.ending || my.unclean > strtoll(f.at[2], NULL, 10)) drop_held();
  else start_held();
}

static void handle(char *body, size_t length) {
  if (length < 2 || body[length - 1] != 0) return;
  if (body[0] == 'E') return keep_base(body, length);
  struct fields f = split(body, length);
  if (body[0] == 'S') handle_start(from_field(f, 1));
  if (body[0] == 'H') hold(body, length, f);
  if (body[0] == 'D') drop_held();
  if (body[0] == 'F' && f.count > 1) forget(strtoll(f.at[1], NULL, 10));
  if (body[0] == 'T' && f.count > 2)
    for (struct job *j = my.jobs; j; j = j->next)
      if (strcmp(j->attempt, f.at[1]) == 0) stop(j, "stopped", strtoll(f.at[2], NULL, 10));
  free(f.at);
}

static void lose_host(void) {
  my.host_gone = true;
  drop_held();
}

/* Handles what has arrived whole. False: it is not our protocol, so no more is read, and the jobs are seen out. */
static bool take_frames(void) {
  struct buffer *in = &my.from_host;
  size_t done = 0;
  while (in->length - done >= 4) {
    const unsigned char *b = (const unsigned char *)in->at + done;
    uint32_t length = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    if (length > LARGEST_FRAME) {
      lose_host();
      return false;
    }
    if (in->length - done - 4 < length) break;
    handle(in->at + done + 4, length);
    done += 4 + length;
  }
  drop_front(in, done);
  return true;
}

static void end_all(void) {
  my.ending = true;
  drop_held();
  for (struct job *j = my.jobs; j; j = j->next) stop(j, "stopped", j->grace_ms);
}

static void tick(void) {
  int64_t now = awake_ms();
  if (now >= my.flush_at) host_flush();
  for (struct job *j = my.jobs, *next; j; j = next) {
    next = j->next;
    if (now >= j->look_at) look_at_log(j, now);
    if (now >= j->timeout_at) {
      j->timeout_at = NEVER;
      stop(j, "timeout", j->grace_ms);
    }
    if (now >= j->sweep_at) sweep(j, now);
  }
}

static int wait_ms(void) {
  int64_t next = my.flush_at, now = awake_ms();
  for (struct job *j = my.jobs; j; j = j->next)
    next = least(next, least(least(j->look_at, j->timeout_at), j->sweep_at));
  if (my.backlog.length > 0) next = least(next, now + 1000);
  return next == NEVER ? -1 : (int)least(INT_MAX, most(0, next - now));
}
