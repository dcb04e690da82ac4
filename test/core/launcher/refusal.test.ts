/** The sentences that people read when a job could not be started. */
import { expect, test } from 'vitest'
import { isFinalRefusal, type RefusalStage, refusalMessage } from '../../../src/core/launcher/refusal.ts'

test.each<[RefusalStage, string, string, string]>([
  ['cwd', 'ENOENT', '-', 'folder "x" does not exist'],
  ['cwd', 'ENOTDIR', '-', 'folder "x" is not a folder'],
  ['cwd', 'EACCES', '-', 'folder "x" may not be entered (no permission)'],
  ['cwd', 'ELOOP', '-', `folder "x" can't be entered (ELOOP)`],
  ['program', 'EACCES', 'folder', 'program "x" is a folder, not a program'],
  [
    'program',
    'ENOENT',
    'interpreter',
    'program "x" names an interpreter in its first line that was not found',
  ],
  ['program', 'ENOENT', 'path', 'program "x" was not found in PATH'],
  ['program', 'ENOENT', '-', 'program "x" was not found'],
  ['program', 'ENOTDIR', '-', 'program "x" was not found (a part of its path is not a folder)'],
  ['program', 'EACCES', '-', 'program "x" is not executable'],
  ['program', 'ENOEXEC', '-', 'program "x" is not a program this machine can run'],
  ['program', 'ETXTBSY', '-', 'program "x" is being written by somebody at this moment'],
  ['program', 'E2BIG', '-', 'program "x" was given more arguments and environment than this system allows'],
  ['program', 'EINVAL', '-', 'program "x" was given an argument or variable that contains a NUL character'],
  ['program', 'EIO', '-', `program "x" can't be run (EIO)`],
  ['log', 'ENOSPC', '-', `log "x" can't be created: no space left on the disk`],
  ['log', 'EDQUOT', '-', `log "x" can't be created: the disk quota is used up`],
  ['log', 'ELOOP', '-', `log "x" is a symbolic link or lies behind one, which isn't followed`],
  ['log', 'EINVAL', '-', 'log "x" is not a regular file'],
  ['log', 'EACCES', '-', `log "x" can't be written (no permission)`],
  ['log', 'EROFS', '-', `log "x" can't be written: the disk is read-only`],
  ['log', 'EISDIR', '-', 'log "x" is a folder'],
  ['log', 'EIO', '-', `log "x" can't be written: the disk reports an error`],
  ['log', 'ENXIO', '-', `log "x" can't be opened (ENXIO)`],
  ['process', 'EAGAIN', '-', 'no further process could be started: the limit of processes is reached'],
  ['process', 'ENOMEM', '-', 'no further process could be started: not enough memory'],
  ['process', 'EMFILE', '-', 'no further process could be started: too many open files'],
  ['process', 'ENFILE', '-', 'no further process could be started: too many open files'],
  ['process', 'EIO', '-', 'the process could not be started (EIO)'],
  ['fenced', '-', '-', 'the launcher had been fenced and starts nothing more'],
])('a start that fails at the %s with %s (%s) is reported as: %s', (stage, errno, hint, sentence) => {
  expect(refusalMessage(stage, errno, hint, 'x')).toBe(sentence)
})

test.each([
  ['program', 'ENOENT', true],
  ['cwd', 'ENOENT', true],
  ['log', 'ELOOP', true],
  ['log', 'EISDIR', true],
  ['log', 'EINVAL', true],
  ['log', 'ENOSPC', false],
  ['process', 'EAGAIN', false],
  ['process', 'EINVAL', false],
  ['fenced', '-', false],
])('a job that is refused at the %s with %s has failed for good: %s', (stage, errno, final) => {
  expect(isFinalRefusal(stage, errno)).toBe(final)
})
