/**
 * Runs in the page before its scripts: gives the built preload a `require('electron')` whose contextBridge and
 * ipcRenderer copy what crosses them, as the real ones do. Frames get no preload, as without node integration in
 * subframes. The marker below is replaced by the bundle.
 */
;(() => {
  if (window.top !== window) return
  const listeners = new Map()
  const file = (value) => value instanceof Blob || value instanceof Element
  const copy = (value) => {
    if (typeof value === 'function') return wrap(value)
    if (value === null || typeof value !== 'object' || file(value)) return value
    if (value instanceof Promise) return value.then(copy)
    if (Array.isArray(value)) return value.map(copy)
    if (Object.getPrototypeOf(value) === Object.prototype)
      return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, copy(one)]))
    return structuredClone(value)
  }
  const wrap =
    (work) =>
    (...args) =>
      copy(work(...args.map(copy)))
  const freeze = (value) => {
    if (value !== null && typeof value === 'object') for (const one of Object.values(value)) freeze(one)
    return Object.freeze(value)
  }
  const loud = (name, model) =>
    new Proxy(model, {
      get(target, key) {
        if (key in target || typeof key === 'symbol') return target[key]
        throw new Error(`electron double: ${name}.${String(key)} is not modelled`)
      },
    })
  const invoke = window.__electronDoubleInvoke
  // A window that main refuses is null for the page.
  window.open = (address = '') => {
    void window.__electronDoubleOpen(new URL(address, location.href).href)
    return null
  }
  // Downloads of the page's own blobs: of two debuggers only the last gets events of real ones, so they are taken here.
  const blobs = new Map()
  const createObjectURL = URL.createObjectURL.bind(URL)
  URL.createObjectURL = (blob) => {
    const url = createObjectURL(blob)
    blobs.set(url, blob)
    return url
  }
  const click = HTMLAnchorElement.prototype.click
  HTMLAnchorElement.prototype.click = function () {
    const { href, download: name } = this
    const blob = name === '' ? undefined : blobs.get(href)
    if (blob === undefined) return click.call(this)
    void blob
      .arrayBuffer()
      .then((bytes) => window.__electronDoubleDownload(href, name, [...new Uint8Array(bytes)]))
  }
  const electron = loud('electron', {
    contextBridge: loud('contextBridge', {
      exposeInMainWorld(key, api) {
        if (key in window) throw new Error(`Cannot bind an API on top of an existing property: ${key}`)
        Object.defineProperty(window, key, { value: freeze(copy(api)), enumerable: true })
      },
    }),
    ipcRenderer: loud('ipcRenderer', {
      async invoke(channel, ...args) {
        // Throws DataCloneError for what can't cross, such as a function.
        const answer = await invoke(channel, structuredClone(args))
        if ('error' in answer) throw new Error(`Error invoking remote method '${channel}': ${answer.error}`)
        return answer.value
      },
      on(channel, listener) {
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener])
      },
    }),
    webUtils: loud('webUtils', {
      getPathForFile: (one) => window.__electronDoublePaths?.[one.name] ?? '',
    }),
  })
  Object.defineProperty(window, '__electronDoubleEmit', {
    value: (channel, args) => {
      for (const listener of listeners.get(channel) ?? []) listener({}, ...args)
    },
  })
  const require = (name) => {
    if (name === 'electron') return electron
    throw new Error(`a sandboxed preload can not require ${name}`)
  }
  const module = { exports: {} }
  // biome-ignore lint/correctness/noUnusedFunctionParameters: the bundle sees them.
  ;((require, module, exports, process) => {
    PRELOAD
  })(require, module, module.exports, undefined)
})()
