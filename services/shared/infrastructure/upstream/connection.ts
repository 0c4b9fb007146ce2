import http2, { type ClientHttp2Session } from 'node:http2'
import { isIP } from 'node:net'
import { leanSession } from '../lean-http2.ts'

// However many a peer allows, one connection is one socket and one compression state.
const maxStreams = 1000

// Megabytes. Node goes on counting what a stream was closed without sending, as where a body is refused unread; by its
// own limit of ten some 150 such calls would end those of everybody. What is really held, windows and streams bound.
const maxSessionMemory = 1_000_000

/** A URL's host as sockets take it: an IPv6 address stands in no brackets. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

/** One HTTP/2 connection of a client. */
export class Connection {
  readonly session: ClientHttp2Session
  /** Settles when the peer has told its settings, among them how many streams it allows. */
  readonly connected: Promise<void>
  /** Streams that are not closed yet. */
  streams = 0
  private isConnected = false
  /** When the ping was sent that is not answered yet, in `performance.now()` time. */
  private pingedAt: number | undefined

  /**
   * @param url Where to connect, with an address for a host.
   * @param authority What it is called there, in certificates: `host` or `host:port`.
   */
  constructor(url: URL, authority: string, timeoutMs: number) {
    const host = hostOf(new URL(`${url.protocol}//${authority}`))
    const servername = isIP(host) ? undefined : host
    const session = http2.connect(url, { maxSessionMemory, ...(servername && { servername }) })
    leanSession(session)
    const timer = setTimeout(() => session.destroy(new Error('connect time-out')), timeoutMs).unref()
    this.session = session
    this.connected = new Promise((resolve, reject) => {
      session.once('remoteSettings', () => {
        this.isConnected = true
        resolve()
      })
      session.once('close', () => reject(new Error('connection closed')))
      session.on('error', reject)
    })
    // Nobody may be waiting for it.
    this.connected.catch(() => {}).finally(() => clearTimeout(timer))
  }

  get isConnecting(): boolean {
    return !this.isConnected && !this.isOver
  }

  get takesStreams(): boolean {
    const { session, streams } = this
    if (!this.isConnected || this.isOver) return false
    return streams < Math.min(session.remoteSettings.maxConcurrentStreams ?? maxStreams, maxStreams)
  }

  /** Asks for a sign of life, and gives up a peer that has not answered the last one in time. */
  ping(timeoutMs: number): void {
    const { session, pingedAt } = this
    if (!this.isConnected || session.destroyed) return
    const now = performance.now()
    if (pingedAt === undefined) {
      this.pingedAt = now
      session.ping(() => {
        this.pingedAt = undefined
      })
    } else if (now - pingedAt > timeoutMs) session.destroy(new Error('no answer to a ping'))
  }

  private get isOver(): boolean {
    return this.session.closed || this.session.destroyed
  }
}
