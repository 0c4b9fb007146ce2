/** What an author is told who did nothing wrong. */
export const texts = {
  unchecked: 'The text could not be checked in time. Please publish again.',
  tooLong: 'Publishing took too long. Please publish again.',
  ours: 'Something went wrong on our side. Please publish again.',
} as const

/** Why a step was refused, for the author. */
export const refusalText = (reason: string): string => {
  if (reason === 'STORY_ARCHIVED') return 'The story was archived while it was being published.'
  if (reason === 'STORY_NOT_FOUND' || reason === 'PUBLISHING_NOT_FOUND') return 'The story was deleted meanwhile.'
  return texts.ours
}

const narrations: Readonly<Record<string, string>> = {
  CANCELLED: 'The narration was cancelled.',
  LIMIT_REACHED: 'Your subscription has no speech left for the narration in this period.',
  NARRATION_RUNNING: 'Another text of the story is being narrated. Wait for it, and publish again.',
  NOTHING_TO_SAY: 'The story says nothing that can be spoken.',
  VOICE_NOT_FOUND: 'A voice that was chosen for the narration is gone. Choose another one.',
  VOICE_NOT_READY: 'A voice that was chosen for the narration is not trained yet.',
  STORY_NOT_FOUND: 'The story was deleted meanwhile.',
  STORY_DELETED: 'The story was deleted meanwhile.',
  SPEECH_UNKNOWN: 'Nobody knows what became of a part of the narration that is paid for. Have that part spoken again.',
}

/** Why a story was not narrated, for its author. */
export const narrationText = (reason: string): string =>
  narrations[reason] ?? `The story could not be narrated (${reason || 'INTERNAL'}). Please publish again.`

const films: Readonly<Record<string, string>> = {
  CANCELLED: 'The film was cancelled.',
  LIMIT_REACHED: 'Your subscription has no film left in this period.',
  NARRATION_NOT_FOUND: 'A story that is not narrated cannot be filmed.',
  NARRATION_OUTDATED: 'The narration tells another text than the one that is published.',
  FILM_UNKNOWN: 'Nobody knows what became of a part of the film that is paid for. Decide about it in its job.',
}

/** Why a film was not made, for the author. */
export const filmText = (reason: string): string =>
  films[reason] ?? `The story could not be filmed (${reason || 'INTERNAL'}). Please publish again, or without the film.`
