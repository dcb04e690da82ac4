import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowsCommandLine } from '../../src/contract/windows-command-line.ts'

/** CommandLineToArgvW as Microsoft documents it, for a line whose first word is a program. */
function takenApart(line: string): string[] {
  const program = line.startsWith('"') ? (line.split('"')[1] ?? '') : (line.split(/[ \t]/)[0] ?? '')
  const args: string[] = []
  let at = program.length + (line.startsWith('"') ? 2 : 0)
  while (at < line.length) {
    while (line[at] === ' ' || line[at] === '\t') at += 1
    if (at >= line.length) break
    let word = ''
    let quoted = false
    while (at < line.length && (quoted || (line[at] !== ' ' && line[at] !== '\t'))) {
      let slashes = 0
      for (; line[at] === '\\'; at += 1) slashes += 1
      if (line[at] !== '"') word += '\\'.repeat(slashes)
      else {
        word += '\\'.repeat(Math.floor(slashes / 2))
        if (slashes % 2 === 1) word += '"'
        else quoted = !quoted
        at += 1
        continue
      }
      if (at < line.length && (quoted || (line[at] !== ' ' && line[at] !== '\t'))) {
        word += line[at]
        at += 1
      }
    }
    args.push(word)
  }
  return [program, ...args]
}

describe('the command line for Windows', () => {
  it('is taken apart into exactly the arguments it was made of', () => {
    const argument = fc.string({ unit: fc.constantFrom('a', ' ', '"', '\\', '\t', '%', '&', '^', 'ü', '\n') })
    fc.assert(
      fc.property(fc.array(argument), (args) => {
        const argv = ['C:\\Program Files\\x.exe', ...args]
        expect(takenApart(windowsCommandLine(argv))).toEqual(argv)
      }),
    )
  })

  it('leaves what needs no quotes as it is', () => {
    expect(windowsCommandLine(['python', 'a.py', '--in=b\\c', 'd e', ''])).toBe(
      'python a.py --in=b\\c "d e" ""',
    )
  })

  it('passes the text for cmd.exe on as it is, and nothing that only looks like it', () => {
    const cmd = 'C:\\Windows\\System32\\cmd.exe'
    expect(windowsCommandLine([cmd, '/d', '/s', '/c', '"echo "a b""'])).toBe(`${cmd} /d /s /c "echo "a b""`)
    expect(windowsCommandLine([cmd, '/c', '"a"'])).toBe(`${cmd} /c "\\"a\\""`)
    expect(windowsCommandLine(['mycmd', '/d', '/s', '/c', '"a"'])).toBe('mycmd /d /s /c "\\"a\\""')
  })
})
