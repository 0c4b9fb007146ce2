import { create, toBinary } from '@bufbuild/protobuf'
import { ListStoriesRequestSchema } from '#gen/troupe/story/v1/story_service_pb.ts'
import { encodePageToken } from '#shared/application/paging.ts'
import { untilCarried } from './gateway-writes.ts'
import { gatewayRun } from './load/gateway-load.ts'
import type { NodeLoad } from './load/node-load.ts'
import type { Run } from './measure.ts'
import { startBenchMesh } from './mesh.ts'
import { createRequest, createStoryPath, getStoryPath, listStoriesPath, someStories } from './requests.ts'
import type { Bench } from './setting.ts'
import { loadEvents, loadStories, storyId, storyTime } from './story-data.ts'

/** A mesh with so many stories and events. */
export interface GrownMesh {
  size: number
  operations: Readonly<Record<string, Run>>
  stop(): Promise<void>
}

const callers = 8

const page = (pageToken: string) =>
  toBinary(ListStoriesRequestSchema, create(ListStoriesRequestSchema, { pageSize: 20, pageToken }))

/** A page nine tenths down the list, newest first. */
const deepPage = (size: number) => {
  const number = Math.floor(size / 10)
  return page(encodePageToken([storyTime(number).toISOString(), storyId(number)]))
}

/** Starts a mesh and fills it. */
export const growMesh = async (bench: Bench, load: NodeLoad, size: number, name: string): Promise<GrownMesh> => {
  const mesh = await startBenchMesh(bench, `growth_${name.toLowerCase()}`)
  try {
    const database = mesh.databaseOf('story')
    // Search is not asked for here: its index would only make the loading long.
    await loadStories(bench, database, size, 0)
    await loadEvents(bench, database, size)
    const people = mesh.people(callers)
    const call = { url: mesh.url, people, callers }
    const write = gatewayRun(bench, load, { ...call, path: createStoryPath, messages: [createRequest], isKeyed: true })
    const read = (path: string, messages: readonly Uint8Array[]) => gatewayRun(bench, load, { ...call, path, messages })
    return {
      size,
      operations: {
        'GetStory by id': read(getStoryPath, someStories(size)),
        'ListStories, first page': read(listStoriesPath, [page('')]),
        'ListStories, deep page': read(listStoriesPath, [deepPage(size)]),
        CreateStory: async () => {
          const sample = await write()
          await untilCarried(bench, database)
          return sample
        },
      },
      stop: mesh.stop,
    }
  } catch (error) {
    await mesh.stop()
    throw error
  }
}
