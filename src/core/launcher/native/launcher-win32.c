/*
 * slipway-launcher.exe RUN_DIR LAUNCHER_ID HOST_ID
 * slipway-launcher.exe --look PID…            prints what is there of these processes
 * slipway-launcher.exe --end PID CREATED      asks that launcher to stop its jobs and end
 *
 * The launcher for Windows: the same protocol, the same journal and the same life of a job as launcher.c, on a Job Object
 * for each job. One thread; whatever happens (a frame of the host, the end of a process, a wish to end) is queued to one
 * completion port. No console and no window of its own.
 */
#define _GNU_SOURCE
#define __USE_MINGW_ANSI_STDIO 1
#define _WIN32_WINNT 0x0A00

#include "base.h"
#include "win32-system.h"
#include "win32-files.h"

/* What wakes the loop. */
enum { FROM_HOST = 1, TO_HOST, OF_JOBS, OF_END };
static ssize_t write_host(const char *bytes, size_t length);

#include "state.h"
#include "journal.h"
#include "log-cap.h"
#include "win32-processes.h"
#include "win32-start.h"
#include "jobs.h"
#include "frames.h"
#include "win32-look.h"

static HANDLE host_in, host_out;
static OVERLAPPED reading, writing;
static char *in_flight;               /* what the host is being sent */

/* Takes all at once and sends it behind our back; until it has arrived it takes nothing more. */
static ssize_t write_host(const char *bytes, size_t length) {
  errno = EAGAIN;
  if (in_flight) return -1;
  in_flight = memcpy(grow(NULL, length), bytes, length);
  writing = (OVERLAPPED){0};
  if (WriteFile(host_out, in_flight, (DWORD)length, NULL, &writing) || GetLastError() == ERROR_IO_PENDING)
    return (ssize_t)length;
  errno = EPIPE;
  return -1;
}

static void has_written(bool done) {
  free(in_flight);
  in_flight = NULL;
  if (!done) my.host_broken = true;
  if (my.flush_at == NEVER) host_flush();
}

static void read_more(void) {
  struct buffer *in = &my.from_host;
  reserve(in, 64 * 1024);
  reading = (OVERLAPPED){0};
  DWORD room = (DWORD)least(in->room - in->length, 1 << 20);
  if (!ReadFile(host_in, in->at + in->length, room, NULL, &reading) && GetLastError() != ERROR_IO_PENDING) lose_host();
}

static void has_read(DWORD length) {
  if (length == 0) return lose_host();
  my.from_host.length += length;
  if (take_frames()) read_more();
}

/* The end of a main process, or of the last process that a job waited for. */
static void reap(void) {
  int64_t now = awake_ms();
  for (struct job *j = my.jobs, *next; j; j = next) {
    next = j->next;
    if (!j->main_ended && WaitForSingleObject(j->on.process, 0) == WAIT_OBJECT_0) main_ended(j);
    if (j->main_ended) sweep(j, now);
  }
}

static void take(bool done, DWORD length, ULONG_PTR key) {
  if (key == FROM_HOST) has_read(done ? length : 0);
  if (key == TO_HOST) has_written(done);
  if (key == OF_JOBS) reap();
  if (key == OF_END) end_all();
}

static void run(void) {
  while (my.jobs || !(my.host_gone || my.ending) || !journal_settled()) {
    DWORD length;
    ULONG_PTR key;
    OVERLAPPED *operation = NULL;
    SetLastError(0);
    bool done = GetQueuedCompletionStatus(port, &length, &key, &operation, (DWORD)wait_ms());
    if (done || operation) take(done, length, key);
    if (my.backlog.length > 0) journal_settled();
    tick();
  }
}

static void CALLBACK is_to_end(void *context, BOOLEAN timed_out) {
  (void)context, (void)timed_out;
  PostQueuedCompletionStatus(port, 0, OF_END, NULL);
}

static void listen_for_end(uint64_t created) {
  wchar_t *name = name_of_end_event(GetCurrentProcessId(), created);
  HANDLE wait, event = CreateEventW(NULL, FALSE, FALSE, name);
  free(name);
  if (event) RegisterWaitForSingleObject(&wait, event, is_to_end, NULL, INFINITE, WT_EXECUTEINWAITTHREAD);
}

static HANDLE take_pipe(DWORD which, ULONG_PTR key) {
  HANDLE pipe = GetStdHandle(which);
  SetHandleInformation(pipe, HANDLE_FLAG_INHERIT, 0);
  if (CreateIoCompletionPort(pipe, port, key, 0) == NULL) {
    errno = errno_of(GetLastError());
    die("its pipe to the host");
  }
  return pipe;
}

static void prepare(const char *id, const char *host) {
  uint64_t created = created_at(GetCurrentProcess());
  wchar_t folder[MAX_PATH];
  /* No folder of the user's is held, no job waits for a click on a message about its crash, no console is shared. */
  if (GetWindowsDirectoryW(folder, MAX_PATH)) SetCurrentDirectoryW(folder);
  SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
  FreeConsole();
  my.flush_at = NEVER;
  my.last_uncommitted = &my.uncommitted;
  my.last_held = &my.held;
  port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
  host_in = take_pipe(STD_INPUT_HANDLE, FROM_HOST);
  host_out = take_pipe(STD_OUTPUT_HANDLE, TO_HOST);
  listen_for_end(created);
  my.journal_path = format("%s\\%s.journal", my.run_dir, id);
  my.fence_path = format("%s\\%s.fence", my.run_dir, id);
  my.journal = open_own(my.journal_path, APPEND_NEW);
  if (my.journal < 0) die(my.journal_path);
  char *clean = one_line(host);
  /* A process is its pid and its creation time here; when the machine was started moves with the clock. */
  my.header = format("launcher\t%s\tnative\t%s\t%s\t%lu\t%" PRIu64 "\twindows\t%" PRId64 "\n", PROTOCOL, id, clean,
                     GetCurrentProcessId(), created, wall_ms());
  free(clean);
  report(my.header);
  read_more();
}

/* A host that is only slow still reads all; a hung one has the journal. */
static void finish(void) {
  DWORD length;
  ULONG_PTR key;
  OVERLAPPED *operation;
  CancelIoEx(host_in, NULL);
  for (host_flush(); (in_flight || my.to_host.length > 0) && !my.host_broken; host_flush()) {
    operation = NULL;
    bool done = GetQueuedCompletionStatus(port, &length, &key, &operation, 1000);
    if (!done && operation == NULL) break;
    if (key == TO_HOST) has_written(done);
  }
  close(my.journal);
  if (my.uncommitted) return;
  remove_file(my.journal_path); /* nothing in it that anybody would want to read */
  remove_file(my.fence_path);
}

int wmain(int argc, wchar_t **argv) {
  if (argc > 1 && wcscmp(argv[1], L"--look") == 0) return look(argc - 2, argv + 2);
  if (argc == 4 && wcscmp(argv[1], L"--end") == 0)
    return end_launcher(wcstoul(argv[2], NULL, 10), _wcstoui64(argv[3], NULL, 10));
  if (argc != 4) return 64;
  my.run_dir = narrow(argv[1]);
  char *id = narrow(argv[2]), *host = narrow(argv[3]);
  prepare(id, host);
  run();
  finish();
  return 0;
}
