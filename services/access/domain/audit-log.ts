import { AuditLogAnchoredSchema } from '#gen/troupe/access/v1/access_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { timestamp } from '#shared/domain/timestamp.ts'

/** What the log starts from, before any entry. */
export const noHash = '00'.repeat(32)

export type AuditAction =
  | 'ROLE_CREATED'
  | 'PERMISSION_CREATED'
  | 'PERMISSION_GRANTED'
  | 'PERMISSION_REVOKED'
  | 'ROLE_ASSIGNED'
  | 'ROLE_UNASSIGNED'
  | 'USER_REMOVED'

/** What is written down of a change. */
export interface AuditNote {
  action: AuditAction
  userId?: string
  role?: string
  permission?: string
}

/** Anchors are kept for 30 days: of a log that rests, too, one must be left. */
const anchorsLastMs = 24 * 60 * 60 * 1000

/** The log's head, and how far it is anchored. Entries are appended by the database, one after another. */
export class AuditLog extends Aggregate {
  readonly id!: string
  /** Number of the last entry. */
  sequence!: number
  /** Its hash, hexadecimal. */
  hash!: string
  anchoredSequence!: number
  anchoredAt: Date | undefined

  /** Tells others how far the log has come, where it has come further or they were told a day ago. */
  anchor(now: Date): void {
    const age = now.getTime() - (this.anchoredAt?.getTime() ?? 0)
    // Whoever rules the database may have set a time to come.
    const isFresh = age >= 0 && age < anchorsLastMs
    if (this.sequence === 0 || (isFresh && this.sequence === this.anchoredSequence)) return
    this.anchoredSequence = this.sequence
    this.anchoredAt = now
    const { sequence, hash } = this
    this.record(AuditLogAnchoredSchema, { sequence: BigInt(sequence), hash, anchoredAt: timestamp(now) })
  }
}

/** An entry as it is kept. */
export interface StoredEntry {
  sequence: number
  /** What the hash covers. */
  text: string
  /** Hexadecimal. */
  hash: string
}

export interface Anchor {
  sequence: number
  hash: string
}

export interface Finding {
  fault: 'EDITED' | 'DELETED' | 'CUT' | 'REWRITTEN'
  sequence: number
  description: string
}

export type HashEntry = (before: string, sequence: number, text: string) => string

/**
 * Follows the log from its first entry to its last. `anchors` were told to others at their time, which whoever rules
 * the database cannot take back.
 */
export class AuditCheck {
  readonly findings: Finding[] = []
  private readonly hashOf: HashEntry
  private readonly anchors: ReadonlyMap<number, ReadonlySet<string>>
  private readonly head: Anchor
  /** Number of the last entry that head or anchors know of. */
  readonly end: number
  private last: Anchor = { sequence: 0, hash: noHash }
  entries = 0

  constructor(hashOf: HashEntry, head: Anchor, anchors: readonly Anchor[]) {
    this.hashOf = hashOf
    this.head = head
    const told = Map.groupBy(anchors, ({ sequence }) => sequence)
    this.anchors = new Map([...told].map(([sequence, same]) => [sequence, new Set(same.map(({ hash }) => hash))]))
    this.end = Math.max(head.sequence, ...told.keys())
  }

  /** Takes the next entry. */
  take({ sequence, text, hash }: StoredEntry): void {
    this.entries += 1
    const expected = this.last.sequence + 1
    const isNext = sequence === expected
    if (!isNext) this.find('DELETED', expected, `entries ${expected} to ${sequence - 1} are missing`)
    // After a hole nobody knows the hash before it.
    else if (this.hashOf(this.last.hash, sequence, text) !== hash) {
      this.find('EDITED', sequence, 'the entry does not match its hash')
    }
    const anchored = this.anchors.get(sequence)
    // The forged head of a log that was rewritten is anchored, too, a minute later.
    if (anchored && (anchored.size > 1 || !anchored.has(hash))) {
      this.find('REWRITTEN', sequence, 'another entry of this number was anchored')
    }
    this.last = { sequence, hash }
  }

  /** After the last entry: all that is wrong, in the order of the log. */
  finish(): readonly Finding[] {
    const next = this.last.sequence + 1
    if (this.end >= next) this.find('CUT', next, `entries ${next} to ${this.end} are missing at the end`)
    else if (this.head.hash !== this.last.hash || this.head.sequence !== this.last.sequence) {
      this.find('REWRITTEN', this.last.sequence, 'the head of the log tells another end')
    }
    return this.findings
  }

  private find(fault: Finding['fault'], sequence: number, description: string): void {
    this.findings.push({ fault, sequence, description })
  }
}
