import type { Delivery } from '../domain/delivery.ts'
import type { DeliveryReport } from '../domain/ports.ts'
import type { Ports } from './ports.ts'

/** How many things share the fate of their digest in one statement. */
const atOnce = 250

/** Has the next things that waited for a digest share its fate, and notes on it whether there may be more. */
export const follow = async ({ deliveries }: Ports, digest: Delivery): Promise<Delivery[]> => {
  const { id, status, provider, madeFrom, sentAt } = digest.state
  const items = await deliveries.itemsOf(id, atOnce)
  for (const item of items) {
    // The provider knows the digest alone.
    if (status === 'SENT' && sentAt) item.sent({ provider, madeFrom }, sentAt)
    else item.fail('DIGEST_FAILED')
  }
  digest.state.itemsLeft = items.length === atOnce
  return items
}

/** The next step of that, once the digest itself is over. Returns whether there may be more. */
export const followStep =
  (ports: Ports) =>
  async (digestId: string): Promise<boolean> => {
    const digest = await ports.deliveries.find(digestId)
    if (!digest?.state.itemsLeft) return false
    const items = await follow(ports, digest)
    ports.deliveries.save([digest, ...items])
    return digest.state.itemsLeft
  }

/** Who opens a digest has all of it before them; which of it they clicked on is not known. */
const ofItems = (report: DeliveryReport): DeliveryReport =>
  report.kind === 'clicked' ? { ...report, kind: 'delivered' } : report

/** Notes what a provider tells of a digest for what went out in it. Done again after a crash, it changes only what is left. */
export const reportItems = async (
  { apart, deliveries }: Ports,
  digestId: string,
  report: DeliveryReport,
): Promise<void> => {
  let last: string | undefined
  for (let isMore = true; isMore; ) {
    const after = last
    const items = await apart('report items', async () => {
      const found = await deliveries.sentWith(digestId, after, atOnce)
      for (const item of found) item.report(ofItems(report))
      deliveries.save(found)
      return found
    })
    last = items.at(-1)?.id
    isMore = items.length === atOnce
  }
}
