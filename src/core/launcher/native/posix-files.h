/* Files, as POSIX has them. Nothing of ours is opened by way of a link, or waits for a pipe's reader. */
enum open_as { READ_IT, WRITE_NEW, WRITE_OVER, WRITE_INTO, APPEND_NEW, APPEND_OVER };

static int open_own(const char *path, enum open_as how) {
  static const int flags[] = {O_RDONLY, O_WRONLY | O_CREAT | O_EXCL, O_WRONLY | O_CREAT | O_TRUNC, O_WRONLY | O_CREAT,
                              O_WRONLY | O_APPEND | O_CREAT | O_EXCL, O_WRONLY | O_APPEND | O_CREAT | O_TRUNC};
  return open(path, flags[how] | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

static ssize_t read_at(int fd, void *bytes, size_t length, int64_t at) { return pread(fd, bytes, length, (off_t)at); }

static bool truncate_file(int fd, const char *path, int64_t size) {
  (void)path;
  return ftruncate(fd, (off_t)size) == 0;
}

static bool replace_file(const char *from, const char *to) { return rename(from, to) == 0; }

/* In the place of a file that we have open ourselves, which is closed then. */
static bool replace_open(const char *from, const char *to, int *open_to) {
  if (!replace_file(from, to)) return false;
  close(*open_to);
  *open_to = -1;
  return true;
}

static void remove_file(const char *path) { unlink(path); }
static bool file_exists(const char *path) { return access(path, F_OK) == 0; }

static bool punch_hole(int fd, const char *path, int64_t from, int64_t to) {
  (void)path;
#ifdef __linux__
  return fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)from, (off_t)(to - from)) == 0;
#else
  fpunchhole_t hole = {.fp_offset = (off_t)from, .fp_length = (off_t)(to - from)};
  return fcntl(fd, F_PUNCHHOLE, &hole) == 0;
#endif
}

static ssize_t write_host(const char *bytes, size_t length) {
  ssize_t n;
  do n = write(STDOUT_FILENO, bytes, length);
  while (n < 0 && errno == EINTR);
  return n;
}

static int64_t file_size(int fd) {
  struct stat s;
  return fstat(fd, &s) == 0 ? (int64_t)s.st_size : 0;
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
  close(fd); /* a pipe would block the job forever */
  errno = EINVAL;
  return -1;
}
