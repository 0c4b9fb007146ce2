import { awaitVoices, filmAwaited, heardAnew } from './await-voices.ts'
import { createVideoJob, estimateCost } from './create-video-job.ts'
import { abandonFilm, filmStory } from './film-story.ts'
import { makeFilm } from './make-film.ts'
import type { Ports } from './ports.ts'
import { erasePerson, removeFilms } from './remove-films.ts'
import { retryVideoJob } from './retry-video-job.ts'
import {
  cancelVideoJob,
  getFilm,
  getFilmProgress,
  getVideoJob,
  listProviders,
  listVideoJobs,
  watchVideoJob,
} from './video-jobs.ts'

/** The use cases of videogen. */
export const videogenApp = (ports: Ports) => ({
  estimateCost: estimateCost(ports),
  createVideoJob: createVideoJob(ports),
  retryVideoJob: retryVideoJob(ports),
  getVideoJob: getVideoJob(ports),
  listVideoJobs: listVideoJobs(ports),
  cancelVideoJob: cancelVideoJob(ports),
  watchVideoJob: watchVideoJob(ports),
  getFilm: getFilm(ports),
  listProviders: listProviders(ports),
  filmStory: filmStory(ports),
  abandonFilm: abandonFilm(ports),
  getFilmProgress: getFilmProgress(ports),
  awaitVoices: awaitVoices(ports),
  heardAnew: heardAnew(ports),
  filmAwaited: filmAwaited(ports),
  makeFilm: makeFilm(ports),
  removeFilms: removeFilms(ports),
  erasePerson: erasePerson(ports),
})

export type VideogenApp = ReturnType<typeof videogenApp>
