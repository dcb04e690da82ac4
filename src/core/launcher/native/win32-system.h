/* What the launcher needs of Windows; `struct system_job` is what a job is to it. */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include <fcntl.h>
#include <io.h>
#include <psapi.h>
#include <realtimeapiset.h>
#include <tlhelp32.h>
#include <winioctl.h>

#define TICKS_PER_MS 10000
#define UNIX_EPOCH_TICKS 116444736000000000

struct system_job {
  HANDLE process, group;       /* the main process, and the Job Object in which all of its processes are */
  HANDLE wait;                 /* wakes the loop when the main process ends */
  bool killed;
  DWORD *leftovers;            /* pids of processes that outlived the main one */
  size_t leftover_count;
};

static uint64_t ticks_of(FILETIME t) { return (uint64_t)t.dwHighDateTime << 32 | t.dwLowDateTime; }

static int64_t wall_ms(void) {
  FILETIME now;
  GetSystemTimePreciseAsFileTime(&now);
  return (int64_t)(ticks_of(now) - UNIX_EPOCH_TICKS) / TICKS_PER_MS;
}

/* Does not advance while the machine sleeps. */
static int64_t awake_ms(void) {
  ULONGLONG ticks = 0;
  QueryUnbiasedInterruptTime(&ticks);
  return (int64_t)(ticks / TICKS_PER_MS);
}

static wchar_t *wide(const char *text) {
  int length = MultiByteToWideChar(CP_UTF8, 0, text, -1, NULL, 0);
  wchar_t *out = grow(NULL, (size_t)length * sizeof *out);
  MultiByteToWideChar(CP_UTF8, 0, text, -1, out, length);
  return out;
}

static char *narrow(const wchar_t *text) {
  int length = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
  char *out = grow(NULL, (size_t)length);
  WideCharToMultiByte(CP_UTF8, 0, text, -1, out, length, NULL, NULL);
  return out;
}

/* Windows' error as the errno that refusal.ts has a sentence for. */
static int errno_of(DWORD error) {
  switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_INVALID_NAME:
    case ERROR_BAD_PATHNAME:
    case ERROR_BAD_NETPATH:
    case ERROR_BAD_NET_NAME: return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
    case 225: /* ERROR_VIRUS_INFECTED */
    case ERROR_ACCESS_DISABLED_BY_POLICY: return EACCES;
    case 740: /* ERROR_ELEVATION_REQUIRED */ return EPERM;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL: return ENOSPC;
    case ERROR_WRITE_PROTECT: return EROFS;
    case ERROR_BAD_EXE_FORMAT:
    case ERROR_EXE_MACHINE_TYPE_MISMATCH: return ENOEXEC;
    case ERROR_DIRECTORY: return ENOTDIR;
    case ERROR_FILENAME_EXCED_RANGE: return ENAMETOOLONG;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT: return ENOMEM;
    case ERROR_NO_SYSTEM_RESOURCES: return EAGAIN;
    case ERROR_TOO_MANY_OPEN_FILES: return EMFILE;
    case ERROR_INVALID_PARAMETER: return EINVAL;
    default: return EIO;
  }
}
