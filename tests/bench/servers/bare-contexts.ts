import { file_troupe_story_v1_story_events as events } from '#gen/troupe/story/v1/story_events_pb.ts'
import { startProcess } from '../../../services/mesh-process.ts'
import { defineContext } from '../../../services/shared/presentation/context.ts'
import { answer } from '../answers.ts'

// A process of the mesh that hosts contexts with nothing in them: what the kernel itself weighs.

const [count = '1', first = '0'] = process.argv.slice(2)

const definitions = Array.from({ length: Number(count) }, (_, index) =>
  defineContext({
    name: `bare${Number(first) + index}`,
    entities: [],
    migrations: [],
    events,
    compose: () => ({ routes: [] }),
  }),
)
await startProcess({ environment: { ...process.env, TROUPE_PORT: '0' }, definitions })
answer(undefined)
