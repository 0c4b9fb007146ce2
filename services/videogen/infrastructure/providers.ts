import { precondition } from '#shared/domain/errors.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Providers } from '../application/ports.ts'
import type { ProviderName, VendorName } from '../domain/job-parts.ts'
import type { Offer } from '../domain/provider-choice.ts'
import type { ClipVendor } from '../domain/vendor.ts'

/** As many failures one after the other, the last of them lately, and a provider is taken to be down. */
const mostFailures = 3

const down = `select name from providers where failures >= ${mostFailures} and failed_at > now() - interval '5 minutes'`

const queues = `select provider as name, count(*)::integer as waiting from clips
    where state in ('asked', 'accepted') group by provider
  union all
  select 'embedded', count(*)::integer from video_jobs where status in ('queued', 'processing') and provider in ('', 'embedded')`

const failed = `insert into providers (name, failures, failed_at) values ($1, $2, now())
  on conflict (name) do update set failures = providers.failures + $2, failed_at = now()`

/** Who makes films here, and how they did lately. */
export const filmProviders = (
  { database, programs }: Pick<Kernel, 'database' | 'programs'>,
  vendors: Partial<Record<VendorName, ClipVendor>>,
): Providers => ({
  offers: async () => {
    const [sick, waiting] = await Promise.all([
      database.sql<{ name: ProviderName }>(down),
      database.sql<{ name: ProviderName; waiting: number }>(queues),
    ])
    const isDown = new Set(sick.map(({ name }) => name))
    const queueOf = (wanted: ProviderName) => waiting.find(({ name }) => name === wanted)?.waiting ?? 0
    const embedded: Offer = {
      name: 'embedded',
      isHealthy: programs.missing('ffmpeg') === undefined,
      queue: queueOf('embedded'),
      takesStyle: false,
      clipSeconds: 0,
      clipMicros: 0,
    }
    const others = Object.values(vendors).map(
      ({ name, clipSeconds, clipMicros }): Offer => ({
        name,
        clipSeconds,
        clipMicros,
        isHealthy: !isDown.has(name),
        queue: queueOf(name),
        takesStyle: true,
      }),
    )
    return [embedded, ...others]
  },
  vendor: (name) => {
    const vendor = vendors[name]
    if (!vendor) throw precondition('PROVIDER_NOT_CONFIGURED', `${name} is not set up here`)
    return vendor
  },
  noteWell: async (name) => void (await database.sql('delete from providers where name = $1', name)),
  noteFailure: async (name, isForGood) => void (await database.sql(failed, name, isForGood ? mostFailures : 1)),
})
