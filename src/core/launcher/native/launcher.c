/*
 * slipway-launcher RUN_DIR LAUNCHER_ID HOST_ID
 *
 * Starts jobs for one host, watches each to its end, and reports it: first in its journal, then on stdout. It
 * outlives its host: when stdin closes it sees the running jobs to their end, leaves their exits in the journal, and exits.
 * It never reports an exit while a process of that job still runs, and never reads a job's output.
 *
 * Frames and lines are described in src/core/launcher/protocol.ts; that file, node-launcher.ts and frames.h with
 * jobs.h change together. One thread, one poll() loop, no allocation that is not freed at the end of its job. What every
 * system has in common is in base.h, state.h, journal.h, log-cap.h, jobs.h and frames.h.
 *
 * Linux is where this runs and is tested. Elsewhere (or with -DSLIPWAY_PORTABLE) it does without signalfd, vfork and
 * subreaping: a stray that left the job's group and wiped its environment is then not found.
 */
#define _GNU_SOURCE
#define _DARWIN_C_SOURCE

#include "base.h"
#include "posix-system.h"
#include "posix-files.h"
#include "state.h"
#include "journal.h"
#include "log-cap.h"
#include "posix-look.h"
#include "posix-processes.h"
#include "posix-start.h"
#include "jobs.h"
#include "frames.h"

static int signals;                 /* readable when a child has ended or we are to end */

static void reap(void) {
  struct rusage usage;
  int status;
  pid_t pid;
  while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0)
    for (struct job *j = my.jobs; j; j = j->next)
      if (j->pid == pid && !j->main_ended) {
        j->on.status = status;
        j->on.usage = usage;
        main_ended(j);
      }
  /* A job may have waited only for this stray. */
  int64_t now = awake_ms();
  for (struct job *j = my.jobs, *next; j; j = next) {
    next = j->next;
    if (j->main_ended) sweep(j, now);
  }
}
static void read_host(void) {
  struct buffer *in = &my.from_host;
  reserve(in, 64 * 1024);
  ssize_t n = read(STDIN_FILENO, in->at + in->length, in->room - in->length);
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) return lose_host();
  in->length += (size_t)n;
  take_frames();
}

#if ON_LINUX
static void watch_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigaddset(&set, SIGTERM);
  sigprocmask(SIG_SETMASK, &set, NULL);
  signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (signals < 0) die("signalfd");
}

static void take_signals(void) {
  struct signalfd_siginfo info;
  while (read(signals, &info, sizeof info) == sizeof info)
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
  signals = ends[0];
  signal_end = ends[1];
  sigaction(SIGCHLD, &note, NULL);
  sigaction(SIGTERM, &note, NULL);
}

static void take_signals(void) {
  char byte;
  while (read(signals, &byte, 1) == 1)
    if (byte == SIGTERM) end_all();
}
#endif

static void run(void) {
  while (my.jobs || !(my.host_gone || my.ending) || !journal_settled()) {
    struct pollfd on[3] = {{signals, POLLIN, 0}, {my.host_gone ? -1 : STDIN_FILENO, POLLIN, 0}, {-1, POLLOUT, 0}};
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
  null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (null_fd < 0 || chdir("/") != 0) die("/");
  self = getpid();
#if ON_LINUX
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) die("subreaper");
#endif
  watch_signals();
  fcntl(STDOUT_FILENO, F_SETFL, fcntl(STDOUT_FILENO, F_GETFL) | O_NONBLOCK);

  my.journal_path = format("%s/%s.journal", my.run_dir, id);
  my.fence_path = format("%s/%s.fence", my.run_dir, id);
  my.journal = open_own(my.journal_path, APPEND_NEW);
  if (my.journal < 0) die(my.journal_path);
  process_started(self, started, sizeof started);
  boot_id(boot, sizeof boot);
  char *clean = one_line(host);
  my.header = format("launcher\t%s\tnative\t%s\t%s\t%d\t%s\t%s\t%" PRId64 "\n", PROTOCOL, id, clean, self, started,
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
  /* A slow host still reads everything; a suspended one finds it in the journal. */
  for (host_flush(); my.to_host.length > 0 && !my.host_broken; host_flush())
    if (poll(&(struct pollfd){STDOUT_FILENO, POLLOUT, 0}, 1, 1000) <= 0) break;
  if (my.uncommitted == NULL) { /* nothing in it that anybody would want to read */
    remove_file(my.journal_path);
    remove_file(my.fence_path);
  }
  return 0;
}
