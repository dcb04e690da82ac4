/*
 * Starts a program as a job on Windows. The host sends two arguments: the program's name, and the command line, which is
 * quoted in one place only (src/contract/windows-command-line.ts).
 */
static HANDLE port;                   /* where everything that happens is queued */
#define LONGEST_FOLDER 258             /* in which CreateProcess starts a program, with or without a prefix */
#define LONGEST_LINE 32766             /* of CreateProcess, which Wine does not check */
static const wchar_t *const batch_endings[] = {L".bat", L".cmd", NULL};

static bool same_name(const char *a, const char *b) {
  size_t length = strcspn(a + 1, "=") + 1; /* hidden variables such as "=C:" begin with it */
  return _strnicmp(a, b, length) == 0 && b[length] == '=';
}

static int by_name(const void *a, const void *b) { return _stricmp(*(char *const *)a, *(char *const *)b); }

/* Marks first, then the job's own variables, then of the base what neither names; Path and PATH are one. */
static char **make_environment(const struct start *s, char *marks[2], size_t *count) {
  char **env = grow(NULL, (my.base_count + s->own_count + 3) * sizeof *env);
  size_t n = 0;
  env[n++] = marks[0];
  env[n++] = marks[1];
  for (size_t i = 0; i < s->own_count + my.base_count; i++) {
    char *entry = i < s->own_count ? s->own[i] : my.base[i - s->own_count];
    bool named = *entry == 0;
    for (size_t k = 0; k < n && !named; k++) named = same_name(env[k], entry);
    if (!named) env[n++] = entry;
  }
  *count = n;
  return env;
}

static wchar_t *value_of(char **env, size_t count, const char *name) {
  size_t length = strlen(name);
  for (size_t i = 0; i < count; i++)
    if (_strnicmp(env[i], name, length) == 0 && env[i][length] == '=') return wide(env[i] + length + 1);
  return NULL;
}

/* As CreateProcess wants it: sorted, each with its NUL, and one more at the end. */
static wchar_t *environment_block(char **env, size_t count) {
  struct buffer block = {0};
  qsort(env, count, sizeof *env, by_name);
  for (size_t i = 0; i < count; i++) {
    wchar_t *entry = wide(env[i]);
    append(&block, (char *)entry, (wcslen(entry) + 1) * sizeof *entry);
    free(entry);
  }
  append(&block, "\0\0\0", 4);
  return (wchar_t *)block.at;
}

static bool ends_with(const wchar_t *text, const wchar_t *ending) {
  size_t length = wcslen(text), tail = wcslen(ending);
  return length >= tail && _wcsicmp(text + length - tail, ending) == 0;
}

static wchar_t *joined(const wchar_t *a, const wchar_t *between, const wchar_t *b) {
  wchar_t *out = grow(NULL, (wcslen(a) + wcslen(between) + wcslen(b) + 1) * sizeof *out);
  return wcscat(wcscat(wcscpy(out, a), between), b);
}

/* The path with the first ending that makes it a file, or NULL with the most telling reason. */
static wchar_t *with_ending(const wchar_t *path, struct failure *why) {
  static const wchar_t *const endings[] = {L"", L".com", L".exe", L".bat", L".cmd", NULL};
  for (const wchar_t *const *ending = endings; *ending; ending++) {
    wchar_t *file = joined(path, L"", *ending);
    DWORD look = GetFileAttributesW(file);
    if (look != INVALID_FILE_ATTRIBUTES && !(look & FILE_ATTRIBUTE_DIRECTORY)) return file;
    if (look != INVALID_FILE_ATTRIBUTES) *why = (struct failure){STAGE_PROGRAM, EACCES, HINT_FOLDER};
    free(file);
  }
  return NULL;
}

static bool is_absolute(const wchar_t *path) {
  return (path[0] && path[1] == L':') || path[0] == L'\\' || path[0] == L'/';
}

static wchar_t *in_folder(const wchar_t *folder, const wchar_t *path) {
  return is_absolute(path) ? joined(path, L"", L"") : joined(folder, L"\\", path);
}

static wchar_t *find_program(const wchar_t *name, const wchar_t *cwd, wchar_t *path, struct failure *why) {
  wchar_t *rest = NULL, *program = NULL;
  *why = (struct failure){STAGE_PROGRAM, ENOENT, HINT_NONE};
  if (wcspbrk(name, L"\\/:")) {
    wchar_t *file = in_folder(cwd, name);
    program = with_ending(file, why);
    free(file);
    return program;
  }
  why->hint = HINT_PATH;
  if (*name == 0 || path == NULL) return NULL;
  for (wchar_t *folder = wcstok_s(path, L";", &rest); folder && !program; folder = wcstok_s(NULL, L";", &rest)) {
    size_t length = wcslen(folder);
    if (length > 1 && *folder == L'"' && folder[length - 1] == L'"') {
      folder[length - 1] = 0;
      folder++;
    }
    wchar_t *full = in_folder(cwd, folder), *file = joined(full, L"\\", name);
    program = with_ending(file, why);
    free(file);
    free(full);
  }
  return program;
}

static void CALLBACK main_has_ended(void *key, BOOLEAN timed_out) {
  (void)timed_out;
  PostQueuedCompletionStatus(port, 0, (ULONG_PTR)key, NULL);
}

