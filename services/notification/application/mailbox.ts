import type { Channel } from '../domain/ports.ts'

/** A message as the local mailbox has it. */
export interface MailboxMessage {
  position: number
  key: string
  channel: Exclude<Channel, 'in_app'>
  address: string
  subject: string
  html: string
  text: string
  language: string
  headers: Readonly<Record<string, string>>
  at: Date
}

/** What the local mailbox is read from. */
export interface MailboxReader {
  /** Newest first, before a position; to all addresses when empty. */
  list(address: string, before: number | undefined, limit: number): Promise<MailboxMessage[]>
  find(position: number): Promise<MailboxMessage | undefined>
}
