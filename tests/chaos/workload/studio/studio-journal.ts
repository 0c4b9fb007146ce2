import type { CallJournal } from '../journal.ts'

/** A publication as its author was told it is. */
export interface PublicationRecord {
  id: string
  /** Of the call that began it. */
  key: string
  storyId: string
  userId: string
  film: 'usual' | 'included' | 'left-out'
  allowPartial: boolean
  /** Lines that a friend recorded for it, and their host approved. */
  recorded: number
}

/** What authors and their friends were told. */
export interface StudioJournal extends CallJournal {
  publications: PublicationRecord[]
  /** Sessions whose host was told that they are complete. */
  completed: string[]
}
