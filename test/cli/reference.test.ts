import { expect, test } from 'vitest'
import { tooOld } from '../../src/cli/node-check.ts'
import {
  batchesThenPriority,
  batchReference,
  pairs,
  settingValue,
  wholeNumber,
} from '../../src/cli/reference.ts'
import { callerOf } from '../../src/cli/session.ts'
import { nearest } from '../../src/contract/nearest.ts'

test('a batch is a number with or without #, or an id', () => {
  expect([' 12', '#12', '0B8E', '#0', '99999999999999999999'].map(batchReference)).toEqual([
    12,
    12,
    '0B8E',
    '#0',
    '99999999999999999999',
  ])
  expect(() => batchReference('  ')).toThrow('number')
})

test('numbers are whole and within their limits', () => {
  const read = wholeNumber('N', -5, 5)
  expect(['-5', '+3', '0'].map(read)).toEqual([-5, 3, 0])
  for (const wrong of ['6', '1.5', '1e1', '', '0x1', 'NaN']) expect(() => read(wrong)).toThrow('whole number')
})

test('the priority stands behind the batches, and may be negative', () => {
  expect(batchesThenPriority(['12', '#13', '-5'])).toEqual({ batches: [12, 13], value: -5 })
  expect(() => batchesThenPriority(['12'])).toThrow("missing required argument 'N'")
})

test('variables are collected, and only the first equals sign divides', () => {
  expect(pairs('--var')('b=x=y', { a: '1' })).toEqual({ a: '1', b: 'x=y' })
  expect(() => pairs('--var')('=x', undefined)).toThrow('name=value')
  expect(() => pairs('--var')('x', undefined)).toThrow('name=value')
})

test('a setting is a number or a truth where it looks like one', () => {
  expect(['10', '-1.5', 'true', 'false', 'dark', '24h'].map(settingValue)).toEqual([
    10,
    -1.5,
    true,
    false,
    'dark',
    '24h',
  ])
})

test('the nearest word is offered only when it is near', () => {
  expect(nearest('kill-grace', ['kill-grace-ms', 'theme'])).toBe('kill-grace-ms')
  expect(nearest('xyz', ['kill-grace-ms', 'theme'])).toBeUndefined()
})

test('a Node that is too old is named together with what would be right', () => {
  expect(tooOld('20.20.2', '/usr/bin/node')?.message).toBe(
    'Slipway needs Node 22.12.0 or newer, and this is Node 20.20.2 (/usr/bin/node).',
  )
  expect(tooOld('22.11.9', 'node')).toBeDefined()
  for (const fine of ['22.12.0', '22.13.0', '24.0.0', '100.1.0', '24.0.0-nightly']) {
    expect(tooOld(fine, 'node')).toBeUndefined()
  }
})

test('the events will show the command line as it could be typed again', () => {
  const { origin } = callerOf({ args: ['add', "a b'c.yaml", '--var', 'x=1'], cwd: '/p', env: {} })
  expect(origin).toEqual({
    from: 'command-line',
    command: `slipway add 'a b'\\''c.yaml' --var x=1`,
    folder: '/p',
  })
})
