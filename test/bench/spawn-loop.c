/* The yardstick: posix_spawn and waitpid of a program, one after the other, output appended to a log file. The program
 * has the environment that all others give it: with LANG in it even /bin/true loads its locale first.
 * Usage: spawn-loop COUNT LOG PROGRAM. Prints milliseconds for all of them. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  char *job[] = {argv[3], NULL};
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  for (int i = 0, n = atoi(argv[1]); i < n; i++) {
    int fd = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    posix_spawn_file_actions_t actions;
    pid_t pid;
    if (fd < 0) return 1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, 1);
    posix_spawn_file_actions_adddup2(&actions, fd, 2);
    if (posix_spawn(&pid, job[0], &actions, NULL, job, environ) != 0) return 1;
    waitpid(pid, NULL, 0);
    posix_spawn_file_actions_destroy(&actions);
    close(fd);
  }
  clock_gettime(CLOCK_MONOTONIC, &b);
  printf("%f\n", (b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) / 1e6);
  return 0;
}
