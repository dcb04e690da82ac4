/*
 * slipway-launcher RUN_DIR LAUNCHER_ID HOST_ID
 *
 * Starts jobs for one host, watches each to its end, and reports it: first in its journal, then on stdout. It
 * outlives its host: when stdin closes it sees the running jobs out, leaves their exits in the journal, ends.
 * It never reports an exit while a process of that job still runs, and never reads a job's output.
 *
 * Frames and lines are described in src/core/launcher/protocol.ts; that file, node-launcher.ts and this one
 * change together. One thread, one poll() loop, no allocation that is not freed at the end of its job.
 *
 * Linux is where this runs and is tested. Elsewhere (or with -DSLIPWAY_PORTABLE) it does without /proc,
 * signalfd, vfork, subreaping and hole punching: strays that left the job's group are then not found here.
 */
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
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

#define PROTOCOL "2"
#define HEAD_BYTES (64 * 1024)          /* always kept at the start of a log */
#define FIRST_LOOK_MS 25                /* a job that has ended by then costs its log no look */
#define LEAST_LOOK_MS 5
#define MOST_LOOK_MS 1000
#define SETTLE_MS 100                   /* processes that are just ending are not leftovers */
#define HOLD_MS 10                      /* a line on which the host need not act waits so long for the next */
#define LARGEST_FRAME (64u << 20)
#define NEVER INT64_MAX

/* ---- memory, text, time ------------------------------------------------------------------------------ */

struct buffer {
  char *at;
  size_t length, room;
};

static void die(const char *what) {
  fprintf(stderr, "slipway-launcher: %s: %s\n", what, strerror(errno));
  exit(70);
}

static void *grow(void *at, size_t size) {
  void *next = realloc(at, size);
  if (next == NULL) die("out of memory");
  return next;
}

static char *copy_text(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(grow(NULL, size), text, size);
}

__attribute__((format(printf, 1, 2))) static char *format(const char *pattern, ...) {
  va_list list;
  char *text = NULL;
  va_start(list, pattern);
  if (vasprintf(&text, pattern, list) < 0) die("out of memory");
  va_end(list);
  return text;
}

static void reserve(struct buffer *b, size_t more) {
  if (b->room - b->length >= more) return;
  b->room = (b->length + more) * 2;
  b->at = grow(b->at, b->room);
}

static void append(struct buffer *b, const char *bytes, size_t length) {
  reserve(b, length);
  memcpy(b->at + b->length, bytes, length);
  b->length += length;
}

static void drop_front(struct buffer *b, size_t length) {
  b->length -= length;
  memmove(b->at, b->at + length, b->length);
}

