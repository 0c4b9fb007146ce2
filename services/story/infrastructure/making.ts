import { NarrationService } from '#gen/troupe/narration/v1/narration_service_pb.ts'
import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { PublishingView } from '../application/views.ts'

/** How much of what is being made for a publication is done, 0–100; nothing where that cannot be told now. */
export const makingProgress = ({ client, log }: Pick<Kernel, 'client' | 'log'>) => {
  const narrations = client(NarrationService)
  const films = client(VideoGenService)
  const narrated = async (narrationId: string) => (await narrations.getNarrationProgress({ narrationId })).progress
  const filmed = async (jobId: string) => (await films.getFilmProgress({ jobId })).progress
  return async ({ status, narrationId, videoJobId }: PublishingView): Promise<number> => {
    try {
      return (await (status === 'narrating' ? narrated(narrationId) : filmed(videoJobId)))?.percent ?? 0
    } catch (error) {
      log.debug('nobody tells how far a publication is', { error })
      return 0
    }
  }
}
