/** What a host's JavaScript really keeps: its heap right after a collection, by Node's own inspector. */
import type { ServedPanel } from '../helpers/serve.ts'

/** Environment for a host that can be asked; the inspector listens on loopback only. */
export const withInspector = { NODE_OPTIONS: '--inspect=127.0.0.1:0' }

type Reply = { id: number; result?: { result?: { value?: unknown } } }

export class HostHeap {
  readonly #socket: WebSocket
  readonly #waiting = new Map<number, (reply: Reply) => void>()
  #id = 0

  private constructor(socket: WebSocket) {
    this.#socket = socket
    socket.onmessage = ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply
      this.#waiting.get(reply.id)?.(reply)
      this.#waiting.delete(reply.id)
    }
  }

  /** Connects to a host that was started with `withInspector`. */
  static async of(host: ServedPanel): Promise<HostHeap> {
    const address = /ws:\/\/\S+/.exec(host.output())?.[0]
    if (address === undefined) throw new Error('The host did not print where its inspector listens.')
    const socket = new WebSocket(address)
    await new Promise((resolve, reject) => {
      socket.onopen = resolve
      socket.onerror = () => reject(new Error('The inspector does not answer.'))
    })
    return new HostHeap(socket)
  }

  /** Megabytes in use after a collection. */
  async usedMb(): Promise<number> {
    await this.#send('HeapProfiler.collectGarbage', {})
    const reply = await this.#send('Runtime.evaluate', { expression: 'process.memoryUsage().heapUsed' })
    return Number(reply.result?.result?.value) / 1e6
  }

  close(): void {
    this.#socket.close()
  }

  #send(method: string, params: object): Promise<Reply> {
    this.#id += 1
    const id = this.#id
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve)
      this.#socket.send(JSON.stringify({ id, method, params }))
    })
  }
}