static int64_t clock_ms(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t wall_ms(void) { return clock_ms(CLOCK_REALTIME); }

/* Stands still while the machine sleeps. */
static int64_t awake_ms(void) {
#ifdef __APPLE__
  return clock_ms(CLOCK_UPTIME_RAW);
#else
  return clock_ms(CLOCK_MONOTONIC);
#endif
}

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* A millisecond count later than now, without overflow for "practically never". */
static int64_t after_ms(int64_t now, int64_t ms) { return ms > NEVER - now ? NEVER : now + most(0, ms); }

/* Tabs and newlines separate fields and lines, so a path must not contain any in a report. */
static char *one_line(const char *text) {
  char *line = copy_text(text);
  for (char *c = line; *c; c++)
    if (*c == '\t' || *c == '\n') *c = ' ';
  return line;
}

struct name {
  int number;
  const char *name;
};

#define NAME(n) {n, #n}
static const struct name errno_names[] = {
    NAME(ENOENT), NAME(EACCES), NAME(ENOTDIR), NAME(ENOEXEC), NAME(ETXTBSY), NAME(E2BIG), NAME(EINVAL),
    NAME(ELOOP), NAME(ENOSPC), NAME(EDQUOT), NAME(EROFS), NAME(EISDIR), NAME(EAGAIN), NAME(ENOMEM),
    NAME(EMFILE), NAME(ENFILE), NAME(EPERM), NAME(EIO), NAME(ENAMETOOLONG), NAME(ENXIO), {0, NULL}};
static const struct name signal_names[] = {
    NAME(SIGHUP), NAME(SIGINT), NAME(SIGQUIT), NAME(SIGILL), NAME(SIGTRAP), NAME(SIGABRT), NAME(SIGBUS),
    NAME(SIGFPE), NAME(SIGKILL), NAME(SIGUSR1), NAME(SIGSEGV), NAME(SIGUSR2), NAME(SIGPIPE), NAME(SIGALRM),
    NAME(SIGTERM), NAME(SIGXCPU), NAME(SIGXFSZ), NAME(SIGVTALRM), NAME(SIGPROF), NAME(SIGSYS), {0, NULL}};

static const char *name_of(const struct name *names, const char *prefix, int number) {
  static char other[16];
  for (; names->name; names++)
    if (names->number == number) return names->name;
  snprintf(other, sizeof other, "%s%d", prefix, number);
  return other;
}

/* ---- what the launcher knows ------------------------------------------------------------------------- */

struct process {
  pid_t pid;
  uint64_t started;
  bool in_group;
};

struct processes {
  struct process *at;
  size_t count, room;
};

struct job {
  struct job *next;
  char *attempt, *log_path, *started_line;
  char *marks[2];              /* "\0SLIPWAY_…=…\0" as they stand in an environment, without the first NUL */
  pid_t pid;                   /* also the number of its group and session */
  int64_t started_wall, started_awake, grace_ms;

  bool main_ended;
  int status;
  struct rusage usage;
  int64_t ended_wall, ended_awake;

  const char *ended;           /* exited, timeout, stopped */
  bool terminated;             /* SIGTERM was sent */
  int64_t timeout_at, kill_at, sweep_at, pause_ms;
  struct processes leftovers, unkillable;

  int log_fd;
  int64_t limit, look_at, look_pause, seen, seen_at;
  int64_t gap_end;             /* punched: [HEAD_BYTES, gap_end) is a hole */
  bool aside;                  /* can't punch: the last part is kept in a file beside the log */
  int64_t left_out, tail;      /* of `aside` */
};

/* A job handed over ahead: its frame, as it came. */
struct held {
  struct held *next;
  char *frame;
  size_t length;
};

/* The line of an end that the host has not committed. */
struct uncommitted {
  struct uncommitted *next;
  int64_t number;
  char *line;
};

static struct {
  const char *run_dir;
  char *journal_path, *fence_path, *header;
  int journal, null_fd, signals;
  int journal_errno;           /* why the last write to the journal failed */
  struct buffer backlog;       /* lines that the disk refused, being full or failing */
  struct buffer to_host;       /* lines that a busy host has not taken, or that wait for the next */
  int64_t flush_at;             /* when the waiting ones go at the latest; NEVER: none waits */
  struct buffer from_host;
  int64_t ends;                /* exits and refusals reported so far */
  int64_t unclean;             /* the last of them after which nothing may start by itself */
  struct uncommitted *uncommitted, **last_uncommitted;
  struct held *held, **last_held;
  int64_t held_count, low_water; /* with so few held, the host is to hand over more */
  bool host_gone, host_broken, ending;
  char *base_block, **base;    /* the environment below every job's own */
  size_t base_count;
  struct job *jobs;
  int64_t running;
  pid_t self;
} my;

/* ---- journal and host -------------------------------------------------------------------------------- */

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
    ssize_t n = write(STDOUT_FILENO, my.to_host.at, my.to_host.length);
    if (n < 0 && errno == EINTR) continue;
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

/* Counts an end and keeps its line until it is committed; takes the line. After one that is not clean, nothing starts. */
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
  int fd = open(next, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  struct buffer text = {0};
  append(&text, my.header, strlen(my.header));
  for (struct job *j = my.jobs; j; j = j->next) append(&text, j->started_line, strlen(j->started_line));
  for (struct uncommitted *u = my.uncommitted; u; u = u->next) append(&text, u->line, strlen(u->line));
  bool done = fd >= 0 && write(fd, text.at, text.length) == (ssize_t)text.length &&
              rename(next, my.journal_path) == 0;
  if (done) {
    close(my.journal);
    my.journal = fd;
  } else {
    if (fd >= 0) close(fd);
    unlink(next);
  }
  free(text.at);
  free(next);
  return done;
}

/* The host has committed the first so many ends. What stays in a journal that can't be shortened does no harm. */
static void forget(int64_t committed) {
  if (!my.uncommitted || my.uncommitted->number > committed || !journal_settled()) return;
  while (my.uncommitted && my.uncommitted->number <= committed) {
    struct uncommitted *u = my.uncommitted;
    my.uncommitted = u->next;
    free(u->line);
    free(u);
  }
  if (my.uncommitted == NULL) my.last_uncommitted = &my.uncommitted;
  if (my.uncommitted || my.jobs || ftruncate(my.journal, (off_t)strlen(my.header)) != 0) journal_rewrite();
}

/* ---- logs -------------------------------------------------------------------------------------------- */

static int64_t file_size(int fd) {
  struct stat s;
  return fstat(fd, &s) == 0 ? (int64_t)s.st_size : 0;
}

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
    ssize_t n = pread(from, bytes, (size_t)least(sizeof bytes, end - start), (off_t)start);
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
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  if (fd >= 0) {
    if (pwrite(fd, line, 96, 0) != 96) unlink(path);
    close(fd);
  }
  free(path);
}

