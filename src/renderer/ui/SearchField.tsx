/**
 * Owns the field that searches what is below it: the key for searching leads to it, and one click empties it.
 */
import { CloseButton, TextInput, type TextInputProps } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { memo } from 'react'

type Props = Pick<TextInputProps, 'className' | 'style' | 'placeholder' | 'onKeyDown'> & {
  label: string
  typed: string
  onTyped: (typed: string) => void
}

/** Drawn again when somebody types, not when a job ends. */
export const SearchField = memo(function SearchField({ label, typed, onTyped, ...rest }: Props) {
  return (
    <TextInput
      {...rest}
      size="xs"
      aria-label={label}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={
        typed ? <CloseButton size="xs" aria-label="Clear search" onClick={() => onTyped('')} /> : null
      }
      value={typed}
      onChange={(event) => onTyped(event.currentTarget.value)}
      data-search
    />
  )
})
