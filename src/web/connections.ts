/**
 * Owns how many connections are open at once. Above the limit the oldest one that never showed the cookie has to
 * go, so that a client who opens thousands locks out itself and not the panel.
 */
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

export class Connections {
  readonly #open = new Set<Socket>()
  readonly #known = new WeakSet<Socket>()

  /** Watches over `server` from now on. */
  constructor(server: Server, limit: number) {
    server.on('connection', (socket: Socket) => {
      if (this.#open.size >= limit) this.#oldestStranger()?.destroy()
      if (this.#open.size >= limit) {
        socket.destroy()
        return
      }
      this.#open.add(socket)
      socket.on('close', () => this.#open.delete(socket))
    })
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size
  }

  /** Keeps this connection, which has sent the cookie. */
  trust(socket: Socket): void {
    this.#known.add(socket)
  }

  #oldestStranger(): Socket | undefined {
    for (const socket of this.#open) {
      if (this.#known.has(socket)) continue
      this.#open.delete(socket)
      return socket
    }
    return undefined
  }
}
