import type { Captions, Soundtrack } from '../domain/film.ts'
import type { MadeFilm } from '../domain/job-parts.ts'

/** Whose film. */
export interface FilmKey {
  jobId: string
  userId: string
}

export interface FilmOrder extends FilmKey {
  soundtrack: Soundtrack
  soundBlob: string
  /** Of the text that is told. */
  contentHash: string
  captions: Captions
}

/** A clip that is kept, and which time it shows. */
interface KeptClip {
  place: number
  startMs: number
  endMs: number
}

/** Everything that is done to pictures. */
export interface Studio {
  /** Draws a film, and keeps it. */
  draw(order: FilmOrder, onProgress: (share: number) => void, signal: AbortSignal): Promise<MadeFilm>
  /** Keeps a clip as it comes. */
  keepClip(key: FilmKey, place: number, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
  /** Joins kept clips to a film with its sound, each as long as it is to be seen, and keeps it. */
  join(
    order: FilmOrder & { clips: readonly KeptClip[] },
    onProgress: (share: number) => void,
    signal: AbortSignal,
  ): Promise<MadeFilm>
  /** Removes what clips left. */
  removeClips(key: FilmKey): Promise<void>
  /** Removes all files of a film. */
  remove(key: FilmKey): Promise<void>
  /** Removes all files of a person. */
  erase(userId: string): Promise<void>
}
