/*
 * Preloaded into a host: appends every write, sync, truncation and removal of slipway.db and its WAL, and every
 * write to stdout, to the file named by SLIPWAY_WRITES, so that a test can rebuild what a disk may hold after a
 * power cut at any moment. Record: op, file, pid, offset, length, data.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

struct record {
  char op, file;
  int16_t spare;
  int32_t pid;
  int64_t offset, length;
};

static int log_fd = -2;

static void note(char op, char file, int64_t offset, int64_t length, const void *data) {
  static ssize_t (*real)(int, const struct iovec *, int);
  if (!real) real = (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
  if (log_fd == -2) {
    const char *path = getenv("SLIPWAY_WRITES");
    log_fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
  }
  if (log_fd < 0) return;
  struct record record = {op, file, 0, getpid(), offset, length};
  struct iovec parts[2] = {{&record, sizeof record}, {(void *)data, data ? (size_t)length : 0}};
  if (real(log_fd, parts, data ? 2 : 1) < 0) abort();
}

static int ends(const char *path, const char *end) {
  size_t n = strlen(path), m = strlen(end);
  return n >= m && !strcmp(path + n - m, end);
}

static char kind_of(const char *path) {
  return ends(path, "/slipway.db") ? 'D' : ends(path, "/slipway.db-wal") ? 'W' : 0;
}

static char kind(int fd) {
  char link[40], path[4096];
  if (fd == 1) return 'O';
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  if (n < 0) return 0;
  path[n] = 0;
  return kind_of(path);
}

#define REAL(name, type, ...) static type (*real)(__VA_ARGS__); if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

ssize_t write(int fd, const void *data, size_t length) {
  REAL("write", ssize_t, int, const void *, size_t);
  char file = kind(fd);
  int64_t at = file && file != 'O' ? lseek(fd, 0, SEEK_CUR) : 0;
  ssize_t n = real(fd, data, length);
  if (file && n > 0) note('w', file, at, n, file == 'O' ? NULL : data);
  return n;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL("writev", ssize_t, int, const struct iovec *, int);
  ssize_t n = real(fd, parts, count);
  if (fd == 1 && n > 0) note('w', 'O', 0, n, NULL);
  return n;
}

static ssize_t at_offset(ssize_t n, int fd, const void *data, off_t at) {
  char file = n > 0 ? kind(fd) : 0;
  if (file) note('w', file, at, n, file == 'O' ? NULL : data);
  return n;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
  REAL("pwrite", ssize_t, int, const void *, size_t, off_t);
  return at_offset(real(fd, data, length, at), fd, data, at);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) {
  REAL("pwrite64", ssize_t, int, const void *, size_t, off_t);
  return at_offset(real(fd, data, length, at), fd, data, at);
}

static int synced(int result, int fd) {
  char file = result == 0 ? kind(fd) : 0;
  if (file && file != 'O') note('s', file, 0, 0, NULL);
  return result;
}

int fsync(int fd) {
  REAL("fsync", int, int);
  return synced(real(fd), fd);
}

int fdatasync(int fd) {
  REAL("fdatasync", int, int);
  return synced(real(fd), fd);
}

static int cut(int result, int fd, off_t length) {
  char file = result == 0 ? kind(fd) : 0;
  if (file && file != 'O') note('t', file, length, 0, NULL);
  return result;
}

int ftruncate(int fd, off_t length) {
  REAL("ftruncate", int, int, off_t);
  return cut(real(fd, length), fd, length);
}

int ftruncate64(int fd, off_t length) {
  REAL("ftruncate64", int, int, off_t);
  return cut(real(fd, length), fd, length);
}

int unlink(const char *path) {
  REAL("unlink", int, const char *);
  int result = real(path);
  char file = result == 0 ? kind_of(path) : 0;
  if (file) note('u', file, 0, 0, NULL);
  return result;
}
