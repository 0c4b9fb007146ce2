import { type Answer, type Received, startStandIn } from '#shared/tests/stand-in.ts'

/** What an API does instead of its work, or (`lost`, `headers-only`) after it. */
export type Trouble = Answer | 'hang' | 'cut' | 'lost' | 'headers-only'

/** A local stand-in of a company's HTTP API that also misbehaves, from when it is told to until it is told otherwise. */
export const startVendor = async (handle: (request: Received) => Answer | Promise<Answer>) => {
  let trouble: Trouble | undefined
  const accepted: Received[] = []
  const { received, ...standIn } = await startStandIn(async (request) => {
    if (trouble === 'hang' || trouble === 'cut' || typeof trouble === 'object') return trouble
    const answer = await handle(request)
    if (answer.status < 300) accepted.push(request)
    if (trouble === 'lost') return 'cut'
    return trouble === 'headers-only' ? { ...answer, until: 'head' } : answer
  })
  return {
    ...standIn,
    received,
    accepted,
    misbehave: (next: Trouble | undefined) => {
      trouble = next
    },
    reset: () => {
      trouble = undefined
      received.length = 0
      accepted.length = 0
    },
  }
}

export type Vendor = Awaited<ReturnType<typeof startVendor>>
