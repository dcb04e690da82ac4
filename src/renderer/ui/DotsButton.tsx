/**
 * Owns the dots that open a row's menu. A native button: every row has one, and rows come and go while one scrolls.
 */
import { IconDots } from '@tabler/icons-react'
import type { ComponentProps } from 'react'

export function DotsButton({
  label,
  opened,
  small = false,
  ...rest
}: Omit<ComponentProps<'button'>, 'type' | 'children'> & {
  label: string
  opened: boolean
  small?: boolean
}) {
  return (
    <button
      {...rest}
      type="button"
      className={small ? 'dots dots-small' : 'dots'}
      aria-label={label}
      aria-haspopup="menu"
      aria-expanded={opened}
    >
      <IconDots size={small ? 14 : 16} aria-hidden />
    </button>
  )
}
