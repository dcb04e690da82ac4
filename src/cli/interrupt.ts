/**
 * Owns what ^C means while this terminal is the executor: the first signal lets running jobs end, the second
 * stops them, a third one exits at once (the launcher and the next host take care of what is left).
 */
import type { Core } from '../core/core.ts'
import { EXIT_INTERRUPTED } from './exit.ts'

export type Interrupt = {
  /** Resolves when, after a signal, nothing of ours runs any more. */
  readonly stopped: Promise<void>
  /** Restores Node's handling of the signals. */
  dispose(): void
}

/** SIGBREAK is Windows' Ctrl-Break; elsewhere nothing sends it. */
const SIGNALS = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  ...(process.platform === 'win32' ? (['SIGBREAK'] as const) : []),
]

/** Listens from now on; `log` reports what a signal did and what the next one would do. */
export function onInterrupt(core: Core, log: (sentence: string) => void): Interrupt {
  let count = 0
  let settle: (() => void) | undefined
  const stopped = new Promise<void>((resolve) => {
    settle = resolve
  })
  const stop = (mode: 'finish' | 'stop' | 'leave'): void => {
    core.stopWorking(mode).then(
      () => settle?.(),
      () => settle?.(),
    )
  }
  const listener = (signal: NodeJS.Signals): void => {
    count += 1
    if (signal === 'SIGHUP') {
      // The terminal is gone, and nobody can press ^C again: the launcher keeps the jobs running.
      stop('leave')
    } else if (count === 1) {
      log('Finishing the running jobs; nothing new starts. Press Ctrl-C again to stop them.')
      stop('finish')
    } else if (count === 2) {
      log('Stopping the running jobs; they go back to the queue and will run again.')
      stop('stop')
    } else {
      process.exit(EXIT_INTERRUPTED)
    }
  }
  for (const signal of SIGNALS) process.on(signal, listener)
  return {
    stopped,
    dispose() {
      for (const signal of SIGNALS) process.off(signal, listener)
    },
  }
}
