/* Processes on Windows: a job's are those in its Job Object, which none of them can leave. */
#define KILLED_CODE 137               /* what a job that we ended by force leaves as its exit code */
#define MOST_PIDS 4096

/* In 100 ns since 1601: the kernel notes it once, so it never moves with the clock. 0: the process is gone. */
static uint64_t created_at(HANDLE process) {
  FILETIME created, ended, kernel, user;
  return GetProcessTimes(process, &created, &ended, &kernel, &user) ? ticks_of(created) : 0;
}

static bool process_started(int pid, char *text, size_t size) {
  HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
  uint64_t created = process ? created_at(process) : 0;
  if (process) CloseHandle(process);
  snprintf(text, size, "%" PRIu64, created);
  return created != 0;
}

/* What the last look found of a job, beside its main process if that has ended. */
static struct { DWORD assigned, count; ULONG_PTR at[MOST_PIDS]; } found;

/* The system's window for a console, though nothing is shown: part of the Job Object, but not of the job, and ends by itself. */
static bool is_console_host(DWORD pid) {
  wchar_t image[MAX_PATH], host[MAX_PATH];
  DWORD length = MAX_PATH;
  HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
  bool known = process && QueryFullProcessImageNameW(process, 0, image, &length) && GetSystemDirectoryW(host, MAX_PATH - 16);
  if (process) CloseHandle(process);
  return known && _wcsicmp(image, wcscat(host, L"\\conhost.exe")) == 0;
}

static size_t look_for(struct job *j) {
  memset(&found, 0, 2 * sizeof(DWORD));
  QueryInformationJobObject(j->on.group, JobObjectBasicProcessIdList, &found, sizeof found, NULL); /* more is no error */
  size_t n = 0;
  for (DWORD i = 0; i < found.count; i++)
    if (!(j->main_ended && found.at[i] == (ULONG_PTR)j->pid) && !is_console_host((DWORD)found.at[i])) found.at[n++] = found.at[i];
  found.count = (DWORD)n;
  return n;
}

static size_t remaining(struct job *j) { return look_for(j); }

static void note_leftovers(struct job *j) {
  for (DWORD i = 0; i < found.count; i++) {
    bool known = false;
    for (size_t k = 0; k < j->on.leftover_count; k++) known = known || j->on.leftovers[k] == (DWORD)found.at[i];
    if (known) continue;
    j->on.leftovers = grow(j->on.leftovers, (j->on.leftover_count + 1) * sizeof *j->on.leftovers);
    j->on.leftovers[j->on.leftover_count++] = (DWORD)found.at[i];
  }
}

static BOOL WINAPI ignore_break(DWORD event) {
  (void)event;
  return TRUE;
}

/*
 * Ctrl-Break to the job's process group, by way of its console, which is its own and has no window. Attaching to one may
 * forget our handlers, so the group is named: an event for all of the console would end us as well.
 * False: none of them can be asked, having left their console. (Nor under Wine, which knows no Ctrl-Break.)
 */
static bool ask_to_end(struct job *j) {
  bool asked = false;
  look_for(j);
  for (DWORD i = 0; i < found.count && !asked; i++) {
    if (!AttachConsole((DWORD)found.at[i])) continue;
    SetConsoleCtrlHandler(ignore_break, TRUE);
    asked = GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, (DWORD)j->pid);
    FreeConsole();
  }
  return asked;
}

static void end_now(struct job *j) {
  if (!j->main_ended) j->on.killed = true;
  TerminateJobObject(j->on.group, KILLED_CODE);
}

/* What the system itself keeps in the Job Object (conhost.exe, which under Wine has the log open) ends as well. */
static void close_group(struct job *j) {
  if (j->on.group) CloseHandle(j->on.group);
  j->on.group = NULL;
}

/* Exit code (32 bits, unsigned) and signal, "-" for none; true for exit code 0. */
static bool how_ended(struct job *j, char code[16], const char **by) {
  DWORD number = 0;
  GetExitCodeProcess(j->on.process, &number);
  bool killed = j->on.killed && number == KILLED_CODE;
  *by = killed ? "SIGKILL" : "-";
  snprintf(code, 16, killed ? "-" : "%lu", number);
  return number == 0;
}

/* Of all processes of the job; where the system doesn't count that (Wine), of the main one. */
static void usage_of(struct job *j, int64_t *user_ms, int64_t *system_ms, int64_t *rss_kb) {
  JOBOBJECT_BASIC_ACCOUNTING_INFORMATION times = {0};
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION peaks = {0};
  PROCESS_MEMORY_COUNTERS memory = {0};
  FILETIME created, ended, kernel = {0}, user = {0};
  QueryInformationJobObject(j->on.group, JobObjectBasicAccountingInformation, &times, sizeof times, NULL);
  QueryInformationJobObject(j->on.group, JobObjectExtendedLimitInformation, &peaks, sizeof peaks, NULL);
  GetProcessTimes(j->on.process, &created, &ended, &kernel, &user);
  GetProcessMemoryInfo(j->on.process, &memory, sizeof memory);
  *user_ms = most(times.TotalUserTime.QuadPart, (int64_t)ticks_of(user)) / TICKS_PER_MS;
  *system_ms = most(times.TotalKernelTime.QuadPart, (int64_t)ticks_of(kernel)) / TICKS_PER_MS;
  *rss_kb = most((int64_t)peaks.PeakJobMemoryUsed, (int64_t)memory.PeakWorkingSetSize) / 1024;
}

static size_t leftovers_of(const struct job *j) { return j->on.leftover_count; }

static void free_system_job(struct job *j) {
  if (j->on.wait) UnregisterWaitEx(j->on.wait, INVALID_HANDLE_VALUE);
  if (j->on.process) CloseHandle(j->on.process);
  close_group(j);
  free(j->on.leftovers);
}
