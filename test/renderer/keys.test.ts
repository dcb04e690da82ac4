import { describe, expect, it } from 'vitest'
import {
  type KeyChanges,
  keyed,
  keyFor,
  keyOf,
  keyWords,
  refusal,
  withKey,
} from '../../src/renderer/store/key-map.ts'

const pressed = (key: string, ...held: ('ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey')[]) =>
  keyOf({
    key,
    ctrlKey: held.includes('ctrlKey'),
    metaKey: held.includes('metaKey'),
    altKey: held.includes('altKey'),
    shiftKey: held.includes('shiftKey'),
  })

describe('a key that is pressed', () => {
  it.each([
    [pressed('x'), 'X'],
    [pressed('X', 'shiftKey'), 'shift+X'],
    [pressed('ä'), 'Ä'],
    [pressed('!', 'shiftKey'), '!'],
    [pressed('u', 'ctrlKey'), 'mod+U'],
    [pressed('u', 'metaKey', 'altKey'), 'mod+alt+U'],
    [pressed('Delete'), 'Delete'],
    [pressed('F6', 'shiftKey'), 'shift+F6'],
  ])('is written as the hotkey library does (%s)', (found, wanted) => {
    expect(found).toBe(wanted)
  })

  it.each(['Shift', 'Enter', 'Tab', 'ArrowUp', ' ', '+', 'Dead'])(
    'can not be %s, which lists and fields need or which is no key',
    (key) => {
      expect(pressed(key)).toBeNull()
    },
  )

  it('is read by people in words', () => {
    expect(['shift+P', 'mod+Z', 'Delete', '?'].map(keyWords)).toEqual(['Shift P', 'Ctrl Z', 'Del', '?'])
  })
})

describe('the map of keys', () => {
  it('has each key once, as it comes', () => {
    const usual = keyed.map((each) => each.usual)
    expect(new Set(usual).size).toBe(usual.length)
    expect(usual).toEqual(expect.arrayContaining(['Q', 'N', 'shift+P', 'mod+Z', 'T', 'P', 'Delete']))
    for (const each of keyed) expect(refusal(each.id, each.usual, {})).toBeNull()
  })

  it('refuses a key that does something else already, and names it', () => {
    expect(refusal('batch-top', 'B', {})).toBe('B is already the key for “Move to bottom”.')
    expect(refusal('batch-pause', 'Q', {})).toBe('Q is already the key for “Queue”.')
    expect(refusal('batch-top', 'mod+K', {})).toBe('Ctrl K opens the command palette.')
    expect(refusal('batch-top', 'mod+W', {})).toBe('Ctrl W is reserved by the browser.')
  })

  it('lets a key go when its action has another, and counts the other', () => {
    const changes: KeyChanges = withKey({}, 'batch-bottom', 'X')
    expect(refusal('batch-top', 'B', changes)).toBeNull()
    expect(refusal('batch-top', 'X', changes)).toContain('Move to bottom')
    expect(keyFor('B', 'Selected batches', changes)).toBe('X')
    expect(keyFor('T', 'Selected batches', changes)).toBe('T')
  })

  it('takes a key away, and keeps nothing for what is as it came', () => {
    const without = withKey({}, 'queue', null)
    expect(keyFor('Q', 'Everywhere', without)).toBeNull()
    expect(withKey(without, 'queue', 'Q')).toEqual({})
  })
})
