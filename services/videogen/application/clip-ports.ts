import type { PlannedClip } from '../domain/clip-plan.ts'
import type { VendorName } from '../domain/job-parts.ts'

type ClipState = 'planned' | 'asked' | 'accepted' | 'ready' | 'failed' | 'unknown'

export interface Clip extends PlannedClip {
  state: ClipState
  /** Who was asked; empty before. */
  provider: VendorName | ''
  providerJobId: string
  costMicros: number
  failureReason: string
  askedAt: Date
  /** Since it was asked for, by the database's time. */
  ageMs: number
}

/** Parts of films that vendors are asked, and paid, for. */
export interface Clips {
  /** Writes a plan where there is none. */
  plan(jobId: string, clips: readonly PlannedClip[]): void
  of(jobId: string): Promise<Clip[]>
  /** Writes down that a vendor is asked, before it is; answers the key to ask by. Undefined: somebody else has. */
  ask(jobId: string, place: number, provider: VendorName, costMicros: number): Promise<string | undefined>
  /** It was not accepted: nothing is paid, and it can be asked for again. */
  withdraw(jobId: string, place: number): Promise<void>
  accept(jobId: string, place: number, providerJobId: string): Promise<void>
  keep(jobId: string, place: number): Promise<void>
  giveUp(jobId: string, place: number, state: 'failed' | 'unknown', reason: string): Promise<void>
  /** Lets those be asked for again that failed, or of which nobody knows what became. */
  forgive(jobId: string): void
  /** What was paid for a job, or may have been. */
  spent(jobId: string): Promise<number>
  /** Which of these a vendor made for somebody of ours. */
  known(provider: VendorName, providerJobIds: readonly string[]): Promise<Set<string>>
}