/* All of the job ends with its Job Object, which only this launcher holds: should it be killed, nothing is left behind. */
static bool make_group(struct job *j, HANDLE process) {
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE};
  JOBOBJECT_ASSOCIATE_COMPLETION_PORT to = {(void *)OF_JOBS, port};
  j->on.group = CreateJobObjectW(NULL, NULL);
  return j->on.group && SetInformationJobObject(j->on.group, JobObjectExtendedLimitInformation, &limits, sizeof limits) &&
         SetInformationJobObject(j->on.group, JobObjectAssociateCompletionPortInformation, &to, sizeof to) &&
         AssignProcessToJobObject(j->on.group, process) &&
         RegisterWaitForSingleObject(&j->on.wait, process, main_has_ended, (void *)OF_JOBS, INFINITE,
                                     WT_EXECUTEONLYONCE | WT_EXECUTEINWAITTHREAD);
}

/* The program runs with an empty stdin and its log, and inherits nothing else. 0, or Windows' error. */
static DWORD create_suspended(const wchar_t *program, wchar_t *line, const wchar_t *cwd, wchar_t *env, int log_fd,
                              PROCESS_INFORMATION *made) {
  SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
  HANDLE given[2] = {CreateFileW(L"NUL", GENERIC_READ, SHARED, &inherited, OPEN_EXISTING, 0, NULL), NULL};
  DuplicateHandle(GetCurrentProcess(), handle_of(log_fd), GetCurrentProcess(), &given[1],
                  FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE, TRUE, 0);
  STARTUPINFOEXW how = {.StartupInfo = {.cb = sizeof how, .dwFlags = STARTF_USESTDHANDLES}};
  how.StartupInfo.hStdInput = given[0];
  how.StartupInfo.hStdOutput = how.StartupInfo.hStdError = given[1];
  SIZE_T size = 0;
  InitializeProcThreadAttributeList(NULL, 1, 0, &size);
  how.lpAttributeList = grow(NULL, size);
  InitializeProcThreadAttributeList(how.lpAttributeList, 1, 0, &size);
  UpdateProcThreadAttribute(how.lpAttributeList, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, given, sizeof given, NULL, NULL);
  DWORD flags = CREATE_SUSPENDED | CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP | CREATE_UNICODE_ENVIRONMENT |
                EXTENDED_STARTUPINFO_PRESENT;
  DWORD error = 0;
  if (!CreateProcessW(program, line, NULL, NULL, TRUE, flags, env, cwd, &how.StartupInfo, made)) error = GetLastError();
  DeleteProcThreadAttributeList(how.lpAttributeList);
  free(how.lpAttributeList);
  for (int i = 0; i < 2; i++) CloseHandle(given[i]);
  return error;
}

static bool is_batch_file(const wchar_t *program) {
  for (const wchar_t *const *ending = batch_endings; *ending; ending++)
    if (ends_with(program, *ending)) return true;
  return false;
}

static bool start_in(const wchar_t *cwd, const wchar_t *program, const struct start *s, wchar_t *env, int log_fd,
                     struct job *j, struct failure *why) {
  wchar_t *line = wide(s->argc > 1 ? s->argv[1] : s->argv[0]);
  PROCESS_INFORMATION made = {0};
  /* cmd.exe would read the arguments of a batch file as code: the host hands such a file to cmd.exe itself, quoted for it. */
  DWORD error = is_batch_file(program)         ? ERROR_BAD_EXE_FORMAT
                : wcslen(line) > LONGEST_LINE ? ERROR_FILENAME_EXCED_RANGE
                                              : create_suspended(program, line, cwd, env, log_fd, &made);
  free(line);
  if (error != 0) {
    *why = (struct failure){STAGE_PROGRAM, error == ERROR_FILENAME_EXCED_RANGE ? E2BIG : errno_of(error), HINT_NONE};
    if (error == ERROR_DIRECTORY) why->stage = STAGE_CWD;
    if (why->error == ENOMEM || why->error == EAGAIN || why->error == EIO) why->stage = STAGE_PROCESS;
    return false;
  }
  j->pid = (int)made.dwProcessId;
  j->on.process = made.hProcess;
  bool done = make_group(j, made.hProcess) && ResumeThread(made.hThread) != (DWORD)-1;
  if (!done) {
    *why = (struct failure){STAGE_PROCESS, errno_of(GetLastError()), HINT_NONE};
    TerminateProcess(made.hProcess, KILLED_CODE);
  }
  CloseHandle(made.hThread);
  return done;
}

/* Fills the system's part of the job, or says why there is none. */
static bool spawn_job(const struct start *s, int log_fd, struct job *j, struct failure *why) {
  wchar_t *cwd = wide(s->cwd), *name = wide(s->argv[0]);
  char *marks[2] = {format("SLIPWAY_ATTEMPT=%s", s->attempt), format("SLIPWAY_RUN_DIR=%s", my.run_dir)};
  size_t count;
  char **env = make_environment(s, marks, &count);
  wchar_t *path = value_of(env, count, "PATH"), *block = environment_block(env, count), *program = NULL;
  DWORD look = GetFileAttributesW(cwd);
  bool done = false;
  if (wcslen(cwd) > LONGEST_FOLDER) *why = (struct failure){STAGE_CWD, ENAMETOOLONG, HINT_NONE};
  else if (look == INVALID_FILE_ATTRIBUTES) *why = (struct failure){STAGE_CWD, errno_of(GetLastError()), HINT_NONE};
  else if (!(look & FILE_ATTRIBUTE_DIRECTORY)) *why = (struct failure){STAGE_CWD, ENOTDIR, HINT_NONE};
  else if ((program = find_program(name, cwd, path, why))) done = start_in(cwd, program, s, block, log_fd, j, why);
  free(program);
  free(path);
  free(block);
  free(env);
  free(marks[0]);
  free(marks[1]);
  free(name);
  free(cwd);
  return done;
}
