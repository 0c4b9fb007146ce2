import { json, openGate, type Received, type Reply, startStandIn } from '#shared/tests/stand-in.ts'

/**
 * What the vendors do with the next request that costs something: `lose` accepts and does not answer, `lose-unheard` does
 * neither, `vanish` accepts and knows nothing of it later, `fail` accepts and never makes it.
 */
export type Mood = 'answer' | 'lose' | 'lose-unheard' | 'vanish' | 'fail' | 400 | 401 | 429 | 500

interface Accepted {
  id: string
  prompt: string
  polls: number
  mood: Mood
}

const ok = (body: unknown, status = 200): Reply => ({ status, body })
const notFound: Reply = { status: 404, body: { error: 'not found', detail: 'not found' } }

/**
 * Stands in for Runway, Luma and the queue that Pika is asked by, by their documented HTTP: accepts clips, counts what it
 * would be paid for, and misbehaves as it is told. A clip is there when it was asked about twice.
 */
export const openVendors = async (clip: () => Promise<Uint8Array>) => {
  const moods: Mood[] = []
  const accepted: Accepted[] = []
  const gate = openGate()
  let count = 0

  /** Takes a clip on, where it is in the mood to, and answers with its id. */
  const take = async (prompt: unknown, answer: (id: string) => Reply): Promise<Reply> => {
    await gate.pass()
    const mood = moods.shift() ?? 'answer'
    if (typeof mood === 'number')
      return { status: mood, headers: { 'retry-after': '0' }, body: { error: 'no', detail: 'no' } }
    count += 1
    const made = { id: `clip-${count}`, prompt: String(prompt), polls: 0, mood }
    if (mood !== 'lose-unheard') accepted.push(made)
    return mood === 'lose' || mood === 'lose-unheard' ? 'cut' : answer(made.id)
  }

  const asked = (id: string): Accepted | undefined => {
    const made = accepted.find((each) => each.id === id && each.mood !== 'vanish')
    if (made) made.polls += 1
    return made
  }

  const runway = async (request: Received, last: string, file: string): Promise<Reply> => {
    if (request.path === '/runway/v1/text_to_video') return take(json(request).promptText, (id) => ok({ id }))
    const made = asked(last)
    if (!made) return notFound
    if (made.mood === 'fail') return ok({ id: last, status: 'FAILED', failure: 'no', failureCode: 'SAFETY' })
    if (made.polls < 2) return ok({ id: last, status: 'RUNNING', progress: 0.5 })
    return ok({ id: last, status: 'SUCCEEDED', output: [file] })
  }

  const luma = async (request: Received, last: string, file: string): Promise<Reply> => {
    if (request.path === '/luma/generations/video')
      return take(json(request).prompt, (id) => ok({ id, state: 'queued' }, 201))
    if (request.path === '/luma/generations') {
      const generations = accepted
        .toReversed()
        .map(({ id, prompt }) => ({ id, state: 'queued', created_at: new Date().toISOString(), request: { prompt } }))
      return ok({ generations, count: generations.length, has_more: false, limit: 100, offset: 0 })
    }
    const made = asked(last)
    if (!made) return notFound
    if (made.mood === 'fail') return ok({ id: last, state: 'failed', failure_reason: 'SAFETY' })
    if (made.polls < 2) return ok({ id: last, state: 'dreaming' })
    return ok({ id: last, state: 'completed', assets: { video: file } })
  }

  const pika = async (request: Received, last: string, file: string): Promise<Reply> => {
    const { path } = request
    if (path === '/pika/fal-ai/pika/v2.2/text-to-video')
      return take(json(request).prompt, (id) => ok({ request_id: id, status: 'IN_QUEUE' }))
    if (path.endsWith('/status')) {
      const made = asked(path.split('/').at(-2) ?? '')
      if (!made) return notFound
      return ok({ status: made.polls < 2 && made.mood !== 'fail' ? 'IN_PROGRESS' : 'COMPLETED' })
    }
    const made = accepted.find((each) => each.id === last)
    return made?.mood === 'fail' ? ok({ detail: 'SAFETY' }, 422) : ok({ video: { url: file } })
  }

  const { url, stop } = await startStandIn(async (request) => {
    const { path, headers } = request
    const last = path.split('/').at(-1) ?? ''
    const file = `http://${headers.host}/files/clip.mp4`
    if (path.startsWith('/files/')) return { status: 200, headers: { 'content-type': 'video/mp4' }, body: await clip() }
    if (/^\/runway\/v1\/(text_to_video$|tasks\/)/.test(path)) return runway(request, last, file)
    if (/^\/luma\/generations(\/|$)/.test(path)) return luma(request, last, file)
    return path.startsWith('/pika/fal-ai/pika/') ? pika(request, last, file) : notFound
  })
  return {
    url,
    stop,
    /** What they do with the next requests, one after the other; then they answer again. */
    be: (...next: Mood[]) => void moods.push(...next),
    /** Says nothing until `answer`; `asked` resolves when somebody asks for a clip. */
    hold: gate.hold,
    accepted,
    forget: () => {
      accepted.length = 0
      moods.length = 0
    },
  }
}

export type Vendors = Awaited<ReturnType<typeof openVendors>>
