import { wavOf } from '#shared/infrastructure/sound/pcm.ts'
import { openGate, type Received, type Reply, startStandIn } from '#shared/tests/stand-in.ts'

/** What a vendor does with the next request that costs something. */
export type Mood = 'answer' | 'lose' | 'lose-unheard' | 429 | 500 | 401

interface Said {
  history_item_id: string
  voice_id: string
  model_id: string
  text: string
  date_unix: number
}

/** A second of a tone: what both vendors say of every text. */
const tone = (): Uint8Array => {
  const pcm = Buffer.alloc(24_000 * 2)
  for (let at = 0; at < 24_000; at += 1)
    pcm.writeInt16LE(Math.round(8000 * Math.sin((at * 2 * Math.PI * 220) / 24_000)), at * 2)
  return pcm
}

const alignmentOf = (text: string) => {
  const characters = [...text]
  const at = (place: number) => place / characters.length
  return {
    characters,
    character_start_times_seconds: characters.map((_, place) => at(place)),
    character_end_times_seconds: characters.map((_, place) => at(place + 1)),
  }
}

/**
 * Stands in for OpenAI's and ElevenLabs' speech, by their documented HTTP: says a tone, counts what it would be paid for,
 * and misbehaves as it is told.
 */
export const openVendor = async () => {
  const moods: Mood[] = []
  const said: Said[] = []
  const voices: { voice_id: string; name: string; files: number }[] = []
  const gate = openGate()
  const requests: { path: string; body: Record<string, unknown> }[] = []

  /** Answers, where it is willing to; whether it is, and whether this is paid for, its mood says. */
  const sell = (pay: () => void, answer: () => Reply): Reply => {
    const mood = moods.shift() ?? 'answer'
    if (typeof mood === 'number')
      return { status: mood, headers: { 'retry-after': '0' }, body: { error: { message: 'no', code: `c${mood}` } } }
    if (mood !== 'lose-unheard') pay()
    return mood === 'answer' ? answer() : 'cut'
  }

  const remember = (voice_id: string, model_id: string, text: string) =>
    void said.push({
      history_item_id: `h${said.length}`,
      voice_id,
      model_id,
      text,
      date_unix: Math.floor(Date.parse('2026-11-20T10:00:00Z') / 1000),
    })

  const clone = (form: string): Reply => {
    const name = /name="name"\r\n\r\n([^\r]+)/.exec(form)?.[1] ?? ''
    const voice = { voice_id: `clone${voices.length}`, name, files: form.split('name="files"').length - 1 }
    return sell(
      () => void voices.push(voice),
      () => ({ status: 200, body: { voice_id: voice.voice_id } }),
    )
  }

  const handle = async ({ method, path, headers, body: raw }: Received): Promise<Reply> => {
    const isJson = headers['content-type']?.includes('json') ?? false
    const body = isJson && raw.length > 0 ? JSON.parse(raw.toString()) : {}
    requests.push({ path, body })
    if (path === '/audio/speech') {
      await gate.pass()
      return sell(
        () => remember(body.voice, body.model, body.input),
        () => ({ status: 200, headers: { 'content-type': 'audio/pcm' }, body: tone() }),
      )
    }
    if (path.endsWith('/with-timestamps')) {
      await gate.pass()
      const spoken = { audio_base64: Buffer.from(tone()).toString('base64'), alignment: alignmentOf(body.text) }
      return sell(
        () => remember(path.split('/')[3] ?? '', body.model_id, body.text),
        () => ({ status: 200, body: spoken }),
      )
    }
    if (path === '/v1/history') return { status: 200, body: { history: said.toReversed() } }
    if (path === '/v1/history/download')
      return { status: 200, headers: { 'content-type': 'audio/wav' }, body: wavOf(tone()) }
    if (path === '/v2/voices') return { status: 200, body: { voices } }
    if (path === '/v1/voices/add') return clone(raw.toString('latin1'))
    const place = voices.findIndex(({ voice_id }) => method === 'DELETE' && path.endsWith(`/${voice_id}`))
    if (place >= 0) voices.splice(place, 1)
    return { status: place >= 0 ? 200 : 404, body: {} }
  }

  const { url, stop } = await startStandIn(handle)
  return {
    url,
    stop,
    /** What it does with the next requests, one after the other; then it answers again. */
    be: (...next: Mood[]) => void moods.push(...next),
    /** Says nothing until `answer`; `asked` resolves when it has been asked for speech. */
    hold: gate.hold,
    said,
    voices,
    requests,
  }
}

export type Vendor = Awaited<ReturnType<typeof openVendor>>
