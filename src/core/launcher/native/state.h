/* What the launcher knows. `struct system_job` is the system's own part of a job. */
struct job {
  struct job *next;
  char *attempt, *log_path, *started_line;
  int pid;
  struct system_job on;
  int64_t started_wall, started_awake, grace_ms;

  bool main_ended;
  int64_t ended_wall, ended_awake;

  const char *ended;           /* exited, timeout, stopped */
  bool terminated;             /* it got SIGTERM */
  int64_t timeout_at, kill_at, sweep_at, pause_ms;

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
  int journal;
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
} my;

enum { STAGE_NONE, STAGE_CWD, STAGE_PROGRAM, STAGE_PROCESS };
enum { HINT_NONE, HINT_PATH, HINT_FOLDER, HINT_INTERPRETER };
static const char *const stage_names[] = {"", "cwd", "program", "process"};
static const char *const hint_names[] = {"-", "path", "folder", "interpreter"};

struct failure {
  int stage, error, hint;
};

/* A job as the host describes it. */
struct start {
  char *attempt, *cwd, *log_path;
  int64_t limit, timeout_ms, grace_ms;
  char **argv, **own;
  size_t argc, own_count;
};
