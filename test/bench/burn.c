/* A job that works: takes so many milliseconds of processor time, as the kernel counts it. Usage: burn MS */
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  double most = argc > 1 ? atof(argv[1]) * 1e-3 : 0;
  struct timespec used;
  do clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  while ((double)used.tv_sec + (double)used.tv_nsec * 1e-9 < most);
  return 0;
}
