/** Where logs really are: the user may have linked the folder. */
import { mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LogsFolder } from '../../../src/core/logs/logs-folder.ts'
import { noon, temporaryFolder } from '../../helpers/database.ts'
import { stubClock } from '../../helpers/stub-clock.ts'

function aFolder() {
  const real = realpathSync(temporaryFolder())
  const home = join(real, 'home')
  mkdirSync(home)
  symlinkSync(home, join(real, 'link'))
  const clock = stubClock(noon)
  const folder = (at: string) => {
    const logs = new LogsFolder(join(real, at), clock)
    return () => logs.withoutLinks(join(real, at, 'logs', '7', '0', '1.1.log'))
  }
  return { real, home, clock, folder }
}
const log = join('7', '0', '1.1.log')

test('a log is below the data folder, whether that has logs already or not, and by which way it was named', () => {
  const { home, folder } = aFolder()
  expect(folder('home')()).toBe(join(home, 'logs', log))
  expect(folder('link')()).toBe(join(home, 'logs', log))
  mkdirSync(join(home, 'logs'))
  expect(folder('home')()).toBe(join(home, 'logs', log))
  expect(folder('link')()).toBe(join(home, 'logs', log))
})

test('a folder of logs on another disk is followed, and checked again after a second of awake time', () => {
  const { real, home, clock, folder } = aFolder()
  const where = folder('home')
  expect(where()).toBe(join(home, 'logs', log))
  mkdirSync(join(real, 'big'))
  symlinkSync(join(real, 'big'), join(home, 'logs'))
  clock.advance(999)
  expect(where()).toBe(join(home, 'logs', log))
  clock.advance(1)
  expect(where()).toBe(join(real, 'big', log))
  rmSync(join(home, 'logs'))
  clock.advance(500)
  expect(where()).toBe(join(real, 'big', log))
  clock.advance(500)
  expect(where()).toBe(join(home, 'logs', log))
})

test("a data folder that can't be resolved is named as it was given", () => {
  const { real, folder } = aFolder()
  expect(folder('nowhere')()).toBe(join(real, 'nowhere', 'logs', log))
})
