export type Channel = 'email' | 'sms' | 'push' | 'in_app'

/** What a provider is asked to send. */
export interface Mail {
  to: string
  subject: string
  html: string
  text: string
  language: string
  headers: Readonly<Record<string, string>>
}

export interface Sms {
  to: string
  text: string
}

export interface Push {
  device: { kind: 'web' | 'fcm'; token: string; p256dh?: string; auth?: string }
  title: string
  body: string
  url: string | undefined
  data: Readonly<Record<string, string>>
}

/**
 * How a sending ended. `unreachable`: for good, the address or device takes nothing any more; `refused`: this message,
 * for good; `busy`: it was not taken, try again after `retryAfterMs`, or once somebody has mended what is set wrongly;
 * `unknown`: it may have been taken, its answer was lost.
 */
export type SendOutcome =
  | { kind: 'accepted'; providerId: string }
  | { kind: 'unreachable'; reason: string }
  | { kind: 'refused'; reason: string }
  | { kind: 'busy'; reason: string; retryAfterMs: number | undefined; needsMending?: true }
  | { kind: 'unknown'; reason: string }

export interface Sender<M> {
  readonly name: string
  /** Set where what is sent again with the same key does not arrive again. */
  readonly knowsRepeats?: true
  /** A throw tells nothing of whether the message left: what fails before that is `busy`. */
  send(message: M, key: string, signal: AbortSignal): Promise<SendOutcome>
}

/** One stored template text, as its store has it. */
export interface StoredTemplate {
  source: string
  etag: string | undefined
}

/**
 * Where templates are kept. `unchanged` when `etag` still holds; undefined when there is none of that name. Throws when
 * the store is away.
 */
export interface TemplateStore {
  readonly kind: 'file' | 's3' | 'http' | 'github' | 'database'
  fetch(path: string, etag: string | undefined, signal: AbortSignal): Promise<StoredTemplate | 'unchanged' | undefined>
}

/** What a provider tells later, by webhook. */
export interface DeliveryReport {
  providerId: string
  kind: 'delivered' | 'bounced' | 'soft_bounced' | 'opened' | 'clicked' | 'complained'
  at: Date
  detail: string
}
