import { describe, expect, it } from 'vitest'
import { batchCommand, cmdContexts, quoteForCmd } from '../../../src/core/configuration/cmd-quote.ts'
import { Problems } from '../../../src/core/configuration/problem.ts'
import { parseTemplate } from '../../../src/core/configuration/template.ts'

const place = { file: 'x.yaml', path: 'run' }

function contextsOf(text: string) {
  const problems = new Problems()
  const template = parseTemplate({ text, place, find: () => place } as never, problems)
  const contexts = [...cmdContexts(template, problems).values()]
  return { contexts, problems: problems.list().map(({ message }) => message) }
}

describe('a value for cmd.exe', () => {
  it.each(['a b', "it's", 'a&b|c<d>e^f(g)', 'Über', ''])('is one word in double quotes: %j', (value) => {
    expect(quoteForCmd(value)).toBe(`"${value}"`)
    expect(quoteForCmd(value, 'quoted')).toBe(value)
  })

  it.each(['a"b', '%PATH%', 'a!b!', 'a\nb', 'a\rb', 'a\0b', 'C:\\a\\'])(
    'is refused where cmd.exe has no quoting for it: %j',
    (value) => {
      expect(quoteForCmd(value)).toBeUndefined()
      expect(quoteForCmd(value, 'quoted')).toBeUndefined()
    },
  )
})

describe('a command for cmd.exe', () => {
  it('has its placeholders bare, or in quotes of its own', () => {
    expect(contextsOf('type {a} > "{b}\\{c}.txt" & echo ^"{d}').contexts).toEqual([
      'bare',
      'quoted',
      'quoted',
      'bare',
    ])
  })

  it.each([
    ['echo ^{a}', 'cmd.exe reads "^" before {a} together with its value'],
    ['echo %{a}%', 'cmd.exe reads "%" before {a} together with its value'],
    ['echo "{a}', 'a double quote in this command is never closed'],
    [
      'echo a\necho b',
      'cmd.exe runs only the first line of a command; write one line, its commands joined by &&, or a .cmd file',
    ],
  ])('is refused where no quoting can be safe: %j', (text, message) => {
    expect(contextsOf(text)).toEqual({ contexts: [], problems: [message] })
  })
})

describe('a batch file', () => {
  it('is run by cmd.exe with each argument quoted for it', () => {
    const command = batchCommand('/my tools/x.cmd', ['a b', 'c&calc'], '/home')
    expect(command).toMatchObject({
      argv: [expect.stringMatching(/cmd\.exe$/), '/d', '/s', '/c', '""/my tools/x.cmd" "a b" "c&calc""'],
    })
  })

  it.each(['"&calc', '%CD:~,1%', 'a\nb'])(
    'is refused an argument that it would read as code: %j',
    (value) => {
      expect(batchCommand('/x.cmd', ['ok', value], '/home')).toEqual({ unsafe: value })
    },
  )

  it('is named from the folder of the job, above which there may be a name that has no quoting', () => {
    const command = batchCommand('/100%/my project/tools/x.cmd', [], '/100%/my project')
    expect(command).toMatchObject({ argv: { 4: '""./tools/x.cmd""' } })
  })
})
