import { expect, it } from 'vitest'
import { atHome, pastedPath } from '../../src/renderer/features/new-batch/pasted-path.ts'

it.each([
  ['/a/b.slipway.yaml', '/a/b.slipway.yaml'],
  ['  /a/b.slipway.yaml\n', '/a/b.slipway.yaml'],
  ['"/a/b c.slipway.yaml"', '/a/b c.slipway.yaml'],
  ["'/a/b c.slipway.yaml'", '/a/b c.slipway.yaml'],
  ['/a/b\\ c\\(1\\).slipway.yaml', '/a/b c(1).slipway.yaml'],
  ['file:///a/b%20c.slipway.yaml', '/a/b c.slipway.yaml'],
  ['FILE://localhost/a/b.slipway.yaml', '/a/b.slipway.yaml'],
  ['file:///C:/work/b.slipway.yaml', 'C:/work/b.slipway.yaml'],
  ['file:///a/100%.slipway.yaml', '/a/100%.slipway.yaml'],
  ['C:\\work\\b.slipway.yaml', 'C:\\work\\b.slipway.yaml'],
])('reads %j as %s', (pasted, path) => {
  expect(pastedPath(pasted)).toBe(path)
})

it('puts the home folder of the host where ~ stands, and nowhere else', () => {
  expect(['~', '~/a', '~ada/a', '/a/~'].map((path) => atHome(path, '/home/ada'))).toEqual([
    '/home/ada',
    '/home/ada/a',
    '~ada/a',
    '/a/~',
  ])
})
