/**
 * Owns what is shown in place of an answer that failed, and the way to request it again.
 */
import { Button } from '@mantine/core'
import type { SlipwayError } from '../../contract/errors.ts'
import { Note } from './Note.tsx'

export function AnswerError({ error, again }: { error: SlipwayError; again: () => void }) {
  return (
    <Note
      kind="bad"
      title={error.message}
      action={
        <Button size="compact-sm" variant="default" onClick={again}>
          Try again
        </Button>
      }
    >
      {error.hint}
    </Note>
  )
}
