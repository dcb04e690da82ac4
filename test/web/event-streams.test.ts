import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import type { ChangeEvent } from '../../src/contract/events.ts'
import { EventStreams } from '../../src/web/event-streams.ts'
import { openSocket, startWeb, type TestHost, until } from '../helpers/web.ts'

function listen(host: TestHost) {
  const line = openSocket(host.web.port)
  line.socket.write(`GET /api/events HTTP/1.1\r\nHost: ${host.host}\r\nCookie: ${host.cookie}\r\n\r\n`)
  return line
}

const setting = (host: TestHost, value: number) =>
  host.call('set-setting', { key: 'default-parallel', value })

it('greets with the place of the feed and then reports each change, whoever made it', async () => {
  const host = await startWeb()
  const line = listen(host)
  const hello = await until(line, /event: hello\ndata: (.*)\n\n/)
  const snapshot = JSON.parse((await host.call('snapshot', {})).body)
  const { epoch, seq } = snapshot.value
  expect(hello).toContain(`data: ${JSON.stringify({ epoch, seq })}\n\n`)
  expect(hello).toMatch(/content-type: text\/event-stream/i)
  await setting(host, 3)
  await until(line, new RegExp(`data: {"epoch":"${epoch}","seq":${seq + 1},.*"default-parallel":3.*}\n\n`))
})

it('a panel whose stream opens after a change that followed its snapshot is notified of that change', async () => {
  const host = await startWeb()
  const { epoch, seq } = JSON.parse((await host.call('snapshot', {})).body).value
  const witness = listen(host)
  await until(witness, /event: hello/)
  await setting(host, 4)
  await until(witness, new RegExp(`"seq":${seq + 1},`))
  const greeted = await until(
    listen(host),
    // Between the two stands what marks the chunks of HTTP.
    /event: hello\ndata: {"epoch":"[^"]+","seq":(\d+)}\n\n\r\n[\da-f]+\r\ndata: {"epoch":"[^"]+","seq":\1,/,
  )
  expect(greeted).toContain(`"epoch":"${epoch}"`)
  expect(Number(/"seq":(\d+)}/.exec(greeted)?.[1])).toBeGreaterThan(seq)
})

it('reports now and then that it is still there', async () => {
  const host = await startWeb({ limits: { heartbeatMs: 20 } })
  await until(listen(host), /event: alive\ndata: \{\}\n\n[\s\S]*event: alive\n/)
})

it('ends the streams when the host closes, and closing twice is harmless', async () => {
  const host = await startWeb()
  const line = listen(host)
  await until(line, /event: hello/)
  await Promise.all([host.web.close(), host.web.close()])
  await line.closed
  expect(host.web.load()).toEqual({ connections: 0, eventStreams: 0 })
})

it('cuts off a panel that does not read, and keeps sending to the others', async () => {
  let notify: (event: ChangeEvent) => void = () => {}
  const streams = new EventStreams({
    api: {
      invoke: () => Promise.reject(new Error('not asked here')),
      subscribe: (listener) => {
        notify = listener
        return () => {}
      },
    },
    place: () => ({ epoch: 'e', seq: 0 }),
    heartbeatMs: 60_000,
    bufferBytes: 1_000_000,
    maxStreams: 2,
  })
  const server = createServer((_request, response) => void streams.open(response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    streams.close()
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const ask = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
  const [slow, quick] = [openSocket(port), openSocket(port)]
  slow.socket.write(ask)
  quick.socket.write(ask)
  await Promise.all([until(slow, /hello/), until(quick, /hello/)])
  slow.socket.pause()
  for (let seq = 1; streams.size === 2; seq += 1) {
    // More than the kernel takes for a stalled reader, a megabyte at a time.
    expect(seq).toBeLessThan(100)
    notify({ epoch: `${'x'.repeat(1_000_000)}`, seq } as ChangeEvent)
    await until(quick, new RegExp(`"seq":${seq}}`))
  }
  slow.socket.resume()
  await slow.closed
  expect(quick.socket.destroyed).toBe(false)
})