#if ON_LINUX
static void forget_gap(struct job *j) {
  char *path = format("%s.cut", j->log_path);
  unlink(path);
  free(path);
}
#endif

/* Gives the middle of the log back to the disk. False where the file system can't. */
static bool punch_gap(struct job *j, int64_t size) {
#if ON_LINUX
  int64_t from = most(HEAD_BYTES, j->gap_end);
  int64_t to = (size - j->limit) & ~(int64_t)4095;
  if (to <= from) return true;
  note_gap(j, to, to - HEAD_BYTES, 0); /* first, so that who reads by the note never reads the hole */
  if (fallocate(j->log_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)(to - from)) != 0) {
    if (j->gap_end > 0) note_gap(j, j->gap_end, j->gap_end - HEAD_BYTES, 0);
    else forget_gap(j);
    return false;
  }
  j->gap_end = to;
  return true;
#else
  (void)j, (void)size;
  return false;
#endif
}

/*
 * The other way: the last part is copied aside, the log is truncated to its head. The job's descriptor
 * appends, so its next output lands behind the head. What arrives between copy and truncation is left out too.
 * Without room for the copy all but the head goes: the job and the disk matter more than its log.
 */
static void set_aside(struct job *j, int64_t size) {
  char *next = format("%s.tail.new", j->log_path), *tail = format("%s.tail", j->log_path);
  int out = open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  int64_t from = size - j->limit, copied = from;
  bool kept = out >= 0;
  /* Until nothing has arrived meanwhile, or the job is faster than we are. */
  for (int round = 0; kept && round < 20 && copied < size; round++, size = file_size(j->log_fd)) {
    kept = copy_range(out, j->log_fd, copied, size);
    copied = size;
  }
  kept = kept && rename(next, tail) == 0;
  if (out >= 0) close(out);
  if (!kept) {
    unlink(next);
    unlink(tail);
  }
  int64_t now = file_size(j->log_fd);
  int64_t keep = kept ? copied - from : 0;
  if (ftruncate(j->log_fd, HEAD_BYTES) == 0) {
    j->left_out += j->tail + now - HEAD_BYTES - keep;
    j->tail = keep;
    j->gap_end = 0;
    j->aside = true;
    note_gap(j, HEAD_BYTES, j->left_out, j->tail);
  }
  free(next);
  free(tail);
}

/* Looks at a running job's log and sets when to look again: soon if it grows fast. */
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
  ssize_t n = pread(fd, bytes, (size_t)least(sizeof bytes, end - start), (off_t)start);
  char *newline = n > 0 ? memchr(bytes, '\n', (size_t)n) : NULL;
  return newline ? start + (newline - bytes) + 1 : start;
}

