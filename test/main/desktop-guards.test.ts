/** What the desktop app refuses, and when it acts on the machine; all pure, so no window is needed. */
import { EventEmitter } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'

// Outside of Electron the package only knows where its program would be.
const app = await vi.hoisted(async () => new (await import('node:events')).EventEmitter())
vi.mock('electron', () => ({
  app,
  dialog: {},
  ipcMain: {},
  powerMonitor: {},
  powerSaveBlocker: {},
  protocol: {},
  shell: {},
}))

const { fileFor, headersFor } = await import('../../src/main/protocol.ts')
const { guardContents, isPanelAddress, linkVerdict, mayLoad } = await import('../../src/main/security.ts')
const { isPanel } = await import('../../src/main/ipc.ts')
const { shouldStayAwake } = await import('../../src/main/power.ts')
const { commandFor, Countdown } = await import('../../src/main/when-done.ts')
const { quitAnswer, quitQuestion } = await import('../../src/main/quit.ts')
const { mayReveal, placeOf } = await import('../../src/main/reveal.ts')

describe('every web contents', () => {
  it('refuses a web view, a redirect and a frame that leaves', () => {
    guardContents()
    const contents = Object.assign(new EventEmitter(), { setWindowOpenHandler() {} })
    app.emit('web-contents-created', {}, contents)
    const refused = (name: string, isMainFrame: boolean) => {
      let prevented = false
      contents.emit(name, {
        url: 'https://example.com/',
        isMainFrame,
        preventDefault: () => (prevented = true),
      })
      return prevented
    }
    expect(refused('will-attach-webview', true)).toBe(true)
    expect(refused('will-redirect', true)).toBe(true)
    expect(refused('will-frame-navigate', false)).toBe(true)
  })
})

describe('showing a file in the file manager', () => {
  it.each([
    ['/home/ana/out.csv', 'linux', true],
    ['out.csv', 'linux', false],
    ['https://example.com/', 'linux', false],
    ['/home/ana/\0.csv', 'linux', false],
    [7, 'linux', false],
    ['C:\\out\\a.csv', 'win32', true],
    ['\\\\server\\share\\a.csv', 'win32', false],
    ['//server/share/a.csv', 'win32', false],
    ['\\\\nas\\data\\project\\out\\a.csv', 'win32', true],
    ['\\\\nas\\data\\project\\..\\other\\a.csv', 'win32', false],
    ['\\\\.\\pipe\\x', 'win32', false],
    ['\\\\?\\C:\\a.csv', 'win32', false],
  ] as const)('of %j on %s is allowed: %s', (file, platform, allowed) =>
    expect(mayReveal(file, ['\\\\nas\\data\\project'], platform)).toBe(allowed),
  )
})

describe('the panel address', () => {
  it.each([
    ['app://slipway/', '/panel/index.html'],
    ['app://slipway/assets/a.js?x#y', '/panel/assets/a.js'],
  ])('%s means %s', (address, file) => expect(fileFor('/panel', 'GET', address)).toBe(file))

  it.each([
    ['GET', 'app://slipway/..%2f..%2fetc/passwd'],
    ['GET', 'app://slipway/..%5c..%5cetc'],
    ['GET', 'app://slipway/%00'],
    ['GET', 'app://slipway/%zz'],
    ['GET', 'app://other/index.html'],
    ['GET', 'file:///etc/passwd'],
    ['GET', 'nonsense'],
    ['POST', 'app://slipway/index.html'],
  ])('%s %s means no file', (method, address) => expect(fileFor('/panel', method, address)).toBeNull())

  it('always comes with the policy and never with a guessed kind', () => {
    for (const extension of ['.html', '.js', '.exe', ''])
      expect(headersFor(extension)).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-content-type-options': 'nosniff',
      })
    expect(headersFor('.html')['content-security-policy']).not.toMatch(/unsafe-eval|\*|script-src[^;]*unsafe/)
  })

  it.each(['app://slipway.evil/', 'app://slipwayx/', 'https://slipway/', 'app:slipway/'])(
    'is not %s',
    (address) => expect(isPanelAddress(address)).toBe(false),
  )
})

describe('links', () => {
  it.each([
    ['https://example.com/', 'confirm'],
    ['http://example.com/', 'refuse'],
    ['https://user:secret@example.com/', 'refuse'],
    ['file:///etc/passwd', 'refuse'],
    ['javascript:alert(1)', 'refuse'],
    ['smb://host/share', 'refuse'],
    ['nonsense', 'refuse'],
  ])('%s: %s', (address, verdict) => expect(linkVerdict(address)).toBe(verdict))

  it('from the page go nowhere but to the panel', () => {
    expect(mayLoad('app://slipway/index.html')).toBe(true)
    expect(mayLoad('https://example.com/')).toBe(false)
    expect(mayLoad('file:///etc/passwd')).toBe(false)
    expect(mayLoad('data:text/html,x')).toBe(false)
  })
})

