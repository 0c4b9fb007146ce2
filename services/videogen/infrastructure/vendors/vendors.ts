import { failpoint } from '#shared/infrastructure/failpoints.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { VendorName } from '../../domain/job-parts.ts'
import type { ClipVendor } from '../../domain/vendor.ts'
import type { VendorOptions } from './runway.ts'

const price = { min: 0, max: 10_000_000 }

interface Vendor {
  name: VendorName
  baseUrl: string
  model: string
  /** By its list, in millionths of a US dollar. */
  microsPerSecond: number
  /** Loaded where it is used: the vendors' libraries are large. */
  load: () => Promise<(options: VendorOptions) => ClipVendor>
}

const vendors: readonly Vendor[] = [
  {
    name: 'runway',
    baseUrl: 'https://api.dev.runwayml.com',
    model: 'gen4.5',
    microsPerSecond: 120_000,
    load: async () => (await import('./runway.ts')).runwayVendor,
  },
  {
    name: 'luma',
    baseUrl: 'https://api.lumalabs.ai/dream-machine/v1',
    model: 'ray-2',
    microsPerSecond: 142_000,
    load: async () => (await import('./luma.ts')).lumaVendor,
  },
  {
    name: 'pika',
    baseUrl: 'https://queue.fal.run',
    model: 'fal-ai/pika/v2.2/text-to-video',
    microsPerSecond: 40_000,
    load: async () => (await import('./pika.ts')).pikaVendor,
  },
]

/** A process can be made to end on both sides of what costs something. */
const endable = (vendor: ClipVendor): ClipVendor => ({
  ...vendor,
  submit: async (order) => {
    failpoint('effect:before')
    const id = await vendor.submit(order)
    failpoint('effect:after')
    return id
  },
})

/** The vendors whose keys are set. */
export const chosenVendors = async ({ env }: Pick<Kernel, 'env'>): Promise<Partial<Record<VendorName, ClipVendor>>> => {
  const chosen: Partial<Record<VendorName, ClipVendor>> = {}
  for (const { name, baseUrl, model, microsPerSecond, load } of vendors) {
    const variable = `TROUPE_${name.toUpperCase()}`
    const apiKey = env.optional(`${variable}_API_KEY`)
    const options = {
      baseUrl: env.url(`${variable}_BASE_URL`, ['http', 'https'], baseUrl),
      model: env.text(`TROUPE_FILM_${name.toUpperCase()}_MODEL`, model),
      microsPerSecond: env.number(`TROUPE_FILM_${name.toUpperCase()}_MICROS`, microsPerSecond, price),
    }
    if (apiKey) chosen[name] = endable((await load())({ apiKey, ...options }))
  }
  return chosen
}
