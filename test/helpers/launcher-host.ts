/**
 * A host to be killed: starts a launcher and one job, prints what happens, and does nothing more.
 * Usage: launcher-host RUN_DIR LAUNCHER_DIR KIND ATTEMPT SCRIPT
 */
import { startLauncher } from '../../src/core/launcher/launcher.ts'

const [, , runDir = '', launcherDir = '', kind = '', attempt = '', script = ''] = process.argv
const launcher = await startLauncher({
  launcherDir,
  runDir,
  hostId: 'doomed',
  env: { ...process.env, SLIPWAY_LAUNCHER: kind },
  onEvent: (event) => process.stdout.write(`${JSON.stringify(event)}\n`),
})
launcher.start({
  attempt,
  argv: ['/bin/sh', '-c', script],
  cwd: runDir,
  env: {},
  logPath: `${runDir}/${attempt}.log`,
  logLimitBytes: 1_000_000,
  timeoutMs: null,
  graceMs: 500,
})
