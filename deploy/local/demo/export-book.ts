import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Client } from '@connectrpc/connect'
import { ExportFormat, type StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'

const longestSlug = 80

/** A name for a file, of small letters, digits and hyphens; empty when the title has none of them. */
export const slugOf = (title: string): string =>
  title
    .replaceAll(/ß/g, 'ss')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, longestSlug)
    .replace(/^-+|-+$/g, '')

/** Writes a story as EPUB; the file appears only once it is whole. Answers its size in bytes. */
export const exportBook = async (
  stories: Client<typeof StoryService>,
  storyId: string,
  file: string,
): Promise<number> => {
  await mkdir(dirname(file), { recursive: true })
  const unfinished = `${file}.${randomUUID()}.part`
  try {
    let bytes = 0
    {
      await using handle = await open(unfinished, 'wx')
      for await (const { data } of stories.exportStory({ storyId, format: ExportFormat.EPUB })) {
        await handle.writeFile(data)
        bytes += data.length
      }
    }
    if (bytes === 0) throw new Error('ExportStory ended without a single byte')
    await rename(unfinished, file)
    return bytes
  } finally {
    await rm(unfinished, { force: true })
  }
}
