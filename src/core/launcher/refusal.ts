/**
 * The sentence for a job that could not be started. Launchers report stage, errno, a hint and the subject;
 * the sentence is made here, once for both of them.
 */

/** Where the start failed. `fenced`: the launcher had been fenced. `place`: the cluster does not take it. */
export type RefusalStage = 'cwd' | 'program' | 'log' | 'process' | 'fenced' | 'place'

/**
 * Whether the job itself can't be started as it is, so that it fails; else it waits until the machine can start it. A
 * log behind a link is the job's fault too, as that doesn't go away by itself.
 */
export function isFinalRefusal(stage: string, errno: string): boolean {
  return (
    stage === 'program' ||
    stage === 'place' ||
    stage === 'cwd' ||
    (stage === 'log' && ['ELOOP', 'EISDIR', 'EINVAL'].includes(errno))
  )
}

/** A sentence without a full stop. `hint`: `path` (looked up in PATH), `folder`, `interpreter`, or `-`. */
export function refusalMessage(stage: RefusalStage, errno: string, hint: string, subject: string): string {
  switch (stage) {
    case 'cwd':
      return `folder "${subject}" ${folderTrouble(errno)}`
    case 'program':
      return `program "${subject}" ${programTrouble(errno, hint)}`
    case 'log':
      return `log "${subject}" ${logTrouble(errno)}`
    case 'process':
      return processTrouble(errno)
    case 'place':
      return errno === 'ENOENT'
        ? `it ended on node ${subject} without seeing the run folder: does the data folder lie on a file system that the nodes share?`
        : `Slurm refused it: ${subject}`
    case 'fenced':
      return 'the launcher had been fenced and starts nothing more'
  }
}

function folderTrouble(errno: string): string {
  if (errno === 'ENOENT') return 'does not exist'
  if (errno === 'ENOTDIR') return 'is not a folder'
  if (errno === 'ENAMETOOLONG') return 'has a longer path than a program can be started in'
  if (errno === 'EACCES') return 'may not be entered (no permission)'
  return `can't be entered (${errno})`
}

function programTrouble(errno: string, hint: string): string {
  if (hint === 'folder') return 'is a folder, not a program'
  if (hint === 'interpreter') return 'names an interpreter in its first line that was not found'
  if (errno === 'ENOENT') return hint === 'path' ? 'was not found in PATH' : 'was not found'
  if (errno === 'ENOTDIR') return 'was not found (a part of its path is not a folder)'
  if (errno === 'EACCES') return 'is not executable'
  if (errno === 'ENOEXEC') return 'is not a program this machine can run'
  if (errno === 'ETXTBSY') return 'is being written by somebody at this moment'
  if (errno === 'E2BIG') return 'was given more arguments and environment than this system allows'
  if (errno === 'EINVAL') return 'was given an argument or variable that contains a NUL character'
  return `can't be run (${errno})`
}

function logTrouble(errno: string): string {
  if (errno === 'ENOSPC') return "can't be created: no space left on the disk"
  if (errno === 'EIO') return "can't be written: the disk reports an error"
  if (errno === 'EDQUOT') return "can't be created: the disk quota is used up"
  if (errno === 'ELOOP') return "is a symbolic link or lies behind one, which isn't followed"
  if (errno === 'EINVAL') return 'is not a regular file'
  if (errno === 'EACCES') return "can't be written (no permission)"
  if (errno === 'EROFS') return "can't be written: the disk is read-only"
  if (errno === 'EISDIR') return 'is a folder'
  return `can't be opened (${errno})`
}

function processTrouble(errno: string): string {
  if (errno === 'EAGAIN') return 'no further process could be started: the limit of processes is reached'
  if (errno === 'ENOMEM') return 'no further process could be started: not enough memory'
  if (errno === 'EMFILE' || errno === 'ENFILE')
    return 'no further process could be started: too many open files'
  return `the process could not be started (${errno})`
}
