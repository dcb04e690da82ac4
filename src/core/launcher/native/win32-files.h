/*
 * Files on Windows: every handle lets others read, write, rename and remove, as POSIX does; paths may be longer than 260
 * characters; nothing of ours is opened by way of a link.
 */
enum open_as { READ_IT, WRITE_NEW, WRITE_OVER, WRITE_INTO, APPEND_NEW, APPEND_OVER, APPEND_AGAIN };
#define SHARED (FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
#define APPENDING (FILE_APPEND_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE | DELETE)

/* Absolute and without limit: \\?\C:\… or \\?\UNC\server\share\… */
static wchar_t *long_path(const char *path) {
  wchar_t *given = wide(path);
  if (wcsncmp(given, L"\\\\?\\", 4) == 0) return given;
  DWORD room = GetFullPathNameW(given, 0, NULL, NULL) + 8;
  wchar_t *out = grow(NULL, room * sizeof *out), *full = out + 6;
  full[0] = 0;
  GetFullPathNameW(given, room - 6, full, NULL);
  bool share = full[0] == L'\\' && full[1] == L'\\';
  /* In front of C:\ go four characters; in front of \\server six, and one of its own is dropped. */
  const wchar_t *prefix = share ? L"\\\\?\\UNC" : L"\\\\?\\";
  size_t length = wcslen(prefix), rest = share ? 1 : 0;
  memmove(out + length, full + rest, (wcslen(full + rest) + 1) * sizeof *out);
  memcpy(out, prefix, length * sizeof *out);
  free(given);
  return out;
}

static HANDLE open_path(const wchar_t *path, DWORD access, DWORD how) {
  HANDLE file = CreateFileW(path, access, SHARED, NULL, how, FILE_ATTRIBUTE_NORMAL | FILE_FLAG_OPEN_REPARSE_POINT, NULL);
  if (file == INVALID_HANDLE_VALUE) {
    DWORD error = GetLastError(), look = GetFileAttributesW(path);
    bool folder = look != INVALID_FILE_ATTRIBUTES && look & FILE_ATTRIBUTE_DIRECTORY;
    errno = folder ? EISDIR : errno_of(error);
    return file;
  }
  BY_HANDLE_FILE_INFORMATION info;
  if (GetFileType(file) != FILE_TYPE_DISK) errno = EINVAL; /* a pipe would block the job */
  else if (GetFileInformationByHandle(file, &info) && info.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) errno = ELOOP;
  else return file;
  int why = errno;
  CloseHandle(file);
  errno = why;
  return INVALID_HANDLE_VALUE;
}

static int descriptor_of(HANDLE file) {
  return file == INVALID_HANDLE_VALUE ? -1 : _open_osfhandle((intptr_t)file, _O_BINARY);
}

static HANDLE handle_of(int fd) { return (HANDLE)_get_osfhandle(fd); }

static int open_own(const char *path, enum open_as how) {
  static const struct { DWORD access, how; } flags[] = {
      {GENERIC_READ, OPEN_EXISTING}, {GENERIC_WRITE, CREATE_NEW}, {GENERIC_WRITE, CREATE_ALWAYS}, {GENERIC_WRITE, OPEN_ALWAYS},
      {APPENDING, CREATE_NEW}, {APPENDING, CREATE_ALWAYS}, {APPENDING, OPEN_EXISTING}};
  wchar_t *name = long_path(path);
  HANDLE file = open_path(name, flags[how].access, flags[how].how);
  free(name);
  return descriptor_of(file);
}

static ssize_t read_at(int fd, void *bytes, size_t length, int64_t at) {
  OVERLAPPED from = {.Offset = (DWORD)at, .OffsetHigh = (DWORD)(at >> 32)};
  DWORD n = 0;
  if (ReadFile(handle_of(fd), bytes, (DWORD)length, &n, &from)) return n;
  return GetLastError() == ERROR_HANDLE_EOF ? 0 : -1;
}

static int64_t file_size(int fd) {
  LARGE_INTEGER size;
  return GetFileSizeEx(handle_of(fd), &size) ? size.QuadPart : 0;
}

/* What appends may not truncate on Windows, so this opens the file anew. */
static bool truncate_file(int fd, const char *path, int64_t size) {
  (void)fd;
  int own = open_own(path, WRITE_INTO);
  if (own < 0) return false;
  FILE_END_OF_FILE_INFO end = {.EndOfFile.QuadPart = size};
  bool done = SetFileInformationByHandle(handle_of(own), FileEndOfFileInfo, &end, sizeof end);
  close(own);
  return done;
}

static void remove_file(const char *path) {
  wchar_t *name = long_path(path);
  DeleteFileW(name);
  free(name);
}

