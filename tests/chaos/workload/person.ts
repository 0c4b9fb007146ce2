import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CallOptions, type Client, createClient, type Interceptor, type Transport } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import type { Random } from '../random.ts'
import { type CallerOptions, callUntilAnswered } from './caller.ts'
import type { CallEntry, CallJournal } from './journal.ts'

/** How long a call may take that is not made again under the same key. */
export const callMs = 4000
const pauseMs = 200

export interface PersonOptions {
  /** Of the gateway. */
  url: string
  journal: CallJournal
  random: Random
  /** Ends calls that were never answered. */
  signal: AbortSignal
}

/** An account, as whoever opens it chose it. */
export interface Credentials {
  email: string
  password: string
}

export const newCredentials = (): Credentials => {
  const email = `${randomUUID()}@example.com`
  return { email, password: `Correct-horse-${email}` }
}

/** Somebody with an account, who makes one call at a time. */
export abstract class Person {
  protected readonly identity: Client<typeof IdentityService>
  protected readonly transport: Transport
  /** Refusals that they bring about themselves; any other contradicts what they were told before. */
  protected abstract readonly expected: ReadonlySet<string>
  protected token = ''
  private id = ''
  private readonly credentials: Credentials
  private readonly person: PersonOptions
  private readonly calling: CallerOptions

  constructor(options: PersonOptions, credentials: Credentials) {
    this.person = options
    this.credentials = credentials
    const withToken: Interceptor = (next) => (request) => {
      if (this.token) request.header.set('authorization', `Bearer ${this.token}`)
      return next(request)
    }
    this.transport = createGrpcTransport({ baseUrl: options.url, interceptors: [withToken] })
    this.identity = createClient(IdentityService, this.transport)
    this.calling = { journal: options.journal, signal: options.signal, signIn: () => this.signIn() }
  }

  /** Opens the account and signs in. Undefined when that was not answered. */
  protected async register(displayName: string): Promise<{ id: string; key: string } | undefined> {
    const { journal, signal } = this.person
    const { entry, response } = await callUntilAnswered({ journal, signal }, 'RegisterUser', (options) =>
      this.identity.registerUser({ ...this.credentials, displayName }, options),
    )
    this.judge(entry)
    if (!response?.user) return undefined
    this.id = response.user.id
    await this.signIn()
    return { id: this.id, key: entry.key }
  }

  /** Signs in, in one try. */
  async login(options: CallOptions = { timeoutMs: callMs }): Promise<void> {
    // One that is over would be refused with it.
    this.token = ''
    const { tokens, user } = await this.identity.login(this.credentials, options)
    if (user?.id !== this.id) this.contradiction(`Login answers ${user?.id} for ${this.id}`)
    this.token = tokens?.accessToken ?? ''
  }

  protected async signIn(): Promise<void> {
    const { signal } = this.person
    while (!signal.aborted) {
      try {
        return await this.login({ timeoutMs: callMs, signal })
      } catch {
        await this.pause()
      }
    }
  }

  protected async call<T>(method: string, call: Parameters<typeof callUntilAnswered<T>>[2]) {
    const result = await callUntilAnswered(this.calling, method, call)
    this.judge(result.entry)
    return result
  }

  protected contradiction(what: string): void {
    this.person.journal.contradictions.push(what)
  }

  /** Ends early with the signal, and so do the loops that it is in. */
  protected pause(milliseconds = pauseMs): Promise<void> {
    return sleep(milliseconds, undefined, { signal: this.person.signal }).catch(() => {})
  }

  private judge({ outcome, reason, method, key }: CallEntry): void {
    if (outcome === 'refused' && !this.expected.has(reason)) {
      this.contradiction(`${method} ${key} was refused: ${reason}`)
    }
  }
}
