import type { Page, Paged } from '#shared/application/paged.ts'
import { invalid, precondition } from '#shared/domain/errors.ts'
import { languageTag } from '#shared/domain/language-tag.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import { mostPronunciations, type Pronunciation, phonemesOf, wordKey } from '../domain/lexicon.ts'
import type { AuthorSettings, Ports } from './ports.ts'

/** Throws INVALID_PHONEMES, INVALID_LANGUAGE, TOO_MANY_PRONUNCIATIONS. */
export const setPronunciation =
  ({ lexicons }: Ports) =>
  async (userId: string, entry: Pronunciation): Promise<void> => {
    const word = plainText('word', entry.word.trim().replace(/\s+/g, ' '))
    if (!/[\p{L}\p{N}]/u.test(word)) throw invalid('word', 'INVALID_WORD', 'must hold a letter or a digit')
    const language = entry.language === '' ? '' : languageTag(entry.language)
    const [phonemes, respelling] = [phonemesOf(entry.phonemes), plainText('respelling', entry.respelling.trim())]
    if (phonemes === '' && respelling === '') return lexicons.unset(userId, word, language)
    if ((await lexicons.count(userId)) >= mostPronunciations) {
      const isKnown = (await lexicons.of(userId)).some(
        (each) => wordKey(each.word) === wordKey(word) && each.language === language,
      )
      if (!isKnown) throw precondition('TOO_MANY_PRONUNCIATIONS', `there may be ${mostPronunciations} at a time`)
    }
    lexicons.set(userId, { word, language, phonemes, respelling })
  }

export const listPronunciations =
  ({ lexicons }: Ports) =>
  (userId: string, page: Page): Promise<Paged<Pronunciation>> =>
    lexicons.list(userId, page)

export const getSettings =
  ({ settings }: Ports) =>
  (userId: string): Promise<AuthorSettings> =>
    settings.of(userId)

/** Throws VOICE_NOT_FOUND, VOICE_NOT_READY. */
export const setSettings =
  ({ settings, voices, engines }: Ports) =>
  async (userId: string, wanted: AuthorSettings): Promise<AuthorSettings> => {
    if (wanted.narratorVoiceId) (await voices.getOwn(userId, wanted.narratorVoiceId)).toBeCast(engines.models)
    settings.set(userId, wanted)
    return wanted
  }