/* Head, a line with what is missing, tail: one file again. */
static bool assemble_log(struct job *j, int64_t size) {
  char *next = format("%s.new", j->log_path), *tail_path = format("%s.tail", j->log_path);
  char *cut_path = format("%s.cut", j->log_path);
  int64_t from_log = least(j->limit, most(0, size - HEAD_BYTES)), from_tail = least(j->limit - from_log, j->tail);
  int64_t log_start = size - from_log, tail_start = j->tail - from_tail;
  int tail = from_tail > 0 ? open(tail_path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK) : -1;
  if (tail >= 0) tail_start = after_newline(tail, tail_start, j->tail);
  else log_start = after_newline(j->log_fd, log_start, size);
  int64_t kept = size - log_start + (tail >= 0 ? j->tail - tail_start : 0);
  char *left_out = human_bytes(size + j->tail + j->left_out - HEAD_BYTES - kept);
  char *mark = format("\n[slipway: %s of output left out here]\n", left_out);

  unlink(next);
  int out = open(next, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool done = out >= 0 && copy_range(out, j->log_fd, 0, HEAD_BYTES) && write_all(out, mark, strlen(mark)) &&
              (tail < 0 || copy_range(out, tail, tail_start, j->tail)) &&
              copy_range(out, j->log_fd, log_start, size) && rename(next, j->log_path) == 0;
  if (out >= 0) close(out);
  if (tail >= 0) close(tail);
  if (done) {
    unlink(tail_path);
    unlink(cut_path);
  } else
    unlink(next); /* parts and note stay, and readLogExtent reads them */
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
  if (size == 0) unlink(j->log_path);
  if (*cut || size > HEAD_BYTES + j->limit) *cut = assemble_log(j, size) || *cut;
  close(j->log_fd);
}

/* A folder in a folder, made if it is missing, and never by way of a link. */
static int open_folder(int in, const char *name) {
#if ON_LINUX
  int flags = O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW; /* one on the way need not be readable */
#else
  int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
#endif
  int fd = openat(in, name, flags);
  if (fd < 0 && errno == ENOENT) {
    if (mkdirat(in, name, 0700) != 0 && errno != EEXIST) return -1;
    fd = openat(in, name, flags);
  }
  struct stat look;
  if (fd < 0 && errno == ENOTDIR)
    errno = fstatat(in, name, &look, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(look.st_mode) ? ELOOP : ENOTDIR;
  return fd;
}

#define LOG_FLAGS (O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY)

/* The whole path in one call, where the kernel (since 5.6) can promise that no part of it is a link. */
static int open_log_at_once(const char *path) {
#ifdef RESOLVE_NO_SYMLINKS
  struct open_how how = {.flags = LOG_FLAGS, .mode = 0600, .resolve = RESOLVE_NO_SYMLINKS};
  return (int)syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof how);
#else
  (void)path;
  return -1;
#endif
}

/*
 * Folder by folder, as a link anywhere in the path would lead what the job prints elsewhere: makes those that are
 * missing, and reports what is wrong with the others.
 */
static int walk_to_log(const char *path) {
  char *names = copy_text(path), *rest = names, *slash;
  int folder = open(*path == '/' ? "/" : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  while (folder >= 0 && (slash = strchr(rest, '/'))) {
    *slash = 0;
    if (*rest) {
      int next = open_folder(folder, rest), why = errno;
      close(folder);
      errno = why;
      folder = next;
    }
    rest = slash + 1;
  }
  int fd = -1;
  if (folder >= 0) {
    fd = openat(folder, rest, LOG_FLAGS, 0600);
    int why = errno;
    close(folder);
    errno = why;
  }
  int why = errno;
  free(names);
  errno = why;
  return fd;
}

static int open_log(const char *path) {
  int fd = open_log_at_once(path);
  if (fd < 0) fd = walk_to_log(path);
  struct stat look;
  if (fd < 0 || (fstat(fd, &look) == 0 && S_ISREG(look.st_mode))) return fd;
  close(fd); /* a pipe would hold the job up for ever */
  errno = EINVAL;
  return -1;
}

/* ---- processes of a job ------------------------------------------------------------------------------ */

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

static bool group_exists(pid_t group) { return kill(-group, 0) == 0 || errno == EPERM; }

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
    /* In the midst of its exec an orphan has no environment for a moment. */
    if (tries == 50 || s->parent != my.self || !is_young(s)) return false;
    poll(NULL, 0, 1);
  }
  if (environment.length == 0) return false;
  for (int i = 0; i < 2; i++) {
    size_t length = strlen(j->marks[i]) + 1;
    char *from = environment.at, *end = environment.at + environment.length, *hit;
    for (;; from = hit + 1) {
      hit = from < end ? memmem(from, (size_t)(end - from), j->marks[i], length) : NULL;
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
    if (pid <= 0 || pid == my.self || is_main(pid)) continue;
    if (!read_stat(pid, &s) || s.state == 'Z' || s.state == 'X') continue;
    struct process p = {pid, s.started, s.group == j->pid};
    /* One that wiped its environment can't be assigned to one of several jobs; the last job's end takes it. */
    bool own = p.in_group || s.session == j->pid || (only_job && s.parent == my.self) || has_marks(pid, &s, j);
    if (own && !holds(&j->unkillable, &p)) add(found, &p);
  }
  if (proc) closedir(proc);
}

static bool has_strays(void) {
  static struct buffer text;
  char path[64];
  if (waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) return false;
  snprintf(path, sizeof path, "/proc/self/task/%d/children", my.self);
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
  if (j->main_ended && group_exists(j->pid) && !holds(&j->unkillable, &p)) add(found, &p);
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

/* The group at once, so that no member can start another meanwhile, and every stray by itself. */
static void signal_all(struct job *j, int number, const struct processes *left) {
  /* The group's number is known to be the job's own only while its main process or a member is there. */
  bool group = !j->main_ended;
  for (size_t i = 0; i < left->count; i++) group = group || left->at[i].in_group;
  if (group) kill(-j->pid, number);
  for (size_t i = 0; i < left->count; i++) {
    const struct process *p = &left->at[i];
    /* Another user's process can't be stopped, and must not be waited for for ever. */
    if (kill(p->pid, p->in_group ? 0 : number) != 0 && errno == EPERM) add(&j->unkillable, p);
    else if (number == SIGTERM && !p->in_group) kill(p->pid, SIGCONT);
  }
  if (group && number == SIGTERM) kill(-j->pid, SIGCONT);
}

static struct processes *look_for(const struct job *j) {
  static struct processes found;
  find_processes(j, &found);
  return &found;
}

static void terminate(struct job *j, const struct processes *left) {
  if (j->terminated) return;
  j->terminated = true;
  signal_all(j, SIGTERM, left);
}

/* SIGTERM to all of the job, SIGKILL after the grace; a second call can only shorten it. */
static void stop(struct job *j, const char *why, int64_t grace_ms) {
  int64_t now = awake_ms();
  if (!j->main_ended && !j->terminated) j->ended = why;
  j->kill_at = least(j->kill_at, after_ms(now, grace_ms));
  terminate(j, look_for(j));
  j->sweep_at = least(j->sweep_at, j->kill_at);
}

/* ---- the end of a job -------------------------------------------------------------------------------- */

static int64_t milliseconds(struct timeval t) { return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000; }

static void report_exited(struct job *j) {
  int64_t bytes, rss = j->usage.ru_maxrss;
  bool cut;
  char code[16] = "-";
  finish_log(j, &bytes, &cut);
  if (WIFEXITED(j->status)) snprintf(code, sizeof code, "%d", WEXITSTATUS(j->status));
#ifdef __APPLE__
  rss /= 1024;
#endif
  const char *by = WIFSIGNALED(j->status) ? name_of(signal_names, "SIG", WTERMSIG(j->status)) : "-";
  char *line = format("exited\t%s\t%s\t%s\t%s\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t%" PRId64
                      "\t%zu\t%" PRId64 "\t%d\n",
                      j->attempt, code, by, j->ended, j->started_wall, j->ended_wall, j->ended_awake - j->started_awake,
                      milliseconds(j->usage.ru_utime), milliseconds(j->usage.ru_stime), rss, j->leftovers.count, bytes, cut);
  bool clean = strcmp(j->ended, "exited") == 0 && WIFEXITED(j->status) && WEXITSTATUS(j->status) == 0 &&
               j->leftovers.count == 0;
  report_later(line);
  count_end(line, clean);
}

static void remove_job(struct job *j) {
  struct job **link = &my.jobs;
  while (*link != j) link = &(*link)->next;
  *link = j->next;
  my.running--;
  free(j->attempt);
  free(j->log_path);
  free(j->started_line);
  free(j->marks[0]);
  free(j->marks[1]);
  free(j->leftovers.at);
  free(j->unkillable.at);
  free(j);
}

static void start_held(void);

/* One look at what is left of a job: terminates, kills, waits or reports accordingly. The job may be gone after. */
static void sweep(struct job *j, int64_t now) {
  const struct processes *left = NULL;
  if (j->main_ended) {
    bool clean = !group_exists(j->pid) && !has_strays();
    if (!clean) left = look_for(j);
    if (clean || left->count == 0) {
      report_exited(j);
      remove_job(j);
      start_held();
      if (my.held_count == 0 || my.held_count == my.low_water) host_flush();
      return;
    }
    if (now - j->ended_awake >= SETTLE_MS) {
      for (size_t i = 0; i < left->count; i++)
        if (!holds(&j->leftovers, &left->at[i])) add(&j->leftovers, &left->at[i]);
      if (!j->terminated) j->kill_at = after_ms(now, j->grace_ms);
      terminate(j, left);
    }
  }
  if (now >= j->kill_at) signal_all(j, SIGKILL, left ? left : look_for(j));
  j->pause_ms = least(j->pause_ms * 2, 50);
  j->sweep_at = after_ms(now, least(j->pause_ms, most(1, j->kill_at - now)));
}

static void main_ended(struct job *j, int status, const struct rusage *usage) {
  j->main_ended = true;
  j->status = status;
  j->usage = *usage;
  j->ended_wall = wall_ms();
  j->ended_awake = awake_ms();
  j->timeout_at = NEVER;
  j->pause_ms = 1;
}

static void reap(void) {
  struct rusage usage;
  int status;
  pid_t pid;
  while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0)
    for (struct job *j = my.jobs; j; j = j->next)
      if (j->pid == pid && !j->main_ended) main_ended(j, status, &usage);
  /* The end of a stray may have been the last thing a job waited for. */
  int64_t now = awake_ms();
  for (struct job *j = my.jobs, *next; j; j = next) {
    next = j->next;
    if (j->main_ended) sweep(j, now);
  }
}

/* ---- the start of a job ------------------------------------------------------------------------------ */

enum { STAGE_NONE, STAGE_CWD, STAGE_PROGRAM, STAGE_PROCESS };
enum { HINT_NONE, HINT_PATH, HINT_FOLDER, HINT_INTERPRETER };
static const char *const stage_names[] = {"", "cwd", "program", "process"};
static const char *const hint_names[] = {"-", "path", "folder", "interpreter"};

struct failure {
  int stage, error, hint;
};

struct launch {
  const char *cwd, *path;
  char **argv, **shell_argv, **env;
  char *candidate;             /* room for any folder of the path and the program's name */
  int log_fd;
  volatile struct failure failure;
};

/* Returns only if the program can't be run; keeps the most telling reason. */
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
    const char *end = strchrnul(from, ':');
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
  if (dup2(my.null_fd, 0) < 0 || dup2(l->log_fd, 1) < 0 || dup2(l->log_fd, 2) < 0) {
    l->failure.error = errno;
    l->failure.stage = STAGE_PROCESS;
    return;
  }
  sigprocmask(SIG_SETMASK, &none, NULL);
  exec_program(l);
}

