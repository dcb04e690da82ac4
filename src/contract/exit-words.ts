/** Owns what exit codes and signals mean, in words: what shells and kernels agree on, and nothing guessed. Pure. */

const codes: Readonly<Record<number, string>> = {
  126: 'found but not executable',
  127: 'command not found',
  130: 'interrupted, SIGINT',
  137: 'killed, SIGKILL: often out of memory',
  139: 'segmentation fault, SIGSEGV',
  143: 'terminated, SIGTERM',
}

const signals: Readonly<Record<string, string>> = {
  SIGABRT: 'the program aborted itself',
  SIGBUS: 'invalid memory access',
  SIGFPE: 'arithmetic error',
  SIGHUP: 'its terminal closed',
  SIGILL: 'invalid instruction',
  SIGINT: 'interrupted',
  SIGKILL: 'killed: often out of memory',
  SIGSEGV: 'segmentation fault',
  SIGTERM: 'terminated',
}

/** 'exit code 127, command not found', 'SIGKILL, killed: often out of memory'; null while nothing has ended. */
export function exitWords(exitCode: number | null, signal: string | null): string | null {
  if (signal !== null) return signal in signals ? `${signal}, ${signals[signal]}` : signal
  if (exitCode === null) return null
  return exitCode in codes ? `exit code ${exitCode}, ${codes[exitCode]}` : `exit code ${exitCode}`
}
