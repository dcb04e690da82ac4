/* Memory, text and time for every launcher, whatever the system. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PROTOCOL "2"
#define HEAD_BYTES (64 * 1024)          /* always kept at the start of a log */
#define FIRST_LOOK_MS 25                /* a job that has ended by then costs its log no look */
#define LEAST_LOOK_MS 5
#define MOST_LOOK_MS 1000
#define SETTLE_MS 100                   /* processes that are just ending are not leftovers */
#define HOLD_MS 10                      /* a line on which the host need not act waits so long for the next */
#define LARGEST_FRAME (64u << 20)
#define NEVER INT64_MAX

struct buffer {
  char *at;
  size_t length, room;
};

static void die(const char *what) {
  fprintf(stderr, "slipway-launcher: %s: %s\n", what, strerror(errno));
  exit(70);
}

static void *grow(void *at, size_t size) {
  void *next = realloc(at, size);
  if (next == NULL) die("out of memory");
  return next;
}

static char *copy_text(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(grow(NULL, size), text, size);
}

#ifdef _WIN32
#define LIKE_PRINTF gnu_printf
#else
#define LIKE_PRINTF printf
#endif
__attribute__((format(LIKE_PRINTF, 1, 2))) static char *format(const char *pattern, ...) {
  va_list list;
  char *text = NULL;
  va_start(list, pattern);
  if (vasprintf(&text, pattern, list) < 0) die("out of memory");
  va_end(list);
  return text;
}

static void reserve(struct buffer *b, size_t more) {
  if (b->room - b->length >= more) return;
  b->room = (b->length + more) * 2;
  b->at = grow(b->at, b->room);
}

static void append(struct buffer *b, const char *bytes, size_t length) {
  reserve(b, length);
  memcpy(b->at + b->length, bytes, length);
  b->length += length;
}

static void drop_front(struct buffer *b, size_t length) {
  b->length -= length;
  memmove(b->at, b->at + length, b->length);
}
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }
static int64_t most(int64_t a, int64_t b) { return a > b ? a : b; }

/* A millisecond count later than now, without overflow for "practically never". */
static int64_t after_ms(int64_t now, int64_t ms) { return ms > NEVER - now ? NEVER : now + most(0, ms); }

/* Tabs and newlines separate fields and lines, so a path must not contain any in a report. */
static char *one_line(const char *text) {
  char *line = copy_text(text);
  for (char *c = line; *c; c++)
    if (*c == '\t' || *c == '\n') *c = ' ';
  return line;
}

struct name {
  int number;
  const char *name;
};

#define NAME(n) {n, #n}
static const struct name errno_names[] = {
    NAME(ENOENT), NAME(EACCES), NAME(ENOTDIR), NAME(ENOEXEC), NAME(ETXTBSY), NAME(E2BIG), NAME(EINVAL),
#ifdef EDQUOT
    NAME(EDQUOT),
#endif
    NAME(ELOOP), NAME(ENOSPC), NAME(EROFS), NAME(EISDIR), NAME(EAGAIN), NAME(ENOMEM),
    NAME(EMFILE), NAME(ENFILE), NAME(EPERM), NAME(EIO), NAME(ENAMETOOLONG), NAME(ENXIO), {0, NULL}};

static const char *name_of(const struct name *names, const char *prefix, int number) {
  static char other[16];
  for (; names->name; names++)
    if (names->number == number) return names->name;
  snprintf(other, sizeof other, "%s%d", prefix, number);
  return other;
}
