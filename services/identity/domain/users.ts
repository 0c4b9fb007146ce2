import type { Email } from '#shared/domain/email.ts'
import type { User } from './user.ts'

/** The accounts. */
export interface Users {
  /** Throws USER_NOT_FOUND. */
  get(id: string): Promise<User>
  find(id: string): Promise<User | undefined>
  findByEmail(email: Email): Promise<User | undefined>
  /** Fails with EMAIL_TAKEN when the address has an account. */
  add(user: User): void
  /**
   * Has what the unit makes count as a change of the account, which itself stays as it is: of two units that change it
   * at once one is run again, and finds what the other wrote.
   */
  claim(user: User): void
  /** Removes the account and everything that is kept of the person here, but for the event store. */
  erase(user: User): void
}