/* The pid, or -1 with `l->failure` set. A child that failed is already reaped. */
__attribute__((noinline)) static pid_t spawn_job(struct launch *l) {
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

struct start {
  char *attempt, *cwd, *log_path;
  int64_t limit, timeout_ms, grace_ms;
  char **argv, **own;
  size_t argc, own_count;
};

static void began(const struct start *s, char *marks[2], pid_t pid, int log_fd) {
  struct job *j = memset(grow(NULL, sizeof *j), 0, sizeof *j);
  char started[32] = "";
  int64_t now = awake_ms();
  j->attempt = copy_text(s->attempt);
  j->log_path = copy_text(s->log_path);
  j->marks[0] = marks[0];
  j->marks[1] = marks[1];
  j->pid = pid;
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
  process_started(pid, started, sizeof started);
  j->started_line = format("started\t%s\t%d\t%s\t%" PRId64 "\n", j->attempt, pid, started, j->started_wall);
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
  if (my.ending || access(my.fence_path, F_OK) == 0) return report_refused(s->attempt, "fenced", "-", "-", "-");

  int log_fd = open_log(s->log_path);
  if (log_fd < 0) return report_refused(s->attempt, "log", name_of(errno_names, "E", errno), "-", s->log_path);

  char *marks[2] = {format("SLIPWAY_ATTEMPT=%s", s->attempt), format("SLIPWAY_RUN_DIR=%s", my.run_dir)};
  struct launch l = {.cwd = s->cwd, .argv = s->argv, .log_fd = log_fd};
  l.env = make_environment(marks, s->own, s->own_count);
  l.path = value_of(l.env, "PATH");
  if (l.path == NULL) l.path = "/usr/local/bin:/usr/bin:/bin";
  l.candidate = grow(NULL, strlen(l.path) + strlen(s->argv[0]) + 4);
  l.shell_argv = grow(NULL, (s->argc + 2) * sizeof *l.shell_argv);
  l.shell_argv[0] = "/bin/sh";
  memcpy(l.shell_argv + 2, s->argv + 1, s->argc * sizeof *l.shell_argv);

  pid_t pid = spawn_job(&l);
  free(l.candidate);
  free(l.shell_argv);
  free(l.env);
  if (pid > 0) return began(s, marks, pid, log_fd);

  if (file_size(log_fd) == 0) unlink(s->log_path);
  close(log_fd);
  free(marks[0]);
  free(marks[1]);
  const char *subject = l.failure.stage == STAGE_CWD ? s->cwd : s->argv[0];
  report_refused(s->attempt, stage_names[l.failure.stage], name_of(errno_names, "E", l.failure.error),
                 hint_names[l.failure.hint], subject);
}

/* ---- frames from the host ---------------------------------------------------------------------------- */

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

/* Starts held jobs, first come first served, while fewer run than the next one allows. */
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
 * Keeps a job until one of those before it has ended cleanly. The host may not have read yet of an end after which nothing
 * may start by itself: then the job is dropped.
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

static void read_host(void) {
  struct buffer *in = &my.from_host;
  reserve(in, 64 * 1024);
  ssize_t n = read(STDIN_FILENO, in->at + in->length, in->room - in->length);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) return lose_host();
  in->length += (size_t)n;
  size_t done = 0;
  while (in->length - done >= 4) {
    const unsigned char *b = (const unsigned char *)in->at + done;
    uint32_t length = b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
    if (length > LARGEST_FRAME) return lose_host(); /* not our protocol: read no more, see the jobs out */
    if (in->length - done - 4 < length) break;
    handle(in->at + done + 4, length);
    done += 4 + length;
  }
  drop_front(in, done);
}

