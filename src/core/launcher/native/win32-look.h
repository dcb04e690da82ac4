/* What a host wants to know of other processes: Node can't see when a process was created. Prints, starts nothing. */
typedef LONG(WINAPI *query_thread)(HANDLE, int, void *, ULONG, ULONG *);

/* Whether every thread of it is suspended, as a debugger or another program may do. */
static bool is_suspended(DWORD pid) {
  query_thread query = (query_thread)(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueryInformationThread");
  HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
  THREADENTRY32 entry = {.dwSize = sizeof entry};
  bool any = false, suspended = true;
  for (BOOL more = Thread32First(all, &entry); more && suspended; more = Thread32Next(all, &entry)) {
    if (entry.th32OwnerProcessID != pid) continue;
    HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, entry.th32ThreadID);
    ULONG count = 0;
    any = true;
    suspended = thread && query && query(thread, 35 /* ThreadSuspendCount */, &count, sizeof count, NULL) == 0 && count > 0;
    if (thread) CloseHandle(thread);
  }
  CloseHandle(all);
  return any && suspended;
}

static HANDLE open_running(DWORD pid) {
  HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, pid);
  if (process && WaitForSingleObject(process, 0) != WAIT_OBJECT_0) return process;
  if (process) CloseHandle(process);
  return NULL;
}

static void print(const char *line) {
  DWORD n;
  WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), line, (DWORD)strlen(line), &n, NULL);
}

/* A line for each that is there: pid, creation time, running or stopped. */
static int look(int count, wchar_t **pids) {
  for (int i = 0; i < count; i++) {
    DWORD pid = wcstoul(pids[i], NULL, 10);
    HANDLE process = open_running(pid);
    if (process == NULL) continue;
    char *line = format("%lu\t%" PRIu64 "\t%s\n", pid, created_at(process), is_suspended(pid) ? "stopped" : "running");
    print(line);
    free(line);
    CloseHandle(process);
  }
  return 0;
}

static wchar_t *name_of_end_event(DWORD pid, uint64_t created) {
  char *name = format("Global\\slipway-launcher-%lu-%" PRIu64, pid, created);
  wchar_t *out = wide(name);
  free(name);
  return out;
}

/* Asks a launcher to stop its jobs with their grace and to end, as SIGTERM does elsewhere. */
static int end_launcher(DWORD pid, uint64_t created) {
  wchar_t *name = name_of_end_event(pid, created);
  HANDLE event = OpenEventW(EVENT_MODIFY_STATE, FALSE, name);
  free(name);
  if (event == NULL) return 0; /* it is gone */
  SetEvent(event);
  CloseHandle(event);
  return 0;
}
