import { expect, it } from 'vitest'
import { notFound } from '#shared/domain/errors.ts'
import { runAnalysis } from '../application/run-analysis.ts'

/** Runs an analysis whose text is gone when it is read, of a story that is there or not. */
const runWithoutText = (isThere: boolean): Promise<void> => {
  const stories = {
    version: () => Promise.reject(notFound('VERSION_NOT_FOUND', 'the story has no such version')),
    find: async () => (isThere ? {} : undefined),
  }
  const analyses = { find: async () => ({ status: 'running', storyId: 's', storyVersion: 1 }) }
  return runAnalysis({ stories, analyses } as never)('s', 'hash', new AbortController().signal)
}

it('ends with a story that is deleted while it is asked for; without its text it fails while the story stands', async () => {
  await expect(runWithoutText(false)).resolves.toBeUndefined()
  await expect(runWithoutText(true)).rejects.toMatchObject({ reason: 'VERSION_NOT_FOUND' })
})
