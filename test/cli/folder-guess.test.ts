import { expect, test } from 'vitest'
import { guessBatch } from '../../src/cli/folder-guess.ts'

const guess = (files: string[], texts: Record<string, string> = {}) =>
  guessBatch(files, new Map(Object.entries(texts))).batch

test('takes the loop that runs the work now', () => {
  const loop = 'set -e\nfor f in data/*.csv; do\n  python3 edm.py "$f" --out \'results\'\ndone\n'
  expect(guess(['all.sh', 'edm.py'], { 'all.sh': loop })).toEqual({
    type: 'all',
    run: ['python3', 'edm.py', '{input}', '--out', 'results'],
    over: { files: 'data/*.csv' },
  })
})

test('takes the loop of a Makefile, and one over words', () => {
  const make = 'all:\n\tfor r in north south; do \\\n\t  Rscript p.R $${r}; done\n'
  expect(guess(['Makefile'], { Makefile: make })).toEqual({
    type: 'Makefile',
    run: ['Rscript', 'p.R', '{input}'],
    over: { list: ['north', 'south'] },
  })
})

test('leaves alone a loop that it would only understand in part', () => {
  for (const body of ['a "$f" | b', 'a "$f" > "$f.out"', 'a "$f" "$HOME"', 'a "$f" && b'])
    expect(guess(['run.sh'], { 'run.sh': `for f in *.csv; do ${body}; done` })).toEqual({
      type: 'run',
      run: ['sh', 'run.sh'],
    })
})

test('else takes the script over the data files that are most', () => {
  const files = ['fit.R', 'note.txt', 'data/a.csv', 'data/b.csv', 'data/readme.md']
  expect(guess(files)).toEqual({
    type: 'fit',
    run: ['Rscript', 'fit.R', '{input}'],
    over: { files: 'data/*.csv' },
  })
  expect(guess([])).toEqual({ type: 'example', run: ['echo'] })
})