/* ---- the loop ---------------------------------------------------------------------------------------- */

static void end_all(void) {
  my.ending = true;
  drop_held();
  for (struct job *j = my.jobs; j; j = j->next) stop(j, "stopped", j->grace_ms);
}

#if ON_LINUX
static void watch_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_SETMASK, &set, NULL);
  my.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (my.signals < 0) die("signalfd");
}

static void take_signals(void) {
  struct signalfd_siginfo info;
  while (read(my.signals, &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGTERM) end_all();
}
#else
static int signal_end;

static void note_signal(int number) {
  int error = errno;
  char byte = (char)number;
  if (write(signal_end, &byte, 1) < 0) errno = error; /* full: a note is already waiting */
  errno = error;
}

static void watch_signals(void) {
  struct sigaction note = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
  int ends[2];
  if (pipe(ends) != 0) die("pipe");
  for (int i = 0; i < 2; i++) {
    fcntl(ends[i], F_SETFD, FD_CLOEXEC);
    fcntl(ends[i], F_SETFL, O_NONBLOCK);
  }
  my.signals = ends[0];
  signal_end = ends[1];
  sigaction(SIGCHLD, &note, NULL);
  sigaction(SIGTERM, &note, NULL);
}

static void take_signals(void) {
  char byte;
  while (read(my.signals, &byte, 1) == 1)
    if (byte == SIGTERM) end_all();
}
#endif

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

static void run(void) {
  while (my.jobs || !(my.host_gone || my.ending) || !journal_settled()) {
    struct pollfd on[3] = {{my.signals, POLLIN, 0}, {my.host_gone ? -1 : STDIN_FILENO, POLLIN, 0}, {-1, POLLOUT, 0}};
    if (my.to_host.length > 0 && my.flush_at == NEVER) on[2].fd = STDOUT_FILENO;
    if (poll(on, 3, wait_ms()) < 0 && errno != EINTR) die("poll");
    if (on[0].revents) {
      take_signals();
      reap();
    }
    if (on[1].revents) read_host();
    if (on[2].revents) host_flush();
    if (my.backlog.length > 0) journal_settled();
    tick();
  }
}

/* Descriptors of the host or of whoever started it; no job should inherit them. */
static void close_inherited(void) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, 3u, ~0u, 0u) == 0) return;
#endif
  for (int fd = 3; fd < 1024; fd++) close(fd);
}

