import type { Kernel } from '#shared/infrastructure/kernel.ts'

/** Who takes part in recording stories, as collaboration last told. */
export const collaboratorNotes = ({ unit }: Pick<Kernel, 'unit'>) => ({
  joined: (storyId: string, participantId: string) =>
    unit().write({
      // Of a story that is gone nothing is noted.
      sql: `insert into story_collaborators (story_id, participant_id) select id, $2::uuid from stories where id = $1
        on conflict do nothing`,
      parameters: [storyId, participantId],
    }),
  left: (storyId: string, participantId: string) =>
    unit().write({
      sql: 'delete from story_collaborators where story_id = $1 and participant_id = $2',
      parameters: [storyId, participantId],
    }),
})
