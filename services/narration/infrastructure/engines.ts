import { precondition } from '#shared/domain/errors.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Engines } from '../application/ports.ts'
import type { SpeechEngine } from '../domain/engine.ts'
import { type EngineName, engineNames, type SoundSource } from '../domain/speech.ts'
import { espeakEngine } from './providers/espeak.ts'
import { recordedEngine } from './providers/recorded.ts'

const price = { min: 0, max: 1_000_000 }

const notConfigured = (name: string) => precondition('PROVIDER_NOT_CONFIGURED', `${name} is not set up here`)

/** The engines that there are, and which of them speaks where no voice was chosen. */
export const enginesOf = (engines: Partial<Record<SoundSource, SpeechEngine>>, usual: EngineName): Engines => {
  const get: Engines['get'] = (name) => {
    const engine = engines[name]
    if (!engine) throw notConfigured(name)
    return engine
  }
  const { model, stock } = get(usual)
  return {
    get,
    models: Object.fromEntries(engineNames.map((name) => [name, engines[name]?.model ?? ''])) as Engines['models'],
    stock: { engine: usual, model, voices: stock },
  }
}

/**
 * The embedded engine, and those whose keys are set; TROUPE_NARRATION_PROVIDER names the one that speaks where no voice
 * was chosen. Prices are those of the providers' lists and only estimate.
 */
export const chosenEngines = async ({
  env,
  programs,
  blobs,
}: Pick<Kernel, 'env' | 'programs' | 'blobs'>): Promise<Engines> => {
  const engines: Partial<Record<SoundSource, SpeechEngine>> = {
    embedded: espeakEngine(programs),
    recorded: recordedEngine(blobs),
  }
  const usual = env.oneOf('TROUPE_NARRATION_PROVIDER', engineNames, 'embedded')
  const openaiKey = usual === 'openai' ? env.text('TROUPE_OPENAI_API_KEY') : env.optional('TROUPE_OPENAI_API_KEY')
  const elevenKey =
    usual === 'elevenlabs' ? env.text('TROUPE_ELEVENLABS_API_KEY') : env.optional('TROUPE_ELEVENLABS_API_KEY')
  if (openaiKey) {
    const baseUrl = env.optional('TROUPE_OPENAI_BASE_URL')
    // Loaded where it is used: the vendor's library is large.
    const { openaiEngine } = await import('./providers/openai.ts')
    engines.openai = openaiEngine({
      apiKey: openaiKey,
      model: env.text('TROUPE_NARRATION_OPENAI_MODEL', 'gpt-4o-mini-tts'),
      microsPerCharacter: env.number('TROUPE_NARRATION_OPENAI_MICROS', 15, price),
      ...(baseUrl ? { baseUrl } : {}),
    })
  }
  if (elevenKey) {
    const { elevenlabsEngine } = await import('./providers/elevenlabs.ts')
    engines.elevenlabs = elevenlabsEngine({
      apiKey: elevenKey,
      baseUrl: env.url('TROUPE_ELEVENLABS_BASE_URL', ['http', 'https'], 'https://api.elevenlabs.io'),
      model: env.text('TROUPE_NARRATION_ELEVENLABS_MODEL', 'eleven_multilingual_v2'),
      microsPerCharacter: env.number('TROUPE_NARRATION_ELEVENLABS_MICROS', 220, price),
    })
  }
  // Without a key the host does not start, and says so.
  return enginesOf(engines, engines[usual] ? usual : 'embedded')
}