static void prepare(const char *id, const char *host) {
  char started[32] = "", boot[64];
  struct sigaction ignore = {.sa_handler = SIG_IGN};
  for (int fd = 0; fd < 3; fd++)
    if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0) die("/dev/null");
  close_inherited();
  for (int number = 1; number < 32; number++) signal(number, SIG_DFL);
  sigaction(SIGHUP, &ignore, NULL);
  sigaction(SIGINT, &ignore, NULL);
  sigaction(SIGPIPE, &ignore, NULL);
  my.flush_at = NEVER;
  my.last_uncommitted = &my.uncommitted;
  my.last_held = &my.held;
  my.null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (my.null_fd < 0 || chdir("/") != 0) die("/");
  my.self = getpid();
#if ON_LINUX
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) die("subreaper");
#endif
  watch_signals();
  fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);

  my.journal_path = format("%s/%s.journal", my.run_dir, id);
  my.fence_path = format("%s/%s.fence", my.run_dir, id);
  my.journal = open(my.journal_path, O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (my.journal < 0) die(my.journal_path);
  process_started(my.self, started, sizeof started);
  boot_id(boot, sizeof boot);
  char *clean = one_line(host);
  my.header = format("launcher\t%s\tnative\t%s\t%s\t%d\t%s\t%s\t%" PRId64 "\n", PROTOCOL, id, clean, my.self, started,
                     boot, wall_ms());
  free(clean);
  report(my.header);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: slipway-launcher RUN_DIR LAUNCHER_ID HOST_ID\n");
    return 64;
  }
  my.run_dir = argv[1];
  prepare(argv[2], argv[3]);
  run();
  /* A host that is only slow still reads all; for one that stands still there is the journal. */
  for (host_flush(); my.to_host.length > 0 && !my.host_broken; host_flush())
    if (poll(&(struct pollfd){STDOUT_FILENO, POLLOUT, 0}, 1, 1000) <= 0) break;
  if (my.uncommitted == NULL) { /* nothing in it that anybody would want to read */
    unlink(my.journal_path);
    unlink(my.fence_path);
  }
  return 0;
}
