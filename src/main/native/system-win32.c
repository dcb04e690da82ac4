/*
 * slipway-system.exe: what the app and its installer need of Windows and Node doesn't offer.
 *
 *   sleep               suspends the machine, never hibernates it
 *   path add DIR        appends DIR to the user's Path; does nothing where it is there
 *   path remove DIR     removes DIR from it
 *   find DIR            exit code 1 where a process runs a program that lies in DIR, else 0
 *   close DIR           ends these processes, and waits until they are gone
 *
 * Exit code 0: done, 2: wrong usage, else the error code of Windows. Prints nothing: it has no console to flash.
 * The Path is kept as it was written: its type (REG_EXPAND_SZ keeps %VAR%), its other entries and its length, which
 * NSIS would cut at its own limit for strings.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <powrprof.h>
#include <stdlib.h>
#include <tlhelp32.h>
#include <wchar.h>

#define USAGE 2
/* Without it every program would need a new logon to see the changed Path. */
#define BROADCAST_TIMEOUT_MS 2000
#define CLOSE_TIMEOUT_MS 10000

static DWORD enable_shutdown_privilege(void) {
  HANDLE token;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token)) return GetLastError();
  TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1, .Privileges = {{.Attributes = SE_PRIVILEGE_ENABLED}}};
  DWORD error = ERROR_SUCCESS;
  if (!LookupPrivilegeValueW(NULL, SE_SHUTDOWN_NAME, &wanted.Privileges[0].Luid) ||
      !AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL))
    error = GetLastError();
  CloseHandle(token);
  return error;
}

/* A machine with modern standby has no S3: it sleeps once its display is off. */
static DWORD suspend(void) {
  DWORD error = enable_shutdown_privilege();
  if (error != ERROR_SUCCESS) return error;
  if (SetSuspendState(FALSE, FALSE, FALSE)) return ERROR_SUCCESS;
  error = GetLastError();
  if (error != ERROR_NOT_SUPPORTED) return error;
  SendMessageTimeoutW(HWND_BROADCAST, WM_SYSCOMMAND, SC_MONITORPOWER, 2, SMTO_ABORTIFHUNG, BROADCAST_TIMEOUT_MS, NULL);
  return ERROR_SUCCESS;
}

static size_t without_separator(const wchar_t *text, size_t length) {
  while (length > 0 && (text[length - 1] == L'\\' || text[length - 1] == L'/')) length--;
  return length;
}

static int is_same_folder(const wchar_t *entry, size_t length, const wchar_t *folder) {
  length = without_separator(entry, length);
  size_t wanted = without_separator(folder, wcslen(folder));
  return length == wanted && CompareStringOrdinal(entry, (int)length, folder, (int)wanted, TRUE) == CSTR_EQUAL;
}

/* Every entry of `path` but `folder`, each as it was written; returns whether `folder` was among them. */
static int copy_other_entries(wchar_t *to, const wchar_t *path, const wchar_t *folder) {
  int was_there = 0, kept = 0;
  size_t length = 0;
  for (const wchar_t *entry = path;;) {
    size_t size = wcscspn(entry, L";");
    if (is_same_folder(entry, size, folder)) was_there = 1;
    else {
      if (kept++ > 0) to[length++] = L';';
      wmemcpy(to + length, entry, size);
      length += size;
    }
    if (entry[size] == 0) break;
    entry += size + 1;
  }
  to[length] = 0;
  return was_there;
}

/* The value with room for one more folder; NULL with `error` set where it can't be read or is no string. */
static wchar_t *read_path(HKEY key, size_t room, DWORD *type, DWORD *error) {
  DWORD bytes = 0;
  *type = REG_EXPAND_SZ;
  *error = RegQueryValueExW(key, L"Path", NULL, type, NULL, &bytes);
  if (*error != ERROR_SUCCESS && *error != ERROR_FILE_NOT_FOUND) return NULL;
  if (*error == ERROR_SUCCESS && *type != REG_SZ && *type != REG_EXPAND_SZ) {
    *error = ERROR_INVALID_DATATYPE;
    return NULL;
  }
  wchar_t *path = calloc(bytes / sizeof(wchar_t) + room + 2, sizeof(wchar_t));
  if (path == NULL) *error = ERROR_OUTOFMEMORY;
  else if (*error == ERROR_SUCCESS) *error = RegQueryValueExW(key, L"Path", NULL, type, (BYTE *)path, &bytes);
  else *error = ERROR_SUCCESS;
  return path;
}

static DWORD write_path(HKEY key, const wchar_t *path, DWORD type) {
  DWORD error = RegSetValueExW(key, L"Path", 0, type, (const BYTE *)path, (DWORD)((wcslen(path) + 1) * sizeof(wchar_t)));
  if (error == ERROR_SUCCESS)
    SendMessageTimeoutW(HWND_BROADCAST, WM_SETTINGCHANGE, 0, (LPARAM)L"Environment", SMTO_ABORTIFHUNG,
                        BROADCAST_TIMEOUT_MS, NULL);
  return error;
}

