import { createClient } from '@connectrpc/connect'
import { StoryStatus, type StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { eventually } from '../../mesh.ts'
import type { Scene } from './recipe.ts'

const tale = `Once upon a time a girl called Greta lived with her brother Tom at the edge of the wood.
“Where are you going?” asked Greta. “To the mill,” said Tom. They walked all day and were very happy.`

const storiesOf = ({ stage, person }: Scene) => createClient(StoryService, stage.transport(person.token))

interface StoryParts {
  title?: string
  content?: string
  visibility?: StoryVisibility
}

/** For what is made of the text itself: it says the same, and takes as long to tell, whoever wrote it. */
export const plainTale: StoryParts = { title: 'The mill', content: tale }

/** A draft whose text nobody but its author may read. */
export const newStory = async (
  scene: Scene,
  parts: StoryParts = {},
  headers: Record<string, string> = {},
): Promise<string> => {
  const secret = `secret-${crypto.randomUUID()}`
  scene.person.secrets.push(secret)
  const request = { title: `Draft ${secret}`, content: `${tale} ${secret}`, ...parts }
  const { story } = await storiesOf(scene).createStory(request, { headers })
  return story?.id ?? ''
}

/** A draft whose analysis is done. */
export const newAnalysedStory = async (scene: Scene, parts: StoryParts = {}): Promise<string> => {
  const storyId = await newStory(scene, parts)
  await storiesOf(scene).analyzeStory({ storyId })
  await eventually(async () => {
    const { story } = await storiesOf(scene).getStory({ storyId })
    return story?.status === StoryStatus.ANALYZED
  }, 30_000)
  return storyId
}

/** A draft with a character. */
export const newCharacter = async (scene: Scene): Promise<{ storyId: string; characterId: string }> => {
  const storyId = await newStory(scene)
  const { character } = await storiesOf(scene).addCharacter({ storyId, name: 'Owl' })
  return { storyId, characterId: character?.id ?? '' }
}

/** A publication that is under way and stays so: no process knows of it. */
export const newPublishing = async (scene: Scene): Promise<{ storyId: string; publishingId: string }> => {
  const storyId = await newStory(scene)
  const publishingId = crypto.randomUUID()
  await scene.stage.databases.sql(
    'story',
    `insert into publishings (id, story_id, author_id, story_version, status, failure_reason, started_at)
     values ($1, $2, $3, 1, 'validating', '', now())`,
    publishingId,
    storyId,
    scene.person.id,
  )
  return { storyId, publishingId }
}

/** The secret of a link to a story. */
export const shareTokenOf = async (scene: Scene, storyId: string): Promise<string> =>
  (await storiesOf(scene).shareStory({ storyId })).shareToken