describe('a caller', () => {
  const panel = { contentsId: 1, isMainFrame: true, address: 'app://slipway/index.html#/queue' }
  it('is the panel', () => expect(isPanel(panel, 1)).toBe(true))
  it.each([
    ['another window', { ...panel, contentsId: 2 }, 1],
    ['a frame inside', { ...panel, isMainFrame: false }, 1],
    ['another address', { ...panel, address: 'https://example.com/' }, 1],
    ['a frame that is gone', { ...panel, address: '' }, 1],
    ['anybody while there is no window', panel, null],
  ] as const)('is not %s', (_who, sender, id) => expect(isPanel(sender, id)).toBe(false))
})

describe('staying awake', () => {
  it.each([
    [false, 'always', false, false],
    [true, 'always', true, true],
    [true, 'on-mains', false, true],
    [true, 'on-mains', true, false],
    [true, 'never', false, false],
  ] as const)('busy %s, setting %s, on battery %s: %s', (busy, setting, onBattery, awake) =>
    expect(shouldStayAwake({ busy, setting, onBattery })).toBe(awake),
  )
})

describe('the countdown', () => {
  const scene = () => {
    const ran: string[][] = []
    let fire = () => {}
    let choose: (answer: 'now' | 'stop') => void = () => {}
    let closed = false
    const countdown = new Countdown({
      confirm: (_sentence, signal) => {
        signal.addEventListener('abort', () => {
          closed = true
        })
        return new Promise((resolve) => {
          choose = resolve
        })
      },
      prepare: async () => {},
      launcherDir: '/app',
      run: (command) => ran.push(command),
      later: (work) => {
        fire = work
        return () => {}
      },
    })
    return {
      countdown,
      ran,
      fire: () => fire(),
      choose: (a: 'now' | 'stop') => choose(a),
      isClosed: () => closed,
    }
  }
  it('ends with the machine asleep, and the question gone', async () => {
    const s = scene()
    const done = s.countdown.begin('sleep')
    s.fire()
    expect(await done).toBe('done')
    expect(s.ran).toEqual([commandFor('sleep', process.platform, '/app')])
    expect(s.isClosed()).toBe(true)
  })
  it('does nothing when it is stopped, by a person or by new work', async () => {
    for (const stop of ['person', 'work']) {
      const s = scene()
      const done = s.countdown.begin('shut-down')
      if (stop === 'person') s.choose('stop')
      else s.countdown.stop()
      expect(await done).toBe('stopped')
      s.fire()
      expect(s.ran).toEqual([])
      expect(s.countdown.isRunning).toBe(false)
    }
  })
  it('runs once at a time, and not at all for nothing', async () => {
    const s = scene()
    expect(await s.countdown.begin('nothing')).toBe('stopped')
    const first = s.countdown.begin('sleep')
    expect(await s.countdown.begin('sleep')).toBe('stopped')
    s.choose('now')
    expect(await first).toBe('done')
    expect(s.ran).toHaveLength(1)
  })
  it.each(['linux', 'darwin', 'win32'] as const)('knows a program for both on %s', (platform) => {
    expect(commandFor('sleep', platform, '/app')).not.toEqual(commandFor('shut-down', platform, '/app'))
  })
  it('sleeps on Windows by a program that passes its arguments: rundll32 would hibernate', () => {
    expect(commandFor('sleep', 'win32', 'C:\\app')).toEqual(['C:\\app\\slipway-system.exe', 'sleep'])
  })
})

describe('the question at quitting', () => {
  it('has a button for each answer, in the order of the answers, and staying for Escape', () => {
    const question = quitQuestion({ running: null } as never)
    expect(question.buttons?.map((_, index) => quitAnswer(index))).toEqual([
      'finish',
      'leave',
      'stop',
      'stay',
    ])
    // A key of its own for each; Escape changes nothing.
    const keys = question.buttons?.map((label) => /&(\w)/.exec(label)?.[1]?.toLowerCase())
    expect(new Set(keys).size).toBe(4)
    expect(question.normalizeAccessKeys).toBe(true)
    expect(quitAnswer(question.cancelId ?? -1)).toBe('stay')
    expect(quitAnswer(99)).toBe('stay')
  })
})

describe('the place in the address', () => {
  it.each([
    ['app://slipway/index.html#/queue?batch=12&tab=log&job=3', { batch: 12, job: 3 }],
    ['app://slipway/index.html#/queue?batch=12', { batch: 12, job: 1 }],
    ['app://slipway/index.html#/queue', null],
    ['app://slipway/index.html#/queue?batch=x', null],
  ])('%s', (address, place) => expect(placeOf(address)).toEqual(place))
})

afterEach(() => vi.restoreAllMocks())
