/**
 * The vocabulary, as part of `npm run lint`: a word is known to cspell's dictionaries, stands in cspell-words.txt, or
 * is a mistake. Words that docs/glossary.md rules out in backticks are mistakes everywhere.
 */
import { ruledOut } from './scripts/glossary.ts'

/** Translations that no engineer would write, whatever they stood for. */
const translated = ['aimat', 'crew', 'deaf', 'deafen', 'fruitless', 'outlook', 'wished']
const oneWord = ruledOut().filter((one) => !one.includes(' '))

export default {
  version: '0.2',
  language: 'en,en-GB',
  dictionaries: ['project', 'software-terms', 'node', 'typescript', 'npm', 'html', 'css', 'bash', 'fonts'],
  dictionaryDefinitions: [
    { name: 'project', path: './cspell-words.txt' },
    { name: 'tests', path: './test/cspell-words.txt' },
  ],
  files: [
    'src/**/*.{ts,tsx}',
    'test/**/*.{ts,tsx,mjs,c,md}',
    'scripts/**/*.{ts,mjs}',
    '*.{md,mjs,ts}',
    'docs/**/*.md',
    '.github/**',
  ],
  ignorePaths: ['docs/glossary.md', 'cspell.config.mjs'],
  flagWords: [...translated, ...oneWord],
  // Misspellings that tests make on purpose, and names that only tests and their C programs use.
  overrides: [{ filename: 'test/**', dictionaries: ['tests'] }],
}