static bool file_exists(const char *path) {
  wchar_t *name = long_path(path);
  bool there = GetFileAttributesW(name) != INVALID_FILE_ATTRIBUTES;
  free(name);
  return there;
}

/* NTFS since 2018 puts a file in the place of one that others have open. */
static bool rename_as_posix(const wchar_t *from, const wchar_t *to) {
  HANDLE file = CreateFileW(from, DELETE | SYNCHRONIZE, SHARED, NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
  if (file == INVALID_HANDLE_VALUE) return false;
  size_t length = wcslen(to) * sizeof *to, size = sizeof(FILE_RENAME_INFO) + length;
  FILE_RENAME_INFO *info = memset(grow(NULL, size), 0, size);
  *(DWORD *)info = 3; /* FILE_RENAME_FLAG_REPLACE_IF_EXISTS | FILE_RENAME_FLAG_POSIX_SEMANTICS */
  info->FileNameLength = (DWORD)length;
  memcpy(info->FileName, to, length);
  bool done = SetFileInformationByHandle(file, (FILE_INFO_BY_HANDLE_CLASS)22 /* FileRenameInfoEx */, info, (DWORD)size);
  free(info);
  CloseHandle(file);
  return done;
}

/* A virus scanner may have the file open for a moment. */
static bool replace_file(const char *from, const char *to) {
  wchar_t *source = long_path(from), *target = long_path(to);
  bool done = false;
  for (int tries = 0; !done && tries < 5; tries++) {
    if (tries > 0) Sleep(20);
    done = rename_as_posix(source, target) || MoveFileExW(source, target, MOVEFILE_REPLACE_EXISTING);
  }
  free(source);
  free(target);
  return done;
}

/*
 * In the place of a file that we have open ourselves, which is closed then: where the file system can't do it for an open
 * one, it is closed first. Whoever else has it open keeps it from being replaced there.
 */
static bool replace_open(const char *from, const char *to, int *open_to) {
  close(*open_to);
  bool done = replace_file(from, to);
  *open_to = done ? -1 : open_own(to, APPEND_AGAIN);
  return done;
}

static bool punch_hole(int fd, const char *path, int64_t from, int64_t to) {
  (void)fd;
  int own = open_own(path, WRITE_INTO);
  if (own < 0) return false;
  FILE_ZERO_DATA_INFORMATION range = {.FileOffset.QuadPart = from, .BeyondFinalZero.QuadPart = to};
  DWORD n;
  bool done = DeviceIoControl(handle_of(own), FSCTL_SET_SPARSE, NULL, 0, NULL, 0, &n, NULL) &&
              DeviceIoControl(handle_of(own), FSCTL_SET_ZERO_DATA, &range, sizeof range, NULL, 0, &n, NULL);
  close(own);
  return done;
}

static bool is_link(const wchar_t *path) {
  WIN32_FIND_DATAW found;
  HANDLE search = FindFirstFileW(path, &found);
  if (search == INVALID_HANDLE_VALUE) return false;
  FindClose(search);
  return found.dwReserved0 == IO_REPARSE_TAG_SYMLINK || found.dwReserved0 == IO_REPARSE_TAG_MOUNT_POINT;
}

/* One folder of the way to a log: made if it is missing, and never a link. 0, or why it can't be gone through. */
static int enter_folder(const wchar_t *path) {
  DWORD look = GetFileAttributesW(path);
  if (look == INVALID_FILE_ATTRIBUTES)
    return CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS ? 0 : errno_of(GetLastError());
  if (look & FILE_ATTRIBUTE_REPARSE_POINT && is_link(path)) return ELOOP;
  return look & FILE_ATTRIBUTE_DIRECTORY ? 0 : ENOTDIR;
}

/* Behind the drive or the share, which are nobody's to make. */
static wchar_t *behind_root(wchar_t *path) {
  if (wcsncmp(path, L"\\\\?\\UNC\\", 8) != 0) return wcslen(path) > 7 ? path + 7 : path + wcslen(path);
  wchar_t *share = wcschr(path + 8, L'\\'), *rest = share ? wcschr(share + 1, L'\\') : NULL;
  return rest ? rest + 1 : path + wcslen(path);
}

static int open_log(const char *path) {
  wchar_t *name = long_path(path);
  int trouble = 0;
  for (wchar_t *slash = behind_root(name); !trouble && (slash = wcschr(slash, L'\\')); slash++) {
    *slash = 0;
    trouble = enter_folder(name);
    *slash = L'\\';
  }
  HANDLE file = trouble ? INVALID_HANDLE_VALUE : open_path(name, FILE_APPEND_DATA | GENERIC_READ, OPEN_ALWAYS);
  free(name);
  if (trouble) errno = trouble;
  return descriptor_of(file);
}
