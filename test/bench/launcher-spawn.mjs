/**
 * What a job costs to start and to see ended, in units of a C loop of posix_spawn and waitpid of /bin/true
 * with its output sent to a log file (1.0), all in one run on one machine.
 * Usage: node test/bench/launcher-spawn.mjs [jobs per round]
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLauncher } from '../../src/core/launcher/launcher.ts'

const jobs = Number(process.argv[2] ?? 500)
const rounds = 7
const root = join(import.meta.dirname, '../..')
const folder = mkdtempSync(join(tmpdir(), 'slipway-bench-'))

const yardstick = `
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv) {
  char *job[] = {"/bin/true", NULL}, *env[] = {"PATH=/bin", NULL};
  struct timespec a, b;
  clock_gettime(CLOCK_MONOTONIC, &a);
  for (int i = 0, n = argc > 2 ? atoi(argv[1]) : 0; i < n; i++) {
    int fd = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    posix_spawn_file_actions_t actions;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fd, 1);
    posix_spawn_file_actions_adddup2(&actions, fd, 2);
    if (posix_spawn(&pid, job[0], &actions, NULL, job, env) != 0) return 1;
    waitpid(pid, NULL, 0);
    posix_spawn_file_actions_destroy(&actions);
    close(fd);
  }
  clock_gettime(CLOCK_MONOTONIC, &b);
  printf("%f", (b.tv_sec - a.tv_sec) * 1e3 + (b.tv_nsec - a.tv_nsec) / 1e6);
  return 0;
}
`

function compile() {
  const source = join(folder, 'yardstick.c')
  writeFileSync(source, yardstick)
  execFileSync('cc', ['-O2', '-o', join(folder, 'yardstick'), source])
  return () => Number(execFileSync(join(folder, 'yardstick'), [String(jobs), join(folder, 'c.log')])) / jobs
}

async function open(kind) {
  let received = () => {}
  const built = join(root, 'out/launcher')
  const isBuilt = kind === 'native' || existsSync(join(built, 'node-launcher.js'))
  const launcher = await startLauncher({
    launcherDir: isBuilt ? built : join(root, 'src/core/launcher/node'),
    runDir: join(folder, 'run'),
    hostId: 'bench',
    env: { PATH: process.env.PATH, SLIPWAY_LAUNCHER: kind },
    onEvent: (event) => event.kind !== 'started' && received(event),
  })
  let count = 0
  const one = () =>
    new Promise((resolve, reject) => {
      count += 1
      received = (event) => (event.kind === 'exited' ? resolve() : reject(new Error(JSON.stringify(event))))
      const spec = { attempt: `b.${count}`, argv: ['/bin/true'], cwd: folder, env: {}, timeoutMs: null }
      const logPath = join(folder, 'logs', `${count}.log`)
      launcher.start({ ...spec, logPath, logLimitBytes: 1e7, graceMs: 1000 })
    })
  const round = async () => {
    const from = performance.now()
    for (let n = 0; n < jobs; n += 1) {
      await one()
      launcher.forget(count)
    }
    return (performance.now() - from) / jobs
  }
  return { round, close: () => launcher.close() }
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

try {
  const c = compile()
  execFileSync(process.execPath, [join(root, 'scripts/build-launcher.mjs')])
  const [native, node] = [await open('native'), await open('node')]
  const times = { c: [], native: [], node: [] }
  await Promise.all([native.round(), node.round()])
  // In turn, so that a busy moment of the machine falls on all of them.
  for (let n = 0; n < rounds; n += 1) {
    times.c.push(c())
    times.native.push(await native.round())
    times.node.push(await node.round())
  }
  await Promise.all([native.close(), node.close()])
  const one = median(times.c)
  for (const [name, values] of Object.entries(times))
    console.log(
      `${name.padEnd(8)} ${(median(values) / one).toFixed(2)}   ${median(values).toFixed(3)} ms per job`,
    )
} finally {
  rmSync(folder, { recursive: true, force: true })
}
