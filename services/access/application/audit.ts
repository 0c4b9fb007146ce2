import { placeOf, sequenceValue } from '#shared/application/page-values.ts'
import { pageOf, pageSize } from '#shared/application/paging.ts'
import { AuditCheck } from '../domain/audit-log.ts'
import type { Page } from './manage-roles.ts'
import type { Ports } from './ports.ts'

const mostFindings = 100

/** Changes of who may do what, newest first. Throws INVALID_PAGE_TOKEN. */
export const listAuditLog =
  ({ audit }: Ports) =>
  async ({ userId, actor, role, ...page }: Page & { userId: string; actor: string; role: string }) => {
    const size = pageSize(page.pageSize, 20, 100)
    const place = placeOf(page.pageToken, 1)
    const before = place && sequenceValue(place[0])
    const rows = await audit.list({ userId, actor, role, before, limit: size + 1 })
    return pageOf(rows, size, ({ sequence }) => [sequence])
  }

/** Reads the whole log and says what is wrong with it. */
export const verifyAuditLog =
  ({ audit }: Ports) =>
  async () => {
    // In this order: whatever was anchored is in the log that is read afterwards.
    const anchors = await audit.anchors()
    const head = await audit.head()
    const check = new AuditCheck(audit.hashOf, head, anchors)
    for await (const entry of audit.entries()) {
      // What came since belongs to the next look.
      if (entry.sequence <= check.end) check.take(entry)
    }
    const findings = check.finish()
    return {
      isIntact: findings.length === 0,
      entries: check.entries,
      findings: findings.slice(0, mostFindings),
      anchor: anchors.at(-1),
    }
  }

/** Tells others how far the log has come, where they do not know or were told a day ago. */
export const anchorAuditLog =
  ({ audit, clock }: Ports) =>
  async (): Promise<void> =>
    (await audit.head()).anchor(clock.now())