static DWORD change_path(const wchar_t *folder, int add) {
  HKEY key;
  DWORD type, error = RegCreateKeyExW(HKEY_CURRENT_USER, L"Environment", 0, NULL, 0, KEY_READ | KEY_WRITE, NULL, &key, NULL);
  if (error != ERROR_SUCCESS) return error;
  size_t room = wcslen(folder);
  wchar_t *path = read_path(key, room, &type, &error);
  wchar_t *next = path == NULL || error != ERROR_SUCCESS ? NULL : calloc(wcslen(path) + room + 2, sizeof(wchar_t));
  if (next != NULL) {
    int was_there = copy_other_entries(next, path, folder);
    if (add && !was_there) {
      size_t length = wcslen(next);
      if (length > 0 && next[length - 1] != L';') wcscat(next, L";");
      wcscat(next, folder);
    }
    if (add != was_there) error = write_path(key, next, type);
  } else if (error == ERROR_SUCCESS) error = ERROR_OUTOFMEMORY;
  free(next);
  free(path);
  RegCloseKey(key);
  return error;
}

static int lies_in(const wchar_t *program, const wchar_t *folder) {
  size_t length = without_separator(folder, wcslen(folder));
  return wcslen(program) > length && (program[length] == L'\\' || program[length] == L'/') &&
         CompareStringOrdinal(program, (int)length, folder, (int)length, TRUE) == CSTR_EQUAL;
}

/* A host that is ended so leaves its jobs to their launcher, which doesn't run from the installation's folder. */
static DWORD end_process(HANDLE process) {
  if (!TerminateProcess(process, 1)) return GetLastError();
  return WaitForSingleObject(process, CLOSE_TIMEOUT_MS) == WAIT_OBJECT_0 ? ERROR_SUCCESS : WAIT_TIMEOUT;
}

/* Who called: the installer, or the uninstaller, which may run from the folder itself. */
static DWORD caller(HANDLE all) {
  PROCESSENTRY32W one = {.dwSize = sizeof one};
  for (BOOL more = Process32FirstW(all, &one); more; more = Process32NextW(all, &one))
    if (one.th32ProcessID == GetCurrentProcessId()) return one.th32ParentProcessID;
  return 0;
}

/* Counts this user's processes whose program lies in `folder`; ends them where `error` is given. */
static DWORD programs_in(const wchar_t *folder, DWORD *error) {
  HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  if (all == INVALID_HANDLE_VALUE) return 0;
  static wchar_t program[32768];
  DWORD found = 0, self = GetCurrentProcessId(), parent = caller(all);
  DWORD access = PROCESS_QUERY_LIMITED_INFORMATION | (error == NULL ? 0 : PROCESS_TERMINATE | SYNCHRONIZE);
  PROCESSENTRY32W one = {.dwSize = sizeof one};
  for (BOOL more = Process32FirstW(all, &one); more; more = Process32NextW(all, &one)) {
    if (one.th32ProcessID == self || one.th32ProcessID == parent) continue;
    HANDLE process = OpenProcess(access, FALSE, one.th32ProcessID);
    if (process == NULL) continue; /* gone, or another user's */
    DWORD length = sizeof program / sizeof *program;
    if (QueryFullProcessImageNameW(process, 0, program, &length) && lies_in(program, folder)) {
      found++;
      DWORD failure = error == NULL ? ERROR_SUCCESS : end_process(process);
      if (failure != ERROR_SUCCESS) *error = failure;
    }
    CloseHandle(process);
  }
  CloseHandle(all);
  return found;
}

static DWORD close_programs(const wchar_t *folder) {
  DWORD error = ERROR_SUCCESS;
  programs_in(folder, &error);
  return error;
}

int wmain(int argc, wchar_t **argv) {
  const wchar_t *command = argc > 1 ? argv[1] : L"";
  if (argc == 2 && wcscmp(command, L"sleep") == 0) return (int)suspend();
  if (argc == 3 && wcscmp(command, L"find") == 0) return programs_in(argv[2], NULL) > 0;
  if (argc == 3 && wcscmp(command, L"close") == 0) return (int)close_programs(argv[2]);
  if (argc != 4 || wcscmp(command, L"path") != 0 || argv[3][0] == 0 || wcschr(argv[3], L';') != NULL) return USAGE;
  if (wcscmp(argv[2], L"add") == 0) return (int)change_path(argv[3], 1);
  if (wcscmp(argv[2], L"remove") == 0) return (int)change_path(argv[3], 0);
  return USAGE;
}
