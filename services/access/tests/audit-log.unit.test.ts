import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { type Anchor, AuditCheck, AuditLog, noHash, type StoredEntry } from '../domain/audit-log.ts'
import { hashOfEntry } from '../infrastructure/audit-trail.ts'

/** A log of so many entries, written as it should be. */
const logOf = (texts: readonly string[]): StoredEntry[] => {
  let before = noHash
  return texts.map((text, index) => {
    const sequence = index + 1
    const hash = hashOfEntry(before, sequence, text)
    before = hash
    return { sequence, text, hash }
  })
}

const headOf = (log: readonly StoredEntry[]): Anchor => log.at(-1) ?? { sequence: 0, hash: noHash }

const faultsOf = (log: readonly StoredEntry[], head: Anchor, anchors: readonly Anchor[]): string[] => {
  const check = new AuditCheck(hashOfEntry, head, anchors)
  for (const entry of log) check.take(entry)
  return check.finish().map(({ fault, sequence }) => `${fault} ${sequence}`)
}

const texts = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 30 })
const attacked = fc.tuple(texts, fc.nat(), fc.nat()).map(([all, at, anchored]) => {
  const log = logOf(all)
  const anchor = log[anchored % log.length] as StoredEntry
  return { log, at: at % log.length, anchors: [{ sequence: anchor.sequence, hash: anchor.hash }] }
})

describe('a log', () => {
  it('that nobody touched is intact', () => {
    const check = fc.property(attacked, ({ log, anchors }) => {
      expect(faultsOf(log, headOf(log), anchors)).toEqual([])
    })
    fc.assert(check)
    expect(faultsOf([], headOf([]), [])).toEqual([])
  })

  it('with an edited entry is not', () => {
    const check = fc.property(attacked, ({ log, at, anchors }) => {
      const edited = log.map((entry, index) => (index === at ? { ...entry, text: `${entry.text}!` } : entry))
      expect(faultsOf(edited, headOf(log), anchors)).toEqual([`EDITED ${at + 1}`])
    })
    fc.assert(check)
  })

  it('without an entry is not', () => {
    const check = fc.property(attacked, ({ log, at, anchors }) => {
      const fault = at === log.length - 1 ? 'CUT' : 'DELETED'
      const deleted = log.filter((_, index) => index !== at)
      expect(faultsOf(deleted, headOf(log), anchors)).toEqual([`${fault} ${at + 1}`])
    })
    fc.assert(check)
  })

  it('cut behind an anchor is not, though its head agrees', () => {
    const check = fc.property(attacked, ({ log, at }) => {
      const cut = log.slice(0, at)
      const last = headOf(log)
      expect(faultsOf(cut, headOf(cut), [last])).toEqual([`CUT ${at + 1}`])
      // What no anchor has seen can be cut unseen.
      expect(faultsOf(cut, headOf(cut), cut.length > 0 ? [headOf(cut)] : [])).toEqual([])
    })
    fc.assert(check)
  })

  it('rewritten as a whole is not, though it is in itself right', () => {
    const check = fc.property(attacked, fc.nat(), ({ log, at }, anchored) => {
      const rewritten = logOf(log.map(({ text }, index) => (index === at ? `${text}?` : text)))
      const sequence = at + 1 + (anchored % (log.length - at))
      const anchor = log[sequence - 1] as StoredEntry
      expect(faultsOf(rewritten, headOf(rewritten), [anchor])).toEqual([`REWRITTEN ${sequence}`])
      // Nor is it once the forged entry was anchored in its place.
      const forged = rewritten[sequence - 1] as StoredEntry
      expect(faultsOf(rewritten, headOf(rewritten), [anchor, forged])).toEqual([`REWRITTEN ${sequence}`])
      expect(faultsOf(log, headOf(log), [anchor, forged])).toEqual([`REWRITTEN ${sequence}`])
      expect(faultsOf(log, headOf(log), [anchor, anchor])).toEqual([])
    })
    fc.assert(check)
  })
})

describe('a head', () => {
  const hours = (n: number) => new Date(Date.UTC(2026, 10, 20, n))
  const head = (over: Partial<AuditLog>) =>
    Object.assign(new AuditLog(), { id: 'log', sequence: 5, hash: noHash, anchoredSequence: 5, ...over })

  it.each<[string, Partial<AuditLog>, boolean]>([
    ['was told an hour ago', { anchoredAt: hours(23) }, false],
    ['was told a day ago', { anchoredAt: hours(0) }, true],
    ['has come further', { anchoredAt: hours(23), sequence: 6 }, true],
    ['was never told', { anchoredAt: undefined }, true],
    ['is said to have been told at a time to come', { anchoredAt: hours(25) }, true],
    ['has no entry', { anchoredAt: undefined, sequence: 0, anchoredSequence: 0 }, false],
  ])('that %s', (_, over, isTold) => {
    const log = head(over)
    log.anchor(hours(24))
    expect(recordedEvents(log)).toHaveLength(isTold ? 1 : 0)
  })
})
