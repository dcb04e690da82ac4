import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../src/contract/command-lines.ts'
import { exitWords } from '../../src/contract/exit-words.ts'

describe('a command to paste', () => {
  it('is exactly these arguments in a POSIX shell', () => {
    const word = fc
      .string({ unit: 'binary', minLength: 0, maxLength: 12 })
      .filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (argv) => {
        const line = commandLine(['printf', '%s\\0', ...argv, 'end'], 'POSIX')
        const out = execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })
        expect(out).toBe([...argv, 'end', ''].map((each) => each.toWellFormed()).join('\0'))
      }),
      { numRuns: 40 },
    )
  })

  it.each([
    [['py', 'a b.csv'], 'py "a b.csv"', "py 'a b.csv'"],
    [['py', 'say "hi"'], 'py "say \\"hi\\""', `py 'say "hi"'`],
    [['py', 'C:\\out dir\\'], 'py "C:\\out dir\\\\"', "py 'C:\\out dir\\'"],
    [['C:\\my tools\\x.exe', "it's"], `"C:\\my tools\\x.exe" "it's"`, "& 'C:\\my tools\\x.exe' 'it''s'"],
    [['py', '', '--n=1'], 'py "" --n=1', "py '' --n=1"],
    [['py', '-f.x', 'a&b'], 'py -f.x "a&b"', "py '-f.x' 'a&b'"],
  ])('is quoted as cmd and PowerShell want it: %j', (argv, cmd, powershell) => {
    expect([commandLine(argv, 'cmd'), commandLine(argv, 'PowerShell')]).toEqual([cmd, powershell])
  })
})

it('an end is put in words where they are known', () => {
  expect([
    exitWords(0, null),
    exitWords(127, null),
    exitWords(null, 'SIGKILL'),
    exitWords(null, null),
  ]).toEqual([
    'exit code 0',
    'exit code 127, command not found',
    'SIGKILL, killed: often out of memory',
    null,
  ])
})
