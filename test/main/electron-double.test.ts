/** The double's promise: what isn't modelled fails at once, wherever main touches it. */
import { describe, expect, it } from 'vitest'
import { Emitter, loud, refusable } from '../electron-double/loud.ts'

describe('the double of electron', () => {
  const model = loud('app', Object.assign(new Emitter(), { name: 'x', quit: () => 'quits' }))

  it('answers what is modelled', () => {
    expect(model.quit()).toBe('quits')
    model.name = 'y'
    expect(model.name).toBe('y')
  })

  it('throws for a member that is read, called or set, but is not modelled', () => {
    const other = model as unknown as { relaunch(): void; badge: number }
    expect(() => other.relaunch()).toThrow('electron double: app.relaunch is not modelled')
    expect(() => other.badge).toThrow('app.badge is not modelled')
    expect(() => {
      other.badge = 1
    }).toThrow('app.badge is not modelled')
  })

  it('throws the same for what a class makes', () => {
    const Made = loud(
      'Tray',
      class {
        setToolTip() {}
      },
    )
    const tray = new Made() as unknown as { setToolTip(): void; popUp(): void }
    expect(() => tray.setToolTip()).not.toThrow()
    expect(() => tray.popUp()).toThrow('Tray.popUp is not modelled')
  })

  it('has events that listeners still work on, and that can be refused', () => {
    const event = refusable({})
    model.once('before-quit', (one: typeof event) => one.preventDefault())
    model.emit('before-quit', event)
    expect(event.defaultPrevented).toBe(true)
  })
})
