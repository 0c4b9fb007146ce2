import { VendorError } from '#shared/domain/vendor-error.ts'
import type { VendorName } from './job-parts.ts'

/** A vendor did not make what it was asked for. */
export class FilmError extends VendorError {}

/** What a vendor says of a clip that it has accepted. */
type ClipNews =
  | { state: 'running'; share: number }
  | { state: 'done'; url: string }
  /** It will never be there. */
  | { state: 'failed'; reason: string }

/** What a vendor is asked for. */
interface ClipOrder {
  /** Ours, for vendors that heed one. */
  key: string
  prompt: string
}

/** Who makes clips of some seconds. Every failure is a FilmError. */
export interface ClipVendor {
  readonly name: VendorName
  readonly clipSeconds: number
  /** Of one clip by its list, in millionths of a US dollar. */
  readonly clipMicros: number
  /** Asks for a clip, which costs something, and answers what the vendor calls it. */
  submit(order: ClipOrder): Promise<string>
  poll(providerJobId: string, signal: AbortSignal): Promise<ClipNews>
  /** The clips with a prompt that it accepted since a time, oldest first, of vendors that can be asked. */
  find?(prompt: string, since: Date, signal: AbortSignal): Promise<string[]>
  fetch(url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>
}
