/*
 * A job that records when it ran: appends "B", then "T" every few milliseconds, then "E", each with its batch, job,
 * attempt, the monotonic clock in ns and its pid, in single writes. What was written last bounds the life of a
 * job that was killed. Usage: stamp TRACE MS ok|shaky|daemon; `shaky` fails odd attempts, `daemon` leaves a
 * child in a session of its own that keeps writing "T" until somebody ends it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int trace;

static const char *of(const char *name) {
  const char *value = getenv(name);
  return value ? value : "-";
}

static void say(char what) {
  struct timespec now;
  char line[200];
  clock_gettime(CLOCK_MONOTONIC, &now);
  int n = snprintf(line, sizeof line, "%c %s %s %s %lld %d\n", what, of("SLIPWAY_BATCH"), of("SLIPWAY_JOB"),
                   of("SLIPWAY_ATTEMPT"), (long long)now.tv_sec * 1000000000LL + now.tv_nsec, (int)getpid());
  if (write(trace, line, (size_t)n) != n) _exit(99);
}

static void pass(long ms) {
  struct timespec slice = {0, 5000000};
  for (long done = 0; done < ms; done += 5) {
    nanosleep(&slice, NULL);
    say('T');
  }
}

int main(int argc, char **argv) {
  if (argc != 4) return 98;
  trace = open(argv[1], O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (trace < 0) return 97;
  say('B');
  if (!strcmp(argv[3], "daemon") && fork() == 0) {
    setsid();
    pass(60000);
    return 0;
  }
  pass(atol(argv[2]));
  say('E');
  const char *dot = strrchr(of("SLIPWAY_ATTEMPT"), '.');
  return !strcmp(argv[3], "shaky") && dot && atol(dot + 1) % 2 == 1 ? 1 : 0;
}
