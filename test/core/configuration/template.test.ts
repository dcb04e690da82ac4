// biome-ignore-all lint/suspicious/noTemplateCurlyInString: it is the shell's own braces that are tested
import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ConfigurationProblem, Problems } from '../../../src/core/configuration/problem.ts'
import { quoteContexts, quoteForSh, quoteInContext } from '../../../src/core/configuration/shell-quote.ts'
import type { Scalar } from '../../../src/core/configuration/spec-tree.ts'
import { bind, parseTemplate, type Template } from '../../../src/core/configuration/template.ts'
import { seeded } from '../../helpers/seeded.ts'

const place = { file: '/x', path: 'run[0]' }
const scalar = (text: string): Scalar => ({ kind: 'text', text, place, find: () => place })

function parsed(text: string): { template: Template; problems: ConfigurationProblem[] } {
  const problems = new Problems()
  return { template: parseTemplate(scalar(text), problems), problems: problems.list() }
}

/** Any text a program can be given: no NUL, no half characters. */
const value = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''))
/** Values that look like code to a shell. */
const hostile = fc.oneof(
  value,
  fc.string({
    unit: fc.constantFrom(
      "'",
      '"',
      '\\',
      '$',
      '`',
      '(',
      ')',
      ';',
      '\n',
      ' ',
      '*',
      '!',
      '#',
      '~',
      '{',
      '}',
      'x',
      '-',
    ),
  }),
)

test('rendering never changes a byte of a value, nor of the text around it', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(value, value)), value, (pairs, tail) => {
      const escaped = (text: string): string => text.replaceAll('{', '{{').replaceAll('}', '}}')
      const source = pairs.map(([literal], i) => `${escaped(literal)}{p${i}}`).join('') + escaped(tail)
      const { template, problems } = parsed(source)
      expect(problems).toEqual([])
      const bindings = new Map(pairs.map((_, slot) => [`p${slot}`, { slot }]))
      const rendered = bind(template, bindings).render(pairs.map(([, inserted]) => inserted))
      expect(rendered).toBe(pairs.map(([literal, inserted]) => literal + inserted).join('') + tail)
    }),
  )
})

test('a value that looks like a placeholder is not expanded again', () => {
  const { template } = parsed('{a}{b}')
  const bound = bind(
    template,
    new Map([
      ['a', { slot: 0 }],
      ['b', { text: '{a}' }],
    ]),
  )
  expect(bound.render(['{b}{{'])).toBe('{b}{{{a}')
})

test.each(['{', '}', 'a{b', '{a}}', '{{a}'])('a brace without its partner is a problem: %s', (text) => {
  expect(parsed(text).problems).toHaveLength(1)
})

test('doubled braces are braces', () => {
  const { template, problems } = parsed('{{"a": {{{v}}}}}')
  expect(problems).toEqual([])
  expect(bind(template, new Map([['v', { slot: 0 }]])).render(['1'])).toBe('{"a": {1}}')
})

test('a quoted value comes out of a real shell as it went in, alone and inside of quotes', () => {
  fc.assert(
    fc.property(fc.array(hostile, { minLength: 1, maxLength: 8 }), (values) => {
      const words = values.flatMap((v) => [
        quoteForSh(v),
        `'${quoteInContext(v, 'single')}'`,
        `"a${quoteInContext(v, 'double')}z"`,
      ])
      const out = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${words.join(' ')}`], { encoding: 'utf8' })
      expect(out.split('\0').slice(0, -1)).toEqual(values.flatMap((v) => [v, v, `a${v}z`]))
    }),
    seeded(60),
  )
})

test('no value can leave its place in an accepted command', () => {
  const scripts = [
    'printf %s {v}',
    'printf %s "{v}"',
    "printf %s '{v}'",
    'printf %s pre-{v}.txt',
    'x=$(printf %s {v}; echo .); printf %s "${{x%.}}"',
    'v={v}; printf %s "$v"',
  ]
  fc.assert(
    fc.property(hostile, fc.constantFrom(...scripts), (v, script) => {
      const { template } = parsed(script)
      const problems = new Problems()
      const contexts = quoteContexts(template, problems)
      expect(problems.list()).toEqual([])
      const bound = bind(template, new Map([['v', { slot: 0 }]]), (text, part) =>
        quoteInContext(text, contexts.get(part) ?? 'bare'),
      )
      const out = execFileSync('/bin/sh', ['-c', bound.render([v])], { encoding: 'utf8' })
      expect(out).toBe(script.includes('pre-') ? `pre-${v}.txt` : v)
    }),
    seeded(100),
  )
})

test.each([
  ['ssh host "rm {v}"', 'inside a longer quoted text'],
  ["sh -c 'cat {v}'", 'inside a longer quoted text'],
  ['echo `cat {v}`', 'after a backquote'],
  ['echo ${v}', 'after a dollar sign'],
  ['echo \\{v}', 'after a backslash'],
  ['echo x # {v}', 'in a comment'],
  ['cat <<EOF\n{v}\nEOF', 'after <<'],
  ['echo $(({v}+1))', 'after (('],
  ['echo ${{x:-{v}}}', 'after ${'],
  ['echo "$(cat {v})"', 'after a substitution in quotes'],
  ["echo $'{v}'", "after $'"],
  ['[[ {v} -eq 1 ]]', 'after [['],
  ['echo "{v}', 'inside quotes that are never closed'],
])('a placeholder where quotes would not protect it is refused: %s', (script, why) => {
  const problems = new Problems()
  expect(quoteContexts(parsed(script).template, problems).size).toBe(0)
  expect(problems.list().map(({ found }) => found)).toEqual([`{v} ${why}`])
})
