import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

interface Pair {
  client: Socket
  server: Socket
  /** Whatever either side sends is lost from now on, and neither is told. */
  isSilent: boolean
}

/** Where something listens. */
export interface Address {
  host: string
  port: number
}

/**
 * How a link carries bytes. `slow` delays each chunk; `stalled` holds everything back until it is healed; `silent`
 * loses whatever its connections send for as long as they live, as a router does that forgot them; `refusing` resets.
 */
export type LinkMode = { kind: 'open' | 'stalled' | 'silent' | 'refusing' } | { kind: 'slow'; delayMs: number }

/** A TCP connection between two parts of the mesh that can be made to misbehave. */
export class Link {
  private readonly targets: readonly Address[]
  private turn = 0
  private readonly server: Server
  private readonly pairs = new Set<Pair>()
  private readonly leftOut = new Set<string>()
  private mode: LinkMode = { kind: 'open' }

  private constructor(targets: readonly Address[]) {
    this.targets = targets
    this.server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.accept(client))
  }

  /** Listens on a free port of `host`, or the given one, and carries on to the targets by turns, past those that are away. */
  static async open(target: Address | readonly Address[], host = '127.0.0.1', port = 0): Promise<Link> {
    const link = new Link([target].flat())
    link.server.listen(port, host)
    await once(link.server, 'listening')
    return link
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port
  }

  /** Changes how it carries bytes; `refusing` resets what is connected, `open` lets go on what can. */
  set(mode: LinkMode): void {
    this.mode = mode
    for (const pair of this.pairs) {
      if (mode.kind === 'silent') pair.isSilent = true
      else if (mode.kind === 'refusing') this.reset(pair)
      else for (const socket of [pair.client, pair.server]) mode.kind === 'stalled' ? socket.pause() : socket.resume()
    }
  }

  /** Whether new connections go to this target, as a cluster's balancer leaves out what is about to end. */
  use(target: Address, isUsed: boolean): void {
    const key = `${target.host}:${target.port}`
    if (isUsed) this.leftOut.delete(key)
    else this.leftOut.add(key)
  }

  /** Resets every connection, once. */
  resetAll(): void {
    for (const pair of this.pairs) this.reset(pair)
  }

  async close(): Promise<void> {
    this.server.close()
    for (const { client, server } of this.pairs) {
      client.destroy()
      server.destroy()
    }
    if (this.server.listening) await once(this.server, 'close')
  }

  private reset(pair: Pair): void {
    pair.client.resetAndDestroy()
    pair.server.resetAndDestroy()
    this.pairs.delete(pair)
  }

  private accept(client: Socket): void {
    client.on('error', () => {}) // its close says it all
    if (this.mode.kind === 'refusing') {
      client.resetAndDestroy()
      return
    }
    client.pause()
    this.connectTo(client, this.targets.length)
  }

  private connectTo(client: Socket, tries: number): void {
    const used = this.targets.filter(({ host, port }) => !this.leftOut.has(`${host}:${port}`))
    const target = used[this.turn++ % used.length]
    if (!target) return void client.resetAndDestroy()
    const server = connect({ ...target, allowHalfOpen: true, noDelay: true })
    server.once('error', () => {
      if (tries > 1) this.connectTo(client, tries - 1)
      else client.resetAndDestroy()
    })
    server.once('connect', () => this.join(client, server))
  }

  private join(client: Socket, server: Socket): void {
    server.removeAllListeners('error').on('error', () => {})
    const pair = { client, server, isSilent: this.mode.kind === 'silent' }
    this.pairs.add(pair)
    this.carry(pair, client, server)
    this.carry(pair, server, client)
    if (client.destroyed) server.destroy()
    else if (this.mode.kind === 'refusing') this.reset(pair)
    else if (this.mode.kind === 'stalled') this.set(this.mode)
    else client.resume()
  }

  private carry(pair: Pair, from: Socket, to: Socket): void {
    // What waits to be late; whatever comes meanwhile comes after it.
    let held: Buffer[] | undefined
    const letGo = () => {
      for (const chunk of held ?? []) if (!pair.isSilent && to.writable) to.write(chunk)
      held = undefined
      if (this.mode.kind !== 'stalled') from.resume()
    }
    from.on('data', (chunk: Buffer) => {
      if (pair.isSilent) return
      if (held) {
        held.push(chunk)
      } else if (this.mode.kind === 'slow') {
        held = [chunk]
        from.pause()
        setTimeout(letGo, this.mode.delayMs)
      } else if (!to.write(chunk)) {
        from.pause()
        to.once('drain', () => this.mode.kind !== 'stalled' && from.resume())
      }
    })
    from.once('end', () => {
      if (held) letGo()
      if (!pair.isSilent) to.end()
    })
    from.once('close', (hadError) => {
      if (pair.isSilent) return
      this.pairs.delete(pair)
      if (hadError) to.resetAndDestroy()
      else to.destroySoon()
    })
  }
}
