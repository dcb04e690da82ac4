/*
 * Preloaded into a process: a disk that fails. Writes, syncs, truncations and creations of files whose path
 * contains FAULTY_ON fail with EIO: the one with the number FAULTY_AT (counted in each process from 1), or all of
 * them while the file FAULTY_WHILE exists. When one fails, the file FAULTY_HIT is made.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define REAL(name, type, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static int plain_open(const char *path, int flags, mode_t mode) {
  REAL("open", int, const char *, int, ...);
  return real(path, flags, mode);
}

static int fails_at(const char *path) {
  static long count;
  const char *on = getenv("FAULTY_ON"), *at = getenv("FAULTY_AT"), *during = getenv("FAULTY_WHILE");
  const char *hit = getenv("FAULTY_HIT");
  if (!on || !strstr(path, on)) return 0;
  count++;
  if (!(at && atol(at) == count) && !(during && access(during, F_OK) == 0)) return 0;
  if (hit) {
    int fd = plain_open(hit, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd >= 0) close(fd);
  }
  errno = EIO;
  return 1;
}

static int fails(int fd) {
  char link[40], path[4096];
  int before = errno;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  errno = before;
  if (n < 0) return 0;
  path[n] = 0;
  return fails_at(path);
}

ssize_t write(int fd, const void *data, size_t length) {
  REAL("write", ssize_t, int, const void *, size_t);
  return fails(fd) ? -1 : real(fd, data, length);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL("writev", ssize_t, int, const struct iovec *, int);
  return fails(fd) ? -1 : real(fd, parts, count);
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
  REAL("pwrite", ssize_t, int, const void *, size_t, off_t);
  return fails(fd) ? -1 : real(fd, data, length, at);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) {
  REAL("pwrite64", ssize_t, int, const void *, size_t, off_t);
  return fails(fd) ? -1 : real(fd, data, length, at);
}

int fsync(int fd) {
  REAL("fsync", int, int);
  return fails(fd) ? -1 : real(fd);
}

int fdatasync(int fd) {
  REAL("fdatasync", int, int);
  return fails(fd) ? -1 : real(fd);
}

int ftruncate(int fd, off_t length) {
  REAL("ftruncate", int, int, off_t);
  return fails(fd) ? -1 : real(fd, length);
}

int ftruncate64(int fd, off_t length) {
  REAL("ftruncate64", int, int, off_t);
  return fails(fd) ? -1 : real(fd, length);
}

/* Creations only: what is there can still be opened and read. */
#define OPENS(name) \
  int name(const char *path, int flags, ...) { \
    REAL(#name, int, const char *, int, ...); \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    if ((flags & O_CREAT) && fails_at(path)) return -1; \
    return real(path, flags, mode); \
  }
OPENS(open)
OPENS(open64)

int openat(int folder, const char *path, int flags, ...) {
  REAL("openat", int, int, const char *, int, ...);
  va_list rest;
  va_start(rest, flags);
  mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if ((flags & O_CREAT) && fails_at(path)) return -1;
  return real(folder, path, flags, mode);
}
