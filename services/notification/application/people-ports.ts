import type { Device } from '../domain/device.ts'
import type { Preference, Wishes } from '../domain/preference.ts'

/** What is known of a person without asking: a public name, a language, a time zone. */
export interface Person {
  userId: string
  displayName: string
  language: string
  timeZone: string
}

/** The people on the platform, as identity last told of them. */
export interface People {
  find(ids: readonly string[]): Promise<Map<string, Person>>
  /** Fields that are not given stay as they are. */
  remember(person: Pick<Person, 'userId' | 'displayName' | 'language'> & { timeZone?: string }): void
  forget(userId: string): void
  /** Throws USER_NOT_FOUND for who has left. Who leaves before the unit is committed has it run again. */
  mustLive(userId: string): Promise<void>
  /** Of some people, those who have left. */
  gone(ids: readonly string[]): Promise<ReadonlySet<string>>
  /** Ids in order, after a place. Throws PEOPLE_INCOMPLETE while they are being read again. */
  page(after: string | undefined, limit: number): Promise<string[]>
}

/** How somebody is reached. */
export interface Contact extends Person {
  email: string
  /** E.164; empty for none. */
  phone: string
}

/** Identity, asked when something is sent. Throws while it cannot be reached. */
export interface Contacts {
  /** Undefined for who has no active account. */
  find(userId: string): Promise<Contact | undefined>
  /** A link that is to be mailed, or why it need not be any more, e.g. `LINK_USED`. */
  link(requestId: string): Promise<{ url: string; email: string; expiresAt: Date } | { reason: string }>
}

/** An invitation as it is to be sent now. */
export interface InvitationLetter {
  /** One of the two is empty. */
  email: string
  phone: string
  url: string
  expiresAt: Date
  hostName: string
  storyTitle: string
  characterName: string
  language: string
}

/** Collaboration, asked when an invitation is sent. Throws while it cannot be reached. */
export interface Invitations {
  /** Where it goes and what it says, or why it need not be sent any more, e.g. `INVITATION_OVER`. */
  letter(invitationId: string, sending: number): Promise<InvitationLetter | { reason: string }>
}

/** Who follows whom. */
export interface Followers {
  /** Ids in order, after a place. */
  page(userId: string, after: string | undefined, limit: number): Promise<string[]>
}

export interface Preferences {
  find(userId: string): Promise<Preference | undefined>
  add(preference: Preference): void
  /** What people have said; who has said nothing is left out. */
  wishesOf(userIds: readonly string[]): Promise<Map<string, Wishes>>
}

export interface Devices {
  findByToken(tokenHash: string): Promise<Device | undefined>
  of(userId: string): Promise<Device[]>
  add(device: Device): void
  remove(id: string): void
  /** Of some people, those who have any. */
  owners(userIds: readonly string[]): Promise<Set<string>>
}
