import { Aggregate } from '#shared/domain/aggregate.ts'
import { precondition, unauthenticated } from '#shared/domain/errors.ts'

/** How many recovery codes an account gets. */
export const recoveryCodeCount = 10

export const totpInvalid = () => unauthenticated('TOTP_INVALID', 'this code is wrong, has run out or was used before')

/** An account's authenticator app, and the codes that stand in for it when it is lost. */
export class SecondFactor extends Aggregate {
  /** The account's. */
  readonly id!: string
  /** What app and we make codes from, encrypted. */
  sealedSecret!: Uint8Array
  /** Since when codes are asked for; none before the first right one. */
  confirmedAt: Date | undefined
  /** The step of the last code that was taken: none before or of it is taken any more. */
  lastStep!: number
  /** Of the recovery codes that are left. */
  recoveryHashes!: string[]

  static enroll(userId: string, sealedSecret: Uint8Array): SecondFactor {
    return Object.assign(new SecondFactor(), { id: userId, sealedSecret, lastStep: 0, recoveryHashes: [] })
  }

  /** Begins anew with another app. Throws TOTP_ALREADY_ON. */
  enrollAgain(sealedSecret: Uint8Array): void {
    this.mustBeUnconfirmed()
    this.sealedSecret = sealedSecret
  }

  private mustBeUnconfirmed(): void {
    if (this.confirmedAt) throw precondition('TOTP_ALREADY_ON', 'codes are asked for already; switch them off first')
  }

  /** Asks for codes from now on; `step` is that of the first one. Throws TOTP_ALREADY_ON; TOTP_INVALID without a step. */
  confirm(step: number | undefined, recoveryHashes: readonly string[], now: Date): void {
    this.mustBeUnconfirmed()
    if (!this.takeStep(step)) throw totpInvalid()
    this.confirmedAt = now
    this.recoveryHashes = [...recoveryHashes]
  }

  /** Takes the code of a step, unless it or a later one was taken before. */
  takeStep(step: number | undefined): boolean {
    if (step === undefined || step <= this.lastStep) return false
    this.lastStep = step
    return true
  }

  /** Takes a recovery code for good. */
  takeRecovery(hash: string): boolean {
    const left = this.recoveryHashes.filter((known) => known !== hash)
    if (left.length === this.recoveryHashes.length) return false
    this.recoveryHashes = left
    return true
  }
}

/** The second factors. */
export interface SecondFactors {
  find(userId: string): Promise<SecondFactor | undefined>
  add(factor: SecondFactor): void
  remove(factor: SecondFactor): void
}
