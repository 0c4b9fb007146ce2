import type { GetStoryResponse } from '#gen/troupe/story/v1/story_service_pb.ts'
import type { Sample } from './measure.ts'

/** Calls to make from one process to another. */
export interface Hop {
  url: string
  callers: number
  seconds: number
}

/** Calls by some callers at once for as long as the hop says. Rejects when an answer is not the whole story. */
export const callersFor = async (
  { callers, seconds }: Omit<Hop, 'url'>,
  call: () => Promise<GetStoryResponse>,
): Promise<Sample> => {
  let count = 0
  const began = performance.now()
  const end = began + seconds * 1000
  const caller = async () => {
    while (performance.now() < end) {
      const { story } = await call()
      if (story?.content.length !== 1024) throw new Error('GetStory answered no whole story')
      count += 1
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return { perSecond: (count * 1000) / (performance.now() - began), count }
}
